import ArgumentParser
import Crowdfunding
import Pledgebook

struct ReceiptVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every receipt is genuine and in its place",
        discussion: """
            Without a file it checks the book's own journal; with one, receipts that were exported before (- \
            reads stdin). What was edited, deleted, inserted or swapped is named (exit 1). With a \
            checkpoint it \
            is seen too when receipts were cut off at the end, or all were signed anew.

            Example:
              pledgebook receipt verify
              pledgebook receipt verify --checkpoint lamp-march.txt
            """)

    @Argument(help: "Receipts, one a line") var file: String?
    @Option(help: ArgumentHelp("A checkpoint to compare them with", valueName: "file"))
    var checkpoint: String?
    @Option(
        help: ArgumentHelp("The key that signed the checkpoint, where it is another", valueName: "key"))
    var publicKey: String?
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard publicKey == nil || checkpoint != nil else {
            throw ValidationError("--public-key goes with --checkpoint FILE.")
        }
    }

    func run() throws {
        let here = try Environment(options, for: .proving, "receipt verify")
        let campaign = try here.campaign()
        let given = try checkpoint.map {
            GivenCheckpoint(note: try InputFile.read($0), name: visible($0), publicKey: publicKey)
        }
        let report: ReceiptReport
        if let file {
            report = try here.session.verifyReceipts(of: campaign, against: given) { check in
                try InputFile.forEachPiece(of: file, check)
            }
        } else {
            report = try here.session.verifyReceipts(of: campaign, against: given)
        }
        guard report.findings.isEmpty else { return try refuse(report) }
        guard !report.isUnproven else { throw unproven(report) }
        let whose = file.map { " of \(visible($0))" } ?? ""
        let all = report.count == 1 ? "the only receipt" : "all \(grouped(report.count)) receipts"
        let are = report.count == 1 ? "is" : "are"
        if report.underOtherKey == 0 {
            Output.line("\(report.campaign): \(all)\(whose) \(are) genuine and in order.")
        } else {
            Output.line("\(report.campaign): \(all)\(whose) \(are) in order.")
            Output.line(
                "  \(grouped(report.underOtherKey)) of them, signed with \(names(report)), are as the "
                    + "present "
                    + "key says they were; this key file cannot verify them. The others are genuine.")
        }
        if let count = report.checkpoint {
            Output.line("  The first \(grouped(count)) are those that the checkpoint was signed over.")
        }
        if report.lastNumber < report.head.number {
            Output.line(
                "  They end with \(grouped(report.lastNumber)); the book goes on to "
                    + "\(grouped(report.head.number))."
            )
        }
        Output.line("  The book's last entry is \(grouped(report.head.number)), \(report.head.tag).")
    }

    private func names(_ report: ReceiptReport) -> String { report.otherKeys.joined(separator: ", ") }

    private func unproven(_ report: ReceiptReport) -> CommandProblem {
        CommandProblem(
            "\(report.campaign): the receipts are in order, but this key file cannot verify "
                + "\(grouped(report.underOtherKey)) of \(grouped(report.count)), which were signed with "
                + "\(names(report)). Name the key file that signed them with --key-file.", .refused)
    }

    private func refuse(_ report: ReceiptReport) throws {
        for finding in report.findings { Output.line(visible(finding)) }
        let hidden = report.findingCount - report.findings.count
        if hidden > 0 { Output.line("… and \(counted(hidden, "more finding"))") }
        throw CommandProblem(
            "\(report.campaign): the receipts are not what was signed: "
                + "\(counted(report.findingCount, "finding")) in \(counted(report.count, "line")).", .refused)
    }
}

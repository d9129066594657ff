import ArgumentParser
import Crowdfunding
import Pledgebook

struct ReceiptVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every receipt is genuine and in its place",
        discussion: """
            Without a file it checks the book's own journal; with one, receipts that were exported before (- \
            reads stdin). What was edited, deleted, inserted or swapped is named (exit 1).

            Example:
              pledgebook receipt verify
            """)

    @Argument(help: "Receipts, one a line") var file: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .proving, "receipt verify")
        let campaign = try here.campaign()
        let report: ReceiptReport
        if let file {
            report = try here.session.verifyReceipts(of: campaign) { check in
                try InputFile.forEachPiece(of: file, check)
            }
        } else {
            report = try here.session.verifyReceipts(of: campaign)
        }
        guard report.findings.isEmpty else { return try refuse(report) }
        let whose = file.map { " of \(visible($0))" } ?? ""
        Output.line(
            "\(report.campaign): "
                + "\(report.count == 1 ? "the only receipt" : "all \(grouped(report.count)) receipts")"
                + "\(whose) \(report.count == 1 ? "is" : "are") genuine and in order.")
        if report.lastNumber < report.head.number {
            Output.line(
                "  They end with \(grouped(report.lastNumber)); the book goes on to "
                    + "\(grouped(report.head.number))."
            )
        }
        Output.line("  The book's last entry is \(grouped(report.head.number)), \(report.head.tag).")
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

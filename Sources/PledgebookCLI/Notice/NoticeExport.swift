import Accounting
import ArgumentParser
import Crowdfunding
import Parsing
import Pledgebook

struct NoticeExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the notices that are to be sent as CSV, for a mail program",
        discussion: """
            A row a notice, with the backer's name and e-mail address. What was paid since is left out. When \
            they are sent, say `pledgebook notice sent --all`.

            Example:
              pledgebook notice export --output notices.csv
            """)

    @Option(help: ArgumentHelp("Where to write; - or none is stdout", valueName: "file")) var output: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "notice export")
        let campaign = try here.campaign()
        let notices = try here.session.notices(campaign.id, openOnly: true)
        let bytes = Self.csv(notices, campaign)
        guard let output = OutputFile.named(output) else { return try Output.write(bytes.span) }
        try OutputFile.write(bytes, to: output)
        Output.note("\(visible(output)) is written: \(counted(Int64(notices.count), "notice")).")
    }

    private static func csv(_ notices: [Notice], _ campaign: LoadedCampaign) -> [UInt8] {
        var writer = CSVWriter()
        writer.row([
            "notice", "kind", "pledge", "name", "email", "amount", "currency", "tried_again", "ends",
            "queued",
        ])
        for notice in notices {
            writer.number(String(notice.number))
            for text in [notice.kind, notice.reference, notice.name, notice.email] { writer.text(text) }
            writer.number(campaign.money(notice.amount).plain)
            writer.text(campaign.currency.code)
            for moment in [notice.nextTry, notice.ends] {
                writer.text(moment.map { CampaignWords.local($0, campaign.offsets) } ?? "")
            }
            writer.text(campaign.day(of: notice.at).description)
            writer.endRow()
        }
        return writer.bytes
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct NoticeList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List notices, those to be sent or all",
        discussion: """
            Example:
              pledgebook notice list --all
            """)

    @Flag(help: "Also what was sent, and what is not true any more") var all = false
    @OptionGroup var format: FormatOption
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "notice list")
        let campaign = try here.campaign()
        let notices = try here.session.notices(campaign.id, openOnly: !all)
        guard !notices.isEmpty || format.format != .text else {
            return Output.line(all ? "There is no notice." : "No notice is to be sent.")
        }
        var table = Table([
            .number("notice"), .text("kind"), .text("pledge"), .amount("amount"), .text("currency"),
            .text("queued"), .text("state"),
        ])
        for notice in notices {
            table.rows.append([
                String(notice.number), notice.kind, notice.reference, campaign.money(notice.amount).grouped,
                campaign.currency.code, campaign.day(of: notice.at).description, Self.word(notice.state),
            ])
        }
        table.write(format.format)
    }

    private static func word(_ state: Notice.State) -> String {
        switch state {
        case .open: "to be sent"
        case .sent(let day): "sent \(day)"
        case .outdated: "outdated"
        }
    }
}

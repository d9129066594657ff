import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the book's campaigns",
        discussion: """
            Example:
              pledgebook campaign list
            """)

    @OptionGroup var format: FormatOption
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, for: .reading, "campaign list")
        let overview = try here.session.overview()
        guard !overview.campaigns.isEmpty || format.format != .text else {
            return Output.line(
                "The book has no campaign yet. Launch one with `pledgebook campaign launch FILE`.")
        }
        var table = Table([
            .text("campaign"), .text("title"), .text("state"), .text("money"), .text("closes"),
            .text("currency"),
            .amount("goal"), .number("pledges"), .amount("pledged"), .amount("collected"),
        ])
        table.rows = overview.campaigns.map { campaign in
            [
                campaign.id.rawValue, campaign.title, campaign.state.rawValue,
                campaign.isRehearsal.map { $0 ? "rehearsal" : "real" } ?? "none yet",
                campaign.closesOn.description,
                campaign.goal.currency.code, campaign.goal.grouped, grouped(campaign.pledges),
                campaign.pledged.grouped, campaign.collected.grouped,
            ]
        }
        table.write(format.format)
    }
}

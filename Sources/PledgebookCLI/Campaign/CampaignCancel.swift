import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Call a campaign off: let go and pay back everything",
        discussion: """
            For a campaign that is live or collecting. Said again, it carries on where it stopped.

            Example:
              pledgebook campaign cancel aurora-lamp --because "The factory has closed"
            """)

    @Argument(help: "The campaign; else the only unfinished one") var id: CampaignID?
    @Option(help: ArgumentHelp("Why; kept in the book", valueName: "text")) var because: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, campaign: id, for: .writing, "campaign cancel")
        let campaign = try here.campaign()
        let id = campaign.definition.id
        try here.session.checkMayCancel(campaign, because: because)
        Output.line("Cancel \(id) · \(campaign.definition.title)")
        Output.line("  Saved cards are let go, and everything that was collected is paid back.")
        guard try confirmation.proceeds("Cancel the whole campaign?") else { return }
        let result = try here.session.cancelCampaign(id, because: because)
        let after = try here.session.standing(of: id)
        if result.entries > 0 {
            try here.announceCheckpoint(of: id)
        } else {
            try here.keepCheckpoints(of: id)
        }
        Output.line("")
        for line in ClosingResultWords(result, after: after).lines { Output.line(line) }
        Output.next(DueWords(after).lines(after.due))
    }
}

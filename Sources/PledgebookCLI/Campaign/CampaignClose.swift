import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignClose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Close a campaign: decide it, collect or give back, and carry on where it stopped",
        discussion: """
            It shows its plan and asks. Said again, it does what is due (cards that failed, drops, the \
            decision) and nothing twice.

            Example:
              pledgebook campaign close --dry-run
              pledgebook campaign close aurora-lamp --yes
            """)

    @Argument(help: "The campaign; else the only unfinished one") var id: CampaignID?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, campaign: id, for: .writing, "campaign close")
        let id = try here.campaign().definition.id
        if !confirmation.dryRun {
            if try here.session.endInterruptedClosing(id) {
                try here.announceCheckpoint(of: id)
                return Output.line("\(id) was closed before, and stopped at the last step: that is done now.")
            }
            // A close that was stopped may have left its checkpoint in the book alone.
            try here.keepCheckpoints(of: id)
        }
        let plan = try here.session.planClosing(id)
        let standing = try here.session.standing(of: id)
        let outlook = try here.session.retryOutlook(plan.campaign)
        let words = ClosingWords(plan, standing: standing, outlook: outlook)
        for line in words.plan { Output.line(line) }
        guard try confirmation.proceeds("Close?") else { return }
        let result = try here.session.closeCampaign(id)
        let after = try here.session.standing(of: id)
        if result.entries > 0 { try here.announceCheckpoint(of: id) }
        Output.line("")
        for line in ClosingResultWords(result, after: after).lines { Output.line(line) }
        Output.next(DueWords(after).lines(after.due))
    }
}

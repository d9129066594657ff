import Accounting
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
        let plan = try here.session.planCancellation(of: id)
        for line in words(plan, campaign) { Output.line(line) }
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

    /// What is let go and what is paid back, with how many and how much.
    private func words(_ plan: CampaignCancellation, _ campaign: LoadedCampaign) -> [String] {
        func money(_ tally: Tally) -> String { campaign.money(tally.amount).description }
        var rows: [[String]] = []
        func add(_ label: String, _ tally: Tally, _ note: String) {
            if !tally.isEmpty { rows.append([label, grouped(tally.count), money(tally), note]) }
        }
        add("will be released", plan.released, "nothing was charged")
        add("will be paid back", plan.refunded, "to the cards")
        add("you will owe back", plan.refundedByYou, "paid elsewhere: you pay it back")
        add("owed back already", plan.owed, "")
        add("in dispute", plan.disputed, "decided by the bank")
        add("in doubt", plan.unknown, "the gateway is asked first")
        if campaign.state == .canceled { return ["  It is canceled already; only what is left is done."] }
        if rows.isEmpty { rows.append(["will be released", "0", "", "nothing was pledged, or all is over"]) }
        let end = plan.waits ? "CANCELED once everything is paid back" : "CANCELED"
        return Screen.grid(rows, numbers: [1, 2]) + ["  so: \(end); this cannot be undone"]
    }
}

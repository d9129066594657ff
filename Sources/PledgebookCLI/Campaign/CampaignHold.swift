import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignHold: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Hold what was pledged on the backers' cards, in the campaign's last four days",
        discussion: """
            For campaigns with prepayment.collect “hold”. Nothing is taken: `campaign close` captures what \
            is held. Said again, it holds what is new and what was declined for a while, and nothing twice.

            Example:
              pledgebook campaign hold --dry-run
              pledgebook campaign hold aurora-lamp --yes
            """)

    @Argument(help: "The campaign; else the only unfinished one") var id: CampaignID?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, campaign: id, for: .writing, "campaign hold")
        let id = try here.campaign().definition.id
        let plan = try here.session.planHolding(id)
        if plan.campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let dates = DateWords(plan.campaign.offsets, now: plan.now)
        Output.line("Hold cards for \(id)? It ends on \(dates.full(plan.window.closes)).")
        let figures = [
            ("will be held", plan.due), ("held again", plan.again), ("held already", plan.held),
            ("card failed", plan.failed),
        ]
        let rows = figures.filter { $0.0 == "will be held" || $0.1.count > 0 }.map { label, tally in
            [label, grouped(tally.count), plan.campaign.money(tally.amount).description]
        }
        for line in [""] + Screen.grid(rows, numbers: [1, 2]) { Output.line(line) }
        guard plan.due.count + plan.again.count > 0 else {
            Output.line("\nNothing is to be held now; nothing was changed.")
            return try next(here, id)
        }
        guard try confirmation.proceeds("Hold?") else { return }
        let count = try here.session.holdPayments(id)
        Output.line("")
        let became = [
            ("held", count.held), ("card failed", count.failedSoft + count.failedHard),
            ("needs the backer", count.needBacker), ("in doubt", count.unknown),
            ("to be looked at", count.conflicted),
        ]
        let lines = became.filter { $0.1 > 0 }.map { [$0.0, grouped($0.1)] }
        for line in Screen.grid(lines, numbers: [1]) { Output.line(line) }
        try next(here, id)
    }

    private func next(_ here: Environment, _ id: CampaignID) throws {
        let after = try here.session.standing(of: id)
        Output.next(DueWords(after).lines(after.due))
    }
}

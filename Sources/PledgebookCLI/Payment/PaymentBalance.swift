import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentBalance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "Ask for what is left of prices that were paid in part, and charge it",
        discussion: """
            Each pledge of which a part is paid gets a further payment, P-1042/2, for the rest. Saved cards \
            are charged at once; those that fail are tried again by the campaign's schedule with \
            `pledgebook campaign close`, and given up at its end. Nothing ships while money is owed. Without \
            WHO it asks everybody; said again it asks only for what is new.

            Example:
              pledgebook payment balance --dry-run
              pledgebook payment balance P-1042 --yes
            """)

    @Argument(help: "A reference, an e-mail address or a name; else every pledge that owes") var who: String?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "payment balance")
        let campaign = try here.campaign()
        let id = campaign.definition.id
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let plan = try here.session.planBalances(who, of: id)
        Output.line("Ask for the balances of \(id)?")
        let figures = [
            ("asked for now", plan.asked), ("tried again", plan.again), ("asked before", plan.open),
        ]
        let rows = figures.filter { $0.0 == "asked for now" || $0.1.count > 0 }.map { label, tally in
            [label, grouped(tally.count), campaign.money(tally.amount).description]
        }
        for line in [""] + Screen.grid(rows, numbers: [1, 2]) { Output.line(line) }
        let dates = DateWords(campaign.offsets, now: plan.now)
        guard plan.asked.count + plan.again.count > 0 else {
            Output.line("\nNothing is to be asked for now; nothing was changed.")
            return try next(here, id)
        }
        Output.line(
            plan.isRecorded
                ? "  their money moves elsewhere: record it when it comes, until \(dates.short(plan.ends))"
                : "  charged now; what fails is tried again until \(dates.short(plan.ends)), then dropped")
        guard try confirmation.proceeds("Ask for them?") else { return }
        let count = try here.session.requestBalances(who, of: id)
        Output.line("")
        let became = [
            ("paid", count.captured), ("card failed", count.failedSoft + count.failedHard),
            ("needs the backer", count.needBacker), ("in doubt", count.unknown),
            ("to be looked at", count.conflicted),
        ]
        let lines = became.filter { $0.1 > 0 }.map { [$0.0, grouped($0.1)] }
        for line in Screen.grid(
            lines.isEmpty ? [["asked for", grouped(plan.asked.count)]] : lines, numbers: [1])
        {
            Output.line(line)
        }
        try next(here, id)
    }

    private func next(_ here: Environment, _ id: CampaignID) throws {
        let after = try here.session.standing(of: id)
        Output.next(DueWords(after).lines(after.due))
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentOrphan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orphan",
        abstract: "Money at the processor that belongs to no payment anybody knows",
        discussion: """
            It stands in suspense, and `payment reconcile` lists it, until somebody knows better: reverse \
            its entry then, and record what it was.

            Example:
              pledgebook payment orphan in 25.00 --on 2026-04-03 --reference ch_88
            """)

    @Argument(help: "in or out") var way: Way
    @Argument(help: "How much, for example 25.00") var amount: String
    @Option(help: ArgumentHelp("The day on which it moved (today)", valueName: "date")) var on: CalendarDay?
    @Option(help: ArgumentHelp("The processor's own reference; never a name", valueName: "text"))
    var reference: String?
    @Flag(help: "It happened twice: record it although the same was recorded before") var again = false
    @Flag(help: "Show what would be booked and change nothing") var dryRun = false
    @OptionGroup var shared: SharedOptions

    /// Which way it moved.
    enum Way: String, ExpressibleByArgument, CaseIterable {
        case incoming = "in"
        case outgoing = "out"
    }

    func run() throws {
        let here = try Environment(shared, for: .writing, "payment orphan")
        let campaign = try here.campaign()
        var fact = PaymentFact(day: on, reference: reference ?? "", again: again)
        fact.amount = try minorUnits(amount, campaign.currency, "AMOUNT")
        let entry = try here.session.recordOrphan(
            fact, isIn: way == .incoming, in: campaign.id, dryRun: dryRun)
        guard let entry else { return Output.line("Known already, nothing was changed.") }
        Output.line(entry.line(campaign.currency))
        if dryRun { Output.line("This was the plan (--dry-run): nothing was changed.") }
    }
}

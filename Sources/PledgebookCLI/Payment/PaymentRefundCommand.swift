import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentRefundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "A refund that was made outside, by the platform or from your own account",
        discussion: """
            Without --amount it is what is under way or owed, else everything that is refundable.

            Example:
              pledgebook payment refund P-1042 --done --on 2026-04-20 --from own
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name")
    var who: String
    @Option(help: ArgumentHelp("What was paid back", valueName: "amount"))
    var amount: String?
    @Flag(help: "The money has gone to the backer")
    var done = false
    @Option(help: ArgumentHelp("The day on which it went (today)", valueName: "date"))
    var on: CalendarDay?
    @Option(help: ArgumentHelp("`own`: from your own account, not by the platform", valueName: "account"))
    var from: RefundSource = .processor
    @Option(help: ArgumentHelp("The bank's or platform's own reference; never a name", valueName: "text"))
    var reference: String?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    /// Where the money came from.
    enum RefundSource: String, ExpressibleByArgument, CaseIterable { case processor, own }

    func run() throws {
        guard done else {
            throw CommandProblem(
                "Say --done when the money has gone to the backer. This version asks for refunds only when a "
                    + "pledge or a campaign is canceled.", .usage)
        }
        let environment = try Environment(shared, for: .writing, "payment refund")
        let campaign = try environment.campaign()
        var fact = PaymentFact(day: on, reference: reference ?? "", acceptsExcess: true)
        fact.amount = try amount.map { try minorUnits($0, campaign.currency, "--amount") }
        let session = environment.session
        let plan = try session.recordRefund(
            of: who, fact, fromOwnAccount: from == .own, in: campaign.id, dryRun: true)
        plan.show()
        guard !plan.entries.isEmpty else { return }
        if plan.excess > 0 {
            Output.note(
                "\(campaign.money(plan.excess)) is more than was refundable: it is a claim on the backer, "
                    + "and the payment is conflicted.")
        }
        guard try confirmation.proceeds("Record this refund?") else { return }
        let result = try session.recordRefund(
            of: who, fact, fromOwnAccount: from == .own, in: campaign.id)
        Output.line("Recorded: \(result.reference) is \(result.payment.state.label).")
    }
}

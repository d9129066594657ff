import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentDispute: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispute",
        abstract: "Say how a backer's bank disputes a payment",
        discussion: """
            What has happened is never refused. While a dispute is open nothing of the payment is refunded \
            and nothing of the pledge ships. Without --amount it is everything that is paid and not paid \
            back, or in dispute. An inquiry moves no money. The same fact again changes nothing.

            Example:
              pledgebook payment dispute P-1042 opened --fee 15.00 --on 2026-06-03 --reference dp_81
              pledgebook payment dispute P-1042 won --on 2026-07-20 --reference dp_81
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name") var who: String
    @Argument(help: "opened, won (the money comes back), lost, or inquiry (the bank only asks)") var what:
        Step
    @Option(help: ArgumentHelp("How much is in dispute, won or lost", valueName: "amount")) var amount:
        String?
    @Option(
        help: ArgumentHelp(
            "What the processor keeps for a dispute that was opened, or gives back for one that was won",
            valueName: "amount"))
    var fee: String?
    @Option(help: ArgumentHelp("The day on which it happened (today)", valueName: "date")) var on:
        CalendarDay?
    @Option(help: ArgumentHelp("The dispute's own reference; never a name", valueName: "text"))
    var reference: String?
    @Flag(help: "It happened twice: record it although the same was recorded before") var again = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    /// What the bank did.
    enum Step: String, ExpressibleByArgument, CaseIterable { case opened, won, lost, inquiry }

    func validate() throws {
        if fee != nil, what == .lost || what == .inquiry {
            throw ValidationError("--fee goes with opened and won.")
        }
        if amount != nil, what == .inquiry { throw ValidationError("An inquiry moves no money.") }
    }

    func run() throws {
        let here = try Environment(shared, for: .writing, "payment dispute")
        let campaign = try here.campaign()
        var fact = PaymentFact(day: on, reference: reference ?? "", acceptsExcess: true)
        fact.amount = try amount.map { try minorUnits($0, campaign.currency, "--amount") }
        fact.fee = try fee.map { try minorUnits($0, campaign.currency, "--fee") } ?? 0
        fact.again = again
        let telling: PaymentTelling =
            switch what {
            case .opened: .disputeOpened
            case .won: .disputeWon
            case .lost: .disputeLost
            case .inquiry: .inquiry
            }
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let plan = try here.session.tell(telling, of: who, fact, in: campaign.id, dryRun: true)
        plan.show()
        guard !plan.entries.isEmpty else { return }
        if plan.excess > 0 {
            Output.advise(
                "\(campaign.money(plan.excess)) does not fit what the book holds: the payment is conflicted "
                    + "then, and waits for `pledgebook payment settle \(plan.reference) --as CHOICE "
                    + "--because TEXT`.")
        }
        guard try confirmation.proceeds("Record it?") else { return }
        let result = try here.session.tell(telling, of: who, fact, in: campaign.id)
        Output.line("Recorded: \(visible(result.reference)) is \(result.payment.state.label).")
    }
}

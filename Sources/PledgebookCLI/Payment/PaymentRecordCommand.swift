import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Say what became of a payment: it arrived, failed, is held, is missing",
        discussion: """
            WHO is a pledge's reference, an e-mail address or a name. The same reference again changes \
            nothing. What has happened is never refused: what contradicts the book makes the payment \
            conflicted, and waits for `payment settle`.

            Example:
              pledgebook payment record P-1042 108.90 --on 2026-04-03 --reference TRANSFER-88
              pledgebook payment record P-1042 --declined
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name")
    var who: String
    @Argument(help: "What arrived, or is held; not needed where nothing did")
    var amount: String?
    @Option(help: ArgumentHelp("The day on which it happened (today)", valueName: "date"))
    var on: CalendarDay?
    @Option(help: ArgumentHelp("The bank's or platform's own reference; never a name", valueName: "text"))
    var reference: String?
    @Option(help: ArgumentHelp("What the processor kept of it", valueName: "amount"))
    var fee: String?
    @Option(help: ArgumentHelp("The currency that it came in, where it is another", valueName: "code"))
    var currency: String?
    @Flag(help: "The money did not come: the payment failed")
    var declined = false
    @Flag(help: "With --declined: for good, the backer has to give another method")
    var forGood = false
    @Option(help: ArgumentHelp("It is held on the backer's card until then, not taken", valueName: "time"))
    var heldUntil: Timestamp?
    @Flag(help: "The hold ran out")
    var expired = false
    @Flag(help: "The hold was let go")
    var released = false
    @Flag(help: "The processor's statement does not have it")
    var missing = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    private var telling: PaymentTelling {
        if declined { return .declined(forGood: forGood) }
        if let heldUntil { return .held(until: heldUntil) }
        if expired { return .holdExpired }
        if released { return .holdReleased }
        return missing ? .missing : .paid
    }

    func validate() throws {
        let said = [declined, heldUntil != nil, expired, released, missing].filter { $0 }.count
        guard said <= 1 else {
            throw ValidationError(
                "Say only one of --declined, --held-until, --expired, --released and --missing.")
        }
        if forGood, !declined { throw ValidationError("--for-good goes with --declined.") }
    }

    func run() throws {
        let environment = try Environment(shared, for: .writing, "payment record")
        let campaign = try environment.campaign()
        let telling = telling
        var fact = PaymentFact(day: on, reference: reference ?? "", acceptsExcess: true)
        let currency = try currency.map { code in
            guard let known = Currency(code) else {
                throw CommandProblem("\(visible(code)) is no ISO 4217 currency.")
            }
            return known
        }
        fact.currency = currency?.code
        fact.amount = try amount.map { try minorUnits($0, currency ?? campaign.currency, "AMOUNT") }
        fact.fee = try fee.map { try minorUnits($0, campaign.currency, "--fee") } ?? 0
        if telling == .paid {
            guard amount != nil else { throw CommandProblem("Say what arrived: AMOUNT is missing.", .usage) }
            guard reference != nil else {
                throw CommandProblem(
                    "Say --reference, so that the same payment is not recorded twice.", .usage)
            }
        }
        let session = environment.session
        let plan = try session.tell(telling, of: who, fact, in: campaign.id, dryRun: true)
        if plan.excess > 0 || confirmation.dryRun {
            plan.show()
            if plan.excess > 0 {
                let told = Money(minorUnits: plan.excess, currency: currency ?? campaign.currency)
                let why =
                    told.currency == campaign.currency
                    ? "does not fit what was due" : "is not in \(campaign.currency.code)"
                Output.advise(
                    "\(told) \(why): the payment is conflicted then, and waits for `pledgebook payment "
                        + "settle \(plan.reference) --as CHOICE --because TEXT`.")
            }
            guard try confirmation.proceeds("Record it?") else { return }
        }
        try session.tell(telling, of: who, fact, in: campaign.id).show()
    }
}

extension RecordedPayment {
    /// The entries, one a line, and how the payment stands.
    func show() {
        if entries.isEmpty {
            Output.line("\(visible(reference)): known already, nothing was changed.")
            return
        }
        for entry in entries { Output.line(entry.line(currency)) }
        let paid = Money(minorUnits: payment.captured - payment.refunded, currency: currency)
        let full = Money(minorUnits: price, currency: currency)
        let late = payment.flags.contains(.late) ? ", late" : ""
        Output.line(
            "\(visible(reference)): \(payment.state.label)\(late), \(paid) of \(full) is paid and not paid "
                + "back."
        )
    }
}

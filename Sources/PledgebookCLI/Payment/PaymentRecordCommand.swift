import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "A backer's money that arrived outside, or was declined there",
        discussion: """
            WHO is a pledge's reference, an e-mail address or a name. The same reference again changes \
            nothing.

            Example:
              pledgebook payment record P-1042 108.90 --on 2026-04-03 --reference TRANSFER-88
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name")
    var who: String
    @Argument(help: "What arrived; not needed with --declined")
    var amount: String?
    @Option(help: ArgumentHelp("The day on which it arrived (today)", valueName: "date"))
    var on: CalendarDay?
    @Option(help: ArgumentHelp("The bank's or platform's own reference; never a name", valueName: "text"))
    var reference: String?
    @Flag(help: "The money did not come: the payment failed")
    var declined = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .writing, "payment record")
        let campaign = try environment.campaign()
        var fact = PaymentFact(day: on, reference: reference ?? "", acceptsExcess: true)
        if !declined {
            guard let amount else { throw CommandProblem("Say what arrived: AMOUNT is missing.", .usage) }
            guard reference != nil else {
                throw CommandProblem(
                    "Say --reference, so that the same payment is not recorded twice.", .usage)
            }
            fact.amount = try minorUnits(amount, campaign.currency, "AMOUNT")
        }
        let session = environment.session
        let plan = try session.recordPayment(
            of: who, fact, declined: declined, in: campaign.id, dryRun: true)
        if plan.excess > 0 || confirmation.dryRun {
            plan.show()
            if plan.excess > 0 {
                Output.note(
                    "\(campaign.money(plan.excess)) is more than was due: the payment is conflicted then, "
                        + "and waits for a person.")
            }
            guard try confirmation.proceeds("Record it?") else { return }
        }
        try session.recordPayment(of: who, fact, declined: declined, in: campaign.id).show()
    }
}

extension RecordedPayment {
    /// The entries, one a line, and how the payment stands.
    func show() {
        if entries.isEmpty {
            Output.line("\(reference): known already, nothing was changed.")
            return
        }
        for entry in entries { Output.line(entry.line(currency)) }
        let paid = Money(minorUnits: payment.captured - payment.refunded, currency: currency)
        let full = Money(minorUnits: price, currency: currency)
        let late = payment.flags.contains(.late) ? ", late" : ""
        Output.line(
            "\(reference): \(payment.state.label)\(late), \(paid) of \(full) is paid and not paid back."
        )
    }
}

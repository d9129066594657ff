import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentRefundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "Pay a backer back, or say what became of a refund",
        discussion: """
            It shows a plan and asks. Without --amount and --line it is everything that is owed or \
            refundable; a line is a tier or an add-on of the pledge, at what it cost the backer. What moves \
            elsewhere you pay back yourself and then say --done.

            --done, --failed and --returned tell what has happened: the money has gone to the backer, could \
            not go, or came back.

            Example:
              pledgebook payment refund P-1042
              pledgebook payment refund P-1042 --line bulb:1 --yes
              pledgebook payment refund P-1042 --done --on 2026-04-20 --from own
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name")
    var who: String
    @Option(help: ArgumentHelp("What is, or was, paid back", valueName: "amount"))
    var amount: String?
    @Option(help: ArgumentHelp("A tier or add-on, with how many of it: bulb:2", valueName: "id"))
    var line: [LineName] = []
    @Flag(help: "The money has gone to the backer")
    var done = false
    @Flag(help: "The refund that was under way has failed for certain")
    var failed = false
    @Flag(help: "A refund that was done came back")
    var returned = false
    @Option(help: ArgumentHelp("The day on which it happened (today)", valueName: "date"))
    var on: CalendarDay?
    @Option(help: ArgumentHelp("`own`: from your own account, not by the platform", valueName: "account"))
    var from: RefundSource = .processor
    @Option(help: ArgumentHelp("What the processor kept for it", valueName: "amount"))
    var fee: String?
    @Option(help: ArgumentHelp("The bank's or platform's own reference; never a name", valueName: "text"))
    var reference: String?
    @Flag(help: "Once more, although the same was asked for on the same day") var again = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    /// Where the money came from.
    enum RefundSource: String, ExpressibleByArgument, CaseIterable { case processor, own }

    /// `bulb` or `bulb:2`.
    struct LineName: ExpressibleByArgument {
        let line: RefundLine

        init?(argument: String) {
            let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
            guard let id = parts.first, !id.isEmpty, parts.count <= 2 else { return nil }
            guard parts.count == 2 else {
                line = RefundLine(id: String(id))
                return
            }
            guard let units = Int64(parts[1]), units > 0 else { return nil }
            line = RefundLine(id: String(id), units: units)
        }
    }

    func validate() throws {
        guard [done, failed, returned].filter({ $0 }).count <= 1 else {
            throw ValidationError("Say only one of --done, --failed and --returned.")
        }
        let tells = done || failed || returned
        if tells, !line.isEmpty { throw ValidationError("--line asks for a refund; say --amount.") }
        if !line.isEmpty, amount != nil { throw ValidationError("Say either --amount or --line.") }
        if !tells, on != nil || reference != nil || from == .own || fee != nil {
            throw ValidationError(
                "--on, --from, --fee and --reference tell of a refund that has happened: say --done with "
                    + "them.")
        }
    }

    func run() throws {
        let environment = try Environment(shared, for: .writing, "payment refund")
        let campaign = try environment.campaign()
        let amount = try amount.map { try minorUnits($0, campaign.currency, "--amount") }
        guard done || failed || returned else {
            let wanted: RefundAmount =
                line.isEmpty ? amount.map { .amount($0) } ?? .everything : .lines(line.map(\.line))
            return try PaymentRequestWords(environment, campaign).run(
                .refund(wanted), who, again: again, confirmation, verb: "Pay back",
                nothing: "nothing is left to be paid back")
        }
        var fact = PaymentFact(amount: amount, day: on, reference: reference ?? "", acceptsExcess: true)
        fact.fee = try fee.map { try minorUnits($0, campaign.currency, "--fee") } ?? 0
        fact.again = again
        let telling: PaymentTelling =
            failed ? .refundFailed : returned ? .refundReturned : .refunded(fromOwnAccount: from == .own)
        let session = environment.session
        let plan = try session.tell(telling, of: who, fact, in: campaign.id, dryRun: true)
        plan.show()
        guard !plan.entries.isEmpty else { return }
        if plan.excess > 0 {
            Output.note(
                "\(campaign.money(plan.excess)) is more than was refundable: it is a claim on the backer, "
                    + "and the payment is conflicted.")
        }
        guard try confirmation.proceeds(done ? "Record this refund?" : "Record it?") else { return }
        let result = try session.tell(telling, of: who, fact, in: campaign.id)
        Output.line("Recorded: \(visible(result.reference)) is \(result.payment.state.label).")
    }
}

import Crowdfunding
import Pledgebook

/// Shows what a request would do, asks, carries it out, and says what became of it.
struct PaymentRequestWords {
    let here: Environment
    let campaign: LoadedCampaign

    init(_ here: Environment, _ campaign: LoadedCampaign) {
        self.here = here
        self.campaign = campaign
    }

    /// - Parameters:
    ///   - request: What is asked.
    ///   - who: A reference, an e-mail address or a name.
    ///   - again: Once more for what was asked for on the same day.
    ///   - confirmation: Whether to ask.
    ///   - verb: How the plan begins, for example `Capture`.
    ///   - nothing: What is said where nothing is left to do.
    func run(
        _ request: PaymentRequest, _ who: String, again: Bool, _ confirmation: Confirmation, verb: String,
        nothing: String
    ) throws {
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let session = here.session
        let plan = try session.planPayment(request, of: who, again: again, in: campaign.id)
        if plan.isRepeated {
            return Output.line(
                "\(visible(plan.reference)): this was asked for today already; nothing was changed. "
                    + "Say --again if it is wanted twice.")
        }
        guard !plan.steps.isEmpty else {
            return Output.line("\(visible(plan.reference)): \(nothing); nothing was changed.")
        }
        for line in plan.lines {
            Output.line("  \(line.units) × \(visible(line.title))  \(campaign.money(line.amount))")
        }
        for step in plan.steps {
            Output.line("\(verb) \(visible(step.reference)): \(campaign.money(step.amount))?")
        }
        guard try confirmation.proceeds("Do it?") else { return }
        let done = try session.carryOut(request, of: who, again: again, in: campaign.id)
        Output.line("")
        for (reference, payment) in done.payments { Output.line(standing(reference, payment)) }
        let due = commands(done)
        Output.next(due)
    }

    /// `P-1042: refunded, EUR 108.90 of EUR 108.90 paid back.`
    func standing(_ reference: String, _ payment: Payment) -> String {
        var words = ["\(visible(reference)) is \(payment.state.label)"]
        if payment.captured > 0 { words.append("\(campaign.money(payment.captured)) paid") }
        if payment.refunded > 0 { words.append("\(campaign.money(payment.refunded)) paid back") }
        if payment.committed > 0 { words.append("\(campaign.money(payment.committed)) to be paid back") }
        if payment.capturable > 0 { words.append("\(campaign.money(payment.capturable)) held") }
        return words.joined(separator: ", ") + "."
    }

    /// What is left for a person.
    private func commands(_ done: PaymentOutcome) -> [String] {
        let id = campaign.id
        let open = done.payments.filter { $0.payment.operation != nil || $0.payment.state == .refundOwed }
        guard let first = open.first else { return [] }
        let reference = visible(first.reference)
        if first.payment.state == .refundOwed {
            return ["pledgebook payment retry \(reference) -c \(id)   the refund failed: it is owed"]
        }
        return done.plan.isRecorded
            ? ["pledgebook payment refund \(reference) --done -c \(id)   when you have paid it back"]
            : ["pledgebook payment reconcile -c \(id)   asks the gateway what became of it"]
    }
}

import Accounting
public import Crowdfunding
import Storage

/// What a person asks to be done with one payment.
public enum PaymentRequest: Hashable, Sendable {
    /// Take from the hold (T09, T15); `nil`: all that it has left. Minor units.
    case capture(Int64?)
    /// Let go of what the hold has left (T16, T17).
    case void
    /// Give back (T22, T50).
    case refund(RefundAmount)
}

/// How much is given back.
public enum RefundAmount: Hashable, Sendable {
    /// What is owed, and everything that is refundable.
    case everything
    /// Minor units, more than zero.
    case amount(Int64)
    /// Tiers and add-ons of the pledge.
    case lines([RefundLine])
}

/// A tier or an add-on of a pledge that is given back.
public struct RefundLine: Hashable, Sendable {
    /// The tier's or add-on's id.
    public var id: String
    /// How many of it; `nil`: all of them.
    public var units: Int64?

    /// Names a line.
    public init(id: String, units: Int64? = nil) {
        self.id = id
        self.units = units
    }
}

/// What a request comes to, before anything is sent.
public struct PaymentPlan: Sendable {
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    /// The pledge's reference.
    public let reference: String
    /// One a payment, in the order in which they are asked for; empty where nothing is left to do.
    public let steps: [PaymentStep]
    /// The lines that are refunded, and what each comes to; empty where none were named.
    public let lines: [LinePrices.Line]
    /// Where the first of the payments is.
    public let before: PaymentState
    /// Whether somebody has to move the money by hand: it moves elsewhere.
    public let isRecorded: Bool
    /// The same was asked for on the same day already.
    public let isRepeated: Bool

    /// What all steps come to, minor units.
    public var amount: Int64 { steps.reduce(0) { $0 + $1.amount } }
}

/// One request to one payment.
public struct PaymentStep: Hashable, Sendable {
    /// From 1.
    public let instalment: Int
    /// As people name it: `P-1042/2`.
    public let reference: String
    /// What is asked.
    public let event: PaymentEvent
    /// Minor units.
    public let amount: Int64
}

/// What became of a request.
public struct PaymentOutcome: Sendable {
    /// What was asked for.
    public let plan: PaymentPlan
    /// What became of the operations.
    public let count: SweepCount
    /// The payments that it was about, as they stand.
    public let payments: [(reference: String, payment: Payment)]
}

extension Session {
    /// What a request would do; changes nothing and sends nothing.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - who: A reference, an e-mail address or a name; `P-1042/2` names a second payment.
    ///   - again: Asks once more for what was asked for on the same day already.
    ///   - id: The campaign; without one, the only one that is not over.
    /// - Returns: The steps, in order; none where nothing is left to do.
    /// - Throws: `PaymentRefusal` with what stands against it, `LineRefusal`, `SessionError`.
    public func planPayment(
        _ request: PaymentRequest, of who: String, again: Bool = false, in id: CampaignID?
    ) throws -> PaymentPlan {
        try book.read { records -> PaymentPlan in
            let campaign = try campaign(id, in: records)
            let cases = try paymentCases(who, of: campaign, in: records)
            return try RequestedPayments(
                request: request, cases: cases, again: again, now: now, records: records
            ).plan()
        }
    }

    /// Asks the gateway for what a person wants, once: said again on the same day it changes nothing.
    ///
    /// Asks first what became of anything that was left open. What moves elsewhere is committed, and waits
    /// for a person to say that it was done.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - who: A reference, an e-mail address or a name; `P-1042/2` names a second payment.
    ///   - again: Asks once more for what was asked for on the same day already.
    ///   - id: The campaign; without one, the only one that is not over.
    /// - Returns: What became of it.
    /// - Throws: As `planPayment`; `SessionError.gatewayBusy`; what the gateway throws.
    public func carryOut(
        _ request: PaymentRequest, of who: String, again: Bool = false, in id: CampaignID?
    ) throws -> PaymentOutcome {
        let campaign = try campaign(id)
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        var windows = try OperationWindows(self, campaign: campaign)
        let cases = try book.read { try paymentCases(who, of: campaign, in: $0) }
        guard let pledge = cases.first?.pledge.number else { throw SessionError.unknownPledge(who) }
        try windows.resolve(of: pledge)
        let plan = try planPayment(request, of: who, again: again, in: campaign.record.id)
        for step in plan.steps {
            try windows.request(of: pledge, instalment: step.instalment, because: nil) { _, _, _ in
                step.event
            }
        }
        return try book.read { records in
            let cases = try paymentCases(plan.reference, of: campaign, in: records)
            return PaymentOutcome(
                plan: plan, count: windows.count, payments: cases.map { ($0.reference, $0.payment) })
        }
    }
}

/// Works a request out for the payments that it may be about.
private struct RequestedPayments {
    let request: PaymentRequest
    let cases: [PaymentCase]
    let again: Bool
    let now: Timestamp
    let records: Records

    func plan() throws -> PaymentPlan {
        switch request {
        case .capture(let amount): return try capture(amount)
        case .void: return try void()
        case .refund(let amount): return try refund(amount)
        }
    }

    private func plan(
        _ steps: [(PaymentCase, PaymentEvent)], lines: [LinePrices.Line] = [], isRepeated: Bool = false
    ) throws -> PaymentPlan {
        var made: [PaymentStep] = []
        for (about, event) in steps {
            let change = try about.payment.applying(event, in: about.context(at: now))
            let amount = event.amount ?? change.payment.operation?.amount ?? 0
            made.append(
                PaymentStep(
                    instalment: about.instalment, reference: about.reference, event: event, amount: amount))
        }
        let first = steps.first?.0 ?? cases[0]
        return PaymentPlan(
            campaign: first.campaign, reference: first.pledge.reference, steps: made, lines: lines,
            before: first.payment.state, isRecorded: first.pledge.gateway == 1, isRepeated: isRepeated)
    }

    /// Whether the same was asked for on the same day and did not fail: of one payment, or in one command of
    /// several.
    private func wasAsked(_ kind: OperationKind, _ amount: Int64, of about: [PaymentCase]) -> Bool {
        guard !again, let campaign = cases.first?.campaign else { return false }
        let today = campaign.day(of: now)
        let asked = about.flatMap(\.operations).filter {
            $0.kind == kind && campaign.day(of: $0.at) == today
                && $0.state.rawValue <= OperationState.succeeded.rawValue
        }
        return asked.contains { $0.amount == amount }
            || Dictionary(grouping: asked, by: \.at).values.contains {
                $0.reduce(0) { $0 + $1.amount } == amount
            }
    }

    private func capture(_ amount: Int64?) throws -> PaymentPlan {
        let about = cases.last { $0.payment.capturable > 0 } ?? cases[cases.count - 1]
        if let amount, wasAsked(.capture, amount, of: [about]) { return try plan([], isRepeated: true) }
        if amount == nil, about.payment.state == .captured { return try plan([]) }
        let wanted = amount ?? max(1, about.payment.capturable)
        return try plan([(about, .capture(wanted))])
    }

    private func void() throws -> PaymentPlan {
        let about = cases.last { $0.payment.capturable > 0 } ?? cases[cases.count - 1]
        switch about.payment.state {
        case .voided: return try plan([])
        case .authorized, .partiallyCaptured: return try plan([(about, .cancel)])
        // Something is under way, or in doubt: the table says what.
        case .unknown, .conflicted, .authorizing, .capturePending, .voidPending:
            return try plan([(about, .cancel)])
        // The others hold nothing; the table would cancel some, which is for `pledge cancel`.
        default: throw PaymentRefusal.notAllowed(request: "voided", state: about.payment.state)
        }
    }

    // MARK: Refunds

    private func refund(_ wanted: RefundAmount) throws -> PaymentPlan {
        switch wanted {
        case .everything: return try refundEverything()
        case .amount(let amount): return try refund(amount, lines: [])
        case .lines(let names):
            let prices = try linePrices(cases[0])
            let lines = try names.map { try prices.line($0.id, units: $0.units) }
            return try refund(lines.reduce(0) { $0 + $1.amount }, lines: lines)
        }
    }

    /// What is owed first, then what is refundable; the newest payment first.
    private func refundEverything() throws -> PaymentPlan {
        var steps: [(PaymentCase, PaymentEvent)] = []
        for about in cases.reversed() {
            let payment = about.payment
            switch payment.state {
            case .refundOwed: steps.append((about, .resendRefund(payment.committed)))
            case .refundPending: continue
            case _ where payment.refundable > 0: steps.append((about, .refund(payment.refundable)))
            // Conflicted, disputed or in doubt: the table says why.
            case .conflicted, .disputed, .unknown: steps.append((about, .refund(max(1, payment.refundable))))
            default: continue
            }
        }
        let isNothing = steps.isEmpty && cases.allSatisfy { $0.payment.captured == 0 }
        if isNothing { steps.append((cases[cases.count - 1], .refund(1))) }
        return try plan(steps)
    }

    private func refund(_ amount: Int64, lines: [LinePrices.Line]) throws -> PaymentPlan {
        if wasAsked(.refund, amount, of: cases) { return try plan([], lines: lines, isRepeated: true) }
        var left = amount
        var steps: [(PaymentCase, PaymentEvent)] = []
        for about in cases.reversed() where left > 0 {
            let some = min(left, about.payment.refundable)
            guard some > 0 else { continue }
            steps.append((about, .refund(some)))
            left -= some
        }
        // What does not fit is asked of the payment that it fits best, so that the table names the figures.
        let whole = cases.reduce(0) { $0 + $1.payment.refundable }
        if left > 0, steps.count > 1 {
            throw PaymentRefusal.refundBeyondRefundable(
                asked: cases[0].campaign.money(amount), refundable: cases[0].campaign.money(whole))
        }
        if left > 0 || amount <= 0 {
            let best = cases.last { $0.payment.captured > 0 } ?? cases[0]
            steps = [(best, .refund(amount))]
        }
        return try plan(steps, lines: lines)
    }

    private func linePrices(_ about: PaymentCase) throws -> LinePrices {
        let pledge = about.pledge
        let number = about.campaign.record.number
        let definition = about.campaign.definition(at: pledge.placedAt)
        let tiers = try records.offerNumbers(.tier, campaign: number)
        let tier = definition.tiers.first {
            pledge.tier != nil && tiers[$0.id].map { Int($0) } == pledge.tier
        }
        let promotions = try records.offerNumbers(.promotion, campaign: number)
        let promotion = definition.promotions.first {
            pledge.promotion != nil && promotions[$0.code].map { Int($0) } == pledge.promotion
        }
        let addOns = try records.lines(campaign: number, pledge: pledge.number).compactMap { line in
            line.kind == 1
                ? definition.addOns.first { $0.id == line.id }.map { (addOn: $0, units: line.quantity) } : nil
        }
        return LinePrices(
            tier: tier.map { ($0, pledge.quantity) }, addOns: addOns, goods: pledge.goods,
            shipping: pledge.shipping, tax: pledge.tax, pricesIncludeTax: definition.tax.pricesIncludeTax,
            promotion: promotion?.percentOff)
    }
}

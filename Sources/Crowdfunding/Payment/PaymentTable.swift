// The transition table of payments.md, row by row: the number of each row stands beside its case. It
// decides and does not act. The arithmetic of a row is in PaymentSteps.swift, what to book in
// PaymentBookings.swift.

import Accounting

extension Payment {
    /// A payment as its pledge is placed (T01).
    ///
    /// Whether the pledge may be placed is for `PledgePlacement`.
    public static func placed(due: Int64) -> PaymentChange {
        PaymentChange(1, Payment(), [Booking(.placed, due)])
    }

    /// A further payment of a pledge, as its balance is asked for, or what it was made dearer by (T53).
    ///
    /// `due`: the new price less what was paid, minor units; `hasMethod`: a gateway has a saved method.
    public static func balance(due: Int64, hasMethod: Bool) -> PaymentChange {
        var payment = Payment()
        if hasMethod { payment.ending = .methodSaved }
        return PaymentChange(53, payment, [Booking(.balanceDue, due)])
    }

    /// What the event makes of the payment.
    ///
    /// A request that the table does not allow throws and changes nothing; a fact that it does not name is
    /// T35. A fact that was seen before must not be given again (T36, `FactKey`).
    public func applying(
        _ event: PaymentEvent, in context: PaymentContext
    ) throws(PaymentRefusal) -> PaymentChange {
        if let amount = event.amount, amount < 1 || amount > largestAmount {
            throw .amountOutOfRange(amount)
        }
        guard event.isFact else { return try requesting(event, in: context) }
        if !context.currencyMatches, let amount = event.amount { return foreign(event, amount) }
        if let change = answering(event, in: context) { return change }
        return happening(event, in: context)
    }

    // MARK: Requests

    private func requesting(
        _ event: PaymentEvent, in context: PaymentContext
    ) throws(PaymentRefusal) -> PaymentChange {
        switch (state, event) {
        // T02
        case (.pledged, .saveMethod), (.failed, .saveMethod), (.actionRequired, .saveMethod),
            (.methodSaved, .saveMethod):
            return change(2, [Booking(.methodSaved, 0)]) { $0.ending = .methodSaved }
        // T03
        case (.pledged, .authorize(let amount)), (.methodSaved, .authorize(let amount)),
            (.expired, .authorize(let amount)), (.failed, .authorize(let amount)):
            return try starting(3, .authorize, amount)
        case (.pledged, .charge(let amount)), (.methodSaved, .charge(let amount)),
            (.expired, .charge(let amount)), (.failed, .charge(let amount)):
            return try starting(3, .charge, amount)
        // T09, T15
        case (.authorized, .capture(let amount)): return try capturing(9, amount, in: context)
        case (.partiallyCaptured, .capture(let amount)): return try capturing(15, amount, in: context)
        // T20
        case (.expired, .capture): throw .authorizationExpired
        // T16, T17, T41
        case (.authorized, .cancel):
            return change(16) { $0.operation = OpenOperation(.void, amount: $0.capturable) }
        case (.partiallyCaptured, .cancel):
            return change(17) { $0.operation = OpenOperation(.void, amount: $0.capturable) }
        case (.pledged, .cancel), (.methodSaved, .cancel), (.failed, .cancel), (.actionRequired, .cancel):
            return change(41, [Booking(.canceled, 0)]) { $0.ending = .canceled }
        // T22, T27; T30 is refused below
        case (.captured, .refund(let amount)), (.partiallyCaptured, .refund(let amount)),
            (.partiallyRefunded, .refund(let amount)), (.refundOwed, .refund(let amount)):
            return try refunding(amount, in: context)
        // T50
        case (.refundOwed, .resendRefund(let amount)):
            return try resendingRefund(amount, in: context)
        // T19
        case (.authorized, .expire), (.partiallyCaptured, .expire): return try expiring(in: context)
        case (.expired, .expire): return PaymentChange(19, self)
        // T49
        case (.failed, .drop), (.actionRequired, .drop), (.methodSaved, .drop), (.pledged, .drop):
            return try dropping(in: context)
        // T52
        case (.conflicted, .settle(let settlement)): return try settling(settlement, in: context)
        default: throw refusal(of: event, in: context)
        }
    }

    private func resendingRefund(
        _ amount: Int64, in context: PaymentContext
    ) throws(PaymentRefusal) -> PaymentChange {
        guard amount <= committed else {
            throw .refundBeyondOwed(asked: money(amount, context), owed: money(committed, context))
        }
        return change(50) { $0.operation = OpenOperation(.refund, amount: amount) }
    }

    private func dropping(in context: PaymentContext) throws(PaymentRefusal) -> PaymentChange {
        guard let end = context.retryWindowEnds, context.now >= end else {
            throw .retryWindowOpen(until: context.retryWindowEnds)
        }
        return change(49, [Booking(.dropped, 0)]) { $0.ending = .dropped }
    }

    /// Why a pair that has no row is refused: what blocks first is named first.
    private func refusal(of event: PaymentEvent, in context: PaymentContext) -> PaymentRefusal {
        let request = event.participle
        switch state {
        case .conflicted: return .conflicted(request: request, excess: money(excess, context))
        case .disputed: return .disputeOpen(request: request, disputed: money(disputed, context))
        default: break
        }
        guard let operation else { return .notAllowed(request: request, state: state) }
        let amount = money(operation.amount, context)
        return operation.state == .unknown
            ? .outcomeUnknown(request: request, operation: operation.kind, amount: amount)
            : .operationOpen(request: request, operation: operation.kind, amount: amount)
    }
}

// MARK: - Answers to the operation that is open

extension Payment {
    /// The row of a fact that answers the open operation, or tells of its failure late; `nil` where it is
    /// neither.
    private func answering(_ event: PaymentEvent, in context: PaymentContext) -> PaymentChange? {
        guard let operation else { return withoutOperation(event) }
        let asked = operation.amount
        switch (operation.kind, event) {
        // T04, T08
        case (.authorize, .authorized(let amount, let captureBefore)):
            return holding(amount, asked: asked, until: captureBefore)
        // T48, T08
        case (.charge, .charged(let amount, let fee)), (.charge, .captured(let amount, let fee)):
            return charging(amount, asked: asked, fee: fee, in: context)
        // T10, T11, T14
        case (.capture, .captured(let amount, let fee)):
            return taking(amount, asked: asked, fee: fee, in: context)
        // T16, T17, T08
        case (.void, .holdVoided):
            return answer(
                captured > 0 ? 17 : asks(16, 8), .succeeded, [Booking(.voided, asked, operation: .void)]
            ) {
                $0.voided += asked
                $0.ending = .voided
            }
        // T23
        case (.refund, .refunded(let amount, let fee)): return refundDone(amount, asked: asked, fee: fee)
        // T24
        case (.refund, .refundFailed):
            return answer(24, .failedHard) { $0.flags.insert(.needsReview) }
        // T12, T14
        case (.capture, .captureFailed(expired: true)):
            return answer(asks(12, 14), .failedHard, [Booking(.expired, authorized - voided - captured)]) {
                $0.voided = $0.authorized - $0.captured
                $0.ending = .expired
            }
        case (.capture, .captureFailed(expired: false)): return answer(asks(12, 14), .failedSoft)
        // T06, T08
        case (.authorize, .declined(let hard)), (.charge, .declined(let hard)):
            return answer(asks(6, 8), hard ? .failedHard : .failedSoft, [Booking(.declined, asked)]) {
                $0.ending = hard ? .failedHard : .failedSoft
            }
        // T05
        case (.authorize, .needsBacker), (.charge, .needsBacker):
            return answer(asks(5, 8), .failedSoft) { $0.ending = .actionRequired }
        default: return unanswered(event, operation, in: context)
        }
    }

    /// What leaves the operation open, or ends it without the gateway.
    private func unanswered(
        _ event: PaymentEvent, _ operation: OpenOperation, in context: PaymentContext
    ) -> PaymentChange? {
        switch (operation.kind, event) {
        // T07, T13, T18, T26
        case (let kind, .timedOut):
            let row = [.authorize: 7, .charge: 7, .capture: 13, .void: 18, .refund: 26][kind] ?? 7
            return change(row, answered: .unknown) { $0.operation?.state = .unknown }
        // T16: a void that is refused is asked for, because the hold may be gone or captured.
        case (.void, .voidFailed) where operation.state != .unknown:
            return change(16, answered: .unknown) { $0.operation?.state = .unknown }
        // T08: asked, and it was not voided.
        case (.void, .voidFailed): return answer(8, .failedHard)
        // T25; the others wait in the state they are in.
        case (let kind, .accepted):
            let row = [.capture: 9, .void: 16, .refund: 25][kind] ?? 3
            return change(row, answered: .pending) { $0.operation?.state = .pending }
        // T08, T14
        case (let kind, .notFound(let sentAt)):
            let row = kind == .capture ? 14 : 8
            guard context.now >= sentAt.adding(seconds: context.keyLifetime) else {
                return change(row, answered: .open, sendAgain: true) { $0.operation?.state = .open }
            }
            return answer(row, .abandoned) {
                if kind == .authorize || kind == .charge { $0.ending = .abandoned }
                if kind == .refund { $0.flags.insert(.needsReview) }
            }
        default: return event.isFailure ? PaymentChange(39, self) : nil
        }
    }

    /// Facts about requests, where none is open.
    private func withoutOperation(_ event: PaymentEvent) -> PaymentChange? {
        switch (stateBeneath, event) {
        // T06: a hold or charge that waited for the backer, or a recorded payment that a person says was
        // declined.
        case (.actionRequired, .declined(let hard)), (.pledged, .declined(let hard)):
            return change(6, [Booking(.declined, 0)]) { $0.ending = hard ? .failedHard : .failedSoft }
        // T39: an older failure never undoes a newer success.
        default: return event.isFailure ? PaymentChange(39, self) : nil
        }
    }

    /// The row of an answer, or of the same answer to a question about an operation nobody knew of.
    func asks(_ row: Int, _ asked: Int) -> Int { operation?.state == .unknown ? asked : row }

    func answer(
        _ row: Int, _ state: OperationState, _ bookings: [Booking] = [],
        _ body: (inout Payment) -> Void = { _ in }
    ) -> PaymentChange {
        change(row, bookings, answered: state) {
            $0.operation = nil
            body(&$0)
        }
    }
}

// MARK: - Facts nobody asked for

extension Payment {
    private func happening(_ event: PaymentEvent, in context: PaymentContext) -> PaymentChange {
        switch (stateBeneath, event) {
        // T48: the backer has acted, and the gateway went on by itself.
        case (.actionRequired, .charged(let amount, let fee)),
            (.actionRequired, .captured(let amount, let fee)):
            return arriving(48, amount, fee: fee, by: .charge, in: context)
        // T04
        case (.actionRequired, .authorized(let amount, let captureBefore)):
            return holding(amount, asked: context.due ?? amount, until: captureBefore)
        // T21
        case (.pledged, .captured(let amount, let fee)), (.methodSaved, .captured(let amount, let fee)),
            (.failed, .captured(let amount, let fee)), (.dropped, .captured(let amount, let fee)),
            (.canceled, .captured(let amount, let fee)), (.expired, .captured(let amount, let fee)),
            (.voided, .captured(let amount, let fee)):
            return arriving(21, amount, fee: fee, by: nil, in: context)
        // T19
        case (.authorized, .holdExpired), (.partiallyCaptured, .holdExpired): return holdEnded(19)
        case (_, .holdExpired) where operation == nil && capturable == 0 && voided > 0:
            return PaymentChange(19, self)
        // T36: freed before.
        case (_, .holdVoided) where operation == nil && capturable == 0 && voided > 0:
            return PaymentChange(36, self)
        // T23 of a recorded refund, T28
        case (_, .refunded(let amount, let fee)) where captured > 0:
            return refundedElsewhere(amount, fee: fee, fromOwnAccount: false, in: context)
        case (_, .refundedOutside(let amount, let fee, let own)) where captured > 0:
            return refundedElsewhere(amount, fee: fee, fromOwnAccount: own, in: context)
        // T51
        case (_, .refundReturned(let amount)) where amount <= refunded:
            return change(51, [Booking(.refundReturned, amount, pool: .refunded)]) {
                $0.refunded -= amount
                $0.committed += amount
                $0.flags.insert(.needsReview)
            }
        // T31
        case (_, .inquiry) where captured > 0: return change(31) { $0.flags.insert(.inquiry) }
        // T29, T32
        case (_, .disputeOpened(let amount, let fee)) where captured > 0: return disputing(amount, fee: fee)
        // T33
        case (_, .disputeWon(let amount, let fee)) where amount <= disputed:
            return change(33, [Booking(.disputeWon, amount, fee: fee, pool: .disputed)]) {
                $0.disputed -= amount
            }
        // T34
        case (_, .disputeLost(let amount)) where disputed > 0: return losing(amount, in: context)
        default: return conflicting(event)
        }
    }

    func change(
        _ row: Int, _ bookings: [Booking] = [], answered: OperationState? = nil, sendAgain: Bool = false,
        _ body: (inout Payment) -> Void
    ) -> PaymentChange {
        var payment = self
        body(&payment)
        return PaymentChange(row, payment, bookings, answered: answered, sendAgain: sendAgain)
    }

    func money(_ amount: Int64, _ context: PaymentContext) -> Money {
        Money(minorUnits: amount, currency: context.currency)
    }
}

extension PaymentEvent {
    /// Whether it says that the backer's money was held or taken.
    var isCollection: Bool {
        switch self {
        case .authorized, .charged, .captured: true
        default: false
        }
    }

    /// Whether it only says that something did not happen, or is not known: it moves no money.
    var isFailure: Bool {
        switch self {
        case .needsBacker, .declined, .captureFailed, .voidFailed, .timedOut, .accepted, .notFound,
            .refundFailed:
            true
        default: false
        }
    }
}

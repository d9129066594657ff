import Accounting
import Crowdfunding
import Testing

/// SplitMix64: the same seed gives the same walk.
struct Walk: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}

@Suite("Random walks of payments") struct PaymentWalkTests {
    static func event(_ random: inout Walk) -> PaymentEvent {
        let amount = Int64.random(in: 1...60, using: &random)
        let fee = Int64.random(in: 0...3, using: &random)
        let events: [PaymentEvent] = [
            .saveMethod, .authorize(amount), .charge(amount), .capture(amount), .cancel, .refund(amount),
            .resendRefund(amount), .expire, .drop, .settle(Settlement(unmatchedIn: amount)),
            .authorized(amount, captureBefore: nil), .charged(amount, fee: fee), .captured(amount, fee: fee),
            .needsBacker, .declined(hard: Bool.random(using: &random)),
            .captureFailed(expired: Bool.random(using: &random)), .holdVoided, .voidFailed, .timedOut,
            .accepted,
            .notFound(sentAt: now.adding(seconds: Int64.random(in: -100_000...0, using: &random))),
            .refunded(amount, fee: fee), .refundFailed, .holdExpired,
            .refundedOutside(amount, fee: fee, fromOwnAccount: Bool.random(using: &random)),
            .refundReturned(amount), .inquiry, .disputeOpened(amount, fee: fee),
            .disputeWon(amount, feeReturned: fee), .disputeLost(amount),
        ]
        return events[Int.random(in: 0..<events.count, using: &random)]
    }

    /// Now and then the event that fits: the asked amount for an open operation, all of the conflict.
    static func fitting(_ payment: Payment, _ random: inout Walk) -> PaymentEvent {
        if payment.excess > 0 {
            return .settle(Settlement(unmatchedIn: payment.excess, accepted: payment.excess))
        }
        guard let operation = payment.operation else {
            if payment.disputed > 0 { return .disputeLost(payment.disputed) }
            if payment.captured > 0, Int.random(in: 0..<6, using: &random) == 0 {
                return .disputeOpened(payment.captured, fee: 15)
            }
            if payment.capturable > 0, Bool.random(using: &random) { return .cancel }
            return payment.capturable > 0 ? .capture(payment.capturable) : event(&random)
        }
        if Int.random(in: 0..<6, using: &random) == 0 { return .timedOut }
        return switch operation.kind {
        case .authorize: .authorized(operation.amount, captureBefore: nil)
        case .charge: .charged(operation.amount, fee: 1)
        case .capture: .captured(operation.amount, fee: 1)
        case .void: .holdVoided
        case .refund: .refunded(operation.amount, fee: 1)
        }
    }

    @Test("invariants hold, entries replay to the amounts, parts never run out, suspense equals the conflict")
    func walks() throws {
        let seed: UInt64 = 20_260_401
        var random = Walk(seed: seed)
        var reached: Set<PaymentState> = []
        var rows: Set<Int> = []
        for walk in 0..<4000 {
            var state = Walking(seed: seed, walk: walk)
            for _ in 0..<40 {
                let context = setting([.collecting, .funded].randomElement(using: &random) ?? .collecting) {
                    $0.multicapture = Bool.random(using: &random)
                    $0.currencyMatches = Int.random(in: 0..<20, using: &random) > 0
                    $0.due = Int.random(in: 0..<4, using: &random) == 0 ? 50 : nil
                }
                let event =
                    Bool.random(using: &random) ? Self.fitting(state.payment, &random) : Self.event(&random)
                if let row = try state.step(event, in: context) { rows.insert(row) }
                reached.insert(state.payment.state)
            }
        }
        #expect(reached == Set(PaymentState.allCases), "walks reach every state, seed \(seed)")
        let all = Set([
            2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 28,
        ])
        .union([29, 31, 32, 33, 34, 35, 39, 41, 48, 49, 50, 51, 52])
        #expect(all.subtracting(rows) == [], "walks use every row, seed \(seed)")
    }

    struct Walking {
        let seed: UInt64
        let walk: Int
        var payment = Payment()
        var parts = PartsLeft(due: EntryParts(goods: 70, shipping: 10, tax: 20))
        var suspense: Int64 = 0

        init(seed: UInt64, walk: Int) {
            self.seed = seed
            self.walk = walk
        }

        mutating func step(_ event: PaymentEvent, in context: PaymentContext) throws -> Int? {
            let change: PaymentChange
            do {
                change = try payment.applying(event, in: context)
            } catch {
                #expect(!event.isFact, "seed \(seed) walk \(walk): \(event) is a fact")
                #expect(!error.message.isEmpty)
                return nil
            }
            let before = payment
            func note() -> Comment { "seed \(seed) walk \(walk): \(before) \(event)" }
            #expect(change.payment.violations() == [], note())
            for booking in change.bookings {
                payment.replay(booking)
                var positive = booking
                positive.isReversal = false
                let taken = try parts.take(positive)
                #expect(taken.amount == (booking.pool == .none ? 0 : booking.amount), note())
                if booking.kind == .unmatchedIn || booking.kind == .unmatchedOut || booking.kind == .noted {
                    suspense += booking.isReversal ? -booking.amount : booking.amount
                }
            }
            #expect(amounts(payment) == amounts(change.payment), note())
            payment = change.payment
            if change.transition == 52 { suspense = 0 }
            #expect(suspense == payment.excess, note())
            #expect(parts.undelivered.amount + parts.delivered.amount == payment.held, note())
            #expect(parts.committed.amount == payment.committed, note())
            #expect(parts.refunded.amount == payment.refunded, note())
            return change.transition
        }
    }
}

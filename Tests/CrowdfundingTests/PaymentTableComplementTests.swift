import Accounting
import Crowdfunding
import Testing

/// Every state with every event: what the table names, and what it does not.
@Suite("Payment table, the complement") struct PaymentTableComplementTests {
    struct Pairing: Sendable, CustomTestStringConvertible {
        let name: String
        let event: PaymentEvent
        /// Where a request is allowed, or where a fact is in the table; everything else is refused or T35.
        let states: Set<PaymentState>
        var testDescription: String { name }
    }

    static let collectable: Set<PaymentState> = [.pledged, .methodSaved, .failed, .expired]
    static let unpaid: Set<PaymentState> = [.pledged, .methodSaved, .failed, .actionRequired]
    static let withMoney: Set<PaymentState> = [
        .captured, .partiallyCaptured, .refundPending, .refundOwed, .partiallyRefunded, .refunded, .disputed,
        .disputeLost, .conflicted,
    ]

    static let requests: [Pairing] = [
        Pairing(name: "saveMethod", event: .saveMethod, states: unpaid),
        Pairing(name: "authorize", event: .authorize(100), states: collectable),
        Pairing(name: "charge", event: .charge(100), states: collectable),
        Pairing(name: "capture", event: .capture(40), states: [.authorized, .partiallyCaptured]),
        Pairing(name: "cancel", event: .cancel, states: unpaid.union([.authorized, .partiallyCaptured])),
        Pairing(
            name: "refund", event: .refund(40),
            states: [.captured, .partiallyCaptured, .partiallyRefunded, .refundOwed]
        ),
        Pairing(name: "resendRefund", event: .resendRefund(40), states: [.refundOwed]),
        Pairing(name: "expire", event: .expire, states: [.authorized, .partiallyCaptured, .expired]),
        Pairing(name: "drop", event: .drop, states: unpaid),
        Pairing(name: "settle", event: .settle(Settlement(unmatchedIn: 5)), states: [.conflicted]),
    ]

    /// The samples of `authorizing` and `unknown` are charges; holds are in the rows.
    static let facts: [Pairing] = [
        Pairing(name: "authorized", event: .authorized(100, captureBefore: nil), states: [.actionRequired]),
        Pairing(
            name: "charged", event: .charged(100, fee: 0), states: [.authorizing, .unknown, .actionRequired]),
        Pairing(
            name: "captured", event: .captured(100, fee: 0),
            states: [
                .authorizing, .unknown, .actionRequired, .capturePending, .pledged, .methodSaved, .failed,
                .dropped,
                .canceled, .expired, .voided,
            ]
        ),
        // A hold that is gone already is T19 or T36: the same again.
        Pairing(name: "holdVoided", event: .holdVoided, states: [.voidPending, .voided, .expired]),
        Pairing(
            name: "holdExpired", event: .holdExpired,
            states: [.authorized, .partiallyCaptured, .expired, .voided]
        ),
        Pairing(name: "refunded", event: .refunded(40, fee: 0), states: withMoney),
        Pairing(
            name: "refundedOutside", event: .refundedOutside(40, fee: 0, fromOwnAccount: false),
            states: withMoney
        ),
        Pairing(name: "refundReturned", event: .refundReturned(40), states: [.partiallyRefunded, .refunded]),
        Pairing(name: "inquiry", event: .inquiry, states: withMoney),
        Pairing(
            name: "disputeOpened", event: .disputeOpened(40, fee: 0),
            states: withMoney.subtracting([.disputed])
        ),
        Pairing(name: "disputeWon", event: .disputeWon(40, feeReturned: 0), states: [.disputed]),
        Pairing(name: "disputeLost", event: .disputeLost(40), states: [.disputed]),
    ]

    static let failures: [Pairing] = [
        Pairing(name: "needsBacker", event: .needsBacker, states: [.authorizing, .unknown]),
        Pairing(
            name: "declined", event: .declined(hard: false),
            states: [.authorizing, .unknown, .actionRequired, .pledged]
        ),
        Pairing(name: "captureFailed", event: .captureFailed(expired: false), states: [.capturePending]),
        Pairing(name: "voidFailed", event: .voidFailed, states: [.voidPending]),
        Pairing(name: "refundFailed", event: .refundFailed, states: [.refundPending]),
        Pairing(name: "timedOut", event: .timedOut, states: open),
        Pairing(name: "accepted", event: .accepted, states: open),
        Pairing(name: "notFound", event: .notFound(sentAt: now), states: open),
    ]
    static let open: Set<PaymentState> = [
        .authorizing, .unknown, .capturePending, .voidPending, .refundPending,
    ]

    static func from(_ state: PaymentState) -> Payment {
        var payment = sample(state)
        payment.captureBefore = nil
        return payment
    }

    @Test("requests are allowed where the table says and refused elsewhere", arguments: requests)
    func refusesRequests(_ pairing: Pairing) {
        for state in PaymentState.allCases {
            var payment = Self.from(state)
            if case .expire = pairing.event { payment.captureBefore = now }
            var refusal: PaymentRefusal?
            do { _ = try payment.applying(pairing.event, in: setting()) } catch { refusal = error }
            #expect((refusal == nil) == pairing.states.contains(state), "\(pairing.name) of \(state)")
            if let refusal {
                #expect(refusal.exitCode == .refused)
                #expect(refusal.message.hasSuffix("."), "\(refusal.message)")
            }
        }
    }

    @Test("facts that the table does not name are T35 and conflict", arguments: facts)
    func conflictsFacts(_ pairing: Pairing) throws {
        for state in PaymentState.allCases {
            let change = try Self.from(state).applying(pairing.event, in: setting())
            let isNamed = change.transition != 35
            #expect(
                isNamed == pairing.states.contains(state),
                "\(pairing.name) of \(state): T\(change.transition)")
            #expect(change.payment.violations() == [], "\(pairing.name) of \(state)")
            guard !isNamed else { continue }
            #expect(!change.bookings.isEmpty)
            #expect(
                change.payment.excess > 0 || (change.bookings.first?.amount ?? 1) == 0,
                "\(pairing.name) of \(state)")
        }
    }

    @Test("T39: a failure that answers nothing that is open changes nothing", arguments: failures)
    func ignoresFailures(_ pairing: Pairing) throws {
        for state in PaymentState.allCases {
            let payment = Self.from(state)
            let change = try payment.applying(pairing.event, in: setting())
            let isNamed = pairing.states.contains(state)
            #expect(
                (change.transition != 39) == isNamed, "\(pairing.name) of \(state): T\(change.transition)")
            if !isNamed { #expect(change.payment == payment && change.bookings.isEmpty) }
        }
    }

    @Test("each sample is in the state that it stands for", arguments: PaymentState.allCases)
    func samples(_ state: PaymentState) {
        #expect(sample(state).state == state)
        #expect(sample(state).violations() == [])
    }

    @Test("states, endings and flags keep their stored values")
    func rawValues() {
        let states = PaymentState.allCases.map(\.rawValue)
        #expect(states == [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 20, 21, 30, 31, 32, 33, 40, 41, 50, 60])
        #expect(PaymentEnding.allCases.map(\.rawValue) == Array(0...9))
        #expect([PaymentFlags.needsReview, .late, .inquiry].map(\.rawValue) == [1, 2, 4])
    }

    @Test("violations name what is broken")
    func violations() {
        #expect(payment(a: 50, c: 60).violations().count == 1)
        #expect(payment(a: 100, v: 1, .capture).violations().count == 1)
        #expect(payment(a: 100, c: 100, r: 50, rp: 51).violations().count == 1)
        #expect(payment(a: 100, c: 100, disputed: 101).violations().count == 1)
        #expect(payment(a: -1).violations().count == 2)
        #expect(payment(.charge, 0).violations().count == 1)
        #expect(payment(.charge, 1, .succeeded).violations().count == 1)
    }
}

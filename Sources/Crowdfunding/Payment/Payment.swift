public import Accounting

/// One instalment of a pledge: what was held, taken and given back, and what is under way.
///
/// Amounts are minor units of the campaign's currency, never negative. Its state is derived, see `state`.
public struct Payment: Hashable, Sendable {
    /// A: what the method was found good for, over all holds and charges.
    public var authorized: Int64 = 0
    /// C: what was taken.
    public var captured: Int64 = 0
    /// V: what was held and freed, by us or by the clock.
    public var voided: Int64 = 0
    /// R: what was given back.
    public var refunded: Int64 = 0
    /// Rp: what we have committed to give back and have not.
    public var committed: Int64 = 0
    /// Do: what open disputes hold.
    public var disputed: Int64 = 0
    /// Dl: what lost disputes took.
    public var lost: Int64 = 0
    /// X: what facts brought beyond what was asked, or fell short of it; not 0 until a person has settled it.
    public var excess: Int64 = 0
    /// The request that is under way; it is also the reservation of its amount.
    public var operation: OpenOperation?
    /// How it ended, or stands where no money decides.
    public var ending = PaymentEnding.pledged
    /// The last instant at which the hold can be captured.
    public var captureBefore: Timestamp?
    /// What people should look at; stops nothing.
    public var flags = PaymentFlags()

    /// A payment as it is when its pledge is placed.
    public init() {}

    /// What of the hold can still be captured: A − C − Cp − V − Vp.
    public var capturable: Int64 { authorized - captured - voided - reserved }

    /// What an open capture or void reserves of the hold: Cp + Vp.
    public var reserved: Int64 {
        guard let operation, operation.kind == .capture || operation.kind == .void else { return 0 }
        return operation.amount
    }

    /// What campaigns count as collected: C − R − Rp − Do − Dl, fees not taken off; never negative.
    ///
    /// Money that is in dispute and was given back, or is to be, is taken off once.
    public var netCollected: Int64 { held - min(held, disputed) }

    /// The broken invariants of payments.md (I1–I4 as far as one payment shows them), a sentence each;
    /// empty when it is sound.
    ///
    /// For `book check` and tests.
    public func violations() -> [String] {
        var found: [String] = []
        let amounts = [
            ("authorized", authorized), ("captured", captured), ("voided", voided), ("refunded", refunded),
            ("committed", committed), ("disputed", disputed), ("lost", lost), ("excess", excess),
        ]
        for (name, amount) in amounts where amount < 0 {
            found.append("\(name) is negative: \(amount)")
        }
        if captured + voided + reserved > authorized {
            found.append(
                "I1: captured \(captured) + voided \(voided) + reserved \(reserved)"
                    + " > authorized \(authorized)"
            )
        }
        if refunded + committed + lost > captured {
            found.append(
                "I2: refunded \(refunded) + committed \(committed) + lost \(lost) > captured \(captured)"
            )
        }
        if disputed > captured {
            found.append("I2: disputed \(disputed) > captured \(captured)")
        }
        if let operation {
            if operation.amount <= 0 { found.append("I4: an open \(operation.kind) of \(operation.amount)") }
            if operation.state.rawValue >= OperationState.succeeded.rawValue {
                found.append("I3: the open operation is \(operation.state)")
            }
        }
        return found
    }
}

/// A request that is under way.
public struct OpenOperation: Hashable, Sendable {
    /// What was asked for.
    public var kind: OperationKind
    /// Minor units, more than zero; never changes.
    public var amount: Int64
    /// Open, pending or unknown.
    public var state: OperationState

    /// An operation that is about to be sent, unless `state` says more.
    public init(_ kind: OperationKind, amount: Int64, state: OperationState = .open) {
        self.kind = kind
        self.amount = amount
        self.state = state
    }
}

/// How a payment ended, or stands where no money decides.
///
/// The raw values are stored.
public enum PaymentEnding: Int, CaseIterable, Sendable {
    case pledged = 0
    case methodSaved = 1
    case actionRequired = 2
    /// Declined; retried on schedule.
    case failedSoft = 3
    /// Declined for good (lost, stolen, closed, do not retry): wants another method.
    case failedHard = 4
    /// Never reached the gateway as far as it knows, and the key is too old to send again.
    case abandoned = 5
    case voided = 6
    case expired = 7
    case dropped = 8
    case canceled = 9
}

/// Marks that stop nothing.
///
/// The raw value is stored.
public struct PaymentFlags: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: Int
    /// A person should look at it.
    public static let needsReview = PaymentFlags(rawValue: 1)
    /// Money came after its time.
    public static let late = PaymentFlags(rawValue: 2)
    /// The bank has asked about it; no money moved.
    public static let inquiry = PaymentFlags(rawValue: 4)

    /// Flags from stored bits.
    public init(rawValue: Int) { self.rawValue = rawValue }
}

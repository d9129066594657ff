public import Accounting
import Crowdfunding

/// What a person, who reads a bank's or processor's statement, says has happened to a payment.
public enum PaymentTelling: Hashable, Sendable {
    /// Money arrived: T21, T48, or what became of a charge or capture (T08, T10, T14).
    case paid
    /// It did not: T06.
    case declined(forGood: Bool)
    /// It is held on the backer's card until then: T04.
    case held(until: Timestamp)
    /// The hold ran out: T19.
    case holdExpired
    /// The hold is let go: T16.
    case holdReleased
    /// Paid back: T23, T28.
    case refunded(fromOwnAccount: Bool)
    /// A refund that was under way failed for certain: T24.
    case refundFailed
    /// A refund that was done came back: T51.
    case refundReturned
    /// The processor's statement does not have what the book calls paid: T46.
    case missing
    /// The bank asks; no money moved: T31.
    case inquiry
    /// T29, T32.
    case disputeOpened
    /// T33.
    case disputeWon
    /// T34.
    case disputeLost
}

extension PaymentTelling {
    /// The word that the signed detail says; it never changes.
    var word: String {
        switch self {
        case .paid: "payment"
        case .declined: "declined"
        case .held: "held"
        case .holdExpired: "hold-expired"
        case .holdReleased: "hold-released"
        case .refunded: "refund"
        case .refundFailed: "refund-failed"
        case .refundReturned: "refund-returned"
        case .missing: "missing"
        case .inquiry: "inquiry"
        case .disputeOpened: "dispute-opened"
        case .disputeWon: "dispute-won"
        case .disputeLost: "dispute-lost"
        }
    }

    /// Whether the same reference with another amount is a slip of the pen more often than another fact.
    var isStrict: Bool {
        switch self {
        case .paid, .refunded, .refundReturned: true
        default: false
        }
    }

    /// Whether a figure beyond what the book expects has to be confirmed.
    var hasLimit: Bool {
        switch self {
        case .paid, .refunded: true
        default: false
        }
    }

    /// Which of a pledge's payments it is about, where nobody says: the newest that it fits, of money in the
    /// oldest.
    func choose(from cases: [PaymentCase]) -> PaymentCase? {
        let newest = cases.reversed()
        switch self {
        case .paid, .declined, .held:
            return cases.first { $0.due > 0 } ?? cases.last
        case .holdExpired, .holdReleased:
            return newest.first { $0.payment.capturable > 0 } ?? cases.last
        case .refunded:
            return newest.first { $0.payment.operation?.kind == .refund }
                ?? newest.first { $0.payment.committed > 0 } ?? newest.first { $0.payment.refundable > 0 }
                ?? cases.last
        case .refundFailed:
            return newest.first { $0.payment.operation?.kind == .refund } ?? cases.last
        case .refundReturned:
            return newest.first { $0.payment.refunded > 0 } ?? cases.last
        case .missing, .inquiry, .disputeOpened:
            return newest.first { $0.payment.captured > 0 } ?? cases.last
        case .disputeWon, .disputeLost:
            return newest.first { $0.payment.disputed > 0 } ?? newest.first { $0.payment.captured > 0 }
                ?? cases.last
        }
    }
}

extension PaymentCase {
    /// What the book expects where a person names no amount, minor units; `nil` where it expects nothing.
    func expected(_ telling: PaymentTelling) -> Int64? {
        let figure: Int64 =
            switch telling {
            case .paid, .held: openAmount(.charge) ?? openAmount(.capture) ?? openAmount(.authorize) ?? due
            case .refunded, .refundFailed:
                openAmount(.refund) ?? (payment.committed > 0 ? payment.committed : payment.refundable)
            case .refundReturned: payment.refunded
            case .disputeOpened:
                payment.captured - payment.refunded - payment.lost - payment.disputed
            case .disputeWon, .disputeLost: payment.disputed
            case .declined, .holdExpired, .holdReleased, .missing, .inquiry: 0
            }
        return figure > 0 ? figure : nil
    }

    private func openAmount(_ kind: OperationKind) -> Int64? {
        payment.operation?.kind == kind ? payment.operation?.amount : nil
    }
}

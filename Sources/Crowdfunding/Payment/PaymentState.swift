/// Where a payment stands, derived from its amounts, its open operation and how it ended.
///
/// The raw values are stored.
public enum PaymentState: Int, CaseIterable, Sendable {
    case pledged = 1
    case methodSaved = 2
    case actionRequired = 3
    /// Declined or abandoned; `Payment.ending` says which.
    case failed = 4
    case canceled = 5
    case dropped = 6
    case authorizing = 10
    case authorized = 11
    case capturePending = 12
    case voidPending = 13
    case voided = 14
    case expired = 15
    case captured = 20
    case partiallyCaptured = 21
    case refundPending = 30
    /// A refund is committed and no request for it is open.
    case refundOwed = 31
    case partiallyRefunded = 32
    case refunded = 33
    case disputed = 40
    case disputeLost = 41
    /// An operation timed out: ask the gateway, do nothing else.
    case unknown = 50
    /// Facts contradict the books: a person must settle it.
    case conflicted = 60

    /// How people read it, for example `partially captured`.
    public var label: String {
        switch self {
        case .pledged: "pledged"
        case .methodSaved: "method saved"
        case .actionRequired: "waiting for the backer"
        case .failed: "failed"
        case .canceled: "canceled"
        case .dropped: "dropped"
        case .authorizing: "being authorized"
        case .authorized: "authorized"
        case .capturePending: "being captured"
        case .voidPending: "being voided"
        case .voided: "voided"
        case .expired: "expired"
        case .captured: "captured"
        case .partiallyCaptured: "partially captured"
        case .refundPending: "being refunded"
        case .refundOwed: "refund owed"
        case .partiallyRefunded: "partially refunded"
        case .refunded: "refunded"
        case .disputed: "disputed"
        case .disputeLost: "dispute lost"
        case .unknown: "unknown"
        case .conflicted: "conflicted"
        }
    }
}

extension Payment {
    /// The state that the amounts, the open operation and the ending give: the first match of payments.md.
    public var state: PaymentState {
        if excess != 0 { return .conflicted }
        if operation?.state == .unknown { return .unknown }
        if disputed > 0 { return .disputed }
        return stateBeneath
    }

    /// The state without regard to conflict, dispute and doubt: what facts are matched with, because a fact
    /// is true whatever else is open.
    var stateBeneath: PaymentState {
        switch operation?.kind {
        case .void: return .voidPending
        case .capture: return .capturePending
        case .authorize, .charge: return .authorizing
        case .refund: return .refundPending
        case nil: break
        }
        if committed > 0 { return .refundOwed }
        if lost > 0, refunded + lost == captured { return .disputeLost }
        if captured > 0 {
            if refunded == captured { return .refunded }
            if refunded + lost > 0 { return .partiallyRefunded }
            return captured == authorized - voided ? .captured : .partiallyCaptured
        }
        if ending == .dropped { return .dropped }
        if authorized > 0, authorized == voided {
            if ending == .expired { return .expired }
            if ending == .voided { return .voided }
        }
        // A hold that was freed and tried again in vain is not authorized; it is how the new try ended.
        if authorized > voided { return .authorized }
        switch ending {
        case .canceled: return .canceled
        case .failedSoft, .failedHard, .abandoned: return .failed
        case .actionRequired: return .actionRequired
        case .methodSaved: return .methodSaved
        case .pledged, .voided, .expired, .dropped: return .pledged
        }
    }
}

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

    /// What it is to the payment table; `nil`: only a mark.
    ///
    /// A recorded refund that went back in part is one made outside: a gateway's answer it is not.
    func event(_ amount: Int64, of payment: Payment, isRecorded: Bool, fee: Int64) -> PaymentEvent? {
        switch self {
        case .paid: .captured(amount, fee: fee)
        case .declined(let forGood): .declined(hard: forGood)
        case .held(let until): .authorized(amount, captureBefore: until)
        case .holdExpired: .holdExpired
        case .holdReleased: .holdVoided
        case .refunded(let own):
            payment.operation?.kind == .refund
                && !(isRecorded && amount < payment.operation?.amount ?? 0)
                ? .refunded(amount, fee: fee) : .refundedOutside(amount, fee: fee, fromOwnAccount: own)
        case .refundFailed: .refundFailed
        case .refundReturned: .refundReturned(amount)
        case .missing: nil
        case .inquiry: .inquiry
        case .disputeOpened: .disputeOpened(amount, fee: fee)
        case .disputeWon: .disputeWon(amount, feeReturned: fee)
        case .disputeLost: .disputeLost(amount)
        }
    }
}

// MARK: - Which payment, and how much of it

extension PaymentTelling {
    /// What of a fact falls to which of a pledge's payments.
    ///
    /// Money in fills them in their order; money back comes from the newest first. What no payment expects
    /// falls to the first of them. Everything else is about one payment.
    ///
    /// - Parameters:
    ///   - fact: What was told.
    ///   - cases: The payments that it may be about, oldest first; one or more.
    /// - Returns: One share or more.
    /// - Throws: `SessionError.refused` where a figure has to be named.
    func shares(of fact: PaymentFact, in cases: [PaymentCase]) throws -> [ToldShare] {
        let about = choose(from: cases)
        guard let words = question else { return [ToldShare(about: about, amount: 0)] }
        if case .refunded = self, about.payment.captured == 0, fact.amount == nil {
            throw SessionError.refused(
                "Nothing was collected from \(about.reference), so nothing can have been paid back.")
        }
        let order = isSpread ? ordered(cases, about) : [about]
        let rooms = order.map { ($0, $0.expected(self) ?? 0) }
        if isOver(for: about, fact) { return [ToldShare(about: about, amount: 0)] }
        guard let amount = fact.amount ?? expected(rooms) ?? toldBefore(fact, of: about) else {
            throw SessionError.refused(
                "Nothing of \(about.reference) \(words). If it has happened all the same, say how much.")
        }
        var left = amount
        var shares: [ToldShare] = []
        for (about, room) in rooms where left > 0 && room > 0 {
            shares.append(ToldShare(about: about, amount: min(left, room)))
            left -= min(left, room)
        }
        // What nobody expects falls to the last that took a share, else to the one that was meant.
        if shares.isEmpty { return [ToldShare(about: about, amount: amount)] }
        if left > 0, let last = shares.popLast() {
            shares.append(ToldShare(about: last.about, amount: last.amount + left))
        }
        return shares
    }

    /// The figure with which a fact was told before under the same reference.
    private func toldBefore(_ fact: PaymentFact, of about: PaymentCase) -> Int64? {
        guard !fact.reference.isEmpty else { return nil }
        return about.standing.first { $0.told == word && $0.reference == fact.reference }?.toldAmount
    }

    /// Whether it tells once more, without a figure, of a dispute that is over.
    func isOver(for about: PaymentCase, _ fact: PaymentFact) -> Bool {
        guard fact.amount == nil, about.payment.disputed == 0 else { return false }
        guard self == .disputeWon || self == .disputeLost else { return false }
        return about.standing.contains { $0.told == word }
    }

    /// What is asked where no amount is named and none is expected; `nil` where none is needed.
    private var question: String? {
        switch self {
        case .paid, .held: "is due"
        case .refunded: "is left to be paid back"
        case .refundReturned: "was paid back"
        case .disputeOpened: "can be disputed"
        case .disputeWon, .disputeLost: "is in dispute"
        case .declined, .holdExpired, .holdReleased, .refundFailed, .missing, .inquiry: nil
        }
    }

    /// Whether it may fall to several payments of a pledge.
    private var isSpread: Bool {
        switch self {
        case .paid, .refunded: true
        default: false
        }
    }

    /// The payments in the order in which money comes to them or goes from them, the one that is meant first.
    private func ordered(_ cases: [PaymentCase], _ about: PaymentCase) -> [PaymentCase] {
        let others = cases.filter { $0.instalment != about.instalment }
        return [about] + (self == .paid ? others : others.reversed())
    }

    /// What the book expects where nobody names an amount: of money back, all that is under way, else all
    /// that is owed, else all that is refundable; of all else, what the first payment expects.
    private func expected(_ rooms: [(PaymentCase, Int64)]) -> Int64? {
        guard case .refunded = self, rooms.count > 1 else {
            return rooms.first.flatMap { $0.1 > 0 ? $0.1 : nil }
        }
        let underWay = rooms.filter { $0.0.payment.operation?.kind == .refund }
        let owed = rooms.filter { $0.0.payment.committed > 0 }
        let meant = !underWay.isEmpty ? underWay : !owed.isEmpty ? owed : rooms
        let sum = meant.reduce(0) { $0 + $1.1 }
        return sum > 0 ? sum : nil
    }

    /// Which of a pledge's payments it is about, where nobody says: the newest that it fits, of money in the
    /// oldest.
    private func choose(from cases: [PaymentCase]) -> PaymentCase {
        let newest = cases.reversed()
        let found: PaymentCase? =
            switch self {
            case .paid, .declined, .held: cases.first { $0.isUnpaid }
            case .holdExpired, .holdReleased: newest.first { $0.payment.capturable > 0 }
            case .refunded:
                newest.first { $0.payment.operation?.kind == .refund }
                    ?? newest.first { $0.payment.committed > 0 } ?? newest.first { $0.payment.refundable > 0 }
                    ?? newest.first { $0.payment.captured > 0 }
            case .refundFailed: newest.first { $0.payment.operation?.kind == .refund }
            case .refundReturned: newest.first { $0.payment.refunded > 0 }
            case .missing, .inquiry, .disputeOpened: newest.first { $0.payment.captured > 0 }
            case .disputeWon, .disputeLost:
                newest.first { $0.payment.disputed > 0 } ?? newest.first { $0.payment.captured > 0 }
            }
        return found ?? cases[cases.count - 1]
    }
}

extension PaymentCase {
    /// Whether nothing of it was taken yet, so that money that comes is for it.
    var isUnpaid: Bool { payment.captured == 0 && due > 0 }

    /// What the book expects where a person names no amount, minor units; `nil` where it expects nothing.
    func expected(_ telling: PaymentTelling) -> Int64? {
        let figure: Int64 =
            switch telling {
            case .paid, .held:
                openAmount(.charge) ?? openAmount(.capture) ?? openAmount(.authorize) ?? (isUnpaid ? due : 0)
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

import Accounting
import Crowdfunding
import Storage

/// One thing of a pledge that a later file tells otherwise.
struct FieldChange: Hashable, Sendable {
    /// For example `status` or `tier`.
    var what: String
    /// As the book has it.
    var before: String
    /// As the file tells it.
    var after: String
    /// What people are told besides.
    var note: String?
    /// The values are for the file of differences only: they are personal, or too long for a line.
    var isQuiet = false

    init(_ what: String, _ before: String, _ after: String, note: String? = nil, isQuiet: Bool = false) {
        self.what = what
        self.before = before
        self.after = after
        self.note = note
        self.isQuiet = isQuiet
    }

    /// The same with a note for people.
    func noted(_ note: String) -> FieldChange {
        var noted = self
        noted.note = note
        return noted
    }

    /// For people.
    var words: String {
        (isQuiet ? what : "\(what) \(before) → \(after)") + (note.map { " (\($0))" } ?? "")
    }
}

/// A pledge of the book beside a row that tells otherwise, and what the row makes of it.
struct PledgeComparison {
    var pledge: PledgeRecord
    var payment: Payment
    /// Set where the row cannot be taken; nothing else counts then.
    var refusal: UpdateRefusal?
    /// What differs, in a fixed order.
    var changes: [FieldChange] = []
    /// The pledge was canceled by undoing the import that had placed it: the row places it again.
    var isPlacedAgain = false
    /// What is told cannot all be booked, or stands in suspense: a person has to look.
    var isContradiction = false
    /// The pledge as it will stand, its state included.
    var after: PledgeRecord
    /// Its add-ons and choices, where they or anything else of the offer changes.
    var offer: Placement?
    /// What happens to the payment, in order.
    var events: [PaymentEvent] = []
    /// Set by a status that moves no money.
    var ending: PaymentEnding?
    /// The backer's row as it will stand, where it changes.
    var backer: BackerRecord?
    var email: String?
    /// The counts after the row, to be kept when it is booked.
    var placement: PledgePlacement

    var isSame: Bool { changes.isEmpty }
    var text: String { changes.map(\.words).joined(separator: ", ") }
    /// Canceled or dropped before, and not after.
    var isRevived: Bool { !pledge.state.holdsPlace && after.state.holdsPlace }
    /// Holds its place before, and not after.
    var isReleased: Bool { pledge.state.holdsPlace && !after.state.holdsPlace }
}

extension PledgeComparison {
    /// Works out what the row's status means for the payment.
    ///
    /// - Parameters:
    ///   - status: What the row tells.
    ///   - amount: What it says the pledge amounts to, minor units.
    ///   - refunded: What of it went back, minor units.
    ///   - money: How figures are written.
    mutating func tell(
        _ status: SourceStatus, amount: Int64, refunded: Int64 = 0, _ money: (Int64) -> String
    ) {
        let before = bookStatus
        let standing = events.count
        switch status {
        case .pledged: tellPledged()
        case .collected: tellCollected(amount, refunded, money)
        case .errored: tellErrored()
        case .canceled, .dropped:
            if refunded > 0, payment.captured == 0 {
                events += [
                    .captured(amount, fee: 0),
                    .refundedOutside(min(amount, refunded), fee: 0, fromOwnAccount: false),
                ]
            }
            tellReleased(status)
        case .disputed: tellDisputed(amount)
        }
        let isNews =
            events.count > standing || ending != nil || after.state != pledge.state || isContradiction
        guard isNews, before != status.word else { return }
        changes.insert(
            FieldChange(
                "status", before, status.word, note: isContradiction ? "contradicts the book" : nil), at: 0)
    }

    /// What the book says, in the platforms' words.
    var bookStatus: String {
        switch payment.state {
        case .disputed, .refunded, .disputeLost: return payment.state.label
        default: break
        }
        if pledge.state == .canceled { return "canceled" }
        if pledge.state == .dropped { return "dropped" }
        if payment.captured > 0 { return "collected" }
        return payment.state == .failed ? "errored" : "pledged"
    }

    /// Whether the pledge is to be taken as one that holds its place.
    private var stands: Bool { isPlacedAgain || pledge.state.holdsPlace }

    /// What the platform still has of what it took: refunds that are only promised are not out yet.
    private var out: Int64 { payment.captured - payment.refunded - payment.lost }

    private mutating func tellPledged() {
        // T39: an older file does not undo what a newer one told.
        if payment.captured > 0 || payment.state == .failed {
            isContradiction = payment.captured > 0
            return
        }
        if !pledge.state.holdsPlace { revive() }
    }

    private mutating func tellErrored() {
        if payment.captured > 0 || !stands {
            isContradiction = true
        } else if payment.state != .failed {
            events.append(.declined(hard: false))
        }
    }

    private mutating func tellCollected(
        _ amount: Int64, _ refunded: Int64, _ money: (Int64) -> String
    ) {
        if payment.captured == 0 {
            if !pledge.state.holdsPlace { revive() }
            if amount > 0 { events.append(.captured(amount, fee: 0)) }
            if refunded > 0 { giveBack(min(amount, refunded)) }
        } else if payment.disputed > 0 {
            events.append(.disputeWon(payment.disputed, feeReturned: 0))
        } else if amount - refunded < out {
            changes.append(FieldChange("collected", money(out), money(amount - refunded)))
            giveBack(out - amount + refunded)
        } else if amount > payment.captured {
            changes.append(FieldChange("collected", money(payment.captured), money(amount)))
            isContradiction = true
            events.append(.captured(amount - payment.captured, fee: 0))
        }
    }

    private mutating func tellDisputed(_ amount: Int64) {
        guard payment.disputed == 0 else { return }
        // The report may still call it so when the dispute is lost.
        if payment.lost > 0, out <= 0 { return }
        if payment.captured == 0, amount > 0 {
            if !pledge.state.holdsPlace { revive() }
            events += [.captured(amount, fee: 0), .disputeOpened(amount, fee: 0)]
        } else if out > 0 {
            events.append(.disputeOpened(out, fee: 0))
        } else {
            isContradiction = true
        }
    }

    /// Kickstarter shows a full refund as dropped.
    private mutating func tellReleased(_ status: SourceStatus) {
        if payment.disputed > 0 { events.append(.disputeLost(payment.disputed)) }
        let left = out - payment.disputed
        if left > 0 { giveBack(left) }
        guard pledge.state == .placed || isPlacedAgain else { return }
        after.state = status == .dropped ? .dropped : .canceled
        ending = status == .dropped ? .dropped : .canceled
    }

    /// A refund that was promised comes first; what is beyond it was made there, and less is a part of it.
    private mutating func giveBack(_ amount: Int64) {
        var left = amount
        if let open = payment.operation, open.kind == .refund, left >= open.amount {
            events.append(.refunded(open.amount, fee: 0))
            left -= open.amount
        }
        if left > 0 { events.append(.refundedOutside(left, fee: 0, fromOwnAccount: false)) }
    }

    private mutating func revive() {
        after.state = .placed
        ending = .pledged
    }
}

extension SourceStatus {
    /// As files write it.
    var word: String {
        switch self {
        case .pledged: "pledged"
        case .collected: "collected"
        case .errored: "errored"
        case .canceled: "canceled"
        case .dropped: "dropped"
        case .disputed: "disputed"
        }
    }
}

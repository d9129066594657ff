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
    /// In the order of their instalments: one, unless the pledge is paid in parts.
    var payments: [Payment]
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
    /// What happens to the payments, in order, each to the payment of its instalment; one beyond the last is
    /// a further payment (T53).
    var events: [(instalment: Int, event: PaymentEvent)] = []
    /// Set by a status that moves no money.
    var ending: PaymentEnding?
    /// The backer's row as it will stand, where it changes.
    var backer: BackerRecord?
    var email: String?
    /// The counts after the row, to be kept when it is booked.
    var placement: PledgePlacement

    var isSame: Bool { changes.isEmpty }
    var text: String { changes.map(\.words).joined(separator: ", ") }
    /// What was taken, over all payments; minor units.
    var captured: Int64 { payments.reduce(0) { $0 + $1.captured } }
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
    ///   - paid: What of it has come where that is not all, minor units; 0: as the status says.
    ///   - refunded: What of it went back, minor units.
    ///   - money: How figures are written.
    mutating func tell(
        _ status: SourceStatus, amount: Int64, paid: Int64 = 0, refunded: Int64 = 0,
        _ money: (Int64) -> String
    ) {
        let before = bookStatus
        let standing = events.count
        switch status {
        case .pledged where paid > 0: tellPart(paid, money)
        case .pledged: tellPledged()
        case .collected: tellCollected(amount, refunded, money)
        case .errored: tellErrored()
        case .canceled, .dropped:
            if refunded > 0, captured == 0 {
                events += [
                    (1, .captured(amount, fee: 0)),
                    (1, .refundedOutside(min(amount, refunded), fee: 0, fromOwnAccount: false)),
                ]
            }
            tellReleased(status)
        case .disputed: tellDisputed(amount)
        }
        let isNews =
            events.count > standing || ending != nil || after.state != pledge.state || isContradiction
        let told = status == .pledged && paid > 0 ? Self.inPart : status.word
        guard isNews, before != told else { return }
        changes.insert(
            FieldChange(
                "status", before, told, note: isContradiction ? "contradicts the book" : nil), at: 0)
    }

    /// What the book says, in the platforms' words.
    var bookStatus: String {
        let states = payments.map(\.state)
        if states.contains(.disputed) { return PaymentState.disputed.label }
        for state in [PaymentState.refunded, .disputeLost] where states.contains(state) && out <= 0 {
            return state.label
        }
        if pledge.state == .canceled { return "canceled" }
        if pledge.state == .dropped { return "dropped" }
        if captured > 0 { return captured < pledge.total ? Self.inPart : "collected" }
        return states[0] == .failed ? "errored" : "pledged"
    }

    private static let inPart = "paid in part"

    /// Whether the pledge is to be taken as one that holds its place.
    private var stands: Bool { isPlacedAgain || pledge.state.holdsPlace }

    private var out: Int64 { payments.reduce(0) { $0 + $1.out } }

    private var isDisputed: Bool { payments.contains { $0.disputed > 0 } }

    private mutating func tellPledged() {
        // T39: an older file does not undo what a newer one told.
        if captured > 0 || payments[0].state == .failed {
            isContradiction = captured > 0
            return
        }
        if !pledge.state.holdsPlace { revive() }
    }

    /// A part is paid, and perhaps more of it than before.
    private mutating func tellPart(_ paid: Int64, _ money: (Int64) -> String) {
        if isDisputed { return }
        if captured == 0, !pledge.state.holdsPlace { revive() }
        if paid > captured {
            if captured > 0 { changes.append(FieldChange("paid", money(captured), money(paid))) }
            take(paid - captured)
        } else if paid < out {
            // T39, as above.
            changes.append(
                FieldChange("paid", money(captured), money(paid), note: "contradicts the book"))
            isContradiction = true
        }
    }

    /// Money that came: for the payment that waits for it, else for a further one of what is left.
    private mutating func take(_ amount: Int64) {
        let last = payments.count
        let isRest = captured > 0 && captured < pledge.total && payments[last - 1].captured > 0
        events.append((isRest ? last + 1 : last, .captured(amount, fee: 0)))
    }

    private mutating func tellErrored() {
        if captured > 0 || !stands {
            isContradiction = true
        } else if payments[0].state != .failed {
            events.append((1, .declined(hard: false)))
        }
    }

    private mutating func tellCollected(
        _ amount: Int64, _ refunded: Int64, _ money: (Int64) -> String
    ) {
        if captured == 0 {
            if !pledge.state.holdsPlace { revive() }
            if amount > 0 { take(amount) }
            if refunded > 0 { giveBack(min(amount, refunded)) }
        } else if isDisputed {
            for (index, payment) in payments.enumerated() where payment.disputed > 0 {
                events.append((index + 1, .disputeWon(payment.disputed, feeReturned: 0)))
            }
        } else if amount - refunded < out {
            changes.append(FieldChange("collected", money(out), money(amount - refunded)))
            giveBack(out - amount + refunded)
        } else if amount > captured {
            if captured >= pledge.total || amount > pledge.total {
                changes.append(FieldChange("collected", money(captured), money(amount)))
                isContradiction = true
            }
            take(amount - captured)
        }
    }

    private mutating func tellDisputed(_ amount: Int64) {
        guard !isDisputed else { return }
        // The report may still call it so when the dispute is lost.
        if payments.contains(where: { $0.lost > 0 }), out <= 0 { return }
        if captured == 0, amount > 0 {
            if !pledge.state.holdsPlace { revive() }
            events += [(1, .captured(amount, fee: 0)), (1, .disputeOpened(amount, fee: 0))]
        } else if out > 0 {
            for (index, payment) in payments.enumerated() where payment.out > 0 {
                events.append((index + 1, .disputeOpened(payment.out, fee: 0)))
            }
        } else {
            isContradiction = true
        }
    }

    /// Kickstarter shows a full refund as dropped.
    private mutating func tellReleased(_ status: SourceStatus) {
        for (index, payment) in payments.enumerated() where payment.disputed > 0 {
            events.append((index + 1, .disputeLost(payment.disputed)))
        }
        let left = out - payments.reduce(0) { $0 + $1.disputed }
        if left > 0 { giveBack(left) }
        guard pledge.state == .placed || isPlacedAgain else { return }
        after.state = status == .dropped ? .dropped : .canceled
        ending = status == .dropped ? .dropped : .canceled
    }

    /// Goes back from the newest payment first.
    ///
    /// A refund that was promised comes first; what is beyond it was made there, and less is a part of it.
    private mutating func giveBack(_ amount: Int64) {
        var all = amount
        for (index, payment) in payments.enumerated().reversed() {
            var left = index == 0 ? all : min(all, payment.out - payment.disputed)
            all -= left
            if let open = payment.operation, open.kind == .refund, left >= open.amount {
                events.append((index + 1, .refunded(open.amount, fee: 0)))
                left -= open.amount
            }
            if left > 0 {
                events.append((index + 1, .refundedOutside(left, fee: 0, fromOwnAccount: false)))
            }
        }
    }

    private mutating func revive() {
        after.state = .placed
        ending = .pledged
    }
}

extension Payment {
    /// What the platform still has of what it took: refunds that are only promised are not out yet.
    fileprivate var out: Int64 { captured - refunded - lost }
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

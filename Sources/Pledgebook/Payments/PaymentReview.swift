public import Accounting
public import Crowdfunding
import Storage

/// A payment that a person has to look at, and why.
public struct PaymentReview: Hashable, Sendable {
    /// Why; in the order in which they are listed.
    public enum Reason: String, CaseIterable, Sendable {
        /// Facts contradict the book: settle it.
        case conflicted
        /// Nobody has known for seven days what became of a request (T47).
        case unknownTooLong = "unknown-too-long"
        /// A refund failed, or came back: it is owed (T24, T51).
        case refundOwed = "refund-owed"
        /// A refund that only a person can make.
        case refundToMake = "refund-to-make"
        /// The processor has kept a refund waiting for a day (T25).
        case refundDelayed = "refund-delayed"
        /// The hold was let go, and the pledge still has its place: nothing is charged for it any more.
        case placeWithoutMoney = "place-without-money"
        /// The pledge has ended and its money is still here.
        case moneyWithoutPledge = "money-without-pledge"
        /// The bank asks (T31).
        case inquiry
        /// The backer owes what was paid back too much.
        case claim
        /// Marked for review for another reason.
        case marked
        /// Money at the processor that belongs to no payment (T46).
        case orphan
    }
    /// What is to be looked at.
    public let reason: Reason
    /// The payment's reference; of an orphan its entry's number.
    public let reference: String
    /// Minor units.
    public let amount: Int64
    /// Since when, where that is known.
    public let since: Timestamp?
    /// Whether it moves elsewhere, so that no gateway does anything about it.
    public let isRecorded: Bool
}

/// A request that waits for its answer and needs nobody yet.
public struct WaitingRequest: Hashable, Sendable {
    /// The payment's reference.
    public let reference: String
    /// What was asked for.
    public let kind: OperationKind
    /// Minor units.
    public let amount: Int64
    /// Pending or unknown.
    public let state: OperationState
    /// When it was sent.
    public let since: Timestamp
    /// When the gateway is asked about it next.
    public let asksAt: Timestamp
}

/// What is open between the book and the gateway.
public struct Reconciliation: Sendable {
    /// Whose payments.
    public let campaign: LoadedCampaign
    /// How many requests the gateway was asked about; of a plan, would be.
    public internal(set) var asked: Int
    /// What became of them.
    public internal(set) var count: SweepCount
    /// Holds that have run out; of a plan, would be marked so.
    public internal(set) var expired: Int
    /// Requests that were marked for review because nobody knows for seven days.
    public internal(set) var marked: Int
    /// Requests that wait, in the order of their pledges.
    public let waiting: [WaitingRequest]
    /// What a person has to look at, by reason.
    public let reviews: [PaymentReview]
}

/// Reads what is open from one state of the book.
struct ReviewReader {
    let session: Session
    let campaign: LoadedCampaign
    let records: Records

    private var number: Int64 { campaign.record.number }
    private var now: Timestamp { session.now }

    /// Requests of gateways that answer, with the instant at which each is asked about next.
    func waiting() throws -> [WaitingRequest] {
        try records.openOperations(campaign: number).compactMap { operation in
            guard let pledge = try records.pledge(campaign: number, number: operation.pledge),
                pledge.gateway != 1
            else { return nil }
            return WaitingRequest(
                reference: instalmentReference(pledge.reference, operation.instalment), kind: operation.kind,
                amount: operation.amount, state: operation.state, since: operation.at,
                asksAt: AskSchedule.next(since: operation.at, asked: operation.asked))
        }
    }

    func reviews() throws -> [PaymentReview] {
        var reviews: [PaymentReview] = []
        let since = Dictionary(grouping: try records.openOperations(campaign: number), by: \.pledge)
        var looked: [(PaymentRow, OperationRecord?)] = []
        try records.forEachPayment(campaign: number) { row in
            let open = since[row.pledge]?.first { Int64($0.instalment) == row.instalment }
            if row.payment.mayNeedPerson || open != nil { looked.append((row, open)) }
        }
        for (row, open) in looked {
            guard let pledge = try records.pledge(campaign: number, number: row.pledge) else { continue }
            reviews += self.reviews(row, open, pledge)
        }
        reviews += try moneyWithoutPledge() + claims() + orphans()
        let order = PaymentReview.Reason.allCases
        return reviews.enumerated().sorted { one, other in
            let ranks = (order.firstIndex(of: one.element.reason), order.firstIndex(of: other.element.reason))
            return (ranks.0 ?? 0, one.offset) < (ranks.1 ?? 0, other.offset)
        }.map(\.element)
    }

    private func reviews(_ row: PaymentRow, _ open: OperationRecord?, _ pledge: PledgeRecord)
        -> [PaymentReview]
    {
        let payment = row.payment
        var found: [PaymentReview] = []
        func add(_ reason: PaymentReview.Reason, _ amount: Int64) {
            found.append(
                PaymentReview(
                    reason: reason, reference: instalmentReference(pledge.reference, Int(row.instalment)),
                    amount: amount, since: open?.at, isRecorded: pledge.gateway == 1))
        }
        if payment.excess != 0 { add(.conflicted, payment.excess) }
        if let open {
            let isOld = AskSchedule.needsReview(since: open.at, at: now)
            let isDelayed = now >= open.at.adding(seconds: AskSchedule.alarmAfter)
            if open.kind == .refund, pledge.gateway == 1 {
                // In a dispute the bank has the money: paying it back as well would pay twice.
                if payment.disputed == 0 { add(.refundToMake, open.amount) }
            } else if open.state != .pending, isOld {
                add(.unknownTooLong, open.amount)
            } else if open.kind == .refund, open.state == .pending, isDelayed {
                add(.refundDelayed, open.amount)
            }
        } else if payment.committed > 0 {
            add(.refundOwed, payment.committed)
        }
        if payment.state == .voided, pledge.state == .placed, campaign.record.state.isCollectingOrLater {
            add(.placeWithoutMoney, pledge.total)
        }
        if payment.flags.contains(.inquiry) { add(.inquiry, payment.captured) }
        if payment.flags.contains(.needsReview), found.isEmpty { add(.marked, payment.captured) }
        return found
    }

    /// What is held although the pledge was canceled or dropped, or the campaign gave everything back.
    func moneyWithoutPledge() throws -> [PaymentReview] {
        var reviews: [PaymentReview] = []
        let isOver = campaign.record.state == .unfunded || campaign.record.state == .canceled
        let hasAny = try records.totals(campaign: number).contains {
            (isOver || !$0.isHeld) && $0.isCollected
        }
        guard hasAny else { return [] }
        try records.forEachPayment(campaign: number) { row in
            guard row.payment.refundable > 0, row.payment.operation == nil, row.payment.excess == 0,
                let pledge = try records.pledge(campaign: number, number: row.pledge),
                isOver || !pledge.state.holdsPlace
            else { return }
            reviews.append(
                PaymentReview(
                    reason: .moneyWithoutPledge,
                    reference: instalmentReference(pledge.reference, Int(row.instalment)),
                    amount: row.payment.refundable, since: nil, isRecorded: pledge.gateway == 1))
        }
        return reviews
    }

    private func claims() throws -> [PaymentReview] {
        var claims: [ClaimKey: Int64] = [:]
        let kinds: [EntryKind] = [.claimFromDispute, .claimFromRefund, .claimGivenUp]
        guard try hasEntries(of: kinds) else { return [] }
        for entry in try records.entries(campaign: number, kinds: kinds).map(\.entry) {
            let key = ClaimKey(
                pledge: entry.pledge ?? 0,
                reference: instalmentReference(entry.subject, max(1, entry.instalment)))
            claims[key, default: 0] += entry.parts.other * (entry.kind == .claimGivenUp ? -1 : 1)
        }
        return claims.filter { $0.value > 0 }.sorted { $0.key.pledge < $1.key.pledge }.map {
            PaymentReview(
                reason: .claim, reference: $0.key.reference, amount: $0.value, since: nil, isRecorded: true)
        }
    }

    /// Whether the journal has any, by the rollup: without one it need not be read.
    private func hasEntries(of kinds: [EntryKind]) throws -> Bool {
        try records.dailyTotals(campaign: number).contains { kinds.contains($0.kind) }
    }

    private func orphans() throws -> [PaymentReview] {
        let kinds: [EntryKind] = [.unmatchedIn, .unmatchedOut]
        guard try hasEntries(of: kinds) else { return [] }
        let entries = try records.entries(campaign: number, kinds: kinds).map(\.entry)
        let taken = Set(entries.compactMap(\.reverses))
        return entries.filter { $0.pledge == nil && $0.reverses == nil && !taken.contains($0.number) }.map {
            PaymentReview(
                reason: .orphan, reference: String($0.number), amount: $0.parts.other, since: $0.at,
                isRecorded: true)
        }
    }
}

private struct ClaimKey: Hashable {
    var pledge: Int64
    var reference: String
}

extension Payment {
    /// Whether a look at its pledge may find something for a person.
    fileprivate var mayNeedPerson: Bool {
        excess != 0 || committed > 0 || isMarked || state == .voided
    }
}

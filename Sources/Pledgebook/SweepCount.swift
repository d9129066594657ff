import Accounting
import Crowdfunding
import Storage

/// What a sweep over a campaign's payments did.
public struct SweepCount: Hashable, Sendable {
    /// Charged or captured, and how much.
    public var captured: Int64 = 0
    /// What those come to, minor units.
    public var capturedAmount: Int64 = 0
    /// What the gateway keeps of it, minor units.
    public var fees: Int64 = 0
    /// Cards that were held.
    public var held: Int64 = 0
    /// Declined, to be tried again · for good · waiting for the backer.
    public var failedSoft: Int64 = 0
    /// Cards that will not be tried again.
    public var failedHard: Int64 = 0
    /// Payments whose backers have to act at their bank.
    public var needBacker: Int64 = 0
    /// Payments that were paid back.
    public var refunded: Int64 = 0
    /// What those come to, minor units.
    public var refundedAmount: Int64 = 0
    /// Refunds that a person has to make or that the gateway still works on.
    public var pending: Int64 = 0
    /// What those come to, minor units.
    public var pendingAmount: Int64 = 0
    /// Operations that nobody knows the end of.
    public var unknown: Int64 = 0
    /// Payments on which book and gateway disagree.
    public var conflicted: Int64 = 0
    /// Saved methods let go, holds voided.
    public var released: Int64 = 0
    /// Pledges that were given up.
    public var dropped: Int64 = 0
    /// What those come to, minor units.
    public var droppedAmount: Int64 = 0

    /// Nothing was done.
    public var isEmpty: Bool { self == SweepCount() }
}

extension SweepCount {
    /// Adds what another window did.
    static func += (left: inout SweepCount, right: SweepCount) {
        left.captured += right.captured
        left.capturedAmount += right.capturedAmount
        left.fees += right.fees
        left.held += right.held
        left.failedSoft += right.failedSoft
        left.failedHard += right.failedHard
        left.needBacker += right.needBacker
        left.refunded += right.refunded
        left.refundedAmount += right.refundedAmount
        left.pending += right.pending
        left.pendingAmount += right.pendingAmount
        left.unknown += right.unknown
        left.conflicted += right.conflicted
        left.released += right.released
        left.dropped += right.dropped
        left.droppedAmount += right.droppedAmount
    }

    /// Counts what a change brought.
    mutating func add(_ change: PaymentChange, _ item: CollectionItem) {
        for booking in change.bookings {
            switch booking.kind {
            case .captured, .capturedAfterSuccess:
                captured += 1
                capturedAmount += booking.amount
                fees += booking.fee
            case .authorized: held += 1
            case .refunded, .refundedFromOwn:
                refunded += 1
                refundedAmount += booking.amount
            case .dropped:
                dropped += 1
                droppedAmount += item.parts.amount
            case .canceled, .voided: released += 1
            default: break
            }
        }
        switch change.payment.state {
        case .failed: change.payment.ending == .failedHard ? (failedHard += 1) : (failedSoft += 1)
        case .actionRequired: needBacker += 1
        case .unknown: unknown += 1
        case .conflicted: conflicted += 1
        case .refundPending:
            pending += 1
            pendingAmount += change.payment.operation?.amount ?? 0
        default: break
        }
    }
}

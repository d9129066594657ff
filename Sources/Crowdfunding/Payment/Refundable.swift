public import Accounting

extension Payment {
    /// What can still be given back on request: C − R − Rp − Do − Dl, never negative.
    public var refundable: Int64 { netCollected }

    /// What is neither given back, committed nor lost, whether or not it is in dispute: C − R − Rp − Dl.
    public var held: Int64 { captured - refunded - committed - lost }
}

/// What is left of each part of a payment, pool by pool, so that every entry can be split exactly.
///
/// A partial amount is split by largest remainder over what is left of each part, so no part goes negative
/// and the last entry takes exactly the rest.
public struct PartsLeft: Hashable, Sendable {
    /// Pledged and not captured.
    public var due: EntryParts
    /// Captured, not delivered, not given back and not committed.
    public var undelivered = EntryParts.zero
    /// Captured and delivered, not given back and not committed.
    public var delivered = EntryParts.zero
    /// Committed to be given back.
    public var committed = EntryParts.zero
    /// Given back.
    public var refunded = EntryParts.zero
    /// In dispute.
    public var disputed = EntryParts.zero

    /// What is left of a payment that was just placed.
    ///
    /// `due`: its price by parts, fee and other 0.
    public init(due: EntryParts) { self.due = due }

    /// Splits `amount` (minor units, 0…`left.amount`) over what is left; throws `partsExhausted` where it
    /// is more.
    public static func split(_ amount: Int64, over left: EntryParts) throws(PaymentRefusal) -> EntryParts {
        let total = left.goods + left.shipping + left.tax
        guard amount >= 0, amount <= total else { throw .partsExhausted(asked: amount, left: total) }
        // Nearly every split is of all that is left: nothing is to be rounded then.
        if amount == total { return EntryParts(goods: left.goods, shipping: left.shipping, tax: left.tax) }
        let shares = allocate(amount, by: left.backers)
        return EntryParts(goods: shares[0], shipping: shares[1], tax: shares[2])
    }

    /// The parts of a booking, moved from its pool to where the entry puts them.
    ///
    /// Captured money beyond what was due lies in goods. Throws `partsExhausted` where the pool has less.
    public mutating func take(_ booking: Booking) throws(PaymentRefusal) -> EntryParts {
        var parts = EntryParts.zero
        switch booking.pool {
        case .none: return .zero
        case .other: parts.other = booking.amount
        case .due: parts = try capture(booking)
        case .undelivered:
            parts = try PartsLeft.split(booking.amount, over: undelivered)
            undelivered = undelivered - parts
            commit(parts, by: booking)
        case .delivered:
            parts = try PartsLeft.split(booking.amount, over: delivered)
            delivered = delivered - parts
            commit(parts, by: booking)
        case .committed:
            parts = try PartsLeft.split(booking.amount, over: committed)
            committed = committed - parts
            if booking.kind != .disputeLostCommitted { refunded = refunded + parts }
        case .refunded:
            parts = try PartsLeft.split(booking.amount, over: refunded)
            refunded = refunded - parts
            committed = committed + parts
        case .disputed: parts = try dispute(booking)
        }
        parts.fee = booking.fee
        return parts
    }

    /// Moves what is left to delivered, by an E22 of these parts, or back, by its reversal.
    ///
    /// The tax of goods and shipping goes with them: where E22 names it (tax point delivery) out of the goods
    /// in which it lay, else by its share of what is left, for it was booked at receipt and no entry moves
    /// it.
    public mutating func deliver(_ parts: EntryParts) {
        let isReversal = parts.amount < 0
        let pool = isReversal ? delivered : undelivered
        let whole = pool.goods + pool.shipping
        let moved = (parts.goods + parts.shipping) * (isReversal ? -1 : 1)
        var tax: Int64 = 0
        if parts.tax == 0 {
            tax = allocate(pool.tax, between: moved, and: whole - moved).0 * (isReversal ? -1 : 1)
            if whole == 0 { tax = 0 }
        }
        undelivered =
            undelivered - EntryParts(goods: parts.goods + parts.tax, shipping: parts.shipping, tax: tax)
        delivered = delivered + EntryParts(goods: parts.goods, shipping: parts.shipping, tax: parts.tax + tax)
    }

    private mutating func capture(_ booking: Booking) throws(PaymentRefusal) -> EntryParts {
        let known = min(booking.amount, due.goods + due.shipping + due.tax)
        var parts = try PartsLeft.split(known, over: due)
        due = due - parts
        parts.goods += booking.amount - known
        undelivered = undelivered + parts
        return parts
    }

    /// A commitment waits to be paid back; a lost dispute is gone.
    private mutating func commit(_ parts: EntryParts, by booking: Booking) {
        switch booking.kind {
        case .refundCommitted, .refundCommittedAfterSuccess, .refundCommittedAfterDelivery:
            committed = committed + parts
        default: break
        }
    }

    /// A dispute takes the parts of what it is about: what is held, then what is committed, then what was
    /// given back.
    private mutating func dispute(_ booking: Booking) throws(PaymentRefusal) -> EntryParts {
        if booking.kind == .disputeWon {
            let parts = try PartsLeft.split(booking.amount, over: disputed)
            disputed = disputed - parts
            return parts
        }
        var parts = EntryParts.zero
        var left = booking.amount
        for pool in [undelivered, delivered, committed, refunded] {
            let some = min(left, pool.goods + pool.shipping + pool.tax)
            parts = try parts + PartsLeft.split(some, over: pool)
            left -= some
        }
        parts.goods += left
        disputed = disputed + parts
        return parts
    }
}

/// What a changed price means for a pledge that was captured (T53).
///
/// Both amounts are positive parts.
public struct PriceDifference: Hashable, Sendable {
    /// A new payment: new price − paid, where that is more.
    public var more: EntryParts
    /// A refund by parts (T22), where it is less.
    public var less: EntryParts

    /// Compares the new price with what was paid and is still held, part by part.
    public init(newPrice: EntryParts, paid: EntryParts) {
        func over(_ left: EntryParts, _ right: EntryParts) -> EntryParts {
            EntryParts(
                goods: max(0, left.goods - right.goods), shipping: max(0, left.shipping - right.shipping),
                tax: max(0, left.tax - right.tax)
            )
        }
        more = over(newPrice, paid)
        less = over(paid, newPrice)
    }
}

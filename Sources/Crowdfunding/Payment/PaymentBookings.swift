// What to book: the second pure function beside the table. Every function here says which kinds an amount
// becomes, by whether the campaign has succeeded and how much was delivered; none of them changes a
// payment.

extension Payment {
    /// E03 or E03s.
    func bookCapture(
        _ amount: Int64, fee: Int64, by operation: OperationKind?, in context: PaymentContext
    ) -> Booking {
        Booking(
            context.hasSucceeded ? .capturedAfterSuccess : .captured, amount, fee: fee, pool: .due,
            operation: operation
        )
    }

    /// E13, or E13s for what is not delivered and then E13b for what is.
    func bookCommitment(_ amount: Int64, in context: PaymentContext) -> [Booking] {
        bookFromHeld(
            amount, before: .refundCommitted, undelivered: .refundCommittedAfterSuccess,
            delivered: .refundCommittedAfterDelivery, by: .refund, in: context
        )
    }

    /// T34: first what is neither given back nor committed (E18, E18a, E18b), then what is committed
    /// (E18c), and the rest is a claim on the backer (E19d).
    func bookLoss(fromHeld: Int64, fromCommitted: Int64, claim: Int64, in context: PaymentContext)
        -> [Booking]
    {
        var bookings = bookFromHeld(
            fromHeld, before: .disputeLost, undelivered: .disputeLostAfterSuccess,
            delivered: .disputeLostAfterDelivery, by: nil, in: context
        )
        if fromCommitted > 0 {
            bookings.append(Booking(.disputeLostCommitted, fromCommitted, pool: .committed))
        }
        if claim > 0 { bookings.append(Booking(.claimFromDispute, claim, pool: .other)) }
        return bookings
    }

    private func bookFromHeld(
        _ amount: Int64, before: EntryKind, undelivered: EntryKind, delivered: EntryKind,
        by operation: OperationKind?, in context: PaymentContext
    ) -> [Booking] {
        guard amount > 0 else { return [] }
        guard context.hasSucceeded else {
            return [Booking(before, amount, pool: .undelivered, operation: operation)]
        }
        let first = min(amount, max(0, held - min(held, max(0, context.delivered))))
        var bookings: [Booking] = []
        if first > 0 {
            bookings.append(Booking(undelivered, first, pool: .undelivered, operation: operation))
        }
        if amount > first {
            bookings.append(Booking(delivered, amount - first, pool: .delivered, operation: operation))
        }
        return bookings
    }

    /// E14 or E14b for what was committed, E19r for the rest; a fee that has no E14 to stand beside is an
    /// E04.
    func bookRefund(
        paid: Int64, claim: Int64, fee: Int64, fromOwnAccount: Bool = false, by operation: OperationKind?
    ) -> [Booking] {
        var bookings: [Booking] = []
        if paid > 0 {
            bookings.append(
                Booking(
                    fromOwnAccount ? .refundedFromOwn : .refunded, paid, fee: fee, pool: .committed,
                    operation: operation
                )
            )
        }
        if claim > 0 {
            bookings.append(Booking(.claimFromRefund, claim, pool: .other, operation: operation))
        }
        if paid == 0, fee > 0 { bookings.append(Booking(.processorFee, 0, fee: fee, pool: .other)) }
        return bookings
    }

    /// What came beyond what was asked (E25 in, E25o out), or a note of what fell short of it.
    func bookExcess(_ beyond: Int64, moneyIn: Bool, fee: Int64 = 0) -> [Booking] {
        var bookings: [Booking] = []
        if beyond > 0 {
            bookings.append(Booking(moneyIn ? .unmatchedIn : .unmatchedOut, beyond, pool: .other))
        } else if beyond < 0 {
            bookings.append(Booking(.noted, -beyond))
        }
        if fee > 0 { bookings.append(Booking(.processorFee, 0, fee: fee, pool: .other)) }
        return bookings
    }

    /// T52: what is reversed, taken as paid, given up.
    func bookSettlement(_ settlement: Settlement, in context: PaymentContext) -> [Booking] {
        var bookings: [Booking] = []
        let reversed: [(EntryKind, Int64, PartsPool)] = [
            (.unmatchedIn, settlement.unmatchedIn, .other), (.unmatchedOut, settlement.unmatchedOut, .other),
            (.noted, settlement.noted, .none),
        ]
        for (kind, amount, pool) in reversed where amount > 0 {
            bookings.append(Booking(kind, amount, pool: pool, isReversal: true))
        }
        if settlement.accepted > 0 {
            bookings.append(bookCapture(settlement.accepted, fee: 0, by: nil, in: context))
        }
        if settlement.claimed > 0 {
            bookings.append(Booking(.claimFromRefund, settlement.claimed, pool: .other))
        }
        if settlement.claimGivenUp > 0 {
            bookings.append(Booking(.claimGivenUp, settlement.claimGivenUp, pool: .other))
        }
        return bookings
    }

    /// Repeats what an entry says of the amounts: entries, replayed in order, give the payment's amounts
    /// again.
    ///
    /// `book check` compares them with the payment's row. `booking` is the entry's kind, its amount (of a
    /// memo, the one in `detail`), its operation, and whether it is a reversal.
    public mutating func replay(_ booking: Booking) {
        let amount = booking.isReversal ? -booking.amount : booking.amount
        switch booking.kind {
        case .authorized: authorized += amount
        case .voided, .expired: voided += amount
        case .captured, .capturedAfterSuccess: replayCapture(amount, by: booking.operation)
        case .noted, .unmatchedIn, .unmatchedOut: excess += amount
        case .refundCommitted, .refundCommittedAfterSuccess, .refundCommittedAfterDelivery:
            committed += amount
        case .refunded, .refundedFromOwn:
            committed -= amount
            refunded += amount
        case .refundReturned:
            refunded -= amount
            committed += amount
        case .disputeOpened: disputed += amount
        case .disputeWon, .claimFromDispute: disputed -= amount
        case .disputeLost, .disputeLostAfterSuccess, .disputeLostAfterDelivery:
            disputed -= amount
            lost += amount
        case .disputeLostCommitted:
            disputed -= amount
            lost += amount
            committed -= amount
        default: break
        }
    }

    /// A capture takes from the hold, a charge brings its own; what nobody asked for takes back what was
    /// freed first.
    mutating func replayCapture(_ amount: Int64, by operation: OperationKind?) {
        captured += amount
        switch operation {
        case .capture: break
        case nil where amount > 0:
            let freed = min(voided, amount)
            voided -= freed
            authorized += amount - freed
        default: authorized += amount
        }
    }
}

// The arithmetic and the guards of the rows of PaymentTable.swift that need more than a line.

import Accounting

// MARK: - Requests

extension Payment {
    func starting(
        _ row: Int, _ kind: OperationKind, _ amount: Int64
    ) throws(PaymentRefusal) -> PaymentChange {
        switch ending {
        case .failedHard: throw .needsNewMethod(abandoned: false)
        case .abandoned: throw .needsNewMethod(abandoned: true)
        default: return change(row) { $0.operation = OpenOperation(kind, amount: amount) }
        }
    }

    func capturing(
        _ row: Int, _ amount: Int64, in context: PaymentContext
    ) throws(PaymentRefusal) -> PaymentChange {
        guard context.collectsOnPledge && !context.campaign.isPast || context.campaign.isCollectingOrLater
        else {
            throw .campaignNotCollecting(context.campaign)
        }
        if let captureBefore {
            if context.now >= captureBefore { throw .authorizationExpired }
            // Six hours, so that a slow gateway or a retry does not miss the end.
            guard HoldWindow.canCapture(until: captureBefore, at: context.now) else {
                throw .holdEndsTooSoon(captureBefore: captureBefore)
            }
        }
        guard amount <= capturable else {
            throw .captureBeyondHold(asked: money(amount, context), left: money(capturable, context))
        }
        return change(row) { $0.operation = OpenOperation(.capture, amount: amount) }
    }

    func refunding(_ amount: Int64, in context: PaymentContext) throws(PaymentRefusal)
        -> PaymentChange
    {
        guard amount <= refundable else {
            throw .refundBeyondRefundable(
                asked: money(amount, context), refundable: money(refundable, context))
        }
        return change(22, bookCommitment(amount, in: context)) {
            $0.committed += amount
            $0.operation = OpenOperation(.refund, amount: amount)
        }
    }

    func expiring(in context: PaymentContext) throws(PaymentRefusal) -> PaymentChange {
        guard let captureBefore else { throw .holdHasNoEnd }
        guard context.now >= captureBefore else { throw .holdStillValid(captureBefore: captureBefore) }
        return holdEnded(19)
    }

    func settling(
        _ settlement: Settlement, in context: PaymentContext
    ) throws(PaymentRefusal) -> PaymentChange {
        let figures = [
            settlement.unmatchedIn, settlement.unmatchedOut, settlement.noted, settlement.accepted,
            settlement.claimGivenUp, settlement.claimed,
        ]
        for figure in figures where figure < 0 || figure > excess + largestAmount {
            throw .amountOutOfRange(figure)
        }
        let settled = figures[0] + figures[1] + figures[2]
        guard settled == excess, settlement.accepted <= settlement.unmatchedIn,
            settlement.claimed <= settlement.unmatchedOut
        else {
            throw .settlementDoesNotFit(settled: money(settled, context), excess: money(excess, context))
        }
        return change(52, bookSettlement(settlement, in: context)) {
            $0.excess = 0
            $0.replayCapture(settlement.accepted, by: nil)
        }
    }
}

// MARK: - Answers

extension Payment {
    /// T04, and T35 where the amount is another.
    func holding(_ amount: Int64, asked: Int64, until captureBefore: Timestamp?) -> PaymentChange {
        let held = min(amount, asked)
        var bookings = [Booking(.authorized, held, operation: .authorize)]
        // No money moved, so what was held beyond is only noted.
        if amount != asked { bookings.append(Booking(.noted, abs(amount - asked))) }
        return answer(amount == asked ? asks(4, 8) : 35, .succeeded, bookings) {
            $0.authorized += held
            $0.captureBefore = captureBefore
            $0.ending = .pledged
            $0.excess += abs(amount - asked)
        }
    }

    /// T48, and T35 where the amount is another.
    func charging(
        _ amount: Int64, asked: Int64, fee: Int64, in context: PaymentContext
    ) -> PaymentChange {
        let taken = min(amount, asked)
        let bookings =
            [bookCapture(taken, fee: fee, by: .charge, in: context)]
            + bookExcess(amount - asked, moneyIn: true)
        return answer(amount == asked ? asks(48, 8) : 35, .succeeded, bookings) {
            $0.replayCapture(taken, by: .charge)
            $0.excess += abs(amount - asked)
        }
    }

    /// T10, T11, T14, and T35 where the amount is another.
    ///
    /// A gateway without multicapture frees the rest.
    func taking(
        _ amount: Int64, asked: Int64, fee: Int64, in context: PaymentContext
    ) -> PaymentChange {
        let taken = min(amount, asked)
        let rest = authorized - voided - captured - taken
        let freed = context.multicapture ? 0 : rest
        var bookings = [bookCapture(taken, fee: fee, by: .capture, in: context)]
        if freed > 0 { bookings.append(Booking(.voided, freed, operation: .capture)) }
        bookings += bookExcess(amount - asked, moneyIn: true)
        let row = asks(rest == 0 ? 10 : 11, 14)
        return answer(amount == asked ? row : 35, .succeeded, bookings) {
            $0.captured += taken
            $0.voided += freed
            $0.excess += abs(amount - asked)
        }
    }

    /// T23, and T35 where the amount is another.
    ///
    /// What a lost dispute has taken from the commitment is a claim now.
    func refundDone(_ amount: Int64, asked: Int64, fee: Int64) -> PaymentChange {
        let done = min(amount, asked)
        let paid = min(done, committed)
        let bookings =
            bookRefund(paid: paid, claim: done - paid, fee: fee, by: .refund)
            + bookExcess(amount - asked, moneyIn: false)
        return answer(amount == asked ? 23 : 35, .succeeded, bookings) {
            $0.committed -= paid
            $0.refunded += paid
            $0.excess += abs(amount - asked)
            $0.forgetAlarm()
        }
    }
}

// MARK: - Facts

extension Payment {
    /// T21 and T48 without an open operation; T35 for what comes beyond what is due.
    func arriving(
        _ row: Int, _ amount: Int64, fee: Int64, by operation: OperationKind?, in context: PaymentContext
    ) -> PaymentChange {
        let taken = min(amount, max(0, context.due ?? amount))
        let ended = [.dropped, .canceled, .voided, .expired].contains(ending)
        var bookings: [Booking] = []
        if taken > 0 { bookings.append(bookCapture(taken, fee: fee, by: operation, in: context)) }
        bookings += bookExcess(amount - taken, moneyIn: true, fee: taken > 0 ? 0 : fee)
        return change(taken == amount ? row : 35, bookings) {
            $0.replayCapture(taken, by: operation)
            $0.excess += amount - taken
            if ended || context.campaign.isPast { $0.flags.insert(.late) }
        }
    }

    /// T19, without a guard: the rest of the hold is freed.
    func holdEnded(_ row: Int) -> PaymentChange {
        change(row, [Booking(.expired, capturable)]) {
            $0.voided += $0.capturable
            $0.ending = .expired
        }
    }

    /// T28.
    ///
    /// Where no refund is under way it pays what is committed first, as a recorded refund does (T23); less
    /// than one that waits for such a fact is a part of it.
    func refundedElsewhere(
        _ amount: Int64, fee: Int64, fromOwnAccount: Bool, in context: PaymentContext
    ) -> PaymentChange {
        if let open = operation, open.kind == .refund, open.state == .pending, amount < open.amount,
            amount <= committed
        {
            return refundedInPart(amount, fee: fee, fromOwnAccount: fromOwnAccount)
        }
        let owed = operation?.kind == .refund ? 0 : min(amount, committed)
        let further = min(amount - owed, refundable)
        let claim = amount - owed - further
        var bookings = bookCommitment(further, in: context)
        if further > 0 { for index in bookings.indices { bookings[index].operation = nil } }
        bookings += bookRefund(
            paid: owed + further, claim: claim, fee: fee, fromOwnAccount: fromOwnAccount, by: nil)
        if claim > 0 { bookings.append(Booking(.noted, claim)) }
        return change(owed == amount ? 23 : 28, bookings) {
            $0.committed -= owed
            $0.refunded += owed + further
            $0.excess += claim
            $0.forgetAlarm()
        }
    }

    /// T23 of a recorded refund, less of which went back than was asked for.
    ///
    /// Nobody else answers the request, so it is over; the rest is owed, and can be sent again (T50).
    private func refundedInPart(_ amount: Int64, fee: Int64, fromOwnAccount: Bool) -> PaymentChange {
        let bookings = bookRefund(paid: amount, claim: 0, fee: fee, fromOwnAccount: fromOwnAccount, by: nil)
        return change(23, bookings, answered: .failedHard) {
            $0.operation = nil
            $0.committed -= amount
            $0.refunded += amount
        }
    }

    /// A refund that failed or came back is looked at no longer when nothing is owed any more.
    private mutating func forgetAlarm() {
        if committed == 0, excess == 0 { flags.remove(.needsReview) }
    }

    /// T29, T32; T35 for what is beyond all that was captured.
    func disputing(_ amount: Int64, fee: Int64) -> PaymentChange {
        let taken = min(amount, captured - disputed)
        var bookings: [Booking] = []
        if taken > 0 { bookings.append(Booking(.disputeOpened, taken, fee: fee, pool: .disputed)) }
        bookings += bookExcess(amount - taken, moneyIn: false, fee: taken > 0 ? 0 : fee)
        let row = operation?.kind == .refund ? 32 : 29
        return change(taken == amount ? row : 35, bookings) {
            $0.disputed += taken
            $0.excess += amount - taken
        }
    }

    /// T34; T35 for what was never opened.
    func losing(_ amount: Int64, in context: PaymentContext) -> PaymentChange {
        let taken = min(amount, disputed)
        let fromHeld = min(taken, max(0, held))
        let fromCommitted = min(taken - fromHeld, committed)
        let claim = taken - fromHeld - fromCommitted
        let bookings =
            bookLoss(fromHeld: fromHeld, fromCommitted: fromCommitted, claim: claim, in: context)
            + bookExcess(amount - taken, moneyIn: false)
        return change(taken == amount ? 34 : 35, bookings) {
            $0.disputed -= taken
            $0.lost += fromHeld + fromCommitted
            $0.committed -= fromCommitted
            $0.excess += amount - taken
        }
    }

    /// T35: a fact that is not in the table.
    ///
    /// Money that moved stands in suspense; anything else is noted.
    func conflicting(_ event: PaymentEvent) -> PaymentChange {
        let bookings: [Booking]
        var amount = event.amount ?? 0
        switch event {
        case .charged(_, let fee), .captured(_, let fee):
            bookings = bookExcess(amount, moneyIn: true, fee: fee)
        case .refundReturned: bookings = bookExcess(amount, moneyIn: true)
        case .disputeWon(_, let fee):
            amount -= disputed
            var won: [Booking] = []
            if disputed > 0 || fee > 0 {
                won.append(Booking(.disputeWon, disputed, fee: fee, pool: .disputed))
            }
            bookings = won + bookExcess(amount, moneyIn: true)
        case .refunded(_, let fee), .refundedOutside(_, let fee, _), .disputeOpened(_, let fee):
            bookings = bookExcess(amount, moneyIn: false, fee: fee)
        case .disputeLost: bookings = bookExcess(amount, moneyIn: false)
        case .holdVoided, .holdExpired:
            amount = max(0, capturable)
            bookings = [Booking(.noted, amount)]
        default: bookings = [Booking(.noted, amount)]
        }
        return change(35, bookings) {
            if case .disputeWon = event { $0.disputed = 0 }
            $0.excess += amount
            $0.flags.insert(.needsReview)
        }
    }

    /// T35 for another currency: a memo only.
    ///
    /// The operation it answers is over, and is not tried again by itself.
    func foreign(_ event: PaymentEvent, _ amount: Int64) -> PaymentChange {
        let isAnswer: Bool
        switch (operation?.kind, event) {
        case (.authorize, .authorized), (.charge, .charged), (.charge, .captured), (.capture, .captured),
            (.refund, .refunded):
            isAnswer = true
        default: isAnswer = false
        }
        return change(35, [Booking(.noted, amount)], answered: isAnswer ? .failedHard : nil) {
            if isAnswer {
                if event.isCollection, operation?.kind != .capture { $0.ending = .failedHard }
                $0.operation = nil
            }
            $0.excess += amount
            $0.flags.insert(.needsReview)
        }
    }
}

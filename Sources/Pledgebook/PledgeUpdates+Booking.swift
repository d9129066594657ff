import Accounting
import Crowdfunding
import Storage

extension PledgeUpdates {
    /// How many updates are held before they are written.
    private static let window = 4096

    /// Writes what the row tells: entries, the pledge, its places, its backer.
    mutating func book(_ comparison: PledgeComparison, _ row: ChangedRow, _ summary: inout ImportSummary)
        throws
    {
        guard let journal else { return }
        let number = campaign.record.number
        let subject = (comparison.pledge.number, comparison.pledge.reference)
        if comparison.isRevived || comparison.isPlacedAgain {
            try takeBackRelease(of: comparison.pledge, journal)
        }
        if let offer = comparison.offer {
            let written = written(row, comparison, offer)
            journal.write(
                .changed, pledge: subject, day: day, parts: comparison.after.parts,
                reference: row.text(row.order.method) ?? "", detail: EntryDetail(text: written.detail))
            try records.replaceLines(of: comparison.pledge.number, with: written.lines, campaign: number)
        }
        try bookPayment(comparison, row, journal, &summary)
        if comparison.after != comparison.pledge { try records.update(comparison.after, campaign: number) }
        placement = comparison.placement
        try bookBacker(comparison)
        try remember(row)
        waiting += 1
        if waiting >= Self.window {
            try journal.flush()
            waiting = 0
        }
    }

    /// Keeps what the row says as the pledge's content: the same row again is nothing new.
    func remember(_ row: ChangedRow) throws {
        let key = records.hash(row.bytes.span.extracting(row.key.range))
        try records.setContent(of: row.pledge, hash: key, to: row.content, campaign: campaign.record.number)
    }

    /// A pledge that comes back takes back the entry that ended it.
    private func takeBackRelease(of pledge: PledgeRecord, _ journal: JournalWriter) throws {
        guard let ended = try records.lastRelease(of: pledge.number, campaign: campaign.record.number)?.entry
        else { return }
        journal.write(
            ended.kind, pledge: (pledge.number, pledge.reference), instalment: 1, day: day,
            parts: -ended.parts,
            reverses: ended.number)
    }

    /// How the payment stood before the entry that ended the pledge.
    private func endingBefore(of pledge: PledgeRecord) throws -> PaymentEnding {
        let number = campaign.record.number
        guard let ended = try records.lastRelease(of: pledge.number, campaign: number)?.entry,
            try records.wasDeclined(pledge.number, before: ended, campaign: number)
        else { return try records.unwrittenEnding(of: pledge.number, campaign: number) }
        return .failedSoft
    }

    private func bookPayment(
        _ comparison: PledgeComparison, _ row: ChangedRow, _ journal: JournalWriter,
        _ summary: inout ImportSummary
    ) throws {
        guard !comparison.events.isEmpty || comparison.ending != nil else { return }
        let pledge = comparison.after
        var payments = comparison.payments
        if comparison.isRevived || comparison.isPlacedAgain {
            payments[0].ending = try endingBefore(of: pledge)
        }
        let due = campaign.capturedParts(of: pledge.parts)
        var left = PartsLeft(due: due)
        if comparison.captured > 0 {
            let entries = try records.entries(campaign: campaign.record.number, pledge: pledge.number)
            left = PartsLeft(due: due, replaying: entries.map(\.entry))
        }
        for (instalment, event) in comparison.events {
            let rest = pledge.total - payments.reduce(0) { $0 + $1.captured }
            if instalment > payments.count {
                payments.append(askForRest(rest, of: pledge, instalment, event, comparison, journal))
            }
            let payment = payments[instalment - 1]
            var context = campaign.paymentContext(at: now)
            context.due = max(0, rest + payment.captured)
            context.delivered = left.delivered(of: payment)
            let change = try payment.applying(event, in: context)
            for booking in change.bookings {
                let parts = try left.take(booking)
                journal.write(
                    booking.kind, pledge: (pledge.number, pledge.reference), instalment: instalment,
                    day: day(of: event, comparison), parts: parts,
                    reference: booking.kind == .methodSaved ? pledge.method ?? "" : "",
                    detail: booking.kind.isMemo && booking.amount > 0
                        ? EntryDetail().adding("amt", booking.amount) : EntryDetail())
            }
            if let open = payment.operation, let answered = change.answered {
                try settle(open, as: answered, of: pledge, instalment, journal)
            }
            summary.count(payment, change.payment)
            payments[instalment - 1] = change.payment
        }
        bookEnding(comparison, &payments[0], journal)
        for (index, payment) in payments.enumerated() where index == 0 || payment != comparison.known(index) {
            journal.put(payment, pledge: pledge.number, instalment: Int64(index + 1))
        }
    }

    /// T53: the file tells that what is left of the price comes in a further payment.
    private func askForRest(
        _ rest: Int64, of pledge: PledgeRecord, _ instalment: Int, _ event: PaymentEvent,
        _ comparison: PledgeComparison, _ journal: JournalWriter
    ) -> Payment {
        let change = Payment.balance(due: rest, hasMethod: false)
        for booking in change.bookings {
            journal.write(
                booking.kind, pledge: (pledge.number, pledge.reference), instalment: instalment,
                day: day(of: event, comparison), detail: EntryDetail().adding("amt", booking.amount))
        }
        return change.payment
    }

    private func bookEnding(
        _ comparison: PledgeComparison, _ payment: inout Payment, _ journal: JournalWriter
    ) {
        guard let ending = comparison.ending else { return }
        // A pledge that comes back stands as it did before its end.
        if ending != .pledged { payment.ending = ending }
        if comparison.isReleased || comparison.isPlacedAgain && !comparison.after.state.holdsPlace {
            journal.write(
                ending == .dropped ? .dropped : .canceled,
                pledge: (comparison.pledge.number, comparison.pledge.reference), instalment: 1, day: day)
        }
    }

    /// The operation that the fact has answered is over.
    private func settle(
        _ open: OpenOperation, as state: OperationState, of pledge: PledgeRecord, _ instalment: Int,
        _ journal: JournalWriter
    ) throws {
        let stored = try records.operations(campaign: campaign.record.number, pledge: pledge.number)
            .last { $0.instalment == instalment && $0.kind == open.kind && $0.isOpen }
        guard let stored else { return }
        let operation = Operation(
            pledge: pledge.number, reference: pledge.reference, instalment: instalment, kind: stored.kind,
            attempt: stored.attempt, amount: stored.amount, method: "", target: "")
        try journal.append.settle([OperationEnd(operation, state, sentAt: stored.at)], at: now)
    }

    /// The day of what a file tells, which has no date of its own.
    ///
    /// Money of the first file that tells of any counts on the closing day, a late pledge's on its own; what
    /// changed since on the day that was said. A pledge that is placed again is dated as a new one.
    private func day(of event: PaymentEvent, _ comparison: PledgeComparison) -> CalendarDay {
        if !comparison.isPlacedAgain {
            guard case .captured = event, !hadCollected else { return day }
        }
        let placed = campaign.day(of: comparison.pledge.placedAt)
        return campaign.openDay(min(max(placed, campaign.day(of: campaign.definition.closesAt)), day))
    }

    private func bookBacker(_ comparison: PledgeComparison) throws {
        let number = campaign.record.number
        if let backer = comparison.backer { try records.update(backer, campaign: number) }
        if let email = comparison.email {
            // An address that another backer has, or a backer of several pledges, is left as it is.
            _ = try records.setEmail(of: comparison.pledge.backer, to: email, campaign: number)
        }
    }
}

extension PledgeComparison {
    /// The payment as the book has it; `nil` for a further one.
    fileprivate func known(_ index: Int) -> Payment? { index < payments.count ? payments[index] : nil }
}

extension ImportSummary {
    /// Counts what one fact of a file has moved.
    fileprivate mutating func count(_ before: Payment, _ after: Payment) {
        collected += after.captured - before.captured
        if after.captured > before.captured { collectedCount += 1 }
        refunded += after.refunded - before.refunded
        if after.refunded > before.refunded { refundedCount += 1 }
    }
}

extension Records {
    /// How a payment stands of which nothing is known: a saved method can be charged.
    func unwrittenEnding(of pledge: Int64, campaign: Int64) throws -> PaymentEnding {
        try collectionItem(campaign: campaign, pledge: pledge)?.unwritten.ending ?? .pledged
    }
}

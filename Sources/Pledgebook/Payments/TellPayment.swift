import Accounting
public import Crowdfunding
import Storage

extension Session {
    /// Books what a person says has happened to a payment.
    ///
    /// What has happened is never refused: a fact that contradicts the book makes the payment conflicted and
    /// waits for `settlePayment`. Told again under its reference, or on the same day with the same amount, it
    /// changes nothing (T36).
    ///
    /// - Parameters:
    ///   - telling: What has happened.
    ///   - who: A reference, an e-mail address or a name; `P-1042/2` names a second payment.
    ///   - fact: How much, when, under which reference.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was booked, or was booked before.
    /// - Throws: `SessionError`, `PaymentRefusal`; refused where figures have to be named or confirmed.
    public func tell(
        _ telling: PaymentTelling, of who: String, _ fact: PaymentFact, in id: CampaignID?,
        dryRun: Bool = false
    ) throws -> RecordedPayment {
        try checkFactReference(fact.reference)
        // Whoever talks to the gateway holds the payments in mind meanwhile.
        let lock = try dryRun ? nil : GatewayLock(book: book.path, campaign: campaign(id).record.id)
        defer { withExtendedLifetime(lock) {} }
        var done: RecordedPayment?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let cases = try paymentCases(who, of: campaign, in: records)
                guard let about = telling.choose(from: cases) else { throw SessionError.unknownPledge(who) }
                let day = try factDay(fact.day, campaign)
                done = try ToldPayment(session: self, telling: telling, fact: fact, day: day, about: about)
                    .book(in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }
}

/// One fact about one payment, on its way into the book.
private struct ToldPayment {
    let session: Session
    let telling: PaymentTelling
    let fact: PaymentFact
    let day: CalendarDay
    let about: PaymentCase

    private var payment: Payment { about.payment }

    func book(in records: Records) throws -> RecordedPayment {
        if isOver { return unchanged(36) }
        let event = try event()
        let amount = event?.amount ?? 0
        if try isKnown(amount) { return unchanged(36) }
        let change = try event.map(applying)
        var after = change?.payment ?? payment
        if telling == .missing { after.flags.insert(.needsReview) }
        guard after != payment || change?.answered != nil else { return unchanged(change?.transition ?? 46) }
        let journal = try JournalWriter(session, record: about.campaign.record, in: records)
        var told = try Told(
            "\(telling.word).\(amount)", day: day, reference: fact.reference, to: journal)
        try write(change?.bookings ?? [], holdUntil: after.captureBefore, &told)
        if after != payment {
            journal.put(after, pledge: about.pledge.number, instalment: Int64(about.instalment))
        }
        try settle(change, journal)
        try journal.finish()
        let entries = try told.entries.compactMap {
            try records.entry(campaign: about.campaign.record.number, number: $0)?.entry
        }
        return RecordedPayment(
            pledge: about.pledge, instalment: about.instalment, entries: entries, payment: after,
            excess: after.excess - payment.excess, transition: change?.transition ?? 46,
            currency: about.campaign.record.currency)
    }

    private func unchanged(_ row: Int) -> RecordedPayment {
        RecordedPayment(
            pledge: about.pledge, instalment: about.instalment, entries: [], payment: payment, excess: 0,
            transition: row, currency: about.campaign.record.currency)
    }

    /// A dispute that is over, told of once more without a figure.
    private var isOver: Bool {
        guard fact.amount == nil, payment.disputed == 0 else { return false }
        guard telling == .disputeWon || telling == .disputeLost else { return false }
        return about.standing.contains { $0.told == telling.word }
    }

    private func event() throws -> PaymentEvent? {
        switch telling {
        case .paid: return .captured(try amount("is due"), fee: fact.fee)
        case .declined(let forGood): return .declined(hard: forGood)
        case .held(let until): return .authorized(try amount("is due"), captureBefore: until)
        case .holdExpired: return .holdExpired
        case .holdReleased: return .holdVoided
        case .refunded(let own):
            guard payment.captured > 0 || fact.amount != nil else {
                throw SessionError.refused(
                    "Nothing was collected from \(about.reference), so nothing can have been paid back.")
            }
            let amount = try amount("is left to be paid back")
            return payment.operation?.kind == .refund
                ? .refunded(amount, fee: fact.fee)
                : .refundedOutside(amount, fee: fact.fee, fromOwnAccount: own)
        case .refundFailed: return .refundFailed
        case .refundReturned: return .refundReturned(try amount("was paid back"))
        case .missing: return nil
        case .inquiry: return .inquiry
        case .disputeOpened: return .disputeOpened(try amount("can be disputed"), fee: fact.fee)
        case .disputeWon: return .disputeWon(try amount("is in dispute"), feeReturned: fact.fee)
        case .disputeLost: return .disputeLost(try amount("is in dispute"))
        }
    }

    private func amount(_ words: String) throws -> Int64 {
        if let amount = fact.amount ?? about.expected(telling) { return amount }
        throw SessionError.refused(
            "Nothing of \(about.reference) \(words). If it has happened all the same, say how much.")
    }

    /// T36: by reference, type and amount; without a reference by day, type and amount.
    private func isKnown(_ amount: Int64) throws -> Bool {
        let same = about.standing.filter { $0.told == telling.word }
        guard !fact.reference.isEmpty else {
            return !fact.again
                && same.contains { $0.reference.isEmpty && $0.toldAmount == amount && $0.day == day }
        }
        let named = same.filter { $0.reference == fact.reference }
        if named.contains(where: { $0.toldAmount == amount }) { return true }
        guard telling.isStrict, let other = named.first else { return false }
        let campaign = about.campaign
        throw SessionError.refused(
            "\(fact.reference) was recorded before with \(campaign.money(other.toldAmount ?? 0)), as entry "
                + "\(other.number), and now with \(campaign.money(amount)). Reverse that entry first, or "
                + "give the other payment's own reference. Nothing was changed.")
    }

    private func applying(_ event: PaymentEvent) throws -> PaymentChange {
        var context = about.context(at: session.now)
        if let currency = fact.currency {
            context.currencyMatches = currency == about.campaign.record.currency.code
        }
        var change = try payment.applying(event, in: context)
        if case .refunded(fromOwnAccount: true) = telling {
            for index in change.bookings.indices where change.bookings[index].kind == .refunded {
                change.bookings[index].kind = .refundedFromOwn
            }
        }
        try checkExcess(change, event)
        return change
    }

    private func checkExcess(_ change: PaymentChange, _ event: PaymentEvent) throws {
        guard change.payment.excess > payment.excess, telling.hasLimit else { return }
        let campaign = about.campaign
        let isOut = telling != .paid
        let asked = campaign.money(event.amount ?? 0)
        let most = campaign.money(isOut ? max(payment.committed, payment.refundable) : about.due)
        if telling == .refunded(fromOwnAccount: true) {
            throw SessionError.refused(
                "\(asked) is more than can be booked from your own account for \(about.reference): \(most) "
                    + "is refundable. Nothing was changed.")
        }
        guard fact.acceptsExcess else {
            throw SessionError.refused(
                "\(asked) does not fit \(about.reference): \(most) is \(isOut ? "refundable" : "due"). "
                    + "If it has happened, confirm it: the payment is conflicted then. Nothing was changed.")
        }
    }

    /// The entries of a change; what books nothing is noted, so that the journal has every fact.
    private func write(_ bookings: [Booking], holdUntil captureBefore: Timestamp?, _ told: inout Told) throws
    {
        var left = about.left
        for booking in bookings {
            let parts = try left.take(booking)
            var detail = EntryDetail()
            if booking.pool == .none, booking.amount > 0 { detail.add("amt", booking.amount) }
            if booking.kind == .authorized { detail.add(holdUntil: captureBefore) }
            // A gateway's answer says so in its operation; here the entry alone can.
            if booking.kind == .declined, case .declined(forGood: true) = telling { detail.add("hard", 1) }
            // A capture that was asked for takes from the hold, or brings its own: the replay has to know.
            if let operation = booking.operation, booking.pool == .due || booking.pool == .none {
                detail.add("op", "\(operation.rawValue).\(about.openOperation?.attempt ?? 1)")
            }
            try told.write(
                booking.kind, parts, pledge: about.pledge, instalment: about.instalment, detail: detail)
        }
        if bookings.isEmpty {
            try told.write(.noted, .zero, pledge: about.pledge, instalment: about.instalment)
        }
    }

    /// The request that the fact answers is over.
    private func settle(_ change: PaymentChange?, _ journal: JournalWriter) throws {
        guard let state = change?.answered, let open = about.openOperation else { return }
        let operation = Operation(
            pledge: open.pledge, reference: about.pledge.reference, instalment: open.instalment,
            kind: open.kind, attempt: open.attempt, amount: open.amount, method: "", target: "")
        try journal.flush()
        try journal.append.settle([(operation, state)], at: session.now)
    }
}

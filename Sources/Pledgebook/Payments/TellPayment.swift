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
    /// Money of a pledge with several payments fills them in their order, and goes back from the newest
    /// first, unless one is named.
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
                var cases = try paymentCases(who, of: campaign, in: records)
                let isNamed = PaymentName(who).instalment != nil
                // A balance that came before it was asked for is a payment of its own (T53). Where no balance
                // is agreed, money beyond the payment is a question for a person.
                if telling == .paid, !isNamed, campaign.definition.prepayment.plan == .deposit,
                    let next = try furtherPayment(cases, in: records)
                {
                    cases.append(next)
                }
                let about = try telling.shares(of: fact, in: cases)
                done = try ToldPayment(
                    session: self, telling: telling, fact: fact, day: factDay(fact.day, campaign),
                    isNamed: isNamed, shares: about
                ).book(in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }
}

/// What of a fact falls to one payment.
struct ToldShare {
    let about: PaymentCase
    /// Minor units; 0 where the fact names none.
    let amount: Int64
}

/// One fact about the payments of a pledge, on its way into the book.
private struct ToldPayment {
    let session: Session
    let telling: PaymentTelling
    let fact: PaymentFact
    let day: CalendarDay
    /// Whether a person named one payment.
    let isNamed: Bool
    /// One or more.
    let shares: [ToldShare]

    private var first: PaymentCase { shares[0].about }
    private var amount: Int64 { shares.reduce(0) { $0 + $1.amount } }

    func book(in records: Records) throws -> RecordedPayment {
        if isOver { return unchanged(36) }
        if try isKnown() { return unchanged(36) }
        var changes: [(ToldShare, PaymentChange)] = []
        for share in shares {
            let change = try change(share)
            guard change.payment != share.about.payment || change.answered != nil else { continue }
            changes.append((share, change))
        }
        guard !changes.isEmpty else { return unchanged(try change(shares[0]).transition) }
        let journal = try JournalWriter(session, record: first.campaign.record, in: records)
        for share in shares where share.about.isNew { session.writeAsked(share.about, day: day, journal) }
        var told = try Told(
            "\(telling.word).\(amount)", day: day, reference: fact.reference, to: journal)
        var left = first.left
        for (share, change) in changes {
            try write(change, of: share.about, &left, &told)
            if change.payment != share.about.payment {
                journal.put(
                    change.payment, pledge: share.about.pledge.number,
                    instalment: Int64(share.about.instalment))
            }
            try settle(change, of: share.about, journal)
        }
        try journal.finish()
        let entries = try told.entries.compactMap {
            try records.entry(campaign: first.campaign.record.number, number: $0)?.entry
        }
        let excess = changes.reduce(0) { $0 + $1.1.payment.excess - $1.0.about.payment.excess }
        let last = changes[changes.count - 1]
        return RecordedPayment(
            pledge: first.pledge, instalment: last.0.about.instalment, entries: entries,
            payment: last.1.payment, excess: excess, transition: changes[0].1.transition,
            currency: first.campaign.record.currency)
    }

    private func unchanged(_ row: Int) -> RecordedPayment {
        RecordedPayment(
            pledge: first.pledge, instalment: first.instalment, entries: [], payment: first.payment,
            excess: 0, transition: row, currency: first.campaign.record.currency)
    }

    /// Told of once more without a figure: a dispute that is over, or, under the same reference or on the
    /// same day, a refund where none is under way or owed.
    private var isOver: Bool {
        if telling.isOver(for: first, fact) { return true }
        guard case .refunded = telling, fact.amount == nil, !fact.again else { return false }
        return shares.allSatisfy { $0.about.payment.committed == 0 && $0.about.payment.operation == nil }
            && first.standing.contains {
                $0.told == telling.word && $0.reference == fact.reference
                    && (!fact.reference.isEmpty || $0.day == day)
            }
    }

    /// T36: by reference, type and amount; without a reference by day, type and amount.
    private func isKnown() throws -> Bool {
        let taken = Set(first.entries.compactMap(\.reverses))
        let same = first.entries.filter {
            $0.told == telling.word && $0.reverses == nil && !taken.contains($0.number)
                && (!isNamed || $0.instalment == first.instalment)
        }
        guard !fact.reference.isEmpty else {
            return !fact.again
                && same.contains { $0.reference.isEmpty && $0.toldAmount == amount && $0.day == day }
        }
        let named = same.filter { $0.reference == fact.reference }
        if named.contains(where: { $0.toldAmount == amount }) { return true }
        guard telling.isStrict, let other = named.first else { return false }
        let campaign = first.campaign
        throw SessionError.refused(
            "\(fact.reference) was recorded before with \(campaign.money(other.toldAmount ?? 0)), as entry "
                + "\(other.number), and now with \(campaign.money(amount)). Reverse that entry first, or "
                + "give the other payment's own reference. Nothing was changed.")
    }

    private func change(_ share: ToldShare) throws -> PaymentChange {
        let about = share.about
        guard
            let event = telling.event(
                share.amount, of: about.payment, isRecorded: about.pledge.gateway == 1,
                fee: share.fee(of: fact, in: shares))
        else { return about.payment.marked }
        var context = about.context(at: session.now)
        if let currency = fact.currency {
            context.currencyMatches = currency == about.campaign.record.currency.code
        }
        var change = try about.payment.applying(event, in: context)
        if case .refunded(fromOwnAccount: true) = telling {
            for index in change.bookings.indices where change.bookings[index].kind == .refunded {
                change.bookings[index].kind = .refundedFromOwn
            }
        }
        try checkExcess(change, share)
        return change
    }

    private func checkExcess(_ change: PaymentChange, _ share: ToldShare) throws {
        let about = share.about
        guard change.payment.excess > about.payment.excess, telling.hasLimit else { return }
        let campaign = about.campaign
        let isOut = telling != .paid
        let asked = campaign.money(share.amount)
        let most = campaign.money(
            isOut ? max(about.payment.committed, about.payment.refundable) : about.due)
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
    private func write(
        _ change: PaymentChange, of about: PaymentCase, _ left: inout PartsLeft, _ told: inout Told
    ) throws {
        for booking in change.bookings {
            let parts = try left.take(booking)
            var detail = EntryDetail()
            if booking.pool == .none, booking.amount > 0 { detail.add("amt", booking.amount) }
            if booking.kind == .authorized { detail.add(holdUntil: change.payment.captureBefore) }
            // A gateway's answer says so in its operation; here the entry alone can.
            if booking.kind == .declined, case .declined(forGood: true) = telling { detail.add("hard", 1) }
            // A capture that was asked for takes from the hold, or brings its own: the replay has to know.
            if let operation = booking.operation, booking.pool == .due || booking.pool == .none {
                detail.add("op", "\(operation.rawValue).\(about.openOperation?.attempt ?? 1)")
            }
            try told.write(
                booking.kind, parts, pledge: about.pledge, instalment: about.instalment, detail: detail)
        }
        if change.bookings.isEmpty {
            try told.write(.noted, .zero, pledge: about.pledge, instalment: about.instalment)
        }
    }

    /// The request that the fact answers is over.
    private func settle(_ change: PaymentChange, of about: PaymentCase, _ journal: JournalWriter) throws {
        guard let state = change.answered, let open = about.openOperation else { return }
        let operation = Operation(
            pledge: open.pledge, reference: about.pledge.reference, instalment: open.instalment,
            kind: open.kind, attempt: open.attempt, amount: open.amount, method: "", target: "")
        try journal.flush()
        try journal.append.settle(
            [OperationEnd(operation, state, sentAt: open.at)], at: session.now)
    }
}

extension Payment {
    /// Marked for review because a statement does not have it (T46).
    fileprivate var marked: PaymentChange {
        var payment = self
        payment.flags.insert(.needsReview)
        return PaymentChange(46, payment)
    }
}

extension ToldShare {
    /// The fee of a fact stands beside its first share.
    fileprivate func fee(of fact: PaymentFact, in shares: [ToldShare]) -> Int64 {
        about.instalment == shares.first?.about.instalment ? fact.fee : 0
    }
}

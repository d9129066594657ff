public import Accounting
public import Crowdfunding
public import Storage

/// What a person tells of one payment that moves elsewhere.
public struct PaymentFact: Sendable {
    /// Minor units, more than zero; `nil` for a refund: all that is under way, owed or refundable.
    public var amount: Int64?
    /// `nil`: today.
    public var day: CalendarDay?
    /// The bank's or platform's own reference: the same one again changes nothing.
    ///
    /// Empty for a refund without one.
    public var reference = ""
    /// Books also what is more than was due or refundable: the payment is conflicted then.
    public var acceptsExcess = false

    /// A fact of today without a reference.
    public init(
        amount: Int64? = nil, day: CalendarDay? = nil, reference: String = "", acceptsExcess: Bool = false
    ) {
        self.amount = amount
        self.day = day
        self.reference = reference
        self.acceptsExcess = acceptsExcess
    }
}

/// What recording a payment or a refund did.
public struct RecordedPayment: Sendable {
    /// Whose it is.
    public let pledge: PledgeRecord
    /// In the order of the journal; empty where it was known already.
    public let entries: [JournalEntry]
    /// The payment as it stands.
    public let payment: Payment
    /// What was more than was due or refundable, minor units.
    public let excess: Int64
    /// The row of the payment table that says so.
    public let transition: Int
    /// The currency of all figures.
    public let currency: Currency

    /// The pledge's reference.
    public var reference: String { pledge.reference }
    /// What the pledge costs, minor units.
    public var price: Int64 { pledge.total }
}

extension Session {
    /// Records that a backer's money arrived (T21): E03 or E03s, flagged late where it is.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - fact: What was told: amount, day and reference.
    ///   - declined: The money did not come: the payment failed (T06); the amount and the reference do not
    ///     count.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was booked, or was booked before.
    /// - Throws: `SessionError`, `PaymentRefusal`; refused for a pledge that a gateway charges, and for more
    ///   than is due unless the fact accepts the excess.
    public func recordPayment(
        of who: String, _ fact: PaymentFact, declined: Bool = false, in id: CampaignID?, dryRun: Bool = false
    ) throws -> RecordedPayment {
        try tell(declined ? "declined" : "payment", who, fact, in: id, dryRun: dryRun) { standing in
            if declined { return .declined(hard: false) }
            let amount = fact.amount ?? standing.due
            return .captured(amount, fee: 0)
        }
    }

    /// Records a refund that was made outside (T28), or is the end of one that was under way (T23).
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - fact: What was told: amount, day and reference.
    ///   - fromOwnAccount: Paid from the maker's own account (E14b), not by the processor or platform (E14).
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was booked, or was booked before.
    /// - Throws: `SessionError`, `PaymentRefusal`; refused for more than is refundable unless the fact
    ///   accepts it.
    public func recordRefund(
        of who: String, _ fact: PaymentFact, fromOwnAccount: Bool = false, in id: CampaignID?,
        dryRun: Bool = false
    ) throws -> RecordedPayment {
        try tell("refund", who, fact, in: id, dryRun: dryRun, fromOwnAccount: fromOwnAccount) { standing in
            let payment = standing.payment
            guard payment.captured > 0 else {
                throw SessionError.refused(
                    "Nothing was collected from \(standing.pledge.reference), so nothing can have been paid "
                        + "back."
                )
            }
            let underWay = payment.operation?.kind == .refund ? payment.operation?.amount : nil
            let owed = payment.committed > 0 ? payment.committed : payment.refundable
            let amount = fact.amount ?? underWay ?? owed
            guard amount > 0 || fact.amount != nil else {
                throw SessionError.refused("Nothing of \(standing.pledge.reference) is left to be paid back.")
            }
            return underWay == nil
                ? .refundedOutside(amount, fee: 0, fromOwnAccount: fromOwnAccount) : .refunded(amount, fee: 0)
        }
    }

    private func tell(
        _ word: String, _ who: String, _ fact: PaymentFact, in id: CampaignID?, dryRun: Bool,
        fromOwnAccount: Bool = false, event: (PaymentStanding) throws -> PaymentEvent
    ) throws -> RecordedPayment {
        try checkFactReference(fact.reference)
        var done: RecordedPayment?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let standing = try PaymentStanding(
                    pledge(who, campaign: campaign.record.number, in: records), campaign, in: records)
                try standing.checkIsRecorded()
                let event = try event(standing)
                let day = try factDay(fact.day, campaign)
                if try standing.knows(word, event, fact) {
                    done = standing.unchanged
                } else {
                    let change = try standing.change(event, fact, at: now, fromOwnAccount: fromOwnAccount)
                    let journal = try JournalWriter(self, record: campaign.record, in: records)
                    var told = try Told(
                        "\(word).\(event.amount ?? 0)", day: day, reference: fact.reference, to: journal)
                    try standing.write(change, &told, at: now)
                    try journal.finish()
                    done = try standing.result(change, told, in: records)
                }
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }
}

/// A pledge of the recorded gateway with all that a fact about its payment needs.
private struct PaymentStanding {
    let pledge: PledgeRecord
    let payment: Payment
    let campaign: LoadedCampaign
    /// What of the price has not come, minor units.
    let due: Int64
    private let left: PartsLeft
    private let entries: [JournalEntry]
    private let openRefund: OperationRecord?

    init(_ pledge: PledgeRecord, _ campaign: LoadedCampaign, in records: Records) throws {
        let number = campaign.record.number
        self.pledge = pledge
        self.campaign = campaign
        payment =
            try records.payments(campaign: number, pledge: pledge.number).first { $0.instalment == 1 }?
            .payment
            ?? Payment()
        due = max(0, pledge.total - payment.captured)
        entries = try records.entries(campaign: number, pledge: pledge.number).map(\.entry)
        left = PartsLeft(due: pledge.parts, replaying: entries)
        openRefund = try records.operations(campaign: number, pledge: pledge.number).last {
            $0.kind == .refund && $0.state.rawValue < OperationState.succeeded.rawValue
        }
    }

    func checkIsRecorded() throws {
        guard pledge.gateway == 1 else {
            throw SessionError.refused(
                "\(pledge.reference) is charged and paid back by a gateway, which says itself what happened. "
                    + "Only money that moves elsewhere is recorded by hand. Nothing was changed.")
        }
    }

    /// T36.
    ///
    /// The same reference with another amount is a slip of the pen more often than another fact.
    func knows(_ word: String, _ event: PaymentEvent, _ fact: PaymentFact) throws -> Bool {
        guard !fact.reference.isEmpty, let amount = event.amount else { return false }
        let taken = Set(entries.compactMap(\.reverses))
        let known = entries.first {
            $0.told == word && $0.reference == fact.reference && $0.reverses == nil
                && !taken.contains($0.number)
        }
        guard let known else { return false }
        guard known.toldAmount != amount else { return true }
        throw SessionError.refused(
            "\(fact.reference) was recorded before with \(campaign.money(known.toldAmount ?? 0)), as entry "
                + "\(known.number), and now with \(campaign.money(amount)). Reverse that entry first, or "
                + "give the other payment's own reference. Nothing was changed.")
    }

    func change(
        _ event: PaymentEvent, _ fact: PaymentFact, at now: Timestamp, fromOwnAccount: Bool
    ) throws -> PaymentChange {
        var context = campaign.paymentContext(at: now)
        context.due = due
        context.delivered = left.delivered.amount
        var change = try payment.applying(event, in: context)
        if fromOwnAccount {
            for index in change.bookings.indices where change.bookings[index].kind == .refunded {
                change.bookings[index].kind = .refundedFromOwn
            }
        }
        let excess = change.payment.excess - payment.excess
        guard excess > 0 else { return change }
        let isOut = event.isMoneyOut
        let asked = campaign.money(event.amount ?? 0)
        let most = campaign.money(isOut ? max(payment.committed, payment.refundable) : due)
        if isOut, fromOwnAccount {
            throw SessionError.refused(
                "\(asked) is more than can be booked from your own account for \(pledge.reference): \(most) "
                    + "is refundable. Nothing was changed.")
        }
        guard fact.acceptsExcess else {
            throw SessionError.refused(
                "\(asked) does not fit \(pledge.reference): \(most) is \(isOut ? "refundable" : "due"). "
                    + "If it has happened, confirm it: the payment is conflicted then. Nothing was changed.")
        }
        return change
    }

    func write(_ change: PaymentChange, _ told: inout Told, at now: Timestamp) throws {
        var left = left
        for booking in change.bookings {
            let parts = try left.take(booking)
            var detail = EntryDetail()
            if booking.kind == .noted { detail.add("amt", booking.amount) }
            try told.write(booking.kind, parts, pledge: pledge, detail: detail)
        }
        if change.payment != payment { told.journal.put(change.payment, pledge: pledge.number) }
        if let state = change.answered, let openRefund {
            try told.journal.flush()
            try told.journal.append.settle([(operation(openRefund), state)], at: now)
        }
    }

    private func operation(_ record: OperationRecord) -> Operation {
        Operation(
            pledge: record.pledge, reference: pledge.reference, instalment: record.instalment,
            kind: record.kind,
            attempt: record.attempt, amount: record.amount, method: pledge.method ?? "", target: "")
    }

    var unchanged: RecordedPayment {
        RecordedPayment(
            pledge: pledge, entries: [], payment: payment, excess: 0, transition: 36,
            currency: campaign.record.currency)
    }

    func result(_ change: PaymentChange, _ told: Told, in records: Records) throws -> RecordedPayment {
        RecordedPayment(
            pledge: pledge,
            entries: try told.entries.compactMap {
                try records.entry(campaign: campaign.record.number, number: $0)?.entry
            },
            payment: change.payment, excess: change.payment.excess - payment.excess,
            transition: change.transition,
            currency: campaign.record.currency)
    }
}

extension PaymentEvent {
    /// Whether it tells of money that was paid back.
    fileprivate var isMoneyOut: Bool {
        switch self {
        case .refunded, .refundedOutside: true
        default: false
        }
    }
}

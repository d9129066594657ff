public import Accounting
public import Crowdfunding
public import Storage

/// What a person tells of one payment.
public struct PaymentFact: Sendable {
    /// Minor units, more than zero; `nil`: what the book expects.
    public var amount: Int64?
    /// `nil`: today.
    public var day: CalendarDay?
    /// The bank's, processor's or platform's own reference: the same one again changes nothing.
    ///
    /// Empty for none.
    public var reference = ""
    /// Books also what is more than was due or refundable: the payment is conflicted then.
    public var acceptsExcess = false
    /// What the processor kept, or gave back with a dispute that was won; minor units.
    public var fee: Int64 = 0
    /// It happened twice: booked although the same was told before.
    public var again = false
    /// The code of the currency that it was in; `nil`: the campaign's.
    public var currency: String?

    /// A fact of today without a reference.
    public init(
        amount: Int64? = nil, day: CalendarDay? = nil, reference: String = "", acceptsExcess: Bool = false,
        fee: Int64 = 0, again: Bool = false, currency: String? = nil
    ) {
        self.amount = amount
        self.day = day
        self.reference = reference
        self.acceptsExcess = acceptsExcess
        self.fee = fee
        self.again = again
        self.currency = currency
    }
}

/// What recording a payment or a refund did.
public struct RecordedPayment: Sendable {
    /// Whose it is.
    public let pledge: PledgeRecord
    /// Which of the pledge's payments, from 1.
    public let instalment: Int
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

    /// The payment's reference.
    public var reference: String { instalmentReference(pledge.reference, instalment) }
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
    /// - Throws: `SessionError`, `PaymentRefusal`; refused for more than is due unless the fact accepts the
    ///   excess.
    public func recordPayment(
        of who: String, _ fact: PaymentFact, declined: Bool = false, in id: CampaignID?, dryRun: Bool = false
    ) throws -> RecordedPayment {
        try tell(declined ? .declined(forGood: false) : .paid, of: who, fact, in: id, dryRun: dryRun)
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
        try tell(.refunded(fromOwnAccount: fromOwnAccount), of: who, fact, in: id, dryRun: dryRun)
    }
}

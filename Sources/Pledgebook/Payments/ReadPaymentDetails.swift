public import Accounting
public import Crowdfunding
import Storage

/// All that is known of a pledge's payments: what `payment show` says.
public struct PaymentDetails: Sendable {
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    /// The moment it is told for.
    public let now: Timestamp
    /// The pledge's reference.
    public let reference: String
    /// Where the pledge is.
    public let pledge: PledgeState
    /// What the pledge costs, minor units.
    public let price: Int64
    /// 1 recorded, 2 rehearsal.
    public let gateway: Int
    /// Oldest first; one or more.
    public let payments: [PaymentStanding]
    /// Everything that happened to them, oldest first.
    public let history: [PaymentEntry]
}

/// One payment of a pledge as it stands.
public struct PaymentStanding: Sendable {
    /// `P-1042`, a second payment `P-1042/2`.
    public let reference: String
    /// What it asks for, minor units.
    public let price: Int64
    /// Its amounts, its open request and its marks.
    public let payment: Payment
    /// What the backer owes by claims, minor units.
    public let claims: Int64
    /// Every request, oldest first.
    public let attempts: [PaymentAttempt]
    /// When the gateway is asked next about a request without an answer; `nil`: nothing to ask.
    public let asksAt: Timestamp?
}

/// One entry about a payment.
public struct PaymentEntry: Hashable, Sendable {
    /// The entry's number.
    public let number: Int64
    /// The day on which it happened.
    public let day: CalendarDay
    /// What happened.
    public let kind: EntryKind
    /// Which payment of the pledge; 0: the pledge itself.
    public let instalment: Int
    /// Minor units; of a memo what it notes.
    public let amount: Int64
    /// What the processor kept, minor units.
    public let fee: Int64
    /// The gateway's, file's or person's own reference.
    public let reference: String
    /// What a person said happened, where it was told: `payment`, `dispute-opened` ….
    public let told: String?
    /// The entry that it takes back.
    public let reverses: Int64?
    /// Why, where a person said so.
    public let reason: String?
}

extension Session {
    /// The payments of the pledge that a person means, with everything that happened to them.
    ///
    /// - Throws: `SessionError.unknownPledge`, `.severalPledges`.
    public func paymentDetails(_ who: String, of id: CampaignID?) throws -> PaymentDetails {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let cases = try paymentCases(PaymentName(who).who, of: campaign, in: records)
            let first = cases[0]
            let sessions = try records.sessions(campaign: campaign.record.number)
                .filter { $0.reason != nil }
            let history = first.entries.filter { $0.kind != .costOfDelivered }.map { entry in
                PaymentEntry(
                    entry,
                    because: sessions.first { $0.first <= entry.number && entry.number <= $0.last }?.reason)
            }
            return PaymentDetails(
                campaign: campaign, now: now, reference: first.pledge.reference, pledge: first.pledge.state,
                price: first.pledge.total, gateway: first.pledge.gateway,
                payments: cases.map(PaymentStanding.init),
                history: history.sorted { ($0.day, $0.number) < ($1.day, $1.number) })
        }
    }
}

extension PaymentStanding {
    fileprivate init(_ about: PaymentCase) {
        self.init(
            reference: about.reference, price: about.price, payment: about.payment, claims: about.claims,
            attempts: about.operations.map {
                PaymentAttempt(
                    kind: $0.kind, attempt: $0.attempt, amount: $0.amount, state: $0.state, at: $0.at)
            },
            asksAt: about.pledge.gateway == 1
                ? nil : about.openOperation.map { AskSchedule.next(since: $0.at, asked: $0.asked) })
    }
}

extension PaymentEntry {
    fileprivate init(_ entry: JournalEntry, because reason: String?) {
        let sign: Int64 = entry.reverses == nil ? 1 : -1
        let noted = EntryDetail.value("amt", in: entry.detail).flatMap { Int64($0) } ?? 0
        self.init(
            number: entry.number, day: entry.day, kind: entry.kind, instalment: entry.instalment,
            amount: entry.parts.amount != 0 ? entry.parts.amount * sign : noted, fee: entry.parts.fee * sign,
            reference: entry.reference, told: entry.told ?? (entry.isOfToldFact ? "" : nil),
            reverses: entry.reverses, reason: reason)
    }
}

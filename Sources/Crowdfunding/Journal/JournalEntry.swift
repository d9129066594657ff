public import Accounting

/// One signed, numbered fact of a campaign's journal.
///
/// `reference` and `detail` are ASCII (`detail`: `[A-Za-z0-9=;:.,_+-]`) and hold no personal data.
public struct JournalEntry: Hashable, Sendable {
    /// 1 or more, without gaps within the campaign.
    public var number: Int64
    /// What happened.
    public var kind: EntryKind
    /// The number of the entry that placed the pledge this is about.
    public var pledge: Int64?
    /// The pledge's reference; empty where there is no pledge.
    public var subject: String
    /// The instalment, from 1; 0 where there is none.
    public var instalment: Int
    /// The production run this is about.
    public var run: String?
    /// When it was written.
    public var at: Timestamp
    /// The day on which it happened, in the campaign's zone.
    public var day: CalendarDay
    /// Minor units of the campaign's currency; negative only in a reversal.
    public var parts: EntryParts
    /// The entry this one takes back.
    public var reverses: Int64?
    /// The gateway's, file's or person's own reference.
    public var reference: String
    /// What the parts cannot say, `key=value` joined by `;`.
    public var detail: String

    /// Puts an entry together; nothing is checked here.
    public init(
        number: Int64 = 0, kind: EntryKind, pledge: Int64? = nil, subject: String = "", instalment: Int = 0,
        run: String? = nil, at: Timestamp, day: CalendarDay, parts: EntryParts = .zero,
        reverses: Int64? = nil,
        reference: String = "", detail: String = ""
    ) {
        self.number = number
        self.kind = kind
        self.pledge = pledge
        self.subject = subject
        self.instalment = instalment
        self.run = run
        self.at = at
        self.day = day
        self.parts = parts
        self.reverses = reverses
        self.reference = reference
        self.detail = detail
    }
}

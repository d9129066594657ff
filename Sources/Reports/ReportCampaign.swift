public import Accounting
public import Crowdfunding

/// What a report says about the campaign it is of.
public struct ReportCampaign: Hashable, Sendable {
    /// Its id, for example `aurora-lamp`.
    public var id: CampaignID
    /// Its title, for people.
    public var title: String
    /// What every amount is in.
    public var currency: Currency
    /// The name of the time zone whose days the journal goes by, for example `Europe/Berlin`.
    public var zone: String
    /// Whether no real money moved.
    public var isRehearsal: Bool
    /// The last entry that the figures stand on.
    public var journal: JournalHead
    /// The last checkpoint that covers entries of the journal; `nil`: none was written yet.
    public var checkpoint: CheckpointHead?
    /// Today in the campaign's zone; only a report on an empty journal depends on it.
    public var today: CalendarDay

    /// Puts it together.
    public init(
        id: CampaignID, title: String, currency: Currency, zone: String, isRehearsal: Bool,
        journal: JournalHead, checkpoint: CheckpointHead? = nil, today: CalendarDay,
    ) {
        self.id = id
        self.title = title
        self.currency = currency
        self.zone = zone
        self.isRehearsal = isRehearsal
        self.journal = journal
        self.checkpoint = checkpoint
        self.today = today
    }
}

/// The last entry of a journal, as reports name it.
public struct JournalHead: Hashable, Sendable {
    /// The number of the last entry; 0 for an empty journal.
    public let number: Int64
    /// The first five characters of the entry's tag as receipts write it (base64url).
    public let tag: String

    /// Names an entry by its number and tag.
    public init(number: Int64, tag: Tag) {
        self.number = number
        self.tag = beginning(of: tag.bytes)
    }

    /// As the column `journal` has it: `2114:Zk3vQ`.
    public var text: String { "\(number):\(tag)" }

    /// As people read it: `2,114 (Zk3vQ…)`.
    public var forPeople: String { "\(groupedInteger(number)) (\(tag)…)" }
}

/// A checkpoint of a journal, as reports name it.
public struct CheckpointHead: Hashable, Sendable {
    /// The number of the last entry that it covers.
    public let number: Int64
    /// The root that was signed, as the checkpoint's text has it: 44 characters of base64.
    public let root: String
    private let mark: String

    /// Names a checkpoint by its number and its root's 32 bytes, with the root's text.
    public init(number: Int64, root: [UInt8], text: String) {
        self.number = number
        self.root = text
        mark = beginning(of: root)
    }

    /// As people read it: `2,100 (x8fQe…)`; `-` and `_` stand for the `+` and `/` of the checkpoint's text.
    public var forPeople: String { "\(groupedInteger(number)) (\(mark)…)" }
}

/// The first five characters of the bytes in base64url (RFC 4648, section 5), which take four bytes.
private func beginning(of bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    let word = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let characters = (0..<5).map { alphabet[Int(word >> UInt32(26 - $0 * 6) & 63)] }
    return String(decoding: characters, as: UTF8.self)
}

/// A whole number with commas between groups of three: `2,114`.
func groupedInteger(_ value: Int64) -> String {
    var bytes: [UInt8] = []
    appendAmount(value, exponent: 0, group: UInt8(ascii: ","), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

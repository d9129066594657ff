public import Accounting
public import Crowdfunding

/// A backer to append.
///
/// Ranges point into the batch's bytes.
public struct BackerRow: Sendable {
    public var number: Int64
    public var email: ByteRange
    public var name: ByteRange
    /// Two capital letters, or 0.
    public var country: UInt16
    public var address: ByteRange
    public var answers: ByteRange
    /// Keyed hash of the e-mail address.
    public var hash: Int64

    public init(
        number: Int64, email: ByteRange, name: ByteRange, country: UInt16, address: ByteRange,
        answers: ByteRange,
        hash: Int64
    ) {
        self.number = number
        self.email = email
        self.name = name
        self.country = country
        self.address = address
        self.answers = answers
        self.hash = hash
    }
}

/// A pledge to append.
///
/// Amounts are minor units; goods and shipping are net of tax.
public struct PledgeRow: Sendable {
    /// The number of the entry that places it.
    public var number: Int64 = 0
    public var reference = ByteRange.empty
    public var sourceKey = ByteRange.empty
    public var backer: Int64 = 0
    /// Index in the definition's tiers, or -1.
    public var tier: Int32 = -1
    public var promotion: Int32 = -1
    public var quantity: Int64 = 1
    public var destination: UInt16 = 0
    public var goods: Int64 = 0
    public var shipping: Int64 = 0
    public var tax: Int64 = 0
    public var bonus: Int64 = 0
    public var placedAt: Int64 = 0
    public var gateway: UInt8 = 1
    public var method = ByteRange.empty
    public var state: UInt8 = 1
    /// Keyed hash of the import key.
    public var hash: Int64 = 0
    /// Keyed hash of the imported row.
    public var content: Int64 = 0

    public init() {}
}

/// An add-on (kind 1) or a choice (kind 2) of a pledge.
public struct LineRow: Sendable {
    public var pledge: Int64
    public var kind: Int
    public var id: String
    public var quantity: Int64

    public init(pledge: Int64, kind: Int, id: String, quantity: Int64) {
        self.pledge = pledge
        self.kind = kind
        self.id = id
        self.quantity = quantity
    }
}

/// A signed entry to append.
public struct EntryRow: Sendable {
    public var number: Int64 = 0
    public var kind = EntryKind.placed
    /// 0 for none.
    public var pledge: Int64 = 0
    public var instalment: Int64 = 0
    public var run = ByteRange.empty
    public var at: Int64 = 0
    public var day: Int64 = 0
    public var parts = EntryParts.zero
    /// 0 for none.
    public var reverses: Int64 = 0
    public var reference = ByteRange.empty
    public var detail = ByteRange.empty
    public var tag = Tag.zero

    public init() {}
}

/// A payment as it stands, to insert or to replace.
public struct PaymentRow: Sendable {
    public var pledge: Int64 = 0
    public var instalment: Int64 = 1
    public var payment = Payment()

    public init(pledge: Int64, instalment: Int64 = 1, payment: Payment) {
        self.pledge = pledge
        self.instalment = instalment
        self.payment = payment
    }
}

/// Rows of all kinds that go into the book together, and the bytes that their ranges point into.
public struct AppendBatch: Sendable {
    public var bytes: [UInt8] = []
    public var backers: [BackerRow] = []
    public var pledges: [PledgeRow] = []
    public var lines: [LineRow] = []
    public var entries: [EntryRow] = []
    public var payments: [PaymentRow] = []

    public init() {}

    /// Copies the text behind the batch's bytes and says where it lies; empty text is an empty range.
    public mutating func store(_ text: String) -> ByteRange {
        guard !text.isEmpty else { return .empty }
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: text.utf8)
        return ByteRange(start: start, end: UInt32(bytes.count))
    }

    /// Adds an entry that was signed with `tag`.
    public mutating func append(_ entry: JournalEntry, tag: Tag) {
        var row = EntryRow()
        row.number = entry.number
        row.kind = entry.kind
        row.pledge = entry.pledge ?? 0
        row.instalment = Int64(entry.instalment)
        row.run = store(entry.run ?? "")
        row.at = entry.at.seconds
        row.day = Int64(entry.day.number)
        row.parts = entry.parts
        row.reverses = entry.reverses ?? 0
        row.reference = store(entry.reference)
        row.detail = store(entry.detail)
        row.tag = tag
        entries.append(row)
    }
}

/// What a day's entries of a kind add up to.
public struct DailyTotal: Hashable, Sendable {
    public var day: CalendarDay
    public var kind: EntryKind
    public var count: Int64
    public var parts: EntryParts

    public init(day: CalendarDay, kind: EntryKind, count: Int64, parts: EntryParts) {
        self.day = day
        self.kind = kind
        self.count = count
        self.parts = parts
    }
}

/// Adds up entries by day and kind, to be merged into the book in the transaction that appends them.
public struct DailyRollup: Sendable {
    struct Key: Hashable {
        var day: Int64
        var kind: EntryKind
    }
    struct Sum {
        var count: Int64 = 0
        var parts = EntryParts.zero
    }
    private(set) var sums: [Key: Sum] = [:]
    private var lastKey = Key(day: .min, kind: .placed)
    private var last = Sum()

    public init() {}

    /// Counts one entry.
    ///
    /// Entries of one day and kind usually come together, so that the dictionary is seldom asked.
    @inline(__always)
    public mutating func add(day: Int64, kind: EntryKind, parts: EntryParts) {
        let key = Key(day: day, kind: kind)
        if key != lastKey {
            settle()
            lastKey = key
            last = sums[key] ?? Sum()
        }
        last.count += 1
        last.parts = last.parts + parts
    }

    mutating func settle() {
        if last.count > 0 { sums[lastKey] = last }
        last = Sum()
        lastKey = Key(day: .min, kind: .placed)
    }
}

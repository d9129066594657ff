public import Accounting
public import Crowdfunding

/// A backer to append.
///
/// Ranges point into the batch's bytes.
public struct BackerRow: Sendable {
    /// The backer's number in the book.
    public var number: Int64
    /// Lower case; empty for none.
    public var email: ByteRange
    /// As it was written; empty for none.
    public var name: ByteRange
    /// Two capital letters, or 0.
    public var country: UInt16
    /// JSON text; empty for none.
    public var address: ByteRange
    /// JSON text of survey answers; empty for none.
    public var answers: ByteRange
    /// Puts a backer together.
    public init(
        number: Int64, email: ByteRange, name: ByteRange, country: UInt16, address: ByteRange,
        answers: ByteRange
    ) {
        self.number = number
        self.email = email
        self.name = name
        self.country = country
        self.address = address
        self.answers = answers
    }
}

/// A pledge to append.
///
/// Amounts are minor units; goods and shipping are net of tax.
public struct PledgeRow: Sendable {
    /// The number of the entry that places it.
    public var number: Int64 = 0
    /// As receipts print it, unique within the campaign.
    public var reference = ByteRange.empty
    /// The platform's own id; empty where the reference is the import key.
    public var sourceKey = ByteRange.empty
    /// The backer's number.
    public var backer: Int64 = 0
    /// Index in the definition's tiers, or -1.
    public var tier: Int32 = -1
    /// Index in the definition's promotions, or -1.
    public var promotion: Int32 = -1
    /// How many of its tier, one or more.
    public var quantity: Int64 = 1
    /// Two capital letters, or 0 when nothing ships.
    public var destination: UInt16 = 0
    /// Price of tier and add-ons less discount.
    public var goods: Int64 = 0
    /// What carriage costs.
    public var shipping: Int64 = 0
    /// What lies on goods and shipping.
    public var tax: Int64 = 0
    /// What was given beyond the price.
    public var bonus: Int64 = 0
    /// Seconds since 1970.
    public var placedAt: Int64 = 0
    /// 1 recorded, 2 rehearsal.
    public var gateway: UInt8 = 1
    /// The saved method's token; empty for none.
    public var method = ByteRange.empty
    /// A raw value of `PledgeState`.
    public var state: UInt8 = 1

    /// One of nothing, to be filled in.
    public init() {}
}

/// An add-on (kind 1) or a choice (kind 2) of a pledge.
public struct LineRow: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// 1 add-on, 2 choice.
    public var kind: Int
    /// The add-on's id, or the SKU of the variant.
    public var id: String
    /// Units, one or more.
    public var quantity: Int64

    /// Puts a line together.
    public init(pledge: Int64, kind: Int, id: String, quantity: Int64) {
        self.pledge = pledge
        self.kind = kind
        self.id = id
        self.quantity = quantity
    }
}

/// A signed entry to append.
public struct EntryRow: Sendable {
    /// From 1, without gaps within a campaign.
    public var number: Int64 = 0
    /// What happened.
    public var kind = EntryKind.placed
    /// 0 for none.
    public var pledge: Int64 = 0
    /// From 1; 0 for none.
    public var instalment: Int64 = 0
    /// The run's id; empty for none.
    public var run = ByteRange.empty
    /// Seconds since 1970.
    public var at: Int64 = 0
    /// Days since 1970-01-01.
    public var day: Int64 = 0
    /// Minor units.
    public var parts = EntryParts.zero
    /// 0 for none.
    public var reverses: Int64 = 0
    /// The gateway's, file's or person's own reference; empty for none.
    public var reference = ByteRange.empty
    /// The signed detail; empty for none.
    public var detail = ByteRange.empty
    /// Its HMAC-SHA-256, chained to the entry before.
    public var tag = Tag.zero

    /// An entry of nothing, to be filled in.
    public init() {}
}

/// A payment as it stands, to insert or to replace.
public struct PaymentRow: Sendable {
    /// The pledge's number.
    public var pledge: Int64 = 0
    /// From 1.
    public var instalment: Int64 = 1
    /// As it stands; amounts are minor units.
    public var payment = Payment()
    /// What the pledge counts as in the totals before this; `nil` where it has to be read.
    public var counted: PledgeCount?

    /// Says which instalment of which pledge a payment is of.
    ///
    /// `counted` is given only where nothing can have moved since it was read, and the payment is the
    /// pledge's only one.
    public init(pledge: Int64, instalment: Int64 = 1, payment: Payment, counted: PledgeCount? = nil) {
        self.pledge = pledge
        self.instalment = instalment
        self.payment = payment
        self.counted = counted
    }
}

/// By what a backer is found: the keyed hash of the e-mail address.
public struct BackerKeyRow: Sendable {
    /// Keyed hash of the e-mail address.
    public var hash: Int64
    /// The backer's number.
    public var number: Int64

    /// Puts a key together.
    public init(hash: Int64, number: Int64) {
        self.hash = hash
        self.number = number
    }
}

/// By what an imported row is known again.
public struct PledgeKeyRow: Sendable {
    /// Keyed hash of the import key.
    public var hash: Int64
    /// The pledge's number.
    public var number: Int64
    /// Keyed hash of the imported row.
    public var content: Int64

    /// Puts a key together.
    public init(hash: Int64, number: Int64, content: Int64) {
        self.hash = hash
        self.number = number
        self.content = content
    }
}

/// Rows of all kinds that go into the book together, and the bytes that their ranges point into.
public struct AppendBatch: Sendable {
    /// The text of all rows.
    public var bytes: [UInt8] = []
    /// New backers, before the pledges that name them.
    public var backers: [BackerRow] = []
    /// New pledges, in the order of their numbers.
    public var pledges: [PledgeRow] = []
    /// Add-ons and choices of those.
    public var lines: [LineRow] = []
    /// Signed entries, in the order of their numbers.
    public var entries: [EntryRow] = []
    /// Payments to insert or to replace, in the order of their pledges.
    public var payments: [PaymentRow] = []
    /// Keys of new backers, of this batch or of those before; sorted by hash they are written faster.
    public var backerKeys: [BackerKeyRow] = []
    /// Keys of new pledges, the same.
    public var pledgeKeys: [PledgeKeyRow] = []

    /// A batch of nothing.
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
    /// The day the entries count on, in the campaign's time zone.
    public var day: CalendarDay
    /// What happened.
    public var kind: EntryKind
    /// How many entries.
    public var count: Int64
    /// Their sums, minor units.
    public var parts: EntryParts

    /// Puts a total together.
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

    /// Sums of nothing.
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

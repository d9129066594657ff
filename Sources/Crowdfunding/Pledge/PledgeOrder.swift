public import Accounting

/// What a source says of a payment when it tells of a pledge.
public enum SourceStatus: UInt8, Sendable {
    case pledged, collected, errored, canceled, dropped, disputed
}

/// A range of bytes in the batch that an order belongs to; empty when `start == end`.
public struct ByteRange: Hashable, Sendable {
    /// The first byte.
    public var start: UInt32
    /// The byte after the last one.
    public var end: UInt32
    /// No bytes at all.
    public static let empty = ByteRange(start: 0, end: 0)
    /// Whether there are no bytes in it.
    public var isEmpty: Bool { start == end }
    /// The same as indices of an array of bytes.
    public var range: Range<Int> { Int(start)..<Int(end) }

    /// The bytes from `start` to the one before `end`.
    public init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }
}

/// A row that asks for a pledge (our own CSV) or tells of one (a platform's file).
///
/// No text is copied: ranges point into the batch's bytes.
public struct PledgeOrder: Sendable {
    /// Where the row begins, for messages.
    public var line: Int = 0
    /// As receipts will print it.
    public var reference = ByteRange.empty
    /// The platform's own id where it is not the reference (Kickstarter's Backer UID); the import key.
    public var sourceKey = ByteRange.empty
    /// The backer's name; empty for none.
    public var name = ByteRange.empty
    /// Lower case.
    public var email = ByteRange.empty
    /// Two capital letters, or 0: where it ships to.
    public var country: UInt16 = 0
    /// The tier's index in the definition, or -1.
    public var tier: Int32 = -1
    /// How many of the tier, one or more.
    public var quantity: Int64 = 1
    /// Range in the batch's `lines`: add-ons, then choices.
    public var lines: Range<Int32> = 0..<0
    /// Index in the definition's promotions, or -1.
    public var promotion: Int32 = -1
    /// What is given beyond the price, minor units.
    public var bonus: Int64 = 0
    /// What the row says the pledge costs; -1 when it does not say.
    public var amount: Int64 = -1
    /// What has come of a platform's pledge where that is not all of it, minor units; 0: as the status says.
    public var paid: Int64 = 0
    /// What went back of a platform's collected or canceled pledge, minor units; all of `amount` at most.
    public var refunded: Int64 = 0
    /// A platform's shipping amount; own rows are priced.
    public var shipping: Int64 = 0
    /// When it was pledged.
    public var pledgedAt = Timestamp(seconds: 0)
    /// 1 recorded, 2 rehearsal.
    public var gateway: UInt8 = 1
    /// The saved method's token; empty for none.
    public var method = ByteRange.empty
    /// What the source says of the payment.
    public var status = SourceStatus.pledged
    /// JSON text of address and survey answers, kept with the backer; empty for none.
    public var address = ByteRange.empty
    /// JSON text of the survey answers, kept with the backer; empty for none.
    public var answers = ByteRange.empty
    /// The bytes of the whole row, whose keyed hash is the pledge's content.
    public var row = ByteRange.empty
    /// Where the fields begin that a refusal may point at.
    public var places = OrderPlaces()

    /// An order of nothing, to be filled in.
    public init() {}
}

/// Where the fields of a row begin in the batch's bytes, so that a refusal can point at its cause.
public struct OrderPlaces: Sendable {
    /// Of the reference.
    public var reference: UInt32 = 0
    /// Of the tier.
    public var tier: UInt32 = 0
    /// Of the amount.
    public var amount: UInt32 = 0
    /// Of the time.
    public var pledgedAt: UInt32 = 0
    /// Of the e-mail address.
    public var email: UInt32 = 0
    /// Of the country.
    public var country: UInt32 = 0

    /// The start of the bytes for every field.
    public init() {}
}

/// An add-on or a chosen variant of an order, by index in the definition.
public struct OrderLine: Hashable, Sendable {
    /// What a line adds to its order.
    public enum Role: UInt8, Sendable { case addOn, choice }
    /// Whether it is an add-on or a chosen variant.
    public var role: Role
    /// Index in `definition.addOns` (addOn) or `definition.units` (choice: a variant's index in
    /// `definition.skus`).
    public var index: Int32
    /// Units, one or more.
    public var quantity: Int32

    /// Puts a line together.
    public init(role: Role, index: Int32, quantity: Int32) {
        self.role = role
        self.index = index
        self.quantity = quantity
    }
}

/// Up to 4,096 orders and the bytes that their ranges point into.
public struct PledgeOrderBatch: Sendable {
    /// The text of all rows.
    public var bytes: [UInt8] = []
    /// In the order of the rows.
    public var orders: [PledgeOrder] = []
    /// Add-ons and choices of all orders; each order has its range.
    public var lines: [OrderLine] = []

    /// A batch of nothing.
    public init() {}
}

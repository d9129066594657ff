public import Accounting

/// A physical thing to make.
public struct Item: Hashable, Sendable {
    /// Unique across items and variants.
    public var sku: String
    /// What people read; the SKU where the file says nothing.
    public var title: String
    /// What one unit costs to make, in minor units.
    public var unitCost: Int64
    /// Units that are there before any run.
    public var inStock: Int64
    /// Units that may be sold beyond what is in stock; `nil`: no cap.
    public var backorderLimit: Int64?
    /// The customs tariff number, 4 to 12 digits with dots.
    public var hsCode: String?
    /// The country of origin, ISO 3166 alpha-2.
    public var origin: String?
    /// Grams of one unit.
    public var weightGrams: Int64?
    /// Empty: made one way, under the item's own SKU.
    public var variants: [Variant]
}

/// One way in which an item is made: a color, a size, a layout.
public struct Variant: Hashable, Sendable {
    /// Unique across items and variants.
    public var sku: String
    /// What backers choose; the SKU where the file says nothing.
    public var title: String
    /// Below it a factory does not make this variant.
    public var minimumUnits: Int64
}

/// Units of an item (the backer chooses a variant) or of one variant.
public struct Content: Hashable, Sendable {
    /// An item's or a variant's SKU.
    public var sku: String
    /// At least 1.
    public var quantity: Int64
}

/// What a backer gets for a price.
public struct RewardTier: Hashable, Sendable {
    /// Unique among the tiers.
    public var id: String
    /// What people read.
    public var title: String
    /// Minor units, at least 1.
    public var price: Int64
    /// How many are sold in all; `nil`: no limit.
    public var limit: Int64?
    /// How many one backer may have; `nil`: no limit.
    public var perBacker: Int64?
    /// The first instant at which it is no longer sold.
    public var until: Timestamp?
    /// Empty: nothing is shipped.
    public var contains: [Content]
    /// The month that backers are promised.
    public var delivery: DeliveryMonth?
    /// Ids of tiers that may be offered in its place.
    public var substitutes: [String]
}

/// A promised month, `2026-09`.
public struct DeliveryMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 1 to 9999.
    public var year: Int
    /// 1 to 12.
    public var month: Int

    /// As the file writes it.
    public var description: String {
        let digits = String(year)
        return "\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)-\(month < 10 ? "0" : "")\(month)"
    }

    /// Orders by time.
    public static func < (left: DeliveryMonth, right: DeliveryMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

/// What a backer may add to a tier.
public struct AddOn: Hashable, Sendable {
    /// Unique among the add-ons.
    public var id: String
    /// What people read.
    public var title: String
    /// Minor units, at least 1.
    public var price: Int64
    /// Empty: nothing is shipped.
    public var contains: [Content]
    /// How many are sold in all; `nil`: no limit.
    public var limit: Int64?
    /// How many one backer may have; `nil`: no limit.
    public var perBacker: Int64?
}

/// A code that takes a share off tiers and add-ons.
public struct Promotion: Hashable, Sendable {
    /// Unique among the promotions.
    public var code: String
    /// Above 0.
    public var percentOff: Percentage
    /// How many pledges may use it; `nil`: no limit.
    public var limit: Int64?
    /// The first instant at which it no longer counts.
    public var until: Timestamp?
}

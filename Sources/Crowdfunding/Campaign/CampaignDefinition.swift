public import Accounting

/// A campaign as its maker wrote it, valid and with every default filled in. Amounts are minor units of `currency`.
public struct CampaignDefinition: Hashable, Sendable {
    public var id: CampaignID
    public var title: String
    public var maker: Maker?
    public var currency: Currency
    /// An IANA name; decides which day a thing falls on.
    public var timeZone: String
    /// `nil`: from the launch on.
    public var opensAt: Timestamp?
    /// The first instant at which a pledge is late.
    public var closesAt: Timestamp
    public var funding: FundingRule
    public var prepayment: Prepayment
    public var items: [Item]
    public var tiers: [RewardTier]
    public var addOns: [AddOn]
    public var promotions: [Promotion]
    public var shipping: [ShippingRate]
    public var tax: TaxRules
    public var fees: FeeEstimate
    public var cancellation: CancellationRule
    public var latePledgesUntil: Timestamp?
    public var production: [ProductionPlan]
    /// By platform, for example `kickstarter`.
    public var imports: [String: PlatformImport]
    /// Country or `EU` or `*` → the law that a delay falls under, for example `mail-order`.
    public var delays: [String: String]
    /// The paths of the values that nobody wrote, with the default in use, for `campaign check`.
    public var defaults: [DefaultInUse]
}

public struct DefaultInUse: Hashable, Sendable {
    public var path: String
    public var value: String
}

public struct Maker: Hashable, Sendable {
    public var name: String
    public var country: String?
    public var supportEmail: String?
}

public struct FundingRule: Hashable, Sendable {
    public enum Rule: String, CaseIterable, Sendable { case allOrNothing = "all-or-nothing", keepItAll = "keep-it-all" }
    public enum Basis: String, CaseIterable, Sendable { case pledged, collected }
    public struct StretchGoal: Hashable, Sendable {
        public var at: Int64
        public var title: String
    }
    public var rule: Rule
    /// 0 where keep-it-all names none.
    public var goal: Int64
    public var basis: Basis
    public var minimumUnits: Int64
    public var stretchGoals: [StretchGoal]
}

public struct Prepayment: Hashable, Sendable {
    public enum Plan: String, CaseIterable, Sendable { case full, deposit }
    public enum Collect: String, CaseIterable, Sendable { case onPledge = "on-pledge", atClose = "at-close", hold }
    public enum Deposit: Hashable, Sendable { case percent(Percentage), amount(Int64) }
    public enum BalanceDue: Hashable, Sendable { case beforeShipping, on(CalendarDay) }
    public var plan: Plan
    public var collect: Collect
    public var deposit: Deposit?
    public var balanceDue: BalanceDue?
    public var retryDays: Int
    public var retryEveryHours: Int
}

public struct Item: Hashable, Sendable {
    public var sku: String
    public var title: String
    public var unitCost: Int64
    public var inStock: Int64
    /// `nil`: no cap.
    public var backorderLimit: Int64?
    public var hsCode: String?
    public var origin: String?
    public var weightGrams: Int64?
    /// Empty: made one way, under the item's own SKU.
    public var variants: [Variant]
}

public struct Variant: Hashable, Sendable {
    public var sku: String
    public var title: String
    public var minimumUnits: Int64
}

/// Units of an item (the backer chooses a variant) or of one variant.
public struct Content: Hashable, Sendable {
    /// An item's or a variant's SKU.
    public var sku: String
    public var quantity: Int64
}

public struct RewardTier: Hashable, Sendable {
    public var id: String
    public var title: String
    public var price: Int64
    public var limit: Int64?
    public var perBacker: Int64?
    /// The first instant at which it is no longer sold.
    public var until: Timestamp?
    public var contains: [Content]
    public var delivery: DeliveryMonth?
    public var substitutes: [String]
}

/// A promised month, `2026-09`.
public struct DeliveryMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var year: Int
    public var month: Int
    public var description: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
    public static func < (left: DeliveryMonth, right: DeliveryMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

public struct AddOn: Hashable, Sendable {
    public var id: String
    public var title: String
    public var price: Int64
    public var contains: [Content]
    public var limit: Int64?
    public var perBacker: Int64?
}

public struct Promotion: Hashable, Sendable {
    public var code: String
    public var percentOff: Percentage
    public var limit: Int64?
    public var until: Timestamp?
}

public struct ShippingRate: Hashable, Sendable {
    /// ISO 3166 alpha-2 codes, `EU`, `*`.
    public var to: [String]
    public var first: Int64
    public var eachMore: Int64
}

public struct TaxRules: Hashable, Sendable {
    public enum Point: String, CaseIterable, Sendable { case receipt, delivery }
    public var pricesIncludeTax: Bool
    public var point: Point
    /// Country, `EU` or `*`.
    public var rates: [String: Percentage]
}

/// An estimate only: it prices the rehearsal gateway, plans and forecasts; the books take fees from facts.
public struct FeeEstimate: Hashable, Sendable {
    public var platformPercent: Percentage
    public var processorPercent: Percentage
    public var processorFixed: Int64
}

public struct CancellationRule: Hashable, Sendable {
    /// `nil`: never.
    public var backerMayCancelUntil: Timestamp?
    public var lastDayRule: Bool
}

public struct ProductionPlan: Hashable, Sendable {
    public var id: String
    public var supplier: String
    /// The item that it makes (all its variants).
    public var sku: String
    public var minimumUnits: Int64
    public var capacity: Int64?
    /// Net collected money that must be there first; `nil`: none.
    public var launchWhenCollected: Int64?
    public var leadTimeDays: Int
    public var unitCost: Int64
    public var depositPercent: Percentage
}

public struct PlatformImport: Hashable, Sendable {
    public enum Tax: String, CaseIterable, Sendable { case maker, platform }
    public var rewards: [String: String]
    public var addOns: [String: String]
    /// Survey question → item SKU.
    public var choices: [String: String]
    public var timeZone: String?
    public var tax: Tax
}

extension CampaignDefinition {
    /// Every SKU that can be made or held, in the order of the file: an item's own where it has no variants, else
    /// its variants'. The index in this list is how orders and allocations name a SKU.
    public var skus: [String] {
        items.flatMap { $0.variants.isEmpty ? [$0.sku] : $0.variants.map(\.sku) }
    }
}

public import Accounting

/// A campaign as its maker wrote it, valid and with every default filled in.
///
/// Amounts are minor units of `currency`, from 0 to `largestAmount`; counts are at most `largestQuantity`; texts at
/// most `largestTextSize` bytes. `CampaignReader` makes it and holds these bounds.
public struct CampaignDefinition: Hashable, Sendable {
    /// Unique within a book.
    public var id: CampaignID
    /// What people read.
    public var title: String
    /// Who makes it, where the file says.
    public var maker: Maker?
    /// Of every amount in the campaign.
    public var currency: Currency
    /// An IANA name; decides which day a thing falls on.
    public var timeZone: String
    /// `nil`: from the launch on.
    public var opensAt: Timestamp?
    /// The first instant at which a pledge is late.
    public var closesAt: Timestamp
    /// The goal and what decides about it.
    public var funding: FundingRule
    /// When and how money is collected.
    public var prepayment: Prepayment
    /// The physical things to make, by the file's order.
    public var items: [Item]
    /// At least one, by the file's order.
    public var tiers: [RewardTier]
    /// What a backer may add, by the file's order.
    public var addOns: [AddOn]
    /// Codes that take something off.
    public var promotions: [Promotion]
    /// Empty: shipping is free everywhere.
    public var shipping: [ShippingRate]
    /// What of a price is tax.
    public var tax: TaxRules
    /// What platform and processor will probably keep.
    public var fees: FeeEstimate
    /// Until when backers may cancel.
    public var cancellation: CancellationRule
    /// The first instant at which late pledges are refused; `nil`: there are none.
    public var latePledgesUntil: Timestamp?
    /// Orders to factories, by the file's order.
    public var production: [ProductionPlan]
    /// By platform, for example `kickstarter`.
    public var imports: [String: PlatformImport]
    /// Country or `EU` or `*` → the law that a delay falls under, for example `mail-order`.
    public var delays: [String: String]
    /// The paths of the values that nobody wrote, with the default in use, for `campaign check`.
    public var defaults: [DefaultInUse]
}

/// A value that nobody wrote and what counts instead.
public struct DefaultInUse: Hashable, Sendable {
    /// For example `funding.rule` or `tiers[0].limit`.
    public var path: String
    /// As it would be written, or in a word: `none`.
    public var value: String
}

/// Who makes the campaign.
public struct Maker: Hashable, Sendable {
    /// The maker's or the company's name.
    public var name: String
    /// ISO 3166 alpha-2.
    public var country: String?
    /// Where backers write to.
    public var supportEmail: String?
}

extension CampaignDefinition {
    /// Every SKU that can be made or held, in the order of the file: an item's own where it has no variants, else
    /// its variants'. The index in this list is how orders and allocations name a SKU.
    public var skus: [String] {
        items.flatMap { $0.variants.isEmpty ? [$0.sku] : $0.variants.map(\.sku) }
    }
}

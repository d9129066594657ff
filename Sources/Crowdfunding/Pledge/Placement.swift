public import Accounting

/// What a backer holds, for limits per backer: by its index in the current definition.
public enum Offer: Hashable, Sendable {
    case tier(Int)
    case addOn(Int)
}

/// How a row is taken.
public enum PlacementMode: Hashable, Sendable {
    /// Our own CSV: priced, and refused when price, limit or date does not fit.
    case asks
    /// A platform's file: booked as it stands; differences are counted. `saysBonus` where the file has a
    /// column for the bonus (`order.bonus` counts then), `tax` as `imports.<platform>.tax`.
    case tells(saysBonus: Bool, tax: PlatformImport.Tax)
}

/// A definition and the instant from which it was in force.
public struct DefinitionInForce: Hashable, Sendable {
    /// The launch, or the amendment.
    public var from: Timestamp
    /// What was in force from then on.
    public var definition: CampaignDefinition

    /// Puts the two together.
    public init(from: Timestamp, definition: CampaignDefinition) {
        self.from = from
        self.definition = definition
    }
}

/// Places given so far, by index in the current definition.
public struct PlacesTaken: Hashable, Sendable {
    /// Quantity by tier.
    public var tiers: [Int64]
    /// Quantity by add-on.
    public var addOns: [Int64]
    /// Pledges by promotion.
    public var promotions: [Int64]
    /// Units sold by item, chosen and open.
    public var items: [Int64]

    /// None yet, for the definition.
    public init(for definition: CampaignDefinition) {
        tiers = Array(repeating: 0, count: definition.tiers.count)
        addOns = Array(repeating: 0, count: definition.addOns.count)
        promotions = Array(repeating: 0, count: definition.promotions.count)
        items = Array(repeating: 0, count: definition.items.count)
    }
}

/// An accepted pledge: its price is frozen, its place taken.
public struct Placement: Hashable, Sendable {
    /// The parts that the placing entry holds.
    public var price: Price
    /// `placed`, or `canceled` or `dropped` where the source says so.
    public var state: PledgeState
    /// Whether it holds its tier place: all but canceled and dropped rows do.
    public var takesPlace: Bool
    /// Pledged at or after `closes_at`: collected at once.
    public var isLate: Bool
    /// The row named no amount; the engine priced it.
    public var isPricedByEngine: Bool
    /// A place in a limited tier went to it after one that was pledged later.
    public var isOutOfTimeOrder: Bool
    /// What a platform's row says otherwise than the campaign.
    public var differences: PlatformDifferences
}

/// The answer to an order.
public enum PlacementDecision: Hashable, Sendable {
    case accepted(Placement)
    case refused(PlacementRefusal)
}

public import Accounting

/// What the units of one item in a pledge are worth to its backer.
public struct ItemValue: Hashable, Sendable {
    /// Index in `definition.items`.
    public var item: Int
    /// More than 0.
    public var units: Int64
    /// What the tier and add-ons ask for them, minor units; only its proportion to the others counts.
    public var value: Int64

    /// Puts the value together.
    public init(item: Int, units: Int64, value: Int64) {
        self.item = item
        self.units = units
        self.value = value
    }
}

/// Splits the prices of tiers and add-ons over what they contain, so that a part delivery earns its share.
///
/// The price of a tier that contains several items is split by what they cost to make (the expected-cost
/// approach of IFRS 15.79), evenly where no cost is known.
public struct UnitValues: Sendable {
    private let tiers: [[ItemValue]]
    private let addOns: [[ItemValue]]

    /// Lays out the definition's prices.
    public init(_ definition: CampaignDefinition) {
        var items: [String: Int] = [:]
        for (index, item) in definition.items.enumerated() {
            items[item.sku] = index
            for variant in item.variants { items[variant.sku] = index }
        }
        func split(_ price: Int64, over contents: [Content]) -> [ItemValue] {
            let known = contents.compactMap { content in items[content.sku].map { ($0, content.quantity) } }
            // A content's quantity times its cost may overflow; what is that dear needs no exact weight.
            var weights = known.map { item, quantity in
                definition.items[item].unitCost.multipliedReportingOverflow(by: quantity)
            }.map { $0.overflow ? largestAmount : min($0.partialValue, largestAmount) }
            if weights.allSatisfy({ $0 == 0 }) { weights = known.map { min($0.1, largestAmount) } }
            return zip(known, allocate(price, by: weights)).map {
                ItemValue(item: $0.0, units: $0.1, value: $1)
            }
        }
        tiers = definition.tiers.map { split($0.price, over: $0.contains) }
        addOns = definition.addOns.map { split($0.price, over: $0.contains) }
    }

    /// The items of a pledge with what they are worth, each once, in the order of the definition.
    ///
    /// - Parameters:
    ///   - tier: Its index in the definition, or -1.
    ///   - quantity: Of the tier.
    ///   - lines: Add-ons count; choices are worth nothing.
    /// - Returns: At most one value an item; empty for a pledge that contains none.
    public func values(tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>) -> [ItemValue] {
        var found: [Int: ItemValue] = [:]
        func add(_ contents: [ItemValue], _ count: Int64) {
            for content in contents {
                var value = found[content.item] ?? ItemValue(item: content.item, units: 0, value: 0)
                value.units += content.units * count
                value.value += content.value * count
                found[content.item] = value
            }
        }
        if tiers.indices.contains(tier) { add(tiers[tier], quantity) }
        for line in lines where line.role == .addOn && addOns.indices.contains(Int(line.index)) {
            add(addOns[Int(line.index)], Int64(line.quantity))
        }
        return found.values.sorted { $0.item < $1.item }
    }

    /// The worth of what has not been delivered, in millionths of a minor unit; 0 exactly when nothing is
    /// left.
    ///
    /// - Parameters:
    ///   - values: From `values`.
    ///   - left: Units not delivered, by item.
    /// - Returns: A weight; only its proportion to others of the same pledge counts.
    public static func weight(_ values: [ItemValue], left: [Int: Int64]) -> Int64 {
        let isFree = values.allSatisfy { $0.value == 0 }
        var total: Int128 = 0
        for value in values {
            let units = Int128(min(max(left[value.item] ?? 0, 0), value.units))
            guard units > 0 else { continue }
            // At least 1, so that a unit that is left always weighs something.
            let worth = isFree ? Int128(value.units) : Int128(value.value)
            total += max(worth * 1_000_000 * units / Int128(value.units), 1)
        }
        return Int64(clamping: total)
    }
}

extension PartsLeft {
    /// The parts of E22 for a delivery: its share of what is captured, undelivered and not given back.
    ///
    /// Shipping is earned by the same share, since each parcel is a part of the carriage. The last delivery
    /// takes what is left. The tax part is 0 where tax was booked at receipt.
    ///
    /// - Parameters:
    ///   - before: The worth of everything undelivered (`UnitValues.weight`), this delivery included.
    ///   - after: The worth of what stays undelivered.
    ///   - taxInGoods: Where the tax point is delivery: what the pledge's goods (bonus in it) are net of tax,
    ///     and its tax, which lies inside the captured goods until now.
    /// - Returns: Goods, shipping and tax, never negative and never more than is left.
    public func delivery(before: Int64, after: Int64, taxInGoods: (net: Int64, tax: Int64)? = nil)
        -> EntryParts
    {
        let shipped = max(before - after, 0)
        var parts = EntryParts.zero
        parts.goods =
            after <= 0 ? undelivered.goods : allocate(undelivered.goods, between: shipped, and: after).0
        parts.shipping =
            after <= 0 ? undelivered.shipping : allocate(undelivered.shipping, between: shipped, and: after).0
        guard let taxInGoods, taxInGoods.tax > 0, undelivered.tax == 0 else { return parts }
        // Reckoned from the beginning, so that the roundings of many deliveries do not add up.
        let gross = delivered.goods + delivered.tax + parts.goods
        let (taxSoFar, _) = allocate(gross, between: taxInGoods.tax, and: taxInGoods.net)
        parts.tax = min(max(taxSoFar - delivered.tax, 0), parts.goods)
        parts.goods -= parts.tax
        return parts
    }
}

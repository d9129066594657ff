import Accounting

/// Prices, windows and dates of one definition, by index in the current one.
struct PlacementTerms: Sendable {
    let from: Timestamp
    let pricing: Pricing
    let opensAt: Timestamp?
    let closesAt: Timestamp
    let lateUntil: Timestamp?
    let tierEnds: [Timestamp?]
    let promotionEnds: [Timestamp?]

    init(_ definition: CampaignDefinition, from: Timestamp, indexedAs current: CampaignDefinition) {
        self.from = from
        pricing = Pricing(definition, indexedAs: current)
        opensAt = definition.opensAt
        closesAt = definition.closesAt
        lateUntil = definition.latePledgesUntil
        // What was not offered yet has no window here; its price says so.
        tierEnds = current.tiers.map { wanted in definition.tiers.first { $0.id == wanted.id }?.until }
        promotionEnds = current.promotions.map { wanted in
            definition.promotions.first { $0.code == wanted.code }?.until
        }
    }
}

/// How many units of an item may be sold.
struct ItemStock: Sendable {
    let inStock: Int64
    let limit: Int64
    let hasPlan: Bool

    init(_ item: Item, plans: [ProductionPlan]) {
        inStock = item.inStock
        let (sum, overflow) = item.inStock.addingReportingOverflow(item.backorderLimit ?? Int64.max)
        limit = overflow ? Int64.max : sum
        hasPlan = plans.contains { plan in
            plan.sku == item.sku || item.variants.contains { $0.sku == plan.sku }
        }
    }

    /// Before a campaign is funded everything is a preorder; after, only what is in stock or has a run to
    /// make it.
    func sellable(whenFunded isFunded: Bool) -> Int64 {
        isFunded && !hasPlan ? min(inStock, limit) : limit
    }
}

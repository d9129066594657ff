import Accounting

@testable import Crowdfunding

/// What a literal of the tests stands for; one that stands for nothing stops the tests.
func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a literal of the tests has no value") }
    return value
}

/// Definitions for the tests, made from their parts.
enum Sample {
    static func time(_ text: String) -> Timestamp { known(Timestamp(rfc3339: text)) }
    static func country(_ text: String) -> UInt16 { known(countryCode(text)) }

    static let opensAt = time("2026-03-02T08:00:00Z")
    static let closesAt = time("2026-03-31T18:00:00Z")
    static let lateUntil = time("2026-06-30T18:00:00Z")
    static let earlyBirdEnd = time("2026-03-09T08:00:00Z")
    static let promotionEnd = time("2026-03-14T23:00:00Z")
    static let during = time("2026-03-04T09:30:00Z")

    static func item(
        _ sku: String, inStock: Int64 = 0, backorderLimit: Int64? = nil, variants: [String] = []
    ) -> Item {
        Item(
            sku: sku, title: sku, unitCost: 0, inStock: inStock, backorderLimit: backorderLimit, hsCode: nil,
            origin: nil, weightGrams: nil,
            variants: variants.map { Variant(sku: $0, title: $0, minimumUnits: 0) })
    }

    static func tier(
        _ id: String, _ price: Int64, contains: [Content] = [], limit: Int64? = nil, perBacker: Int64? = nil,
        until: Timestamp? = nil
    ) -> RewardTier {
        RewardTier(
            id: id, title: id, price: price, limit: limit, perBacker: perBacker, until: until,
            contains: contains,
            delivery: nil, substitutes: [])
    }

    static func plan(_ id: String, sku: String, minimum: Int64 = 1, capacity: Int64? = nil) -> ProductionPlan
    {
        ProductionPlan(
            id: id, supplier: "Maker Works", sku: sku, minimumUnits: minimum, capacity: capacity,
            launchWhenCollected: nil, leadTimeDays: 120, unitCost: 3_150,
            depositPercent: known(Percentage("30")))
    }

    static func definition(
        currency: String = "EUR", items: [Item], tiers: [RewardTier], addOns: [AddOn] = [],
        promotions: [Promotion] = [], shipping: [ShippingRate] = [], included: Bool = true,
        rates: [String: String] = [:], production: [ProductionPlan] = []
    ) -> CampaignDefinition {
        let nothing = known(Percentage("0"))
        return CampaignDefinition(
            id: known(CampaignID("sample")), title: "Sample", maker: nil, currency: known(Currency(currency)),
            timeZone: "UTC",
            opensAt: opensAt, closesAt: closesAt,
            funding: FundingRule(
                rule: .allOrNothing, goal: 4_000_000, basis: .collected, minimumUnits: 0, stretchGoals: []),
            prepayment: Prepayment(
                plan: .full, collect: .atClose, deposit: nil, balanceDue: nil, retryDays: 7,
                retryEveryHours: 48),
            items: items, tiers: tiers, addOns: addOns, promotions: promotions, shipping: shipping,
            tax: TaxRules(
                pricesIncludeTax: included, point: .receipt,
                rates: rates.mapValues { known(Percentage($0)) }),
            fees: FeeEstimate(platformPercent: nothing, processorPercent: nothing, processorFixed: 0),
            cancellation: CancellationRule(backerMayCancelUntil: closesAt, lastDayRule: true),
            latePledgesUntil: lateUntil, production: production, imports: [:], delays: [:], defaults: [])
    }

    static let lampShipping = [
        ShippingRate(to: ["DE"], first: 490, eachMore: 100),
        ShippingRate(to: ["EU"], first: 990, eachMore: 200),
        ShippingRate(to: ["*"], first: 1_900, eachMore: 400),
    ]
    static let lampRates = ["DE": "19", "ES": "21", "FR": "20", "*": "0"]

    /// The campaign of the domain page.
    ///
    /// Tiers: 0 early-bird, 1 standard, 2 thanks. SKUs: 0 LAMP, 1 BULB.
    static let lamp = definition(
        items: [item("LAMP", backorderLimit: 3_000), item("BULB", inStock: 500, backorderLimit: 0)],
        tiers: [
            tier(
                "early-bird", 7_900, contains: [Content(sku: "LAMP", quantity: 1)], limit: 300, perBacker: 1,
                until: earlyBirdEnd),
            tier(
                "standard", 9_900,
                contains: [Content(sku: "LAMP", quantity: 1), Content(sku: "BULB", quantity: 1)]),
            tier("thanks", 500),
        ],
        addOns: [
            AddOn(
                id: "bulb", title: "bulb", price: 900, contains: [Content(sku: "BULB", quantity: 1)],
                limit: nil,
                perBacker: 5),
            AddOn(id: "sticker", title: "sticker", price: 150, contains: [], limit: 3, perBacker: nil),
        ],
        promotions: [
            Promotion(code: "FRIENDS10", percentOff: known(Percentage("10")), limit: 2, until: promotionEnd)
        ],
        shipping: lampShipping, rates: lampRates, production: [plan("run-1", sku: "LAMP", capacity: 1_000)])

    /// One item in two variants.
    ///
    /// Tiers: 0 pair (two of either), 1 slate (one slate). SKUs: 0 PEN, 1 SLATE, 2 CORAL.
    static let variants = definition(
        items: [item("PEN"), item("HAL", variants: ["SLATE", "CORAL"])],
        tiers: [
            tier(
                "pair", 5_000,
                contains: [Content(sku: "HAL", quantity: 2), Content(sku: "PEN", quantity: 1)]),
            tier("slate", 2_700, contains: [Content(sku: "SLATE", quantity: 1)]),
        ])

    static func addOn(_ index: Int32, _ quantity: Int32) -> OrderLine {
        OrderLine(role: .addOn, index: index, quantity: quantity)
    }
    static func choice(_ sku: Int32, _ quantity: Int32) -> OrderLine {
        OrderLine(role: .choice, index: sku, quantity: quantity)
    }

    static func order(
        tier: Int32, quantity: Int64 = 1, country: String = "DE", amount: Int64 = -1, bonus: Int64 = 0,
        promotion: Int32 = -1, at time: Timestamp = during, gateway: UInt8 = 1,
        status: SourceStatus = .pledged,
        shipping: Int64 = 0
    ) -> PledgeOrder {
        var order = PledgeOrder()
        order.tier = tier
        order.quantity = quantity
        order.country = country.isEmpty ? 0 : Sample.country(country)
        order.amount = amount
        order.bonus = bonus
        order.promotion = promotion
        order.pledgedAt = time
        order.gateway = gateway
        order.status = status
        order.shipping = shipping
        return order
    }
}

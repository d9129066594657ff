import Accounting

@testable import Crowdfunding

/// Campaigns that tests invent pledges for.
enum SampleCampaigns {
    static func currency(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("\(code) is no currency") }
        return currency
    }

    static func instant(_ text: String) -> Timestamp {
        guard let instant = Timestamp(rfc3339: text) else { preconditionFailure("\(text) is no instant") }
        return instant
    }

    static func percent(_ text: String) -> Percentage {
        guard let percentage = Percentage(text) else { preconditionFailure("\(text) is no percentage") }
        return percentage
    }

    static func tier(
        _ id: String, _ price: Int64, _ contains: [Content], limit: Int64? = nil, perBacker: Int64? = nil,
        until: String? = nil
    ) -> RewardTier {
        RewardTier(
            id: id, title: "Tier \(id)", price: price, limit: limit, perBacker: perBacker,
            until: until.map(instant), contains: contains, delivery: DeliveryMonth(year: 2026, month: 9),
            substitutes: [])
    }

    static func item(
        _ sku: String, _ title: String, stock: Int64 = 0, backorders: Int64? = nil, variants: [Variant] = []
    ) -> Item {
        Item(
            sku: sku, title: title, unitCost: 100, inStock: stock, backorderLimit: backorders, hsCode: nil,
            origin: nil, weightGrams: nil, variants: variants)
    }

    /// A lamp in two tiers and a tier without an item, an add-on, a promotion; EUR, tax included.
    static let lamp = CampaignDefinition(
        id: id("aurora-lamp"), title: "Aurora desk lamp",
        maker: Maker(name: "Aurora Lights GmbH", country: "DE", supportEmail: nil), currency: currency("EUR"),
        timeZone: "Europe/Berlin", opensAt: instant("2026-03-02T09:00:00+01:00"),
        closesAt: instant("2026-03-31T20:00:00+02:00"), funding: funding, prepayment: prepayment,
        items: [
            item("LAMP", "Aurora lamp", backorders: 3_000_000),
            item("BULB", "Spare bulb", stock: 500, backorders: 0),
        ],
        tiers: [
            tier(
                "early-bird", 7_900, [Content(sku: "LAMP", quantity: 1)], limit: 300, perBacker: 1,
                until: "2026-03-09T09:00:00+01:00"),
            tier("standard", 9_900, [Content(sku: "LAMP", quantity: 1)]),
            tier("thanks", 500, []),
        ],
        addOns: [
            AddOn(
                id: "bulb", title: "Spare bulb", price: 900, contains: [Content(sku: "BULB", quantity: 1)],
                limit: nil, perBacker: 5)
        ],
        promotions: [
            Promotion(
                code: "FRIENDS10", percentOff: percent("10"), limit: 100,
                until: instant("2026-03-15T00:00:00+01:00"))
        ],
        shipping: [
            ShippingRate(to: ["DE"], first: 490, eachMore: 100),
            ShippingRate(to: ["EU"], first: 990, eachMore: 200),
            ShippingRate(to: ["*"], first: 1_900, eachMore: 400),
        ],
        tax: TaxRules(
            pricesIncludeTax: true, point: .receipt,
            rates: ["DE": percent("19"), "ES": percent("21"), "FR": percent("20"), "*": percent("0")]),
        fees: FeeEstimate(
            platformPercent: percent("5"), processorPercent: percent("2.9"), processorFixed: 30),
        cancellation: CancellationRule(backerMayCancelUntil: nil, lastDayRule: true), latePledgesUntil: nil,
        production: [], imports: [:], delays: [:], defaults: [])

    /// A keyboard in three colors, sold by Kickstarter, with a wrist rest as an add-on and one tier of two.
    static let keyboard: CampaignDefinition = {
        var campaign = lamp
        campaign.id = id("halyard-65")
        campaign.title = "Halyard 65 mechanical keyboard"
        let colors = [("HAL-SLATE", "Slate"), ("HAL-FOG", "Fog"), ("HAL-RUST", "Rust")]
        campaign.items = [
            item(
                "HAL", "Halyard 65",
                variants: colors.map { Variant(sku: $0.0, title: $0.1, minimumUnits: 100) }),
            item("REST", "Walnut wrist rest", stock: 200, backorders: 100),
        ]
        let one = [Content(sku: "HAL", quantity: 1)]
        campaign.tiers = [
            tier("early-bird", 12_900, one, limit: 150), tier("standard", 14_900, one),
            tier("duo", 27_900, [Content(sku: "HAL", quantity: 2)]), tier("late", 16_900, one),
        ]
        campaign.addOns = [
            AddOn(
                id: "rest", title: "Walnut wrist rest", price: 2_400,
                contains: [Content(sku: "REST", quantity: 1)],
                limit: nil, perBacker: nil)
        ]
        campaign.promotions = []
        campaign.imports = [
            "kickstarter": PlatformImport(
                rewards: ["9876541": "early-bird", "9876542": "standard"], addOns: ["10750435": "rest"],
                choices: ["Which color?": "HAL", "Which color for the second one?": "HAL"],
                timeZone: "America/New_York", tax: .maker)
        ]
        return campaign
    }()

    /// No minor digits, tax on top, no shipping rates, no opening time.
    static let teapot: CampaignDefinition = {
        var campaign = lamp
        campaign.id = id("tetsubin")
        campaign.currency = currency("JPY")
        campaign.opensAt = nil
        campaign.items = [item("POT", "Iron teapot")]
        campaign.tiers = [tier("pot", 12_000, [Content(sku: "POT", quantity: 1)])]
        campaign.addOns = []
        campaign.promotions = []
        campaign.shipping = []
        campaign.tax = TaxRules(pricesIncludeTax: false, point: .receipt, rates: ["JP": percent("10")])
        return campaign
    }()

    private static func id(_ text: String) -> CampaignID {
        guard let id = CampaignID(text) else { preconditionFailure("\(text) is no id") }
        return id
    }

    private static let funding = FundingRule(
        rule: .allOrNothing, goal: 4_000_000, basis: .collected, minimumUnits: 400, stretchGoals: [])

    private static let prepayment = Prepayment(
        plan: .full, collect: .atClose, deposit: nil, balanceDue: nil, retryDays: 7, retryEveryHours: 48)
}

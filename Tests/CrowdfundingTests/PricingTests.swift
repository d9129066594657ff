import Accounting
import Testing

@testable import Crowdfunding

@Suite("Prices") struct PricingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var tier = 1
        var quantity: Int64 = 1
        var lines: [OrderLine] = []
        var promotion = -1
        var bonus: Int64 = 0
        var country: String
        var price: Price
        var testDescription: String { name }
    }

    static func price(_ goods: Int64, _ shipping: Int64, _ tax: Int64, bonus: Int64 = 0) -> Price {
        Price(goods: goods, shipping: shipping, tax: tax, bonus: bonus)
    }

    static let rows: [Row] = [
        Row(name: "P-1042 of the domain page", country: "ES", price: price(8_182, 818, 1_890)),
        // 103.90 × 19 ÷ 119 = 16.589; goods 15.807 and shipping 0.782 of it.
        Row(name: "at home", country: "DE", price: price(8_319, 412, 1_659)),
        Row(name: "in the union, no tax rate of its own", country: "IT", price: price(9_900, 990, 0)),
        Row(name: "everywhere else", country: "US", price: price(9_900, 1_900, 0)),
        Row(name: "each more ships", quantity: 3, country: "US", price: price(29_700, 2_700, 0)),
        Row(
            name: "an add-on that ships", lines: [Sample.addOn(0, 2)], country: "US",
            price: price(11_700, 2_700, 0)),
        Row(
            name: "an add-on that contains nothing is neither shipped nor taxed", lines: [Sample.addOn(1, 2)],
            country: "ES", price: price(8_182 + 300, 818, 1_890)),
        Row(
            name: "bonus is not taxed", bonus: 1_000, country: "ES",
            price: price(8_182, 818, 1_890, bonus: 1_000)),
        Row(name: "nothing ships", tier: 2, country: "ES", price: price(500, 0, 0)),
        Row(name: "nothing ships, nowhere", tier: 2, country: "", price: price(500, 0, 0)),
        Row(
            name: "no tier: all bonus", tier: -1, bonus: 2_500, country: "",
            price: price(0, 0, 0, bonus: 2_500)),
        Row(name: "promotion", promotion: 0, country: "US", price: price(8_910, 1_900, 0)),
        // 10 % of 99.00 + 1.50 is 10.05: 9.90 off what is taxed, 0.15 off what is not.
        Row(
            name: "promotion over taxed and untaxed", lines: [Sample.addOn(1, 1)], promotion: 0,
            country: "US",
            price: price(9_045, 1_900, 0)),
        // 89.10 + 9.90 = 99.00; × 21 ÷ 121 = 17.18; 15.46 of it from the goods.
        Row(name: "promotion and tax", promotion: 0, country: "ES", price: price(7_364, 818, 1_718)),
    ]

    @Test("of the lamp campaign", arguments: rows)
    func lamp(_ row: Row) throws {
        let country = row.country.isEmpty ? 0 : Sample.country(row.country)
        let price = try Pricing(Sample.lamp).price(
            tier: row.tier, quantity: row.quantity, lines: row.lines[...], promotion: row.promotion,
            bonus: row.bonus, country: country)
        #expect(price == row.price)
    }

    @Test("half of a minor unit is rounded up, also in yen and with tax on top")
    func yen() throws {
        let book = [Content(sku: "BOOK", quantity: 1)]
        let definition = Sample.definition(
            currency: "JPY", items: [Sample.item("BOOK")],
            tiers: [Sample.tier("book", 1_205, contains: book)],
            promotions: [Promotion(code: "TENTH", percentOff: Percentage("10")!, limit: nil, until: nil)],
            shipping: [ShippingRate(to: ["JP"], first: 500, eachMore: 0)], included: false,
            rates: ["JP": "10"])
        let pricing = Pricing(definition)
        let country = Sample.country("JP")
        // 10 % of 1,705 is 170.5.
        let plain = try pricing.price(
            tier: 0, quantity: 1, lines: [], promotion: -1, bonus: 7, country: country)
        #expect(plain == Self.price(1_205, 500, 171, bonus: 7))
        #expect(plain.total == 1_883)
        // 10 % of 1,205 is 120.5, so 1,084 is left; 10 % of 1,584 is 158.4.
        let reduced = try pricing.price(
            tier: 0, quantity: 1, lines: [], promotion: 0, bonus: 0, country: country)
        #expect(reduced == Self.price(1_084, 500, 158))
    }

    @Test("a country wins over its union, and the union over everywhere")
    func destinations() {
        let table = CountryTable(destinations: [["*"], ["EU"], ["FR", "US"], ["FR"]])
        let wanted = ["FR": 2, "US": 2, "DE": 1, "GB": 0, "CH": 0]
        for (country, index) in wanted { #expect(table.index(for: Sample.country(country)) == index) }
        #expect(table.index(for: 0) == 0)
        #expect(CountryTable(destinations: [["FR"]]).index(for: Sample.country("DE")) == -1)
    }

    static let refused: [(tier: Int, quantity: Int64, country: String, PricingProblem)] = [
        (1, 1, "", .countryMissing),
        (1, 0, "DE", .quantityOutOfBounds(0)),
        (1, -1, "DE", .quantityOutOfBounds(-1)),
        (1, Int64.max, "DE", .quantityOutOfBounds(Int64.max)),
        (3, 1, "DE", .notOffered),
    ]

    @Test("refused", arguments: refused)
    func refuses(tier: Int, quantity: Int64, country: String, problem: PricingProblem) {
        #expect(throws: problem) {
            try Pricing(Sample.lamp).price(
                tier: tier, quantity: quantity, lines: [], promotion: -1, bonus: 0,
                country: country.isEmpty ? 0 : Sample.country(country))
        }
        #expect(!problem.message.isEmpty)
    }

    @Test("refused where no rate names the destination, and where the sum is too large")
    func refusesRates() {
        var definition = Sample.lamp
        definition.shipping = [ShippingRate(to: ["DE"], first: 0, eachMore: 0)]
        let france = Sample.country("FR")
        #expect(throws: PricingProblem.noShippingRate(country: france)) {
            try Pricing(definition).price(
                tier: 1, quantity: 1, lines: [], promotion: -1, bonus: 0, country: france)
        }
        #expect(PricingProblem.noShippingRate(country: france).message.contains("FR"))
        #expect(throws: PricingProblem.countryUnknown) {
            try Pricing(definition).price(
                tier: 1, quantity: 1, lines: [], promotion: -1, bonus: 0, country: 0x6465)
        }
        definition.tiers[1].price = largestAmount
        #expect(throws: PricingProblem.tooLarge) {
            try Pricing(definition).price(
                tier: 1, quantity: 100_000, lines: [], promotion: -1, bonus: 0, country: Sample.country("DE"))
        }
    }

    @Test("parts add up to what is asked, whatever the pledge (seeded)")
    func partsAddUp() throws {
        var random = SeededRandom(seed: 20_260_301)
        let pricing = Pricing(Sample.lamp)
        for _ in 0..<2_000 {
            let tier = Int.random(in: 0...2, using: &random)
            let quantity = Int64.random(in: 1...5, using: &random)
            let lines = [Sample.addOn(0, Int32.random(in: 1...4, using: &random)), Sample.addOn(1, 1)]
            let country = Sample.country(["DE", "ES", "FR", "US"].randomElement(using: &random)!)
            let taxed = try pricing.price(
                tier: tier, quantity: quantity, lines: lines[...], promotion: 0, bonus: 3, country: country)
            var untaxed = Sample.lamp
            untaxed.tax.rates = [:]
            let plain = try Pricing(untaxed).price(
                tier: tier, quantity: quantity, lines: lines[...], promotion: 0, bonus: 3, country: country)
            #expect(taxed.total == plain.total, "seed \(random.seed)")
            #expect(taxed.goods >= 0 && taxed.shipping >= 0 && taxed.tax >= 0, "seed \(random.seed)")
        }
    }
}

@Suite("A platform's prices") struct PlatformPriceTests {
    struct Row: Sendable {
        var amount: Int64
        var shipping: Int64 = 0
        var bonus: Int64?
        var tier = 1
        var country = "US"
        var tax = PlatformImport.Tax.maker
        var price: Price
        var differences: PlatformDifferences = []
    }

    static let rows: [Row] = [
        Row(amount: 10_890, shipping: 990, country: "ES", price: PricingTests.price(8_182, 818, 1_890)),
        Row(
            amount: 10_890, shipping: 990, country: "ES", tax: .platform,
            price: PricingTests.price(9_900, 990, 0)),
        Row(amount: 12_800, shipping: 1_900, price: PricingTests.price(9_900, 1_900, 0, bonus: 1_000)),
        Row(
            amount: 12_800, shipping: 1_900, bonus: 1_000,
            price: PricingTests.price(9_900, 1_900, 0, bonus: 1_000)),
        Row(
            amount: 12_800, shipping: 1_900, bonus: 400,
            price: PricingTests.price(10_500, 1_900, 0, bonus: 400),
            differences: .price),
        // A remainder below zero lowers the goods.
        Row(amount: 9_800, shipping: 1_900, price: PricingTests.price(7_900, 1_900, 0), differences: .price),
        Row(amount: 10_900, shipping: 1_000, price: PricingTests.price(9_900, 1_000, 0), differences: .price),
        Row(amount: 500, shipping: 1_900, price: PricingTests.price(0, 500, 0), differences: .price),
        Row(amount: 2_000, tier: -1, price: PricingTests.price(0, 0, 0, bonus: 2_000)),
        Row(
            amount: 2_000, bonus: 0, tier: -1, country: "ES", price: PricingTests.price(0, 0, 0, bonus: 2_000)
        ),
        Row(amount: 11_800, shipping: 1_900, country: "", price: PricingTests.price(9_900, 1_900, 0)),
    ]

    @Test("stand as they are, split into their parts", arguments: rows)
    func stands(_ row: Row) {
        let told = Pricing(Sample.lamp).platformPrice(
            amount: row.amount, shipping: row.shipping, bonus: row.bonus, tier: row.tier, quantity: 1,
            lines: [],
            country: row.country.isEmpty ? 0 : Sample.country(row.country), tax: row.tax)
        #expect(told.price == row.price)
        #expect(told.price.total == row.amount)
        #expect(told.differences == row.differences)
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import Accounting

/// A definition's prices, laid out for a million rows: indexes in, numbers out; no text, no allocation a row.
public struct Pricing: Sendable {
    /// The largest quantity of one tier or add-on in a pledge.
    public static let largestQuantity: Int64 = 100_000

    /// What one unit of a tier or an add-on adds to a pledge.
    private struct Offer: Sendable {
        var price: Int64
        /// Whether it contains an item: only such units ship and are taxed.
        var hasItems: Bool
        /// Whether it was in the definition at all.
        var isOffered: Bool
        static let absent = Offer(price: 0, hasItems: false, isOffered: false)
    }

    /// Tier and add-ons before promotion, tax and shipping.
    private struct Basket {
        var sum: Int64 = 0
        /// The part of `sum` that contains items.
        var taxable: Int64 = 0
        /// Tier and add-on units that contain an item.
        var parcels: Int64 = 0
    }

    private let tiers: [Offer]
    private let addOns: [Offer]
    private let promotions: [Percentage?]
    private let rates: [(first: Int64, eachMore: Int64)]
    private let ratesByCountry: CountryTable
    private let taxes: [Percentage]
    private let taxesByCountry: CountryTable
    private let pricesIncludeTax: Bool

    /// Prices by the definition; tiers, add-ons and promotions go by their index in it.
    public init(_ definition: CampaignDefinition) {
        self.init(definition, indexedAs: definition)
    }

    /// Prices by the definition, while tiers, add-ons and promotions go by their index in a later one.
    public init(_ definition: CampaignDefinition, indexedAs current: CampaignDefinition) {
        tiers = current.tiers.map { wanted in
            definition.tiers.first { $0.id == wanted.id }.map {
                Offer(price: $0.price, hasItems: !$0.contains.isEmpty, isOffered: true)
            } ?? .absent
        }
        addOns = current.addOns.map { wanted in
            definition.addOns.first { $0.id == wanted.id }.map {
                Offer(price: $0.price, hasItems: !$0.contains.isEmpty, isOffered: true)
            } ?? .absent
        }
        promotions = current.promotions.map { wanted in
            definition.promotions.first { $0.code == wanted.code }?.percentOff
        }
        rates = definition.shipping.map { ($0.first, $0.eachMore) }
        ratesByCountry = CountryTable(destinations: definition.shipping.map(\.to))
        let taxed = definition.tax.rates.sorted { $0.key < $1.key }
        taxes = taxed.map(\.value)
        taxesByCountry = CountryTable(destinations: taxed.map { [$0.key] })
        pricesIncludeTax = definition.tax.pricesIncludeTax
    }

    /// The price of a pledge that asks for it.
    ///
    /// - Parameters:
    ///   - tier: Its index, or -1 for none.
    ///   - quantity: Of the tier, 1…`largestQuantity`.
    ///   - lines: Add-ons are priced; choices cost nothing.
    ///   - promotion: Its index, or -1 for none.
    ///   - bonus: Minor units, 0 or more.
    ///   - country: Two capital letters, or 0; needed where items ship.
    /// - Returns: Parts that add up to what the backer pays.
    /// - Throws: What is not offered, does not ship there, or is too large.
    public func price(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>, promotion: Int, bonus: Int64,
        country: UInt16
    ) throws(PricingProblem) -> Price {
        guard bonus >= 0, bonus <= largestAmount else { throw .tooLarge }
        let basket = try basket(tier: tier, quantity: quantity, lines: lines)
        guard country == 0 || isCountry(country) else { throw .countryUnknown }
        var goods = basket.sum
        var taxable = basket.taxable
        if promotion >= 0 {
            guard promotion < promotions.count, let percent = promotions[promotion] else { throw .notOffered }
            let off = percent.of(basket.sum)
            goods -= off
            taxable -= allocate(off, between: basket.taxable, and: basket.sum - basket.taxable).0
        }
        let shipping = try shipping(parcels: basket.parcels, country: country)
        guard goods + shipping + bonus <= largestAmount else { throw .tooLarge }
        var price = Price(goods: goods, shipping: shipping, tax: 0, bonus: bonus)
        if pricesIncludeTax {
            carveTax(from: &price, taxable: taxable, taxesShipping: basket.parcels > 0, country: country)
        } else if let rate = taxRate(for: country) {
            price.tax = rate.of(taxable + shipping)
        }
        return price
    }

    /// Whether the tier was in the definition; no tier always is.
    public func offers(tier: Int) -> Bool {
        tier < 0 || (tier < tiers.count && tiers[tier].isOffered)
    }

    /// A platform's row as it is booked: its amount stands, and is only split into its parts.
    ///
    /// The bonus is the one given, else what remains above reward, add-ons and shipping; a remainder below
    /// zero lowers the goods. Without a tier and add-ons all of it is bonus.
    ///
    /// - Parameters:
    ///   - amount: What the platform charged, 0 or more.
    ///   - shipping: The part of it that it says is shipping.
    ///   - bonus: The part of it that it says is bonus, or `nil` where the file does not say.
    ///   - tier: Its index, or -1 for none.
    ///   - quantity: Of the tier.
    ///   - lines: Add-ons are counted; choices cost nothing.
    ///   - country: Two capital letters, or 0 where the file does not say; `*` is taxed then.
    ///   - tax: `platform`: what it remits is not in our books, so there is no tax; `maker`: carved out by
    ///     our rates.
    /// - Returns: Parts that add up to `amount`, and whether our price is another.
    public func platformPrice(
        amount: Int64, shipping: Int64, bonus: Int64?, tier: Int, quantity: Int64,
        lines: ArraySlice<OrderLine>,
        country: UInt16, tax: PlatformImport.Tax
    ) -> PlatformPrice {
        var differences: PlatformDifferences = []
        var ours = Basket()
        do throws(PricingProblem) {
            ours = try basket(tier: tier, quantity: quantity, lines: lines)
            if try self.shipping(parcels: ours.parcels, country: country) != shipping { differences = .price }
        } catch {
            // Reports from before the survey name no country: there is nothing to compare then.
            if error != .countryMissing { differences = .price }
        }
        let carriage = min(max(shipping, 0), amount)
        let rest = amount - carriage
        let hasReward = tier >= 0 || ours.sum > 0
        let wanted = hasReward ? bonus ?? max(rest - ours.sum, 0) : rest
        let extra = min(max(wanted, 0), rest)
        let goods = rest - extra
        if goods != ours.sum { differences = .price }
        var price = Price(goods: goods, shipping: carriage, tax: 0, bonus: extra)
        if tax == .maker {
            let taxable =
                ours.sum > 0
                ? allocate(goods, between: ours.taxable, and: ours.sum - ours.taxable).0
                : ours.parcels > 0 ? goods : 0
            carveTax(from: &price, taxable: taxable, taxesShipping: ours.parcels > 0, country: country)
        }
        return PlatformPrice(price: price, differences: differences)
    }

    private func basket(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>
    ) throws(PricingProblem) -> Basket {
        var basket = Basket()
        if tier >= 0 {
            guard tier < tiers.count else { throw .notOffered }
            try add(tiers[tier], quantity, to: &basket)
        }
        for line in lines where line.role == .addOn {
            let index = Int(line.index)
            guard index >= 0, index < addOns.count else { throw .notOffered }
            try add(addOns[index], Int64(line.quantity), to: &basket)
        }
        return basket
    }

    private func add(_ offer: Offer, _ quantity: Int64, to basket: inout Basket) throws(PricingProblem) {
        guard offer.isOffered else { throw .notOffered }
        guard quantity >= 1, quantity <= Self.largestQuantity else { throw .quantityOutOfBounds(quantity) }
        let (cost, overflow) = offer.price.multipliedReportingOverflow(by: quantity)
        // Each sum is checked as it grows, so that no later addition can overflow.
        guard !overflow, cost <= largestAmount, basket.sum + cost <= largestAmount else { throw .tooLarge }
        basket.sum += cost
        guard offer.hasItems else { return }
        basket.taxable += cost
        basket.parcels += quantity
    }

    private func shipping(parcels: Int64, country: UInt16) throws(PricingProblem) -> Int64 {
        guard parcels > 0 else { return 0 }
        guard country != 0 else { throw .countryMissing }
        guard !rates.isEmpty else { return 0 }
        let index = ratesByCountry.index(for: country)
        guard index >= 0 else { throw .noShippingRate(country: country) }
        let (more, overflow) = rates[index].eachMore.multipliedReportingOverflow(by: parcels - 1)
        guard !overflow, more <= largestAmount else { throw .tooLarge }
        return rates[index].first + more
    }

    private func taxRate(for country: UInt16) -> Percentage? {
        let index = taxesByCountry.index(for: country)
        return index < 0 ? nil : taxes[index]
    }

    /// Takes the tax that is in goods and shipping out of them, by largest remainder.
    private func carveTax(from price: inout Price, taxable: Int64, taxesShipping: Bool, country: UInt16) {
        guard let rate = taxRate(for: country) else { return }
        let shipping = taxesShipping ? price.shipping : 0
        let tax = rate.included(in: taxable + shipping)
        let (fromGoods, fromShipping) = allocate(tax, between: taxable, and: shipping)
        price.goods -= fromGoods
        price.shipping -= fromShipping
        price.tax = tax
    }

    private func isCountry(_ country: UInt16) -> Bool {
        let capitals = UInt16(UInt8(ascii: "A"))...UInt16(UInt8(ascii: "Z"))
        return capitals.contains(country >> 8) && capitals.contains(country & 0xFF)
    }
}

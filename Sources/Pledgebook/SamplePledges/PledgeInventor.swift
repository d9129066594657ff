import Accounting
import Crowdfunding

/// Invents pledges one after the other, in time order; the same definition, seed and count give the same
/// pledges.
struct PledgeInventor {
    /// What differs between a shop's own pledges and a platform's.
    struct Habits {
        /// Of ten thousand pledges, those by somebody who has pledged before.
        var repeats = 300
        /// Of ten thousand, those with more than one of a tier.
        var several = 400
        var usesPromotions = true
        var addOns = 1_000
        /// Of ten thousand, those that ask for a tier that is sold out, once one is.
        var missed = 0
    }

    /// A backer who may come back, and what they took.
    private struct Earlier {
        var backer: InventedBacker
        var tier: Int
    }

    let definition: CampaignDefinition
    let destinations: Destinations
    /// Add-ons and choices of the last pledge.
    private(set) var lines: [OrderLine] = []
    private let habits: Habits
    private let pricing: Pricing
    private let variants: VariantDemand
    private let wholeUnits: Int64
    private var random: SampleRandom
    private var curve: PledgeCurve
    private var demand: TierDemand
    private var promotionsUsed: [Int64]
    private var earlier: [Earlier] = []
    private var number = 0

    init(_ definition: CampaignDefinition, pricing: Pricing, seed: UInt64, count: Int, habits: Habits) {
        self.definition = definition
        self.habits = habits
        self.pricing = pricing
        destinations = Destinations(definition)
        variants = VariantDemand(definition)
        random = SampleRandom(seed: seed)
        let opening = definition.opensAt ?? definition.closesAt.adding(seconds: -30 * 86_400)
        curve = PledgeCurve(from: opening, until: definition.closesAt, count: count)
        demand = TierDemand(definition)
        promotionsUsed = definition.promotions.map { _ in 0 }
        wholeUnits = definition.currency.exponent == 0 ? 100 : definition.currency.minorUnitsPerMajor
    }

    /// The next pledge; `lines` then holds its add-ons and choices.
    mutating func next() throws(PricingProblem) -> InventedPledge {
        number += 1
        lines.removeAll(keepingCapacity: true)
        var pledge = InventedPledge()
        pledge.number = number
        pledge.pledgedAt = curve.next(&random)
        pledge.token = random.next()
        let known = inventBacker(of: &pledge)
        chooseTier(for: &pledge, tookBefore: known)
        if pledge.tier >= 0 && !pledge.isMissed {
            if random.chance(habits.addOns) { chooseAddOns(isKnown: known != nil) }
            variants.choose(for: pledge, lines: &lines, &random)
            choosePromotion(for: &pledge)
        }
        if pledge.tier < 0 || random.chance(600) {
            pledge.bonus = wholeUnits * Int64(1 + random.below(pledge.tier < 0 ? 25 : 15))
        }
        pledge.total = try price(of: pledge).total
        if known == nil && !pledge.isMissed { remember(pledge) }
        return pledge
    }

    /// What the pledge that `next` gave last costs, in its parts.
    func price(of pledge: InventedPledge) throws(PricingProblem) -> Price {
        try pricing.price(
            tier: pledge.tier, quantity: pledge.quantity, lines: lines[...], promotion: pledge.promotion,
            bonus: pledge.bonus, country: destinations.codes[pledge.backer.country])
    }

    /// Fills in the backer; gives the tier they took before where they have pledged before.
    private mutating func inventBacker(of pledge: inout InventedPledge) -> Int? {
        if !earlier.isEmpty, random.chance(habits.repeats) {
            let last = earlier.count - 1
            earlier.swapAt(random.below(earlier.count), last)
            // Taken out: nobody pledges a third time, so two pledges are all there is to hold against a
            // limit.
            let back = earlier.removeLast()
            pledge.backer = back.backer
            return back.tier
        }
        pledge.backer.number = number
        pledge.backer.country = destinations.next(&random)
        let culture =
            random.chance(900)
            ? NameCulture.allCases[random.below(NameCulture.allCases.count)]
            : destinations.countries[pledge.backer.country].culture
        pledge.backer.name(&random, culture: culture)
        return nil
    }

    private mutating func chooseTier(for pledge: inout InventedPledge, tookBefore: Int?) {
        if random.chance(habits.missed) {
            pledge.tier = demand.soldOut(&random)
            pledge.isMissed = pledge.tier >= 0
            if pledge.isMissed { return }
        }
        if random.chance(150) { return }
        let tier = demand.next(at: pledge.pledgedAt, &random)
        guard tier >= 0 else { return }
        // Somebody who has had their share of a tier gives something extra instead.
        if tier == tookBefore, definition.tiers[tier].perBacker != nil { return }
        var asked: Int64 = 1
        if !definition.tiers[tier].contains.isEmpty, random.chance(habits.several) {
            asked = random.chance(2_500) ? 3 : 2
        }
        let taken = demand.take(upTo: asked, ofTier: tier)
        guard taken > 0 else { return }
        pledge.tier = tier
        pledge.quantity = taken
    }

    private mutating func chooseAddOns(isKnown: Bool) {
        let addOns = definition.addOns
        guard !addOns.isEmpty else { return }
        let first = random.below(addOns.count)
        let kinds = addOns.count > 1 && random.chance(2_000) ? 2 : 1
        for offset in 0..<kinds {
            let index = (first + offset) % addOns.count
            if isKnown, addOns[index].perBacker != nil { continue }
            let quantity = demand.take(upTo: random.chance(2_500) ? 2 : 1, ofAddOn: index)
            guard quantity > 0 else { continue }
            lines.append(OrderLine(role: .addOn, index: Int32(index), quantity: Int32(quantity)))
        }
    }

    private mutating func choosePromotion(for pledge: inout InventedPledge) {
        guard habits.usesPromotions, !definition.promotions.isEmpty, random.chance(500) else { return }
        let index = random.below(definition.promotions.count)
        let promotion = definition.promotions[index]
        guard promotionsUsed[index] < promotion.limit ?? .max else { return }
        guard promotion.until.map({ pledge.pledgedAt < $0 }) ?? true else { return }
        promotionsUsed[index] += 1
        pledge.promotion = index
    }

    private mutating func remember(_ pledge: InventedPledge) {
        let backer = Earlier(backer: pledge.backer, tier: pledge.tier)
        if earlier.count < 1_024 {
            earlier.append(backer)
        } else {
            earlier[random.below(earlier.count)] = backer
        }
    }
}

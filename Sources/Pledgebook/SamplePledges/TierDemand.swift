import Accounting
import Crowdfunding

/// Which tier an invented backer asks for: cheap ones more often, limited ones while they last, none that is
/// sold out or past its end, and none that a lasting tier of the same contents undercuts.
struct TierDemand {
    private let tiers: [RewardTier]
    private let addOns: [AddOn]
    private let appeal: [Int]
    /// The tiers that make another one pointless while they are for sale.
    private let undercutBy: [[Int]]
    private var sold: [Int64]
    private var addOnsSold: [Int64]
    private var stock: SampleStock
    private var weights: [Int]
    private var sum = 0
    /// The next instant at which a tier ends.
    private var nextEnd = Int64.min

    init(_ definition: CampaignDefinition) {
        let tiers = definition.tiers
        let withItems = tiers.filter { !$0.contains.isEmpty }
        let cheapest = max(1, withItems.map(\.price).min() ?? 1)
        appeal = tiers.map { tier in
            if tier.contains.isEmpty { return withItems.isEmpty ? 1_000 : 50 }
            let byPrice = Int(Int128(1_000) * Int128(cheapest) / Int128(max(1, tier.price)))
            // The cheapest is a bargain where it is limited: early birds are gone first.
            return max(1, byPrice) * (tier.limit != nil && tier.price <= cheapest ? 3 : 1)
        }
        undercutBy = tiers.map { tier in
            tiers.indices.filter { other in
                tiers[other].price < tier.price && tiers[other].contains == tier.contains
                    && tiers[other].limit == nil && !tier.contains.isEmpty
            }
        }
        sold = tiers.map { _ in 0 }
        addOnsSold = definition.addOns.map { _ in 0 }
        weights = tiers.map { _ in 0 }
        stock = SampleStock(definition)
        addOns = definition.addOns
        self.tiers = tiers
    }

    /// A tier that is for sale at that instant, or -1 where none is.
    mutating func next(at instant: Timestamp, _ random: inout SampleRandom) -> Int {
        if instant.seconds >= nextEnd { look(at: instant) }
        let tier = pick(&random)
        // An add-on or another tier may have used up what this one contains.
        guard tier >= 0, left(ofTier: tier) <= 0 else { return tier }
        look(at: instant)
        return pick(&random)
    }

    /// Takes as many as there are of what is asked for, and gives their number: 0 where none is left.
    mutating func take(upTo asked: Int64, ofTier tier: Int) -> Int64 {
        let quantity = min(asked, tiers[tier].perBacker ?? .max, left(ofTier: tier))
        guard quantity > 0 else { return 0 }
        sold[tier] += quantity
        stock.take(quantity, ofTier: tier)
        if left(ofTier: tier) <= 0 { nextEnd = .min }
        return quantity
    }

    /// The same for an add-on.
    mutating func take(upTo asked: Int64, ofAddOn addOn: Int) -> Int64 {
        let left = addOns[addOn].limit.map { $0 - addOnsSold[addOn] } ?? .max
        let quantity = min(asked, addOns[addOn].perBacker ?? .max, left, stock.suffices(forAddOn: addOn))
        guard quantity > 0 else { return 0 }
        addOnsSold[addOn] += quantity
        stock.take(quantity, ofAddOn: addOn)
        return quantity
    }

    /// A limited tier of which all units are gone, or -1: what a late backer asks for in vain.
    func soldOut(_ random: inout SampleRandom) -> Int {
        let gone = tiers.indices.filter { tier in tiers[tier].limit.map { sold[tier] >= $0 } ?? false }
        return gone.isEmpty ? -1 : gone[random.below(gone.count)]
    }

    private func pick(_ random: inout SampleRandom) -> Int {
        sum == 0 ? -1 : random.index(weighted: weights, sum: sum)
    }

    private func left(ofTier tier: Int) -> Int64 {
        min(tiers[tier].limit.map { $0 - sold[tier] } ?? .max, stock.suffices(forTier: tier))
    }

    private mutating func look(at instant: Timestamp) {
        let isForSale = tiers.indices.map { index in
            left(ofTier: index) > 0 && (tiers[index].until.map { instant < $0 } ?? true)
        }
        for index in tiers.indices {
            let isPointless = undercutBy[index].contains { isForSale[$0] }
            weights[index] = isForSale[index] && !isPointless ? appeal[index] : 0
        }
        sum = weights.reduce(0, +)
        nextEnd = tiers.compactMap { $0.until?.seconds }.filter { $0 > instant.seconds }.min() ?? .max
    }
}

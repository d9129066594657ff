import Crowdfunding

/// The units that are left of the items that cannot be ordered without end: stock and backorder limit
/// together.
struct SampleStock {
    private struct Need {
        let item: Int
        let quantity: Int64
    }

    private let tiers: [[Need]]
    private let addOns: [[Need]]
    private var left: [Int64]

    init(_ definition: CampaignDefinition) {
        func needs(_ contents: [Content]) -> [Need] {
            contents.compactMap { content in
                let item = definition.items.firstIndex { item in
                    item.sku == content.sku || item.variants.contains { $0.sku == content.sku }
                }
                guard let item, definition.items[item].backorderLimit != nil, content.quantity > 0 else {
                    return nil
                }
                return Need(item: item, quantity: content.quantity)
            }
        }
        tiers = definition.tiers.map { needs($0.contains) }
        addOns = definition.addOns.map { needs($0.contains) }
        left = definition.items.map { item in
            item.inStock.addingReportingOverflow(item.backorderLimit ?? 0).partialValue
        }
    }

    /// How many of the tier its contents suffice for.
    func suffices(forTier tier: Int) -> Int64 { most(of: tiers[tier]) }

    /// How many of the add-on its contents suffice for.
    func suffices(forAddOn addOn: Int) -> Int64 { most(of: addOns[addOn]) }

    /// Takes what the units of a tier contain.
    mutating func take(_ quantity: Int64, ofTier tier: Int) {
        for need in tiers[tier] { left[need.item] -= need.quantity * quantity }
    }

    /// Takes what the units of an add-on contain.
    mutating func take(_ quantity: Int64, ofAddOn addOn: Int) {
        for need in addOns[addOn] { left[need.item] -= need.quantity * quantity }
    }

    private func most(of needs: [Need]) -> Int64 {
        var most = Int64.max
        for need in needs { most = min(most, left[need.item] / need.quantity) }
        return most
    }
}

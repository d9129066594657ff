import Accounting
import Crowdfunding

/// What a line of an order says of a product.
struct ItemWords {
    var name: String
    var sku: String
    /// Of one, minor units.
    var price: Int64?
}

/// What a line of an order stands for.
struct FoundItem {
    /// The tier's index, or -1.
    var tier: Int32 = -1
    /// The add-on's index, or -1.
    var addOn: Int32 = -1
    /// The SKU's index of a variant that the line names, or -1.
    var variant: Int32 = -1
    /// Index in the findings, or -1.
    var unmapped = -1

    var isNothing: Bool { tier < 0 && addOn < 0 }
}

/// Finds what the products of a shop are: tiers or add-ons, and which variant of an item.
///
/// First by the mapping (SKU, name, the name before a variant), then by equal title, then by the only tier
/// or add-on of that price.
struct PlatformItems {
    private let definition: CampaignDefinition
    private let rewards: [[UInt8]: String]
    private let addOns: [[UInt8]: String]

    init(_ definition: CampaignDefinition, _ platform: PlatformImport?) {
        self.definition = definition
        func byFolded(_ mapping: [String: String]) -> [[UInt8]: String] {
            Dictionary(
                mapping.sorted { $0.key < $1.key }.map { (folded($0.key), $0.value) },
                uniquingKeysWith: { first, _ in first })
        }
        rewards = byFolded(platform?.rewards ?? [:])
        addOns = byFolded(platform?.addOns ?? [:])
    }

    func find(_ words: ItemWords) -> FoundItem {
        // Shops write `Halyard 65 - Slate / ISO` for a variant.
        let parts = words.name.split(separator: " - ", maxSplits: 1).map(String.init)
        let keys = [words.sku, words.name, parts.first ?? ""].filter { !$0.isEmpty }.map(folded)
        var found = FoundItem()
        found.variant = variant(words, ending: parts.count == 2 ? parts[1] : "")
        for key in keys {
            if let id = rewards[key], let index = definition.tiers.firstIndex(where: { $0.id == id }) {
                found.tier = Int32(index)
                return found
            }
            if let id = addOns[key], let index = definition.addOns.firstIndex(where: { $0.id == id }) {
                found.addOn = Int32(index)
                return found
            }
        }
        for key in keys {
            let tiers = definition.tiers.indices.filter { folded(definition.tiers[$0].title) == key }
            let others = definition.addOns.indices.filter { folded(definition.addOns[$0].title) == key }
            guard tiers.count + others.count == 1 else { continue }
            if let tier = tiers.first { found.tier = Int32(tier) }
            if let addOn = others.first { found.addOn = Int32(addOn) }
            return found
        }
        if let price = words.price, price > 0 {
            let tiers = definition.tiers.indices.filter { definition.tiers[$0].price == price }
            let others = definition.addOns.indices.filter { definition.addOns[$0].price == price }
            if tiers.count == 1, others.isEmpty { found.tier = Int32(tiers[0]) }
            if others.count == 1, tiers.isEmpty { found.addOn = Int32(others[0]) }
        }
        return found
    }

    /// A variant of an item, by its SKU or by the title that the product's name ends in.
    private func variant(_ words: ItemWords, ending: String) -> Int32 {
        var index: Int32 = 0
        var byTitle: [Int32] = []
        for item in definition.items {
            guard !item.variants.isEmpty else {
                index += 1
                continue
            }
            for variant in item.variants {
                if !words.sku.isEmpty, folded(variant.sku) == folded(words.sku) { return index }
                if !ending.isEmpty, folded(variant.title) == folded(ending) { byTitle.append(index) }
                index += 1
            }
        }
        return byTitle.count == 1 ? byTitle[0] : -1
    }
}

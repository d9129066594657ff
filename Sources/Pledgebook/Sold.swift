import Crowdfunding

/// Units of each item that tiers and add-ons hold, from the places taken.
func soldItems(_ definition: CampaignDefinition, _ taken: PlacesTaken) -> [Int64] {
    var itemOfSKU: [String: Int] = [:]
    for (index, item) in definition.items.enumerated() {
        itemOfSKU[item.sku] = index
        for variant in item.variants { itemOfSKU[variant.sku] = index }
    }
    var sold = Array(repeating: Int64(0), count: definition.items.count)
    let held =
        zip(definition.tiers.map(\.contains), taken.tiers).map { ($0, $1) }
        + zip(definition.addOns.map(\.contains), taken.addOns).map { ($0, $1) }
    for (contents, places) in held {
        for content in contents {
            if let item = itemOfSKU[content.sku] { sold[item] += content.quantity * places }
        }
    }
    return sold
}

/// What tiers and add-ons contain, by number: items by their index in `definition.items`, SKUs by their index
/// in `definition.skus`.
///
/// A unit is *chosen* where its SKU is known (an item made one way, a variant named by the tier or by the
/// backer), else *open*.
public struct PledgeUnits: Sendable {
    /// The most units of all items in one pledge; keeps sums over any number of pledges far from overflow.
    public static let largestUnitCount: Int64 = 1_000_000_000

    /// Units of one item in a tier or add-on; `sku` is -1 where the backer chooses.
    struct Entry: Sendable {
        var item: Int
        var sku: Int
        var quantity: Int64
    }

    /// The item that each SKU belongs to.
    public let itemOfSKU: [Int]
    private let tiers: [[Entry]]
    private let addOns: [[Entry]]
    private let isOpenItem: [Bool]
    private let openItems: [Int]

    /// Lays out the contents of the definition's tiers and add-ons.
    public init(_ definition: CampaignDefinition) {
        var named: [String: Entry] = [:]
        var items: [Int] = []
        for (index, item) in definition.items.enumerated() {
            named[item.sku] = Entry(item: index, sku: item.variants.isEmpty ? items.count : -1, quantity: 0)
            for sku in item.variants.isEmpty ? [item.sku] : item.variants.map(\.sku) {
                if !item.variants.isEmpty { named[sku] = Entry(item: index, sku: items.count, quantity: 0) }
                items.append(index)
            }
        }
        func entries(_ contents: [Content]) -> [Entry] {
            contents.compactMap { content in
                guard let place = named[content.sku], content.quantity > 0 else { return nil }
                return Entry(
                    item: place.item, sku: place.sku, quantity: min(content.quantity, Self.largestUnitCount))
            }
        }
        itemOfSKU = items
        tiers = definition.tiers.map { entries($0.contains) }
        addOns = definition.addOns.map { entries($0.contains) }
        isOpenItem = definition.items.map { !$0.variants.isEmpty }
        openItems = definition.items.indices.filter { !definition.items[$0].variants.isEmpty }
    }

    /// Calls `body` with the item and units of every content of the pledge, chosen or open.
    ///
    /// An item may come more than once. Indexes beyond the definition's are passed over.
    @inline(__always)
    public func forEachContent(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>,
        _ body: (_ item: Int, _ units: Int64) -> Void
    ) {
        forEachEntry(tier: tier, quantity: quantity, lines: lines) { body($0.item, $1) }
    }

    /// Calls `body` with the units that the pledge waits for, by SKU, or -1 for units not yet chosen.
    ///
    /// An item or SKU may come more than once. Choices beyond what is open are not counted.
    public func forEachDemand(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>,
        _ body: (_ item: Int, _ sku: Int, _ units: Int64) -> Void
    ) {
        forEachEntry(tier: tier, quantity: quantity, lines: lines) { entry, units in
            if entry.sku >= 0 { body(entry.item, entry.sku, units) }
        }
        for item in openItems {
            var open = openUnits(of: item, tier: tier, quantity: quantity, lines: lines)
            for line in lines where open > 0 && line.role == .choice && self.item(of: line) == item {
                let units = min(max(Int64(line.quantity), 0), open)
                if units > 0 { body(item, Int(line.index), units) }
                open -= units
            }
            if open > 0 { body(item, -1, open) }
        }
    }

    /// The units of the item that the backer may choose a variant for.
    public func openUnits(of item: Int, tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>) -> Int64 {
        var open: Int64 = 0
        forEachEntry(tier: tier, quantity: quantity, lines: lines) { entry, units in
            if entry.sku < 0, entry.item == item { open += units }
        }
        return open
    }

    /// The item that a choice is about, or -1 where its SKU is no variant.
    func item(of choice: OrderLine) -> Int {
        let sku = Int(choice.index)
        guard sku >= 0, sku < itemOfSKU.count, isOpenItem[itemOfSKU[sku]] else { return -1 }
        return itemOfSKU[sku]
    }

    @inline(__always)
    private func forEachEntry(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>, _ body: (Entry, Int64) -> Void
    ) {
        if tier >= 0, tier < tiers.count {
            for entry in tiers[tier] { body(entry, entry.quantity * quantity) }
        }
        for line in lines where line.role == .addOn {
            let index = Int(line.index)
            guard index >= 0, index < addOns.count else { continue }
            for entry in addOns[index] { body(entry, entry.quantity * Int64(line.quantity)) }
        }
    }
}

import Crowdfunding

/// Which variants invented backers choose: the first of an item most often, and some have not chosen yet.
struct VariantDemand {
    /// Units of an item that comes in variants.
    private struct Open {
        /// The item's index.
        let item: Int
        let quantity: Int64
    }

    /// By item: its variants' indices in the definition's SKUs, and how well each is liked.
    private let variants: [Range<Int>]
    private let weights: [[Int]]
    private let sums: [Int]
    private let tiers: [[Open]]
    private let addOns: [[Open]]

    init(_ definition: CampaignDefinition) {
        var ranges: [Range<Int>] = []
        var next = 0
        for item in definition.items {
            ranges.append(next..<next + item.variants.count)
            next += max(1, item.variants.count)
        }
        variants = ranges
        weights = ranges.map { range in range.indices.map { 12 - min(9, 3 * ($0 - range.lowerBound)) } }
        sums = weights.map { $0.reduce(0, +) }
        func open(_ contents: [Content]) -> [Open] {
            contents.compactMap { content in
                guard let item = definition.items.firstIndex(where: { $0.sku == content.sku }) else {
                    return nil
                }
                return definition.items[item].variants.isEmpty
                    ? nil : Open(item: item, quantity: content.quantity)
            }
        }
        tiers = definition.tiers.map { open($0.contains) }
        addOns = definition.addOns.map { open($0.contains) }
    }

    /// Adds a line for each variant that the backer of the pledge has chosen.
    func choose(for pledge: InventedPledge, lines: inout [OrderLine], _ random: inout SampleRandom) {
        let bought = lines.count
        choose(tiers[pledge.tier], times: pledge.quantity, lines: &lines, &random)
        for index in 0..<bought {
            choose(
                addOns[Int(lines[index].index)], times: Int64(lines[index].quantity), lines: &lines, &random)
        }
    }

    private func choose(
        _ open: [Open], times: Int64, lines: inout [OrderLine], _ random: inout SampleRandom
    ) {
        for units in open where !random.chance(400) {
            // More than a few of one kind in one pledge stay open: nobody writes out a hundred choices.
            let wanted = min(units.quantity * times, 12)
            for _ in 0..<wanted {
                let chosen = random.index(weighted: weights[units.item], sum: sums[units.item])
                add(Int32(variants[units.item].lowerBound + chosen), to: &lines)
            }
        }
    }

    private func add(_ sku: Int32, to lines: inout [OrderLine]) {
        for index in lines.indices where lines[index].role == .choice && lines[index].index == sku {
            lines[index].quantity += 1
            return
        }
        lines.append(OrderLine(role: .choice, index: sku, quantity: 1))
    }
}

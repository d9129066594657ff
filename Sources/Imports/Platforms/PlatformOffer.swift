import Accounting
import Crowdfunding

/// Finds tiers, add-ons and variants for what a platform's file names, and keeps account of what it cannot
/// find.
struct PlatformOffer {
    private struct Reward {
        var tier: Int32
        /// Index in the findings, or -1.
        var unmapped: Int
    }

    /// More different rewards than any campaign has are looked up anew each time, so that memory stays
    /// bounded.
    private static let largestCache = 1_024

    private let definition: CampaignDefinition
    private let cells: Cells
    private let tiersByKey: [[UInt8]: Int32]
    private let tiersByAmount: [(amount: Int64, tier: Int32)]
    private var rewards: [[UInt8]: Reward] = [:]
    private var lastKey: [UInt8] = []
    private var last: Reward?
    /// For each add-on column, the add-on's index, or -1.
    let addOns: [Int32]
    /// For each add-on column, the SKU's index that its id is, or -1: a variant that was chosen.
    let columnSKUs: [Int32]
    /// For each add-on column, whether it is an item that is made one way: what a reward contains of it.
    let plainItems: [Bool]
    /// For each choice column, the answers and the SKU's index that each means.
    let answers: [[[UInt8]: Int32]]
    /// Items whose variants nothing chooses yet, by each answer that would: the item's index.
    private let unchosen: [[UInt8]: Int]
    private let columns: PlatformColumns
    private let noRewards: Set<[UInt8]>
    let itemFinder: PlatformItems
    private var items: [[UInt8]: FoundItem] = [:]
    var findings = PlatformFindings()
    /// Of the row that is read, without shipping; minor units.
    var amount: Int64 = 0

    init(
        _ definition: CampaignDefinition, _ platform: PlatformImport?, _ columns: PlatformColumns,
        _ cells: Cells, _ format: PlatformFormat
    ) {
        self.definition = definition
        self.cells = cells
        self.columns = columns
        noRewards = Set(format.noRewards.map(folded))
        itemFinder = PlatformItems(definition, platform)
        let mapping = platform?.rewards ?? [:]
        let tierIndices = Dictionary(
            definition.tiers.enumerated().map { ($1.id, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        var byKey: [[UInt8]: Int32] = [:]
        var byAmount: [(amount: Int64, tier: Int32)] = []
        for (key, id) in mapping.sorted(by: { $0.key < $1.key }) {
            guard let tier = tierIndices[id] else { continue }
            byKey[folded(key)] = tier
            // An id is digits alone, a minimum has a symbol or decimals.
            guard key.contains(where: { !$0.isNumber }) else { continue }
            if let amount = try? cells.amount(Array(key.utf8).span) { byAmount.append((amount, tier)) }
        }
        tiersByKey = byKey
        tiersByAmount = byAmount
        addOns = columns.addOns.map { Self.addOn($0, definition, platform?.addOns ?? [:]) }
        columnSKUs = columns.addOns.map { addOn in
            Int32(definition.skus.firstIndex { folded($0) == folded(addOn.id) } ?? -1)
        }
        plainItems = columns.addOns.map { addOn in
            definition.items.contains { folded($0.sku) == folded(addOn.id) && $0.variants.isEmpty }
        }
        let firstSKUs = definition.items.reduce(into: [Int32(0)]) {
            $0.append(($0.last ?? 0) + Int32($1.variants.isEmpty ? 1 : $1.variants.count))
        }
        answers = columns.choices.map { choice in
            guard let item = definition.items.firstIndex(where: { $0.sku == choice.sku }) else { return [:] }
            return Self.answers(to: definition.items[item], firstSKU: firstSKUs[item])
        }
        let chosen = Set((platform?.choices ?? [:]).values)
        var unchosen: [[UInt8]: Int] = [:]
        for (index, item) in definition.items.enumerated() where !chosen.contains(item.sku) {
            for variant in item.variants { unchosen[folded(variant.title)] = index }
        }
        self.unchosen = unchosen
    }

    private static func addOn(
        _ column: PlatformColumns.AddOn, _ definition: CampaignDefinition, _ mapping: [String: String]
    ) -> Int32 {
        let title = folded(column.title)
        let named = mapping[column.id] ?? mapping.first { folded($0.key) == title }?.value
        if let named, let index = definition.addOns.firstIndex(where: { $0.id == named }) {
            return Int32(index)
        }
        let equal = definition.addOns.indices.filter { folded(definition.addOns[$0].title) == title }
        return equal.count == 1 ? Int32(equal[0]) : -1
    }

    /// A variant's title or its SKU, in any case.
    private static func answers(to item: Item, firstSKU: Int32) -> [[UInt8]: Int32] {
        var answers: [[UInt8]: Int32] = [:]
        for (index, variant) in item.variants.enumerated() {
            answers[folded(variant.sku)] = firstSKU + Int32(index)
        }
        for (index, variant) in item.variants.enumerated() {
            answers[folded(variant.title)] = firstSKU + Int32(index)
        }
        return answers
    }

    /// The tier of a reward, or -1: there is none, or it is not known and counted among the findings.
    mutating func tier(id: ByteRange, title: ByteRange, minimum: ByteRange, in bytes: [UInt8]) -> Int32 {
        if id.isEmpty, title.isEmpty, minimum.isEmpty { return -1 }
        var key: [UInt8] = []
        key.reserveCapacity(id.range.count + title.range.count + minimum.range.count + 2)
        for range in [id.range, title.range, minimum.range] {
            key.append(contentsOf: bytes[range])
            key.append(0)
        }
        if let last, key == lastKey { return count(last) }
        let found =
            rewards[key] ?? find(id: bytes[id.range], title: bytes[title.range], bytes[minimum.range], key)
        if rewards.count < Self.largestCache { rewards[key] = found }
        lastKey = key
        last = found
        return count(found)
    }

    private mutating func note(_ unmapped: Int) {
        findings.find(reward: unmapped)
        findings.rewards[unmapped].least = min(findings.rewards[unmapped].least, amount)
    }

    private mutating func count(_ reward: Reward) -> Int32 {
        if reward.unmapped >= 0 { note(reward.unmapped) }
        return reward.tier
    }

    /// By the mapping (id, title, minimum), else by equal title, else by the only tier of that price.
    private mutating func find(
        id: ArraySlice<UInt8>, title: ArraySlice<UInt8>, _ minimum: ArraySlice<UInt8>, _ key: [UInt8]
    ) -> Reward {
        let id = Array(id)
        let minimum = Array(minimum)
        let foldedTitle = folded(Array(title).span)
        let amount = try? cells.amount(minimum.span)
        if id.isEmpty, title.isEmpty, amount == 0 { return Reward(tier: -1, unmapped: -1) }
        if !noRewards.isEmpty, noRewards.contains(foldedTitle) { return Reward(tier: -1, unmapped: -1) }
        for key in [folded(id.span), foldedTitle, folded(minimum.span)] where !key.isEmpty {
            if let tier = tiersByKey[key] { return Reward(tier: tier, unmapped: -1) }
        }
        if let amount, let tier = tiersByAmount.first(where: { $0.amount == amount })?.tier {
            return Reward(tier: tier, unmapped: -1)
        }
        let equal = definition.tiers.indices.filter { folded(definition.tiers[$0].title) == foldedTitle }
        if equal.count == 1 { return Reward(tier: Int32(equal[0]), unmapped: -1) }
        let priced = definition.tiers.indices.filter { definition.tiers[$0].price == amount }
        if priced.count == 1 { return Reward(tier: Int32(priced[0]), unmapped: -1) }
        let index = findings.reward(
            key, id: String(decoding: id, as: UTF8.self), title: String(decoding: title, as: UTF8.self),
            minimum: String(decoding: minimum, as: UTF8.self),
            suggestion: suggestion(title: String(decoding: title, as: UTF8.self), amount: amount))
        return Reward(tier: -1, unmapped: index)
    }

    /// The tier that is nearest by title, else by price.
    private func suggestion(title: String, amount: Int64?) -> String? {
        if !title.isEmpty, let near = nearest(title, in: definition.tiers.map(\.title)) {
            return definition.tiers.first { $0.title == near }?.id
        }
        guard let amount else { return nil }
        return definition.tiers.min { ($0.price - amount).magnitude < ($1.price - amount).magnitude }?.id
    }

    /// What a line of an order is; what is not known is counted among the findings.
    mutating func item(name: ByteRange, sku: ByteRange, price: ByteRange, in bytes: [UInt8], isFirst: Bool)
        -> FoundItem
    {
        var key: [UInt8] = []
        for range in [sku.range, name.range, price.range] {
            key.append(contentsOf: bytes[range])
            key.append(0)
        }
        let found: FoundItem
        if let known = items[key] {
            found = known
        } else {
            let words = ItemWords(
                name: String(decoding: bytes[name.range], as: UTF8.self),
                sku: String(decoding: bytes[sku.range], as: UTF8.self),
                price: try? cells.amount(bytes.span.extracting(price.range)))
            var made = itemFinder.find(words)
            if made.isNothing {
                made.unmapped = findings.reward(
                    key, id: words.sku, title: words.name,
                    minimum: String(decoding: bytes[price.range], as: UTF8.self),
                    suggestion: suggestion(title: words.name, amount: words.price), isItem: true)
            }
            found = made
            if items.count < Self.largestCache { items[key] = found }
        }
        if found.unmapped >= 0 {
            note(found.unmapped)
            if isFirst { findings.rewards[found.unmapped].firsts += 1 }
        }
        return found
    }

    /// Counts a row that holds an add-on which is not known.
    mutating func missAddOn(_ column: Int) {
        let missed = columns.addOns[column]
        let near =
            nearest(missed.title, in: definition.addOns.map(\.title))
            .flatMap { title in definition.addOns.first { $0.title == title }?.id }
        findings.missAddOn(
            id: missed.id, title: missed.title, suggestion: near ?? definition.addOns.first?.id)
    }

    /// Counts an answer that is none of the variants; its unit stays open.
    mutating func missAnswer(_ column: Int) {
        let choice = columns.choices[column]
        let item = definition.items.first { $0.sku == choice.sku }
        findings.missAnswer(
            question: choice.question, sku: choice.sku, titles: item?.variants.map(\.title) ?? [])
    }

    /// Counts an answer that is a variant of an item which nothing chooses.
    mutating func noteAnswer(_ column: Int, _ value: Span<UInt8>) {
        guard !unchosen.isEmpty, value.count <= 256, let item = unchosen[folded(value)] else { return }
        findings.suggestChoice(question: columns.answerNames[column], sku: definition.items[item].sku)
    }
}

/// So many units of a variant that a backer chooses.
public struct UnitChoice: Hashable, Sendable {
    /// The variant's SKU.
    public var sku: String
    /// 1 or more.
    public var units: Int64

    /// Puts the choice together.
    public init(sku: String, units: Int64) {
        self.sku = sku
        self.units = units
    }

    /// `HAL-FOG`, which is one unit, or `HAL-FOG:2`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let sku = parts.first, !sku.isEmpty else { return nil }
        guard parts.count == 2 else {
            self.init(sku: String(sku), units: 1)
            return
        }
        guard let units = Int64(parts[1]), units >= 1, units <= Pricing.largestQuantity else { return nil }
        self.init(sku: String(sku), units: units)
    }
}

/// Which variants a pledge has chosen, and what may be chosen instead.
///
/// Choosing is about units that have not gone out. It never costs a place in the queue, and never a cent.
public struct PledgeChoices: Hashable, Sendable {
    /// What is chosen of items that the backer chooses variants of, by SKU.
    public private(set) var chosen: [String: Int64]
    /// Units that the backer may choose a variant for, by the item's SKU; 0 never.
    public let open: [String: Int64]
    /// Units that went out, by SKU.
    public let shipped: [String: Int64]
    private let itemOfVariant: [String: String]
    private let names: [String]

    /// What a pledge may choose.
    ///
    /// - Parameters:
    ///   - definition: Where its items and variants are.
    ///   - tier: Its index in the definition, or -1.
    ///   - quantity: Of the tier.
    ///   - lines: Its add-ons and choices.
    ///   - shipped: Units that went out, by SKU.
    public init(
        _ definition: CampaignDefinition, tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>,
        shipped: [String: Int64]
    ) {
        let units = PledgeUnits(definition)
        var open: [String: Int64] = [:]
        var variants: [String: String] = [:]
        var names: [String] = []
        for (index, item) in definition.items.enumerated() {
            for variant in item.variants { variants[variant.sku] = item.sku }
            let count = units.openUnits(of: index, tier: tier, quantity: quantity, lines: lines)
            guard count > 0 else { continue }
            open[item.sku] = count
            names += item.variants.map(\.sku)
        }
        let skus = definition.skus
        var chosen: [String: Int64] = [:]
        for line in lines where line.role == .choice && skus.indices.contains(Int(line.index)) {
            chosen[skus[Int(line.index)], default: 0] += Int64(line.quantity)
        }
        (self.chosen, self.open, self.shipped) = (chosen, open, shipped)
        (itemOfVariant, self.names) = (variants, names)
    }

    /// Units for which nothing is chosen.
    public var left: Int64 { open.keys.reduce(0) { $0 + left(of: $1) } }

    private func left(of item: String) -> Int64 {
        max((open[item] ?? 0) - chosenUnits(of: item), 0)
    }

    private func chosenUnits(of item: String) -> Int64 {
        chosen.reduce(0) { $0 + (itemOfVariant[$1.key] == item ? $1.value : 0) }
    }

    /// Takes new choices in place of those of the same items; other items keep theirs.
    ///
    /// - Parameter choices: One or more; the same SKU twice is added up.
    /// - Throws: The rule that refuses it; nothing has changed then.
    public mutating func choose(_ choices: [UnitChoice]) throws(ChoiceRefusal) {
        var wanted: [String: Int64] = [:]
        for choice in choices {
            guard let item = itemOfVariant[choice.sku], open[item] != nil else {
                throw .notContained(sku: choice.sku, known: names)
            }
            wanted[choice.sku, default: 0] += choice.units
        }
        let items = Set(wanted.keys.compactMap { itemOfVariant[$0] })
        var after = self
        for sku in chosen.keys where itemOfVariant[sku].map(items.contains) ?? false {
            after.chosen[sku] = nil
        }
        for (sku, units) in wanted { after.chosen[sku] = units }
        for item in items.sorted() {
            let (all, most) = (after.chosenUnits(of: item), open[item] ?? 0)
            guard all <= most else { throw .tooMany(item: item, chosen: all, contained: most) }
        }
        for (sku, units) in shipped.sorted(by: { $0.key < $1.key }) {
            guard let item = itemOfVariant[sku], items.contains(item) else { continue }
            // What a tier names itself went out without having been chosen.
            let mustStay = min(units, chosen[sku] ?? 0)
            guard after.chosen[sku] ?? 0 >= mustStay else { throw .shipped(sku: sku, units: mustStay) }
        }
        self = after
    }
}

/// Why a choice is not taken.
public enum ChoiceRefusal: UserFacingError, Hashable {
    case notContained(sku: String, known: [String])
    case tooMany(item: String, chosen: Int64, contained: Int64)
    case shipped(sku: String, units: Int64)
    case notPlaced(PledgeState)
    case campaignOver(CampaignState)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .notContained(let sku, let known):
            known.isEmpty
                ? "Nothing of the pledge comes in variants: there is nothing to choose. Nothing was changed."
                : "The pledge has no “\(sku)” to choose. It may choose: \(known.joined(separator: ", "))."
        case .tooMany(let item, let chosen, let contained):
            "\(chosen) units of \(item) are chosen, and the pledge contains \(contained). Choose "
                + "\(contained) or fewer. Nothing was changed."
        case .shipped(let sku, let units):
            "\(units) × \(sku) went out already and cannot be chosen anew: name \(sku):\(units) too. Nothing "
                + "was changed."
        case .notPlaced(let state):
            "The pledge is \(state): nothing of it is to be chosen. Nothing was changed."
        case .campaignOver(let state):
            "The campaign is \(state.rawValue): nothing is to be chosen any more. Nothing was changed."
        }
    }

    /// A SKU that is none is bad input; all else is refused by a rule.
    public var exitCode: ExitStatus {
        if case .notContained = self { .badInput } else { .refused }
    }
}

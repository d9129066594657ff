public import Accounting
public import Crowdfunding
import Storage

/// Counted or ordered units, as a person gives them.
public enum UnitCount: Hashable, Sendable {
    /// One number for the whole run.
    case total(Int64)
    /// By SKU.
    case bySKU([String: Int64])

    /// `400`, or `HAL-SLATE=262,HAL-FOG=173`, also as several words.
    ///
    /// - Returns: `nil` where it is neither, a SKU stands twice, or a number is above a billion.
    public init?(_ words: [String]) {
        let pieces = words.flatMap { $0.split(separator: ",") }
        if pieces.count == 1, let total = Self.number(pieces[0]) {
            self = .total(total)
            return
        }
        var counts: [String: Int64] = [:]
        for piece in pieces {
            let pair = piece.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, isIdentifier(pair[0].utf8, upperCase: true),
                let units = Self.number(pair[1]),
                counts.updateValue(units, forKey: String(pair[0])) == nil
            else { return nil }
        }
        guard !counts.isEmpty else { return nil }
        self = .bySKU(counts)
    }

    private static func number(_ text: Substring) -> Int64? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int64(text), number <= 1_000_000_000
        else { return nil }
        return number
    }
}

/// Units of one SKU, for plans and screens.
public struct UnitLine: Hashable, Sendable {
    /// The SKU.
    public var sku: String
    /// What people read.
    public var title: String
    /// How many.
    public var units: Int64
}

/// A campaign's run: as it is planned, and as it was launched.
struct LoadedRun {
    let plan: ProductionPlan
    let record: RunRecord?
    /// Index of its item in the definition.
    let item: Int
    /// The SKUs that it makes, by their index in `definition.skus`.
    let skus: [Int]
    let names: [String]
    let titles: [String]

    /// - Throws: `SessionError.rule` when the campaign has no run of that id.
    init(_ id: String, of campaign: LoadedCampaign, in records: Records) throws {
        let definition = campaign.definition
        guard let plan = definition.production.first(where: { $0.id == id }),
            let item = definition.items.firstIndex(where: { $0.sku == plan.sku })
        else {
            let known = definition.production.map(\.id)
            throw SessionError.rule(
                known.isEmpty
                    ? "The campaign plans no production runs. Add one to its file, under \"production\", and "
                        + "say `pledgebook campaign amend FILE`."
                    : "The campaign has no run “\(id)”. It has: \(known.joined(separator: ", ")).",
                exit: .badInput)
        }
        self.init(
            plan, item: item, of: campaign,
            record: try records.runs(campaign: campaign.record.number)
                .first { $0.id == id })
    }

    init(_ plan: ProductionPlan, item: Int, of campaign: LoadedCampaign, record: RunRecord?) {
        var plan = plan
        // What was ordered was ordered at that price; a later amendment does not change it.
        if let record { plan.unitCost = record.unitCost }
        self.plan = plan
        self.record = record
        self.item = item
        let made = campaign.definition.items[item]
        names = made.variants.isEmpty ? [made.sku] : made.variants.map(\.sku)
        titles = made.variants.isEmpty ? [made.title] : made.variants.map(\.title)
        let first = campaign.definition.items[..<item].reduce(0) { $0 + max($1.variants.count, 1) }
        skus = Array(first..<first + names.count)
    }

    /// The run as the rules see it.
    var production: ProductionRun {
        guard let record else { return ProductionRun(plan) }
        let units = record.units.compactMap { unit in
            names.firstIndex(of: unit.sku).map {
                Crowdfunding.RunUnits(
                    sku: skus[$0], ordered: unit.ordered, received: unit.received, writtenOff: unit.writtenOff
                )
            }
        }
        return ProductionRun(
            plan, state: record.state, units: units, launchedOn: record.launchedOn,
            expectedOn: record.expectedOn)
    }

    /// The book's row of a run that the rules have moved on.
    func row(_ run: ProductionRun, today: CalendarDay) -> RunRecord {
        RunRecord(
            id: plan.id, state: run.state, launchedOn: run.launchedOn ?? today,
            expectedOn: run.expectedOn ?? today,
            unitCost: plan.unitCost, deposit: record?.deposit ?? run.deposit,
            units: run.units.map {
                Storage.RunUnits(
                    sku: name(of: $0.sku), ordered: $0.ordered, received: $0.received,
                    writtenOff: $0.writtenOff)
            })
    }

    func name(of sku: Int) -> String {
        skus.firstIndex(of: sku).map { names[$0] } ?? ""
    }

    /// What a person counted, by SKU of this run; `spread` says what one number for the whole run means.
    func units(_ count: UnitCount, spread: (Int64) throws -> [Int64]) throws -> [(sku: Int, units: Int64)] {
        switch count {
        case .total(let total): return Array(zip(skus, try spread(total))).map { ($0, $1) }
        case .bySKU(let counts):
            if let unknown = counts.keys.sorted().first(where: { !names.contains($0) }) {
                throw SessionError.rule(
                    "“\(plan.id)” does not make \(unknown). It makes: \(names.joined(separator: ", ")).",
                    exit: .badInput)
            }
            return zip(skus, names).compactMap { sku, name in counts[name].map { (sku, $0) } }
        }
    }
}

public import Accounting
import Crowdfunding
import Storage

/// What a pledge contains, and when the last of what has not gone out is expected.
public struct ExpectedUnits: Hashable, Sendable {
    /// Goes through every pledge that contains units.
    public typealias All = (_ visit: (ExpectedUnits) throws -> Void) throws -> Void

    /// The number of the entry that placed it.
    public var number: Int64
    /// All units that it contains.
    public var units: Int64
    /// The latest day on which any of them is expected; `nil`: nobody can say, or nothing is left.
    public var expectedOn: CalendarDay?

    /// Tells it pledge by pledge.
    struct Reader {
        private let words: ProductionWords
        private let definition: CampaignDefinition
        private let runs: [String: CalendarDay]
        private let launched: Set<String>
        private let today: CalendarDay
        private let earliest: CalendarDay
        /// What pledges that are alike come to: most of a campaign's are.
        private var known: [Kind: (units: Int64, expectedOn: CalendarDay?)] = [:]
        private static let largestCache = 10_000

        /// All that decides what a pledge contains and when it is expected.
        private struct Kind: Hashable {
            var tier: Int?
            var quantity: Int64
            var lines: [LineRow]
            var allocations: [AllocationRecord]

            init(_ pledge: QueuedPledge) {
                (tier, quantity) = (pledge.tier, pledge.quantity)
                (lines, allocations) = (pledge.lines, pledge.allocations)
                for index in lines.indices { lines[index].pledge = 0 }
                for index in allocations.indices { allocations[index].pledge = 0 }
            }
        }

        init(_ campaign: LoadedCampaign, today: CalendarDay, in records: Records) throws {
            words = try ProductionWords(campaign, in: records)
            definition = campaign.definition
            let all = try records.runs(campaign: campaign.record.number)
            runs = Dictionary(all.map { ($0.id, $0.expectedOn) }, uniquingKeysWith: { first, _ in first })
            launched = Set(all.map(\.id))
            self.today = today
            earliest = max(today, campaign.day(of: campaign.definition.closesAt))
        }

        /// What is reserved by its run or stock; the rest by the next planned run, else by what was promised.
        mutating func read(_ pledge: QueuedPledge) -> ExpectedUnits {
            let kind = Kind(pledge)
            if let (units, expectedOn) = known[kind] {
                return ExpectedUnits(number: pledge.number, units: units, expectedOn: expectedOn)
            }
            let expected = reckon(pledge)
            if known.count < Self.largestCache { known[kind] = (expected.units, expected.expectedOn) }
            return expected
        }

        private func reckon(_ pledge: QueuedPledge) -> ExpectedUnits {
            let (chosen, open) = words.demand(of: pledge)
            var left: [Int: Int64] = open
            for (sku, units) in chosen { left[words.units.itemOfSKU[sku], default: 0] += units }
            var expected = ExpectedUnits(number: pledge.number, units: left.values.reduce(0, +))
            var days: [CalendarDay] = []
            for row in pledge.allocations {
                if let sku = words.skuIndex[row.sku] {
                    left[words.units.itemOfSKU[sku], default: 0] -= row.quantity
                }
                if row.quantity > row.shipped { days.append(runs[row.run] ?? today) }
            }
            let tier = words.tier(of: pledge)
            let promised = tier < 0 ? nil : definition.tiers[tier].delivery.flatMap(Self.lastDay(of:))
            for (item, units) in left where units > 0 {
                if let day = planned(definition.items[item]) ?? promised { days.append(day) }
            }
            expected.expectedOn = days.max()
            return expected
        }

        private func planned(_ item: Item) -> CalendarDay? {
            definition.production.first { $0.sku == item.sku && !launched.contains($0.id) }
                .map { earliest.adding(days: $0.leadTimeDays) }
        }

        private static func lastDay(of month: DeliveryMonth) -> CalendarDay? {
            CalendarDay(year: month.year, month: month.month, day: 1).map {
                $0.next(.month).adding(days: -1)
            }
        }
    }
}

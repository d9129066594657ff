public import Accounting
public import Crowdfunding

/// A folder of CSV files such as Kickstarter gives a maker, about invented backers of a campaign.
///
/// The same definition, seed, form and count give the same pledges at every stage, so that a later stage can
/// be imported after an earlier one.
public struct KickstarterReport: Sendable {
    /// The columns of three times.
    public enum Form: String, CaseIterable, Sendable {
        /// 2014 to 2017: no reward title, survey questions at the end.
        case from2014 = "kickstarter-2014"
        /// 2018 and 2019: reward title and id, billing country.
        case from2018 = "kickstarter-2018"
        /// 2023 on: bonus support, items, add-ons.
        case from2023 = "kickstarter-2023"
    }

    /// When the maker asked for the report.
    public enum Stage: String, CaseIterable, Sendable {
        /// Three days before the closing: later pledges are not in it, nothing is collected.
        case live
        /// Two days after: most is collected, some cards were declined.
        case charging
        /// Fifteen days after: what was not mended is dropped.
        case settled
    }

    /// One file of the folder.
    public struct File: Hashable, Sendable {
        /// The name within the folder, for example `59.00 USD Reward - Oct 25 10pm.csv`.
        public let name: String
        /// UTF-8, with a byte order mark in the newest form.
        public let bytes: [UInt8]
    }

    /// The most pledges of one report, which is put together in memory.
    public static let largestCount = 1_000_000

    private let definition: CampaignDefinition
    private let seed: UInt64
    private let form: Form
    private let stage: Stage
    private let zone: ZoneOffsets

    /// Prepares a report.
    ///
    /// `zone` is what the dates are written in; Kickstarter does not say, so an importer has to be told.
    public init(
        definition: CampaignDefinition, seed: UInt64, form: Form, stage: Stage = .charging,
        zone: ZoneOffsets = .utc
    ) {
        self.definition = definition
        self.seed = seed
        self.form = form
        self.stage = stage
        self.zone = zone
    }

    /// The files: one a tier, in the order of the definition, and one for pledges without a reward; none that
    /// is empty.
    ///
    /// - Throws: `SamplePledgesProblem` for a count out of bounds, `PricingProblem` where a pledge has no
    /// price.
    public func files(count: Int) throws -> [File] {
        guard (1...Self.largestCount).contains(count) else {
            throw SamplePledgesProblem.countOutOfBounds(count, largest: Self.largestCount)
        }
        var gross = definition
        // Kickstarter knows no tax: what it shows is what the backer pays.
        gross.tax.pricesIncludeTax = true
        gross.tax.rates = [:]
        var habits = PledgeInventor.Habits(repeats: 0, several: 0, usesPromotions: false)
        habits.addOns = form == .from2023 ? 1_500 : 0
        var inventor = PledgeInventor(
            gross, pricing: Pricing(gross), seed: seed, count: count, habits: habits)
        let rows = KickstarterRows(
            gross, inventor.destinations.countries, seed: seed, form: form, stage: stage, zone)
        let tables = definition.tiers.indices.map { rows.header(tier: $0) } + [rows.header(tier: -1)]
        var texts = tables.map { rows.line($0) }
        var isEmpty = tables.map { _ in true }
        for _ in 0..<count {
            let pledge = try inventor.next()
            let price = try inventor.price(of: pledge)
            guard stage != .live || pledge.pledgedAt < rows.written else { break }
            let table = pledge.tier < 0 ? tables.count - 1 : pledge.tier
            let cells = rows.cells(of: pledge, price, lines: inventor.lines)
            texts[table] += rows.line(tables[table].map { cells[$0] ?? "" })
            isEmpty[table] = false
        }
        let names = rows.fileNames()
        return tables.indices.filter { !isEmpty[$0] }.map {
            File(name: names[$0], bytes: Array(texts[$0].utf8))
        }
        .map { form == .from2023 ? File(name: $0.name, bytes: [0xEF, 0xBB, 0xBF] + $0.bytes) : $0 }
    }
}

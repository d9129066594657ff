public import Accounting
public import Crowdfunding
import Receipts
public import Storage

/// What reports of one campaign are made from, read in one go.
public struct ReportSource: Sendable {
    /// Whose figures they are.
    public let campaign: LoadedCampaign
    /// Where the campaign is.
    public let state: CampaignState
    /// When it was funded, unfunded or canceled.
    public let decidedOn: CalendarDay?
    /// The zone's name.
    public let zone: String
    /// Whether no real money moved.
    public let isRehearsal: Bool
    /// The journal's head: its last entry's number and tag.
    public let head: Int64
    /// The head's tag.
    public let tag: Tag
    /// The last checkpoint: the entry that it goes to, and its root's bytes and text.
    public let checkpoint: (number: Int64, root: [UInt8], text: String)?
    /// Today in the campaign's zone.
    public let today: CalendarDay
    /// The rollup of the journal.
    public let totals: [DailyTotal]
    /// Pledges by their states; empty where they were not counted.
    public let pledges: [PledgeTotal]
    /// What was pledged when a campaign closed that gave everything back; `nil` for others.
    public let pledgedAtClose: Int64?
    /// What all payments add up to.
    public let payments: PaymentSums
    /// The launched runs.
    public let runs: [RunRecord]

    /// The first day on which anything happened; today in an empty journal.
    public var firstDay: CalendarDay { totals.map(\.day).min() ?? today }
    /// The last day on which anything happened.
    public var lastDay: CalendarDay { totals.map(\.day).max() ?? today }
}

/// An entry that posts something, with what reports say beside it.
public struct PostedEntry: Sendable {
    /// The entry.
    public let entry: JournalEntry
    /// Where its pledge is sent, two capital letters; empty where nobody knows.
    public let country: String
    /// The tax rate that was in force there when it was pledged; `nil`: none, or it is about no pledge.
    public let taxRate: Percentage?
    /// What of its goods is bonus, which is not taxed, minor units.
    public let untaxed: Int64
    /// Whether the platform that told of the pledge remits its tax.
    public let isRemittedByPlatform: Bool

    init(_ entry: JournalEntry, _ pledge: PostedPledge?, of campaign: LoadedCampaign) {
        self.entry = entry
        country = pledge?.destination ?? ""
        guard let pledge else {
            (taxRate, untaxed, isRemittedByPlatform) = (nil, 0, false)
            return
        }
        let rules = campaign.definition(at: pledge.placedAt)
        taxRate = rules.tax.rate(for: country)
        let whole = Int128(pledge.goods) + Int128(pledge.bonus)
        untaxed =
            whole > 0 ? Int64(clamping: Int128(entry.parts.goods) * Int128(pledge.bonus) / whole) : 0
        isRemittedByPlatform = pledge.isFromPlatform && rules.imports.values.contains { $0.tax == .platform }
    }
}

/// Goes through every posted entry of a campaign.
public typealias PostedEntries = (_ visit: (PostedEntry) throws -> Void) throws -> Void

/// Goes through the entries up to a day that change what is owed to backers in goods and shipping.
///
/// Of an entry only its kind, pledge, day and parts are there, and how many units it says went out: fewer
/// than none where it takes a delivery back.
public typealias LiabilityEntries = (
    _ last: CalendarDay, _ visit: (_ entry: JournalEntry, _ deliveredUnits: Int64) throws -> Void
) throws -> Void

extension EntryKind {
    /// Those that change what is owed to backers in goods and shipping.
    fileprivate static let ofLiabilities: [EntryKind] = {
        let accounts: Set<Account> = [.refundableDeposits, .contract, .contractShipping]
        return allCases.filter { kind in
            kind.postings.contains { accounts.contains($0.debit) || accounts.contains($0.credit) }
        }
    }()
}

extension JournalEntry {
    fileprivate var deliveredUnits: Int64 {
        guard kind == .delivered else { return 0 }
        let units = EntryDetail.units(in: detail).reduce(0) { $0 + $1.units }
        return reverses == nil ? units : -units
    }
}

extension TaxRules {
    /// The rate for a country: its own, the union's, or everyone's.
    func rate(for country: String) -> Percentage? {
        if let own = rates[country] { return own }
        if Country.memberStates.contains(country), let union = rates[Country.europeanUnion] { return union }
        return rates[Country.everywhere]
    }
}

extension Session {
    /// What reports of a campaign are made from.
    ///
    /// Needs no key and writes nothing.
    ///
    /// - Parameters:
    ///   - id: Which campaign; without one, the only one that is not over.
    ///   - countingPledges: Whether pledges, payments and runs are added up too, which takes time that grows
    ///     with them; the rollup alone answers at once.
    /// - Returns: The figures, from one state of the book.
    /// - Throws: `SessionError` where the book has no such campaign.
    public func reportSource(_ id: CampaignID?, countingPledges: Bool = false) throws -> ReportSource {
        try book.read { records in
            try reportSource(campaign(id, in: records), countingPledges: countingPledges, in: records)
        }
    }

    /// Reads a report's figures and its entries from one state of the book.
    ///
    /// - Parameters:
    ///   - id: Which campaign; without one, the only one that is not over.
    ///   - body: Gets the figures and a function that goes through every posted entry, as often as it
    ///     is called.
    /// - Throws: `SessionError`, or what `body` throws.
    public func withPostedEntries(
        _ id: CampaignID?,
        _ body: (ReportSource, @escaping PostedEntries) throws -> Void
    ) throws {
        try book.read { records in
            let source = try reportSource(
                campaign(id, in: records), countingPledges: false, in: records)
            try body(source) { visit in
                try records.forEachPostedEntry(campaign: source.campaign.record.number) { entry, pledge in
                    try visit(PostedEntry(entry, pledge, of: source.campaign))
                }
            }
        }
    }

    /// Reads a report's figures, what is owed to backers and what every pledge waits for, from one state of
    /// the book.
    ///
    /// - Parameters:
    ///   - id: Which campaign; without one, the only one that is not over.
    ///   - body: Gets the figures, a function that goes through the entries, and one that goes through every
    ///     pledge with units.
    /// - Throws: `SessionError`, or what `body` throws.
    public func withExpectedPledges(
        _ id: CampaignID?,
        _ body: (ReportSource, @escaping LiabilityEntries, @escaping ExpectedUnits.All) throws -> Void
    ) throws {
        try book.read { records in
            let source = try reportSource(campaign(id, in: records), countingPledges: false, in: records)
            let number = source.campaign.record.number
            try body(
                source,
                { last, visit in
                    try records.forEachPledgeEntry(
                        campaign: number, of: EntryKind.ofLiabilities, through: last
                    ) { try visit($0, $0.deliveredUnits) }
                },
                { visit in
                    var reader = try ExpectedUnits.Reader(source.campaign, today: source.today, in: records)
                    try records.forEachQueuedPledge(campaign: number) { pledge in
                        let expected = reader.read(pledge)
                        if expected.units > 0 { try visit(expected) }
                    }
                })
        }
    }

    private func reportSource(
        _ campaign: LoadedCampaign, countingPledges: Bool, in records: Records
    ) throws -> ReportSource {
        let record = campaign.record
        return ReportSource(
            campaign: campaign, state: record.state, decidedOn: record.decidedAt.map(campaign.day(of:)),
            zone: record.offsets.name, isRehearsal: record.isRehearsal == true, head: record.head,
            tag: record.tag,
            checkpoint: try records.lastCheckpoint(campaign: record.number).map {
                ($0.number, $0.root, Base64.encode($0.root))
            },
            today: campaign.day(of: now), totals: try records.dailyTotals(campaign: record.number),
            pledges: countingPledges ? try records.totals(campaign: record.number) : [],
            pledgedAtClose: countingPledges && record.state.isPast
                ? try records.pledgedAtClose(campaign: record.number) : nil,
            payments: countingPledges
                ? try records.paymentSums(campaign: record.number) : PaymentSums(),
            runs: countingPledges ? try records.runs(campaign: record.number) : [])
    }
}

public import Accounting
public import Crowdfunding
public import Storage

/// An entry with what a tax report needs to know of its pledge.
public struct TaxedEntry: Hashable, Sendable {
    /// The entry.
    public var entry: JournalEntry
    /// Where the pledge is sent, two capital letters; empty where nobody knows.
    public var country: String
    /// The rate that was in force when it was pledged; `nil`: none.
    public var rate: Percentage?
    /// What of the entry's goods is not taxed by the pledge's price (bonus), minor units.
    public var untaxed: Int64
    /// Whether the platform that told of the pledge remits its tax; then it is not in these books.
    public var isRemittedByPlatform: Bool

    /// Puts it together.
    public init(
        _ entry: JournalEntry, country: String = "", rate: Percentage? = nil, untaxed: Int64 = 0,
        isRemittedByPlatform: Bool = false,
    ) {
        self.entry = entry
        self.country = country
        self.rate = rate
        self.untaxed = untaxed
        self.isRemittedByPlatform = isRemittedByPlatform
    }
}

/// What tax came due, by period, country and rate; what was given back stands in rows of its own, negative.
///
/// It exists only where its tax is what account 2030 says, and its net what the daily totals say.
public struct TaxReport: Report {
    /// A row.
    public struct Row: Hashable, Sendable {
        /// Its days.
        public let period: Period
        /// Two capital letters, or empty.
        public let country: String
        /// Zero for what is not taxed.
        public let rate: Percentage
        /// Whether the platform remits the tax.
        public let isRemittedByPlatform: Bool
        /// Whether it gives back, so that its amounts are negative.
        public let isReturn: Bool
        /// Goods and shipping, minor units.
        public fileprivate(set) var net: Int64 = 0
        /// Tax, minor units.
        public fileprivate(set) var tax: Int64 = 0
        /// Entries that it is made of; one with taxed and untaxed goods counts in two rows.
        public fileprivate(set) var entries: Int64 = 0
    }

    /// Gives every entry of the campaign in order.
    public typealias Source = (_ body: (TaxedEntry) throws -> Void) throws -> Void

    /// Whose they are.
    public let campaign: ReportCampaign
    /// When tax comes due: on receipt or on delivery.
    public let point: TaxRules.Point
    /// How long the periods are: month, quarter or year.
    public let length: PeriodLength
    /// The days it covers; `nil`: everything so far.
    public let period: Period?
    /// By period, country, rate (highest first), then sales before returns.
    public let rows: [Row]

    /// Adds up the journal.
    ///
    /// - Parameters:
    ///   - campaign: Whose entries they are.
    ///   - totals: All of the campaign's daily totals, in any order, to compare the entries with.
    ///   - point: When tax comes due.
    ///   - length: How long the periods are; the first and last are cut at the ends of `period`.
    ///   - period: Both ends included; without one, everything so far.
    ///   - entries: Gives every entry that posts something.
    /// - Throws: `ReportError` where entries, account and daily totals do not agree; what `entries` throws.
    public init(
        campaign: ReportCampaign, totals: [DailyTotal], point: TaxRules.Point,
        by length: PeriodLength = .month, period: Period? = nil, entries: Source,
    ) throws {
        try self.init(
            campaign: campaign, totals: totals, point: point, by: length, period: period, entries: entries,
            kinds: { Self.sign(of: $0, $1) })
    }

    /// As above, by another table of kinds: a test breaks it to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], point: TaxRules.Point, by length: PeriodLength,
        period: Period?, entries: Source, kinds: (EntryKind, TaxRules.Point) -> Int64?,
    ) throws {
        let signs = Dictionary(
            EntryKind.allCases.compactMap { kind in kinds(kind, point).map { (kind, $0) } },
            uniquingKeysWith: { first, _ in first })
        var sums = TaxSums(length: length, period: period)
        try entries { taxed in
            guard period?.contains(taxed.entry.day) ?? true, let sign = signs[taxed.entry.kind] else {
                return
            }
            try sums.add(taxed, sign: sign)
        }
        var expected: (net: Int128, tax: Int128) = (0, 0)
        for total in totals where period?.contains(total.day) ?? true {
            if let sign = signs[total.kind] {
                expected.net += Int128(sign) * (Int128(total.parts.goods) + Int128(total.parts.shipping))
            }
            for leg in PostingLeg.legs(of: total.kind) where leg.account == .tax && leg.part == .tax {
                expected.tax -= Int128(leg.sign) * Int128(total.parts.tax)
            }
        }
        rows = try sums.rows()
        func money(_ sum: Int128) throws -> Money {
            Money(minorUnits: try narrow(sum), currency: campaign.currency)
        }
        let found = rows.reduce((net: Int128(0), tax: Int128(0))) {
            ($0.net + Int128($1.net), $0.tax + Int128($1.tax))
        }
        guard found.tax == expected.tax, found.net == expected.net else {
            let differsInTax = found.tax != expected.tax
            throw ReportError.taxDoesNotAgree(
                isNet: !differsInTax, rows: try money(differsInTax ? found.tax : found.net),
                books: try money(differsInTax ? expected.tax : expected.net))
        }
        self.campaign = campaign
        self.point = point
        self.length = length
        self.period = period
    }

    /// 1 where tax comes due, -1 where it is given back; `nil` for kinds that are neither.
    ///
    /// Written by hand beside the posting rules, so that the comparison with account 2030 can fail.
    private static func sign(of kind: EntryKind, _ point: TaxRules.Point) -> Int64? {
        switch (kind, point) {
        case (.captured, .receipt), (.capturedAfterSuccess, .receipt), (.delivered, .delivery): 1
        case (.refundCommitted, .receipt), (.refundCommittedAfterSuccess, .receipt), (.disputeLost, .receipt),
            (.disputeLostAfterSuccess, .receipt), (.refundCommittedAfterDelivery, _),
            (.disputeLostAfterDelivery, _):
            -1
        default: nil
        }
    }

    /// A row for each period, country and rate.
    public var table: ReportTable {
        var table = ReportTable(
            head: ReportHead(
                name: "tax", title: "Tax", campaign: campaign, period: period, length: length,
                notes: [
                    "Tax comes due on \(point.rawValue). Net is goods and shipping; what is not taxed has "
                        + "the "
                        + "rate 0."
                ]),
            columns: [
                ReportColumn("period", .text, heading: "period"),
                ReportColumn("country", .text, heading: "country"),
                ReportColumn("rate", .text, heading: "rate"), ReportColumn("point", .text),
                ReportColumn("collected_by", .text, heading: "collected by"),
                ReportColumn("net", .amount, hasMinor: true, heading: "net"),
                ReportColumn("tax", .amount, hasMinor: true, heading: "tax"),
                ReportColumn("gross", .amount, hasMinor: true, heading: "gross"),
                ReportColumn("entries", .integer, heading: "entries"), ReportColumn("currency", .text),
                ReportColumn("campaign", .text), ReportColumn("journal", .text),
            ])
        table.rows = rows.map { row in
            [
                .text(row.period.code(length)), .text(row.country), .text(row.rate.description),
                .text(point.rawValue), .text(row.isRemittedByPlatform ? "platform" : "maker"),
                .amount(row.net), .amount(row.tax), .amount(row.net + row.tax), .integer(row.entries),
                .text(campaign.currency.code), .text(campaign.id.rawValue), .text(campaign.journal.text),
            ]
        }
        let net = rows.reduce(0) { $0 &+ $1.net }
        let tax = rows.reduce(0) { $0 &+ $1.tax }
        table.totals = [
            .text("total"), .empty, .empty, .empty, .empty, .amount(net), .amount(tax), .amount(net &+ tax),
            .empty, .empty, .empty, .empty,
        ]
        return table
    }
}

/// Sums by period, country, rate and direction.
private struct TaxSums {
    let length: PeriodLength
    let period: Period?
    private var sums: [Key: Row] = [:]

    private struct Key: Hashable {
        var start: CalendarDay
        var country: String
        var rate: Percentage
        var isRemittedByPlatform: Bool
        var isReturn: Bool
    }

    private struct Row {
        var net: Int128 = 0
        var tax: Int128 = 0
        var entries: Int64 = 0
    }

    init(length: PeriodLength, period: Period?) {
        self.length = length
        self.period = period
    }

    mutating func add(_ taxed: TaxedEntry, sign: Int64) throws {
        let parts = taxed.entry.parts
        let (net, tax) = (parts.goods + parts.shipping, parts.tax)
        guard net != 0 || tax != 0 else { return }
        let base = taxedNet(taxed, net)
        if base != 0 || tax != 0 { add(base, tax, at: taxed.rate ?? .zero, taxed, sign) }
        if net != base { add(net - base, 0, at: .zero, taxed, sign) }
    }

    /// What of the net the tax is on: all but the bonus, where that fits the rate; else what the rate says.
    private func taxedNet(_ taxed: TaxedEntry, _ net: Int64) -> Int64 {
        let tax = taxed.entry.parts.tax
        guard tax != 0, let rate = taxed.rate, rate != .zero else { return tax == 0 ? 0 : net }
        for base in [net, net - taxed.untaxed] where (rate.of(base) - tax).magnitude <= 1 { return base }
        let reckoned = Int128(tax) * 1_000_000 / Int128(rate.millionths)
        let base = Int64(clamping: reckoned)
        // Not beyond the net, on either side of 0.
        return net >= 0 ? min(max(base, 0), net) : max(min(base, 0), net)
    }

    private mutating func add(
        _ net: Int64, _ tax: Int64, at rate: Percentage, _ taxed: TaxedEntry, _ sign: Int64
    ) {
        let start = max(taxed.entry.day.first(of: length), period?.first ?? taxed.entry.day.first(of: length))
        let isReturn = (net != 0 ? net : tax) * sign < 0
        let key = Key(
            start: start, country: taxed.country, rate: rate,
            isRemittedByPlatform: taxed.isRemittedByPlatform, isReturn: isReturn)
        sums[key, default: Row()].net += Int128(net) * Int128(sign)
        sums[key, default: Row()].tax += Int128(tax) * Int128(sign)
        sums[key, default: Row()].entries += 1
    }

    func rows() throws -> [TaxReport.Row] {
        let sorted = sums.sorted { left, right in
            let (a, b) = (left.key, right.key)
            if a.start != b.start { return a.start < b.start }
            if a.country != b.country { return a.country < b.country }
            if a.rate != b.rate { return a.rate.millionths > b.rate.millionths }
            if a.isRemittedByPlatform != b.isRemittedByPlatform { return b.isRemittedByPlatform }
            return !a.isReturn && b.isReturn
        }
        return try sorted.map { key, sum in
            let end = key.start.next(length).adding(days: -1)
            let days = Period(first: key.start, last: max(key.start, min(end, period?.last ?? end)))
            guard let days else { throw ReportError.tooLarge }
            var row = TaxReport.Row(
                period: days, country: key.country, rate: key.rate,
                isRemittedByPlatform: key.isRemittedByPlatform, isReturn: key.isReturn)
            row.net = try narrow(sum.net)
            row.tax = try narrow(sum.tax)
            row.entries = sum.entries
            return row
        }
    }
}

extension Period {
    /// As a column has it: `2026-04`, `2026-Q2`, `2026`, or its days where it was cut.
    func code(_ length: PeriodLength) -> String {
        guard isWhole(length) else { return "\(first)–\(last)" }
        let month = first.month < 10 ? "0\(first.month)" : "\(first.month)"
        return switch length {
        case .month: "\(first.year)-\(month)"
        case .quarter: "\(first.year)-Q\((first.month + 2) / 3)"
        case .year: "\(first.year)"
        case .day, .week: "\(first)"
        }
    }
}

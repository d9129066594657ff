public import Accounting
public import Crowdfunding
public import Storage

/// An entry with what the ledger says beside it.
public struct LedgerEntry: Hashable, Sendable {
    /// The entry.
    public var entry: JournalEntry
    /// Where the pledge is sent, two capital letters; empty where nobody knows.
    public var country: String
    /// The tax rate in per cent, for example `19`; empty where nobody knows.
    public var taxRate: String

    /// Puts it together.
    public init(_ entry: JournalEntry, country: String = "", taxRate: String = "") {
        self.entry = entry
        self.country = country
        self.taxRate = taxRate
    }
}

/// Every posting of the journal, a row a leg, in the order of the entries.
///
/// Entries stream through it twice: once to see that they agree with the daily totals, account by account,
/// and then to be written. Where they do not agree nothing is written.
public struct LedgerReport: Sendable {
    /// Gives every entry of the campaign in order, each time it is called.
    public typealias Source = (_ body: (LedgerEntry) throws -> Void) throws -> Void

    /// Whose postings they are.
    public let campaign: ReportCampaign
    /// The days whose entries are written, both ends included; `nil`: everything so far.
    public let period: Period?
    private let totals: [DailyTotal]
    private let legs: @Sendable (EntryKind) -> [PostingLeg]

    /// A ledger of some days.
    ///
    /// - Parameters:
    ///   - campaign: Whose postings they are.
    ///   - totals: All of the campaign's daily totals, in any order, to compare the entries with.
    ///   - period: Both ends included; without one, everything so far.
    public init(campaign: ReportCampaign, totals: [DailyTotal], period: Period? = nil) {
        self.init(campaign: campaign, totals: totals, period: period) { PostingLeg.legs(of: $0) }
    }

    /// As above, by other rules: a test breaks them to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], period: Period?,
        legs: @escaping @Sendable (EntryKind) -> [PostingLeg],
    ) {
        self.campaign = campaign
        self.totals = totals
        self.period = period
        self.legs = legs
    }

    /// Writes it, a piece at a time, after everything was found to agree.
    ///
    /// - Parameters:
    ///   - format: The text form is held whole, because its columns are as wide as its rows need.
    ///   - entries: Called twice; both times it gives the same entries.
    ///   - sink: Takes the bytes, about 64 KiB at a time.
    /// - Throws: `ReportError` before anything was written, or what `entries` and `sink` throw.
    public func write(
        as format: ReportFormat, entries: Source, to sink: @escaping ([UInt8]) throws -> Void
    ) throws {
        try check(entries)
        guard var writer = rowWriter(for: format, head, Self.columns) else {
            var table = ReportTable(head: head, columns: Self.columns)
            try entries { entry in try forEachRow(of: entry) { table.rows.append($0) } }
            return try sink(Array(renderText(table).utf8))
        }
        writer.begin()
        try entries { entry in
            try forEachRow(of: entry) { writer.append($0) }
            if writer.bytes.count >= 65_536 {
                try sink(writer.bytes)
                writer.bytes.removeAll(keepingCapacity: true)
            }
        }
        writer.end()
        try sink(writer.bytes)
    }

    /// What goes to standard error beside CSV; ends with a line end.
    public var headText: String { head.lines.joined(separator: "\n") + "\n" }

    private var head: ReportHead {
        ReportHead(name: "ledger", title: "Ledger", campaign: campaign, period: period)
    }

    private static let columns = [
        ReportColumn("day", .day, heading: "day"), ReportColumn("entry", .integer, heading: "entry"),
        ReportColumn("document", .text, heading: "document"),
        ReportColumn("account", .text, heading: "account"), ReportColumn("account_name", .text, heading: ""),
        ReportColumn("debit", .amount, heading: "debit"), ReportColumn("credit", .amount, heading: "credit"),
        ReportColumn("currency", .text), ReportColumn("text", .text, heading: "text"),
        ReportColumn("campaign", .text), ReportColumn("pledge", .text, heading: "pledge"),
        ReportColumn("run", .text, heading: "run"), ReportColumn("country", .text, heading: "country"),
        ReportColumn("tax_rate", .text),
    ]

    private func isWanted(_ day: CalendarDay) -> Bool { period?.contains(day) ?? true }

    /// Opening balances by the daily totals, and the entries of these days, give the closing balances by the
    /// daily totals; debits are credits in every entry.
    private func check(_ entries: Source) throws {
        var expected = AccountSums()
        var found = AccountSums()
        for total in totals {
            let isBefore = period.map { total.day < $0.first } ?? false
            if isBefore { found.add(total.parts, by: legs(total.kind)) }
            if isBefore || isWanted(total.day) { expected.add(total.parts, by: legs(total.kind)) }
        }
        try entries { line in
            let entry = line.entry
            guard isWanted(entry.day) else { return }
            let legs = legs(entry.kind)
            found.add(entry.parts, by: legs)
            let amounts = legs.map { Int128(entry.parts[$0.part]) * Int128($0.sign) }
            guard amounts.reduce(0, +) != 0 else { return }
            throw ReportError.entryDoesNotBalance(
                entry: entry.number, debits: try money(amounts.reduce(0) { $0 + max($1, 0) }),
                credits: try money(amounts.reduce(0) { $0 - min($1, 0) }))
        }
        for account in Account.allCases where found[account] != expected[account] {
            throw ReportError.accountDoesNotAgree(
                account: account, entries: try money(found[account]), totals: try money(expected[account]))
        }
    }

    private func money(_ sum: Int128) throws -> Money {
        Money(minorUnits: try narrow(sum), currency: campaign.currency)
    }

    private func forEachRow(of line: LedgerEntry, _ body: ([ReportCell]) -> Void) throws {
        let entry = line.entry
        guard isWanted(entry.day) else { return }
        let document = entry.reference.isEmpty ? "\(campaign.id.rawValue):\(entry.number)" : entry.reference
        for leg in legs(entry.kind) where entry.parts[leg.part] != 0 {
            let amount = try narrow(Int128(entry.parts[leg.part]) * Int128(leg.sign))
            let credit = try narrow(0 - Int128(amount))
            body([
                .day(entry.day), .integer(entry.number), .text(document),
                .text(String(leg.account.rawValue)), .text(leg.account.path),
                amount > 0 ? .amount(amount) : .empty, amount < 0 ? .amount(credit) : .empty,
                .text(campaign.currency.code), .text(entry.kind.title), .text(campaign.id.rawValue),
                .text(entry.subject), .text(entry.run ?? ""), .text(line.country), .text(line.taxRate),
            ])
        }
    }
}

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
    /// The numbers and names of the accounts.
    public let chart: AccountChart
    private let totals: [DailyTotal]
    private let legs: @Sendable (EntryKind) -> [PostingLeg]

    /// A ledger of some days.
    ///
    /// - Parameters:
    ///   - campaign: Whose postings they are.
    ///   - totals: All of the campaign's daily totals, in any order, to compare the entries with.
    ///   - period: Both ends included; without one, everything so far.
    ///   - chart: Under which numbers and names the accounts are written.
    public init(
        campaign: ReportCampaign, totals: [DailyTotal], period: Period? = nil,
        chart: AccountChart = .standard,
    ) {
        self.init(campaign: campaign, totals: totals, period: period, chart: chart) {
            PostingLeg.legs(of: $0)
        }
    }

    /// As above, by other rules: a test breaks them to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], period: Period?, chart: AccountChart = .standard,
        legs: @escaping @Sendable (EntryKind) -> [PostingLeg],
    ) {
        self.campaign = campaign
        self.totals = totals
        self.period = period
        self.chart = chart
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
        _ = try writtenAccounts()
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

    /// Writes it as a journal of plain-text accounting, after everything was found to agree.
    ///
    /// - Parameters:
    ///   - format: Which program it is for.
    ///   - entries: Called twice; both times it gives the same entries.
    ///   - sink: Takes the bytes, about 64 KiB at a time.
    /// - Throws: `ReportError` before anything was written, or what `entries` and `sink` throw.
    public func write(
        as format: JournalFormat, entries: Source, to sink: @escaping ([UInt8]) throws -> Void
    ) throws {
        try check(entries)
        let accounts = try writtenAccounts()
        if format == .beancount, let odd = accounts.first(where: { !$0.isBeancountName }) {
            throw ReportError.noBeancountName(odd.name)
        }
        var writer = JournalTextWriter(
            format, campaign, names: Account.allCases.map { chart[$0]?.name ?? $0.path })
        let days = totals.map(\.day).filter(isWanted)
        writer.begin(head, accounts: accounts, from: days.min() ?? period?.first ?? campaign.today)
        try entries { line in
            guard isWanted(line.entry.day) else { return }
            let legs = try amounts(of: line.entry)
            if !legs.isEmpty { writer.append(line, legs) }
            if writer.bytes.count >= 65_536 {
                try sink(writer.bytes)
                writer.bytes.removeAll(keepingCapacity: true)
            }
        }
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

    /// How the accounts of these days are written, each name once, in the order of our chart.
    ///
    /// - Throws: `ReportError.accountsNotInChart`.
    private func writtenAccounts() throws -> [AccountChart.Entry] {
        var used = Set<Account>()
        for total in totals where isWanted(total.day) { used.formUnion(legs(total.kind).map(\.account)) }
        let accounts = Account.allCases.filter(used.contains)
        let missing = accounts.filter { chart[$0] == nil }
        guard missing.isEmpty else { throw ReportError.accountsNotInChart(missing) }
        var names = Set<String>()
        return accounts.compactMap { chart[$0] }.filter { names.insert($0.name).inserted }
    }

    /// Every leg that is not 0, in the order of the rules; debit is positive.
    private func amounts(of entry: JournalEntry) throws -> [(account: Account, amount: Int64)] {
        try legs(entry.kind).filter { entry.parts[$0.part] != 0 }.map {
            ($0.account, try narrow(Int128(entry.parts[$0.part]) * Int128($0.sign)))
        }
    }

    private func forEachRow(of line: LedgerEntry, _ body: ([ReportCell]) -> Void) throws {
        let entry = line.entry
        guard isWanted(entry.day) else { return }
        let document = entry.reference.isEmpty ? "\(campaign.id.rawValue):\(entry.number)" : entry.reference
        for (account, amount) in try amounts(of: entry) {
            let credit = try narrow(0 - Int128(amount))
            body([
                .day(entry.day), .integer(entry.number), .text(document),
                .text(chart[account]?.number ?? ""), .text(chart[account]?.name ?? ""),
                amount > 0 ? .amount(amount) : .empty, amount < 0 ? .amount(credit) : .empty,
                .text(campaign.currency.code), .text(entry.kind.title), .text(campaign.id.rawValue),
                .text(entry.subject), .text(entry.run ?? ""), .text(line.country), .text(line.taxRate),
            ])
        }
    }
}

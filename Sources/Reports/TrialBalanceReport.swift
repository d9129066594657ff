public import Accounting
import Crowdfunding
public import Storage

/// One side of a posting: where a part of an entry goes.
struct PostingLeg: Hashable, Sendable {
    let part: EntryPart
    let account: Account
    /// 1 for a debit, -1 for a credit.
    let sign: Int64

    /// Both sides of every rule of a kind.
    static func legs(of kind: EntryKind) -> [PostingLeg] {
        kind.postings.flatMap {
            [
                PostingLeg(part: $0.part, account: $0.debit, sign: 1),
                PostingLeg(part: $0.part, account: $0.credit, sign: -1),
            ]
        }
    }
}

/// What every account holds at the end of a day; it exists only where debits and credits are equal.
public struct TrialBalanceReport: Report {
    /// Whose accounts they are.
    public let campaign: ReportCampaign
    /// The days it is about: balances are those after the last; `nil`: everything so far.
    public let period: Period?
    /// Every account that was ever posted to, in the order of the chart.
    public let rows: [Row]
    /// What the debit balances add up to, minor units; the credit balances are the same.
    public let total: Int64

    /// An account and its balance, which stands on one side only.
    public struct Row: Hashable, Sendable {
        /// The account.
        public let account: Account
        /// Minor units; debit is positive.
        public let balance: Int64
    }

    /// Adds up the journal's daily totals.
    ///
    /// - Parameters:
    ///   - campaign: Whose they are.
    ///   - totals: All of the campaign's, in any order.
    ///   - period: Balances are those after its last day; without one, after the last entry.
    /// - Throws: `ReportError` where debits and credits differ.
    public init(campaign: ReportCampaign, totals: [DailyTotal], period: Period? = nil) throws {
        try self.init(
            campaign: campaign, totals: totals, period: period, legs: { PostingLeg.legs(of: $0) })
    }

    /// As above, by other rules: a test breaks them to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], period: Period?, legs: (EntryKind) -> [PostingLeg]
    ) throws {
        var books = AccountSums()
        for total in totals where period.map({ total.day <= $0.last }) ?? true {
            books.add(total.parts, by: legs(total.kind))
        }
        rows = try books.touched.map { Row(account: $0, balance: try narrow(books[$0])) }
        let debits = rows.reduce(Int128(0)) { $0 + Int128(max($1.balance, 0)) }
        let credits = rows.reduce(Int128(0)) { $0 - Int128(min($1.balance, 0)) }
        guard debits == credits else {
            throw ReportError.booksDoNotBalance(
                debits: Money(minorUnits: try narrow(debits), currency: campaign.currency),
                credits: Money(minorUnits: try narrow(credits), currency: campaign.currency))
        }
        total = try narrow(debits)
        self.campaign = campaign
        self.period = period
    }

    /// A row an account.
    public var table: ReportTable {
        var table = ReportTable(
            head: ReportHead(
                name: "trial-balance", title: "Trial balance", campaign: campaign, period: period,
                notes: period.map { ["Balances are those at the end of \($0.last)."] } ?? []),
            columns: [
                ReportColumn("campaign", .text), ReportColumn("as_of", .day),
                ReportColumn("account", .text, heading: "number"),
                ReportColumn("account_name", .text, heading: "account"),
                ReportColumn("debit", .amount, hasMinor: true, heading: "debit"),
                ReportColumn("credit", .amount, hasMinor: true, heading: "credit"),
                ReportColumn("currency", .text), ReportColumn("journal", .text),
            ])
        table.rows = rows.map { row in
            [
                .text(campaign.id.rawValue), period.map { .day($0.last) } ?? .empty,
                .text(String(row.account.rawValue)), .text(row.account.path), .amount(max(row.balance, 0)),
                .amount(0 - min(row.balance, 0)), .text(campaign.currency.code), .text(campaign.journal.text),
            ]
        }
        table.totals = [
            .empty, .empty, .empty, .text("total"), .amount(total), .amount(total), .empty, .empty,
        ]
        return table
    }
}

/// Balances of accounts in 128 bits; debit is positive.
struct AccountSums: Sendable {
    private var sums = [Int128](repeating: 0, count: Account.allCases.count)
    private var isTouched = [Bool](repeating: false, count: Account.allCases.count)

    mutating func add(_ parts: EntryParts, by legs: [PostingLeg]) {
        for leg in legs where parts[leg.part] != 0 {
            sums[leg.account.index] += Int128(parts[leg.part]) * Int128(leg.sign)
            isTouched[leg.account.index] = true
        }
    }

    /// Every account that was ever posted to, in the order of the chart.
    var touched: [Account] { Account.allCases.filter { isTouched[$0.index] } }

    subscript(account: Account) -> Int128 { sums[account.index] }
}

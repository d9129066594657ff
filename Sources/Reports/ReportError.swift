public import Accounting
public import Crowdfunding

/// Why a report was not written: two ways of adding up the same money differ, or it cannot be shown.
public enum ReportError: UserFacingError, Hashable {
    /// Opening cash and the lines of the statement do not give the closing cash of the posting rules.
    case cashDoesNotAgree(period: Period, reckoned: Money, held: Money)
    /// The debits of all accounts differ from the credits.
    case booksDoNotBalance(debits: Money, credits: Money)
    /// One entry's debits differ from its credits.
    case entryDoesNotBalance(entry: Int64, debits: Money, credits: Money)
    /// The entries give an account another balance than the daily totals; debit is positive.
    case accountDoesNotAgree(account: Account, entries: Money, totals: Money)
    /// The payments hold another net amount than the journal.
    case collectedDoesNotAgree(payments: Money, journal: Money)
    /// The rows of the tax report make another tax, or another net, than the books.
    case taxDoesNotAgree(isNet: Bool, rows: Money, books: Money)
    /// A register's entries make another sum than the daily totals.
    case registerDoesNotAgree(report: String, entries: Money, totals: Money)
    /// Opening and movements of the contract liability do not give the closing balance of the posting rules.
    case liabilityDoesNotAgree(account: Account, period: Period, reckoned: Money, held: Money)
    /// A sum is beyond 64 bits of minor units.
    case tooLarge
    /// There would be so many columns that nobody could read them.
    case tooManyPeriods(count: Int, limit: Int)
    /// Something is posted to accounts that the given chart leaves out.
    case accountsNotInChart([Account])
    /// The given chart has a name that beancount does not take.
    case noBeancountName(String)

    /// What differs, with both figures, and what to do.
    public var message: String {
        switch self {
        case .cashDoesNotAgree(let period, let reckoned, let held):
            "The cash-flow report was not written: from \(period.first) to \(period.last) opening cash and "
                + "movements make \(reckoned), but closing cash is \(held). \(Self.remedy)"
        case .booksDoNotBalance(let debits, let credits):
            "The report was not written: debits are \(debits), but credits are \(credits). \(Self.remedy)"
        case .entryDoesNotBalance(let entry, let debits, let credits):
            "The ledger was not written: in entry \(entry) debits are \(debits), but credits are \(credits). "
                + Self.remedy
        case .accountDoesNotAgree(let account, let entries, let totals):
            "The ledger was not written: by its entries \(account.rawValue) \(account.path) ends at "
                + "\(entries), but by the daily totals at \(totals). \(Self.remedy)"
        case .collectedDoesNotAgree(let payments, let journal):
            "The funding report was not written: the payments hold \(payments), but the journal \(journal). "
                + Self.remedy
        case .taxDoesNotAgree(let isNet, let rows, let books):
            "The tax report was not written: its rows make a \(isNet ? "net" : "tax") of \(rows), but the "
                + "books "
                + "\(books). \(Self.remedy)"
        case .registerDoesNotAgree(let report, let entries, let totals):
            "The report \(report) was not written: its entries make \(entries), but the daily totals "
                + "\(totals). "
                + Self.remedy
        case .liabilityDoesNotAgree(let account, let period, let reckoned, let held):
            "The deferred report was not written: from \(period.first) to \(period.last) opening and "
                + "movements of "
                + "\(account.rawValue) \(account.path) make \(reckoned), but it holds \(held). \(Self.remedy)"
        case .tooLarge:
            "The report was not written: a sum is larger than this program can hold. \(Self.remedy)"
        case .tooManyPeriods(let count, let limit):
            "The report would have \(groupedInteger(Int64(count))) periods; at most "
                + "\(groupedInteger(Int64(limit))) are shown. Choose longer ones with --by, or fewer days "
                + "with --from and --to."
        case .accountsNotInChart(let accounts):
            "The ledger was not written: the chart leaves out "
                + accounts.map { "\($0.rawValue) (\($0.path))" }.joined(separator: ", ")
                + ". Add a row for each."
        case .noBeancountName(let name):
            "The ledger was not written: beancount takes no account “\(name)”. Begin it with Assets, "
                + "Liabilities, Equity, Income or Expenses, and each further word with a capital or a digit, "
                + "for example Assets:Bank-1800."
        }
    }

    /// 70, because the books or the program are wrong; 64 or 2 for what was asked or given wrongly.
    public var exitCode: ExitStatus {
        switch self {
        case .tooManyPeriods: .usage
        case .accountsNotInChart, .noBeancountName: .badInput
        default: .fault
        }
    }

    private static let remedy = "Run `pledgebook book check` to find where the books differ."
}

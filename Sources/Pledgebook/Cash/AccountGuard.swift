import Accounting
import Crowdfunding
import Storage

/// The campaign's balances while entries are written, so that no account that may not be negative becomes so.
struct AccountGuard {
    /// What the entries of each kind add up to.
    private(set) var sums: [EntryKind: EntryParts] = [:]
    private var books = TrialBalance()
    private let currency: Currency

    /// The balances by the rollup, through the posting rules.
    init(_ record: CampaignRecord, in records: Records) throws {
        try self.init(
            record.currency, records.dailyTotals(campaign: record.number).map { ($0.kind, $0.parts) })
    }

    /// The balances of some entries or sums of entries only.
    init(_ currency: Currency, _ entries: [(EntryKind, EntryParts)]) throws {
        self.currency = currency
        for (kind, parts) in entries { try add(parts, as: kind) }
    }

    /// What an account holds on the side on which it grows, minor units.
    func balance(of account: Account) -> Int64 {
        account.normalSide == .debit ? books.balance(of: account) : -books.balance(of: account)
    }

    /// What of a line is at the processor and in no arrived payout yet; money in is positive.
    ///
    /// The processor's side of every line, less what reached or left the bank for it.
    func unsettled(_ line: CashLine) throws -> Int64 {
        try movement(line, .processor) - movement(line, .bank)
    }

    /// Posts what an entry says, without a check.
    mutating func add(_ parts: EntryParts, as kind: EntryKind) throws {
        try books.add(parts, by: kind.postings)
        sums[kind, default: .zero] += parts
    }

    /// Posts what an entry says.
    ///
    /// - Throws: `SessionError.refused` with the account and both figures where it would become negative. An
    ///   account that is negative already may be mended.
    mutating func post(_ parts: EntryParts, as kind: EntryKind) throws {
        let before = self
        try add(parts, as: kind)
        guard let account = overdrawn(since: before) else { return }
        let held = Money(minorUnits: before.balance(of: account), currency: currency)
        let asked = held - Money(minorUnits: balance(of: account), currency: currency)
        self = before
        throw SessionError.refused(
            "\(account.path) holds \(held), and \(asked) would be taken from it. Nothing was changed.")
    }

    /// The first account that may not be negative, is, and was not as low before.
    func overdrawn(since before: AccountGuard, among accounts: [Account] = Account.allCases) -> Account? {
        accounts.first {
            !$0.mayBeNegative && balance(of: $0) < 0 && balance(of: $0) < before.balance(of: $0)
        }
    }

    private func movement(_ line: CashLine, _ basis: CashBasis) throws -> Int64 {
        try line.sources(basis).reduce(0) { try $0 + $1.movement(of: sums[$1.kind] ?? .zero) }
    }
}

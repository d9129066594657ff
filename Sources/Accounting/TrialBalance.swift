/// What every account holds after some entries, in minor units of one currency.
public struct TrialBalance: Sendable {
    /// An account and its balance, which stands on one side only.
    public struct Row: Hashable, Sendable {
        /// The account.
        public let account: Account
        /// The balance where it is a debit, else 0.
        public let debit: Int64
        /// The balance where it is a credit, else 0.
        public let credit: Int64
    }

    /// By `Account.index`; debit is positive.
    private var balances = [Int64](repeating: 0, count: Account.allCases.count)
    private var isTouched = [Bool](repeating: false, count: Account.allCases.count)

    /// Starts with nothing in every account.
    public init() {}

    /// Posts an entry, or the sum of entries of one kind, by the rules of the kind.
    ///
    /// - Throws: `AccountingError.overflow` where a balance would not fit; then nothing was added.
    public mutating func add(_ parts: EntryParts, by rules: [PostingRule]) throws(AccountingError) {
        for (count, rule) in rules.enumerated() {
            guard post(parts[rule.part], debit: rule.debit, credit: rule.credit) else {
                for done in rules[..<count] {
                    balances[done.debit.index] &-= parts[done.part]
                    balances[done.credit.index] &+= parts[done.part]
                }
                throw .overflow
            }
        }
        for rule in rules where parts[rule.part] != 0 {
            isTouched[rule.debit.index] = true
            isTouched[rule.credit.index] = true
        }
    }

    /// Adds to one account alone, debit positive: for balances that were added up elsewhere.
    ///
    /// - Throws: `AccountingError.overflow` where the balance would not fit; then nothing was added.
    public mutating func add(_ minorUnits: Int64, to account: Account) throws(AccountingError) {
        let (sum, overflow) = balances[account.index].addingReportingOverflow(minorUnits)
        guard !overflow, sum != .min else { throw .overflow }
        balances[account.index] = sum
        if minorUnits != 0 { isTouched[account.index] = true }
    }

    /// What the account holds; debit is positive.
    public func balance(of account: Account) -> Int64 { balances[account.index] }

    /// Whether debits and credits are equal.
    public var isBalanced: Bool { balances.reduce(Int128(0)) { $0 + Int128($1) } == 0 }

    /// Every account that was ever posted to, in the order of the chart, also where nothing is left.
    public var rows: [Row] {
        Account.allCases.filter { isTouched[$0.index] }.map { account in
            let balance = balances[account.index]
            return Row(account: account, debit: max(balance, 0), credit: balance < 0 ? 0 - balance : 0)
        }
    }

    private mutating func post(_ amount: Int64, debit: Account, credit: Account) -> Bool {
        guard amount != 0, debit != credit else { return true }
        let (more, over) = balances[debit.index].addingReportingOverflow(amount)
        let (less, under) = balances[credit.index].subtractingReportingOverflow(amount)
        // The lowest Int64 has no positive, so it cannot stand in a credit column.
        guard !over, !under, more != .min, less != .min else { return false }
        balances[debit.index] = more
        balances[credit.index] = less
        return true
    }
}

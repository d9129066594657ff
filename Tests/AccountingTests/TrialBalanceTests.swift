import Accounting
import Testing

@Suite("Trial balance") struct TrialBalanceTests {
    static let rules = [
        PostingRule(part: .goods, debit: .clearing, credit: .contract),
        PostingRule(part: .fee, debit: .processorFees, credit: .clearing),
    ]

    @Test("the chart is in order and each account knows its place, side and path")
    func chart() {
        let accounts = Account.allCases
        #expect(accounts.count == 30)
        #expect(accounts.map(\.index) == Array(accounts.indices))
        #expect(zip(accounts, accounts.dropFirst()).allSatisfy { $0.rawValue < $1.rawValue })
        #expect(Set(accounts.map(\.path)).count == 30)
        let roots = [1: "Assets:", 2: "Liabilities:", 3: "Equity:", 4: "Income:", 5: "Expenses:"]
        for account in accounts {
            #expect(account.path.hasPrefix(roots[account.rawValue / 1000] ?? "?"))
            #expect((account.normalSide == .debit) == [1, 5].contains(account.rawValue / 1000))
        }
        #expect(
            accounts.filter { !$0.mayBeNegative }.map(\.rawValue) == [
                1110, 1130, 1200, 1300, 1410, 2000, 2010, 2015, 2020, 2040, 2050, 2060,
            ])
        #expect(Account.chargebackFees.path == "Expenses:Chargebacks:Fees")
    }

    @Test("a part goes to both sides, a negative part the other way")
    func posts() throws {
        var books = TrialBalance()
        try books.add(EntryParts(goods: 100, tax: 7, fee: 3), by: Self.rules)
        #expect(books.balance(of: .clearing) == 97)
        let expected: [[Int64]] = [[1100, 97, 0], [2010, 0, 100], [5100, 3, 0]]
        #expect(books.rows.map { [Int64($0.account.rawValue), $0.debit, $0.credit] } == expected)
        #expect(books.isBalanced)
        try books.add(-EntryParts(goods: 100, tax: 7, fee: 3), by: Self.rules)
        #expect(books.rows.allSatisfy { $0.debit == 0 && $0.credit == 0 })
        #expect(books.rows.count == 3)
    }

    @Test("what would not fit is refused and adds nothing")
    func overflow() throws {
        var books = TrialBalance()
        try books.add(EntryParts(fee: 10), by: Self.rules)
        #expect(throws: AccountingError.overflow) {
            try books.add(EntryParts(goods: 20, fee: .min), by: Self.rules)
        }
        try books.add(EntryParts(goods: .max), by: Self.rules)
        #expect(throws: AccountingError.overflow) { try books.add(EntryParts(goods: 11), by: Self.rules) }
        #expect(throws: AccountingError.overflow) { try books.add(.min, to: .bank) }
        #expect(books.balance(of: .clearing) == .max - 10)
        #expect(books.balance(of: .contract) == -.max)
        #expect(books.balance(of: .processorFees) == 10)
        #expect(books.isBalanced)
    }

    @Test("one-sided figures are seen")
    func unbalanced() throws {
        var books = TrialBalance()
        try books.add(5, to: .bank)
        #expect(!books.isBalanced)
        try books.add(-5, to: .owner)
        #expect(books.isBalanced)
    }

    @Test("parts by name, sum and difference")
    func parts() {
        let parts = EntryParts(goods: 1, shipping: 2, tax: 3, fee: 4, other: 5)
        #expect(EntryPart.allCases.map { parts[$0] } == [1, 2, 3, 4, 5])
        #expect(parts.amount == 11)
        #expect(parts.backers == [1, 2, 3])
        #expect(-parts + parts == .zero)
        var rebuilt = EntryParts.zero
        for part in EntryPart.allCases { rebuilt[part] = parts[part] }
        #expect(rebuilt == parts)
        rebuilt += parts
        #expect(rebuilt - parts == parts)
    }
}

/// A side of an account.
public enum AccountSide: Sendable {
    /// Assets and expenses grow on it.
    case debit
    /// Liabilities, equity and income grow on it.
    case credit
}

/// An account of the chart; the raw value is its number, which is stored and never changes.
public enum Account: Int, CaseIterable, Sendable {
    /// Money in the maker's bank account.
    case bank = 1000
    /// Money that lies at the processor or platform.
    case clearing = 1100
    /// Payouts under way to the bank.
    case inTransit = 1110
    /// Money held back while a dispute is open.
    case disputed = 1130
    /// What backers owe after a dispute or a refund too much.
    case receivable = 1200
    /// Paid to suppliers ahead of goods.
    case supplierDeposits = 1300
    /// Goods on hand, at cost.
    case inventory = 1410
    /// Molds and tools.
    case tooling = 1500
    /// Money that left the processor and nobody can explain.
    case suspenseOut = 1900
    /// Backers' money before the campaign succeeds.
    case refundableDeposits = 2000
    /// Goods owed to backers after the campaign succeeded (IFRS 15, ASC 606).
    case contract = 2010
    /// Shipping owed to backers.
    case contractShipping = 2015
    /// Refunds committed and not done.
    case refundsPayable = 2020
    /// Tax collected and not remitted.
    case tax = 2030
    /// Owed to suppliers for goods received.
    case suppliers = 2040
    /// Platform fees owed.
    case platform = 2050
    /// Freight owed.
    case carriers = 2060
    /// Money of backers who never answered, which the law keeps for them.
    case unclaimed = 2070
    /// Money that came to the processor and nobody can explain.
    case suspenseIn = 2900
    /// The maker's own money in the campaign.
    case owner = 3000
    /// Goods delivered.
    case sales = 4000
    /// Shipping delivered.
    case shippingIncome = 4010
    /// Money kept where a backer gave up the goods.
    case breakage = 4020
    /// What the delivered goods cost.
    case costOfGoods = 5000
    /// What carriers were owed for deliveries.
    case freight = 5010
    /// What processors kept.
    case processorFees = 5100
    /// What platforms charged.
    case platformFees = 5110
    /// Disputes lost after delivery, claims given up.
    case chargebacks = 5200
    /// What disputes cost, won or lost.
    case chargebackFees = 5210
    /// Deposits that a supplier did not honour.
    case writeDown = 5300

    /// The name with its branches, for example `Assets:Bank`.
    ///
    /// ASCII, no spaces.
    public var path: String { Account.paths[index] }

    /// Whether it may stand on the side it does not grow on; the engine holds the others.
    public var mayBeNegative: Bool {
        switch self {
        case .refundableDeposits, .contract, .contractShipping, .refundsPayable, .suppliers, .platform,
            .carriers,
            .inTransit, .disputed, .receivable, .supplierDeposits, .inventory:
            false
        default: true
        }
    }

    /// The side on which it grows: debit for assets and expenses, else credit.
    public var normalSide: AccountSide { rawValue < 2000 || rawValue >= 5000 ? .debit : .credit }

    /// Its place in `allCases`, for dense tables.
    public var index: Int {
        switch self {
        case .bank: 0
        case .clearing: 1
        case .inTransit: 2
        case .disputed: 3
        case .receivable: 4
        case .supplierDeposits: 5
        case .inventory: 6
        case .tooling: 7
        case .suspenseOut: 8
        case .refundableDeposits: 9
        case .contract: 10
        case .contractShipping: 11
        case .refundsPayable: 12
        case .tax: 13
        case .suppliers: 14
        case .platform: 15
        case .carriers: 16
        case .unclaimed: 17
        case .suspenseIn: 18
        case .owner: 19
        case .sales: 20
        case .shippingIncome: 21
        case .breakage: 22
        case .costOfGoods: 23
        case .freight: 24
        case .processorFees: 25
        case .platformFees: 26
        case .chargebacks: 27
        case .chargebackFees: 28
        case .writeDown: 29
        }
    }

    /// In the order of the cases.
    private static let paths = [
        "Assets:Bank",
        "Assets:Processor:Clearing",
        "Assets:Processor:InTransit",
        "Assets:Disputed",
        "Assets:Receivable:Backers",
        "Assets:SupplierDeposits",
        "Assets:Inventory",
        "Assets:Tooling",
        "Assets:Suspense",
        "Liabilities:Deposits:Refundable",
        "Liabilities:Contract",
        "Liabilities:Contract:Shipping",
        "Liabilities:RefundsPayable",
        "Liabilities:Tax",
        "Liabilities:Suppliers",
        "Liabilities:Platform",
        "Liabilities:Carriers",
        "Liabilities:Unclaimed",
        "Liabilities:Suspense",
        "Equity:Owner",
        "Income:Sales",
        "Income:Shipping",
        "Income:Breakage",
        "Expenses:COGS",
        "Expenses:Freight",
        "Expenses:Fees:Processor",
        "Expenses:Fees:Platform",
        "Expenses:Chargebacks",
        "Expenses:Chargebacks:Fees",
        "Expenses:WriteDown",
    ]
}

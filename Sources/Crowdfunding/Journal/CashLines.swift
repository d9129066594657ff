public import Accounting

/// What counts as cash in a cash-flow report.
public enum CashBasis: String, CaseIterable, Sendable {
    /// Money at the bank.
    case bank
    /// Money at the bank, at the processor, and under way between them.
    case processor

    /// The accounts whose balances are cash.
    public var accounts: [Account] {
        switch self {
        case .bank: [.bank]
        case .processor: [.bank, .clearing, .inTransit]
        }
    }
}

/// A section of the cash-flow statement (IAS 7, ASC 230).
public enum CashSection: String, CaseIterable, Sendable {
    /// Backers, suppliers, carriers, tax, fees.
    case operating
    /// Tools that last.
    case investing
    /// The maker's own money.
    case financing
}

/// One line of the cash-flow statement; the raw value is its code.
public enum CashLine: String, CaseIterable, Sendable {
    /// What backers paid.
    case receipts = "CF01"
    /// What was paid back to backers.
    case refunds = "CF02"
    /// What disputes took.
    case chargebacks = "CF03"
    /// What won disputes gave back.
    case chargebacksReversed = "CF04"
    /// What processors and disputes cost.
    case processorFees = "CF05"
    /// What platforms cost.
    case platformFees = "CF06"
    /// Paid to suppliers ahead of goods.
    case supplierDeposits = "CF07"
    /// Paid to suppliers for goods.
    case supplierBalances = "CF08"
    /// Paid to carriers.
    case freight = "CF09"
    /// Paid to tax authorities.
    case taxRemitted = "CF10"
    /// What nobody can explain.
    case unexplained = "CF11"
    /// Paid for molds and tools.
    case tooling = "CF20"
    /// The maker's own money.
    case ownMoney = "CF30"

    /// The section it stands in.
    public var section: CashSection {
        switch self {
        case .tooling: .investing
        case .ownMoney: .financing
        default: .operating
        }
    }

    /// What people call it.
    public var title: String {
        switch self {
        case .receipts: "receipts from backers"
        case .refunds: "refunds"
        case .chargebacks: "chargebacks"
        case .chargebacksReversed: "chargebacks reversed"
        case .processorFees: "processor fees"
        case .platformFees: "platform fees"
        case .supplierDeposits: "supplier deposits"
        case .supplierBalances: "supplier balances"
        case .freight: "freight"
        case .taxRemitted: "tax remitted"
        case .unexplained: "unexplained"
        case .tooling: "tooling"
        case .ownMoney: "own money and financing"
        }
    }

    /// What goes into it.
    ///
    /// Written by hand beside the posting rules and never derived from them, so that opening + movements =
    /// closing is a check that can fail.
    public func sources(_ basis: CashBasis) -> [CashSource] { sourceTable[basis]?[self] ?? [] }
}

/// Parts of a kind that go into a line of the cash-flow statement.
public struct CashSource: Hashable, Sendable {
    /// The kind of entry.
    public let kind: EntryKind
    /// The parts that are cash.
    public let parts: [EntryPart]
    /// 1 where a positive part is money in, -1 where it is money out.
    public let sign: Int64

    /// What these parts of the sum of some entries of the kind move; money in is positive.
    ///
    /// - Throws: `AccountingError.overflow`.
    public func movement(of sum: EntryParts) throws(AccountingError) -> Int64 {
        var total: Int128 = 0
        for part in parts { total += Int128(sum[part]) }
        guard let movement = Int64(exactly: total * Int128(sign)) else { throw .overflow }
        return movement
    }
}

/// The parts that belong to backers.
private let backers: [EntryPart] = [.goods, .shipping, .tax]

private func moneyIn(_ parts: [EntryPart], _ kinds: EntryKind...) -> [CashSource] {
    kinds.map { CashSource(kind: $0, parts: parts, sign: 1) }
}

private func moneyOut(_ parts: [EntryPart], _ kinds: EntryKind...) -> [CashSource] {
    kinds.map { CashSource(kind: $0, parts: parts, sign: -1) }
}

private let sourceTable: [CashBasis: [CashLine: [CashSource]]] = [
    .bank: bankTable.merging(sharedTable) { own, _ in own },
    .processor: processorTable.merging(sharedTable) { own, _ in own },
]

/// What leaves or reaches the bank itself, on either basis.
private let sharedTable: [CashLine: [CashSource]] = [
    .supplierDeposits: moneyOut([.other], .supplierDeposit),
    .supplierBalances: moneyOut([.other], .supplierPaid),
    .freight: moneyOut([.other], .carrierPaid),
    .taxRemitted: moneyOut([.other], .taxRemitted),
    .tooling: moneyOut([.other], .toolingPaid),
    .ownMoney: moneyIn([.other], .ownMoney),
]

/// Money with backers reaches the bank by the lines of arrived payouts; only E14b leaves it directly.
private let bankTable: [CashLine: [CashSource]] = [
    .receipts: moneyIn([.other], .payoutReceipts),
    .refunds: moneyOut([.other], .payoutRefunds) + moneyOut(backers, .refundedFromOwn),
    .chargebacks: moneyOut([.other], .payoutChargebacks),
    .chargebacksReversed: moneyIn([.other], .payoutChargebacksReversed),
    .processorFees: moneyOut([.other], .payoutProcessorFees),
    .platformFees: moneyOut([.other], .payoutPlatformFees, .platformFeePaid),
    .unexplained: moneyIn([.other], .payoutUnexplainedIn) + moneyOut([.other], .payoutUnexplainedOut),
]

/// Payouts move cash to cash here, so they are in no line.
private let processorTable: [CashLine: [CashSource]] = [
    .receipts: moneyIn(backers, .captured, .capturedAfterSuccess),
    .refunds: moneyOut(backers, .refunded, .refundedFromOwn) + moneyOut([.other], .claimFromRefund)
        + moneyIn(backers, .refundReturned),
    .chargebacks: moneyOut(backers, .disputeOpened),
    .chargebacksReversed: moneyIn(backers, .disputeWon),
    .processorFees: moneyOut(
        [.fee], .captured, .capturedAfterSuccess, .processorFee, .refunded, .refundedFromOwn, .refundReturned,
        .disputeOpened)
        + moneyIn([.fee], .disputeWon),
    .platformFees: moneyOut([.fee], .platformFeeKept) + moneyOut([.other], .platformFeePaid),
    .unexplained: moneyIn([.other], .unmatchedIn) + moneyOut([.other], .unmatchedOut),
]

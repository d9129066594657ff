public import Accounting

/// What is fixed about a kind of entry.
///
/// A row is never changed once books were kept by it.
private struct KindRow {
    let kind: EntryKind
    let event: String
    let code: String?
    let title: String
    let postings: [PostingRule]

    /// A kind that posts nothing.
    static func memo(_ kind: EntryKind, _ event: String, _ title: String) -> KindRow {
        KindRow(kind: kind, event: event, code: nil, title: title, postings: [])
    }

    /// A kind that posts.
    static func money(
        _ kind: EntryKind, _ code: String, _ event: String, _ title: String, _ postings: PostingRule...
    ) -> KindRow {
        KindRow(kind: kind, event: event, code: code, title: title, postings: postings)
    }
}

extension EntryKind {
    /// Where each part is posted; empty for a memo kind.
    public var postings: [PostingRule] { row.postings }

    /// The word of receipts for it: lower-case ASCII with dots.
    ///
    /// It is signed and never changes.
    public var event: String { row.event }

    /// Its number in the accounting manual, for example `E03s`; `nil` for a memo kind.
    public var code: String? { row.code }

    /// What people call it.
    public var title: String { row.title }

    /// Whether it posts nothing.
    public var isMemo: Bool { row.postings.isEmpty }

    /// The kind whose receipts carry the word.
    public init?(event: String) {
        guard let kind = EntryKind.byEvent[event] else { return nil }
        self = kind
    }

    // Every kind has a row: a test reads the event of all cases.
    private var row: KindRow { EntryKind.rows[Int(EntryKind.places[rawValue])] }

    private static let rows = memoRows + moneyRows + payoutRows + returnRows + goodsRows

    /// Raw value → index in `rows`.
    private static let places: [UInt8] = {
        var places = [UInt8](repeating: 0, count: (allCases.map(\.rawValue).max() ?? 0) + 1)
        for (index, row) in rows.enumerated() { places[row.kind.rawValue] = UInt8(index) }
        return places
    }()

    private static let byEvent = [String: EntryKind](
        rows.map { ($0.event, $0.kind) }, uniquingKeysWith: { first, _ in first })
}

private func goods(_ debit: Account, _ credit: Account) -> PostingRule {
    PostingRule(part: .goods, debit: debit, credit: credit)
}

private func shipping(_ debit: Account, _ credit: Account) -> PostingRule {
    PostingRule(part: .shipping, debit: debit, credit: credit)
}

private func tax(_ debit: Account, _ credit: Account) -> PostingRule {
    PostingRule(part: .tax, debit: debit, credit: credit)
}

private func fee(_ debit: Account, _ credit: Account) -> PostingRule {
    PostingRule(part: .fee, debit: debit, credit: credit)
}

private func other(_ debit: Account, _ credit: Account) -> PostingRule {
    PostingRule(part: .other, debit: debit, credit: credit)
}

/// What posts nothing.
private let memoRows: [KindRow] = [
    .memo(.placed, "placed", "Pledge placed"),
    .memo(.changed, "changed", "Pledge changed"),
    .memo(.methodSaved, "method.saved", "Payment method saved"),
    .memo(.authorized, "authorized", "Payment authorized"),
    .memo(.voided, "voided", "Authorization voided"),
    .memo(.expired, "expired", "Authorization expired"),
    .memo(.declined, "declined", "Payment declined"),
    .memo(.canceled, "canceled", "Pledge canceled"),
    .memo(.dropped, "dropped", "Pledge dropped"),
    .memo(.noted, "noted", "Fact noted"),
    .memo(.balanceDue, "balance.due", "Balance asked for"),
    .memo(.campaignLaunched, "campaign.launched", "Campaign launched"),
    .memo(.campaignAmended, "campaign.amended", "Campaign amended"),
    .memo(.campaignCollecting, "campaign.collecting", "Collecting began"),
    .memo(.campaignReleasing, "campaign.releasing", "Releasing began"),
    .memo(.campaignFunded, "campaign.funded", "Campaign funded"),
    .memo(.campaignUnfunded, "campaign.unfunded", "Campaign unfunded"),
    .memo(.campaignCanceled, "campaign.canceled", "Campaign canceled"),
    .memo(.campaignFulfilling, "campaign.fulfilling", "Fulfilling began"),
    .memo(.campaignFinished, "campaign.finished", "Campaign finished"),
    .memo(.campaignClosed, "campaign.closed", "Closing carried out"),
    .memo(.runLaunched, "run.launched", "Production run launched"),
    .memo(.runDelayed, "run.delayed", "Production run delayed"),
    .memo(.runReceived, "run.received", "Production run received"),
    .memo(.runClosed, "run.closed", "Production run closed"),
    .memo(.runCanceled, "run.canceled", "Production run canceled"),
    .memo(.unitsWrittenOff, "units.written-off", "Units written off"),
    .memo(.keyRotated, "key.rotated", "Signing key rotated"),
    .memo(.periodLocked, "period.locked", "Month locked"),
]

/// Money in, and what the campaign's success makes of it.
private let moneyRows: [KindRow] = [
    .money(.ownMoney, "E00", "money.own", "Own money put in", other(.bank, .owner)),
    .money(.stockAtLaunch, "E00s", "stock.at-launch", "Stock on hand at launch", other(.inventory, .owner)),
    .money(
        .captured, "E03", "captured", "Payment captured",
        goods(.clearing, .refundableDeposits), shipping(.clearing, .contractShipping),
        tax(.clearing, .tax), fee(.processorFees, .clearing)),
    .money(
        .capturedAfterSuccess, "E03s", "captured.after-success", "Payment captured",
        goods(.clearing, .contract), shipping(.clearing, .contractShipping),
        tax(.clearing, .tax), fee(.processorFees, .clearing)),
    .money(.processorFee, "E04", "fee.processor", "Processor fee", fee(.processorFees, .clearing)),
    .money(.succeeded, "E08", "succeeded", "Campaign succeeded", goods(.refundableDeposits, .contract)),
    .money(.platformFeeDue, "E09", "fee.platform.due", "Platform fee due", fee(.platformFees, .platform)),
    .money(.platformFeeKept, "E09w", "fee.platform.kept", "Platform fee kept", fee(.platformFees, .clearing)),
    .money(.platformFeePaid, "E11", "fee.platform.paid", "Platform fee paid", other(.platform, .bank)),
    .money(
        .supplierDeposit, "E12", "supplier.deposit", "Supplier deposit paid",
        other(.supplierDeposits, .bank)),
]

/// From the processor to the bank.
private let payoutRows: [KindRow] = [
    .money(.payoutCreated, "E05", "payout.created", "Payout created", other(.inTransit, .clearing)),
    .money(.payoutArrived, "E06", "payout.arrived", "Payout arrived", other(.clearing, .inTransit)),
    .money(.payoutReturned, "E06r", "payout.returned", "Payout returned", other(.clearing, .inTransit)),
    .money(.payoutReceipts, "E06a", "payout.receipts", "Payout: receipts", other(.bank, .clearing)),
    .money(.payoutRefunds, "E06b", "payout.refunds", "Payout: refunds", other(.clearing, .bank)),
    .money(.payoutChargebacks, "E06c", "payout.chargebacks", "Payout: chargebacks", other(.clearing, .bank)),
    .money(
        .payoutChargebacksReversed, "E06d", "payout.chargebacks-reversed", "Payout: chargebacks reversed",
        other(.bank, .clearing)),
    .money(
        .payoutProcessorFees, "E06e", "payout.processor-fees", "Payout: processor fees",
        other(.clearing, .bank)),
    .money(
        .payoutPlatformFees, "E06f", "payout.platform-fees", "Payout: platform fees",
        other(.clearing, .bank)),
    .money(
        .payoutUnexplainedIn, "E06g", "payout.unexplained-in", "Payout: unexplained, in",
        other(.bank, .clearing)),
    .money(
        .payoutUnexplainedOut, "E06h", "payout.unexplained-out", "Payout: unexplained, out",
        other(.clearing, .bank)),
]

/// Refunds, disputes and claims.
private let returnRows: [KindRow] = [
    .money(
        .refundCommitted, "E13", "refund.committed", "Refund committed",
        goods(.refundableDeposits, .refundsPayable), shipping(.contractShipping, .refundsPayable),
        tax(.tax, .refundsPayable)),
    .money(
        .refundCommittedAfterSuccess, "E13s", "refund.committed.after-success", "Refund committed",
        goods(.contract, .refundsPayable), shipping(.contractShipping, .refundsPayable),
        tax(.tax, .refundsPayable)),
    .money(
        .refundCommittedAfterDelivery, "E13b", "refund.committed.after-delivery", "Refund committed",
        goods(.sales, .refundsPayable), shipping(.shippingIncome, .refundsPayable),
        tax(.tax, .refundsPayable)),
    .money(
        .refunded, "E14", "refunded", "Refund done",
        goods(.refundsPayable, .clearing), shipping(.refundsPayable, .clearing),
        tax(.refundsPayable, .clearing), fee(.processorFees, .clearing)),
    .money(
        .refundedFromOwn, "E14b", "refunded.from-own", "Refund done from own account",
        goods(.refundsPayable, .bank), shipping(.refundsPayable, .bank),
        tax(.refundsPayable, .bank), fee(.processorFees, .clearing)),
    .money(
        .refundReturned, "E15", "refund.returned", "Refund came back",
        goods(.clearing, .refundsPayable), shipping(.clearing, .refundsPayable),
        tax(.clearing, .refundsPayable), fee(.processorFees, .clearing)),
    .money(
        .disputeOpened, "E16", "dispute.opened", "Dispute opened",
        goods(.disputed, .clearing), shipping(.disputed, .clearing),
        tax(.disputed, .clearing), fee(.chargebackFees, .clearing)),
    .money(
        .disputeWon, "E17", "dispute.won", "Dispute won",
        goods(.clearing, .disputed), shipping(.clearing, .disputed),
        tax(.clearing, .disputed), fee(.clearing, .chargebackFees)),
    .money(
        .disputeLost, "E18", "dispute.lost", "Dispute lost",
        goods(.refundableDeposits, .disputed), shipping(.contractShipping, .disputed),
        tax(.tax, .disputed)),
    .money(
        .disputeLostAfterSuccess, "E18a", "dispute.lost.after-success", "Dispute lost",
        goods(.contract, .disputed), shipping(.contractShipping, .disputed),
        tax(.tax, .disputed)),
    .money(
        .disputeLostAfterDelivery, "E18b", "dispute.lost.after-delivery", "Dispute lost",
        goods(.chargebacks, .disputed), shipping(.chargebacks, .disputed),
        tax(.tax, .disputed)),
    .money(
        .disputeLostCommitted, "E18c", "dispute.lost.committed", "Dispute lost",
        goods(.refundsPayable, .disputed), shipping(.refundsPayable, .disputed),
        tax(.refundsPayable, .disputed)),
    .money(
        .claimFromDispute, "E19d", "claim.from-dispute", "Claim from a dispute",
        other(.receivable, .disputed)),
    .money(
        .claimFromRefund, "E19r", "claim.from-refund", "Claim from a refund",
        other(.receivable, .clearing)),
    .money(.claimGivenUp, "E19w", "claim.given-up", "Claim given up", other(.chargebacks, .receivable)),
]

/// Goods, deliveries and the rest.
private let goodsRows: [KindRow] = [
    .money(.goodsReceived, "E20", "goods.received", "Goods received", other(.inventory, .suppliers)),
    .money(
        .depositApplied, "E20d", "deposit.applied", "Supplier deposit applied",
        other(.suppliers, .supplierDeposits)),
    .money(.supplierPaid, "E21", "supplier.paid", "Supplier paid", other(.suppliers, .bank)),
    .money(
        .delivered, "E22", "delivered", "Delivered",
        goods(.contract, .sales), shipping(.contractShipping, .shippingIncome),
        tax(.contract, .tax)),
    .money(
        .costOfDelivered, "E23", "delivered.cost", "Cost of what was delivered",
        other(.costOfGoods, .inventory)),
    .money(.carrierOwed, "E24", "carrier.owed", "Freight owed", other(.freight, .carriers)),
    .money(.carrierPaid, "E24p", "carrier.paid", "Freight paid", other(.carriers, .bank)),
    .money(.unmatchedIn, "E25", "unmatched.in", "Unmatched money in", other(.clearing, .suspenseIn)),
    .money(.unmatchedOut, "E25o", "unmatched.out", "Unmatched money out", other(.suspenseOut, .clearing)),
    .money(.breakage, "E26", "breakage", "Breakage", goods(.contract, .breakage)),
    .money(.unclaimed, "E26u", "unclaimed", "Unclaimed", goods(.contract, .unclaimed)),
    .money(.taxRemitted, "E27", "tax.remitted", "Tax remitted", other(.tax, .bank)),
    .money(
        .supplierDefaulted, "E29", "supplier.defaulted", "Supplier defaulted",
        other(.writeDown, .supplierDeposits)),
    .money(.toolingPaid, "E30", "tooling.paid", "Tooling paid", other(.tooling, .bank)),
]

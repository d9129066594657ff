import Accounting
public import Crowdfunding

/// What a processor or platform took off a payout, or gave back with it; minor units, zero or more.
///
/// What is left out goes in whole: everything of it that is in no payout yet.
public struct PayoutParts: Sendable {
    /// Kept by the platform.
    public var platformFees: Int64?
    /// Kept by the processor, dispute fees among them.
    public var processorFees: Int64?
    /// Paid back to backers.
    public var refunds: Int64?
    /// Taken by disputes.
    public var chargebacks: Int64?
    /// Given back by disputes that were won.
    public var chargebacksReversed: Int64?

    /// Everything goes in whole, unless it is said.
    public init(
        platformFees: Int64? = nil, processorFees: Int64? = nil, refunds: Int64? = nil,
        chargebacks: Int64? = nil,
        chargebacksReversed: Int64? = nil
    ) {
        self.platformFees = platformFees
        self.processorFees = processorFees
        self.refunds = refunds
        self.chargebacks = chargebacks
        self.chargebacksReversed = chargebacksReversed
    }

    var all: [Int64] {
        [platformFees, processorFees, refunds, chargebacks, chargebacksReversed].compactMap(\.self)
    }
}

/// The lines of an arrived payout, minor units, none negative; in the order in which they are written.
struct PayoutLines {
    var receipts: Int64 = 0
    var chargebacksReversed: Int64
    var unexplainedIn: Int64
    var refunds: Int64
    var chargebacks: Int64
    var processorFees: Int64
    var platformFees: Int64
    var unexplainedOut: Int64
    /// Fees that the payout tells of and the books do not know yet: E04 and E09w.
    var newProcessorFees: Int64
    var newPlatformFees: Int64

    var out: Int64 { refunds + chargebacks + processorFees + platformFees + unexplainedOut }
}

extension Session {
    /// Records a payout that is at the bank: E05 and E06 for what arrived, fees that nobody knew of (E04,
    /// E09w), and the lines E06a–h, of which receipts are the rest.
    ///
    /// With an amount of zero or less the processor took it from the bank: there are lines only.
    /// - Parameters:
    ///   - fact: What was told: amount, day and reference.
    ///   - parts: What the processor says the payout is made of.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was booked.
    /// - Throws: `SessionError.refused` with both figures for a payout that does not fit what is unsettled.
    public func recordPayout(
        _ fact: CashFact, _ parts: PayoutParts = PayoutParts(), in id: CampaignID?, dryRun: Bool = false
    ) throws -> RecordedFact {
        try record("payout", fact, in: id, dryRun: dryRun) { told, campaign in
            for amount in parts.all where amount < 0 || amount > largestAmount {
                throw PaymentRefusal.amountOutOfRange(amount)
            }
            guard fact.amount.magnitude <= UInt64(largestAmount) else {
                throw PaymentRefusal.amountOutOfRange(fact.amount)
            }
            let lines = try lines(of: fact.amount, parts, told.accounts, campaign)
            guard
                fact.amount != 0
                    || lines.receipts + lines.chargebacksReversed + lines.unexplainedIn + lines.out > 0
            else { throw SessionError.refused("Nothing is unsettled: a payout of nothing says nothing.") }
            try write(lines, amount: fact.amount, &told)
        }
    }

    private func lines(
        of amount: Int64, _ parts: PayoutParts, _ accounts: AccountGuard, _ campaign: LoadedCampaign
    ) throws -> PayoutLines {
        let unexplainedIn =
            accounts.sums[.unmatchedIn, default: .zero].other
            - accounts.sums[.payoutUnexplainedIn, default: .zero].other
        let unexplainedOut =
            accounts.sums[.unmatchedOut, default: .zero].other
            - accounts.sums[.payoutUnexplainedOut, default: .zero].other
        let refunds = try -accounts.unsettled(.refunds)
        let chargebacks = try -accounts.unsettled(.chargebacks)
        let reversed = try accounts.unsettled(.chargebacksReversed)
        let processor = try -accounts.unsettled(.processorFees)
        let platform = try -accounts.unsettled(.platformFees)
        try fits(parts.refunds, refunds, "refunds", campaign)
        try fits(parts.chargebacks, chargebacks, "chargebacks", campaign)
        try fits(parts.chargebacksReversed, reversed, "chargebacks reversed", campaign)
        var lines = PayoutLines(
            chargebacksReversed: parts.chargebacksReversed ?? max(0, reversed),
            unexplainedIn: max(0, unexplainedIn), refunds: parts.refunds ?? max(0, refunds),
            chargebacks: parts.chargebacks ?? max(0, chargebacks),
            processorFees: parts.processorFees ?? max(0, processor),
            platformFees: parts.platformFees ?? max(0, platform), unexplainedOut: max(0, unexplainedOut),
            newProcessorFees: 0, newPlatformFees: 0)
        lines.newProcessorFees = max(0, lines.processorFees - max(0, processor))
        lines.newPlatformFees = max(0, lines.platformFees - max(0, platform))
        lines.receipts = amount + lines.out - lines.chargebacksReversed - lines.unexplainedIn
        // What came back of refunds and fees that were settled lies at the processor like receipts do.
        let surplus = [refunds, chargebacks, processor, platform].reduce(0) { $0 + max(0, -$1) }
        let receipts = try accounts.unsettled(.receipts) + surplus
        guard lines.receipts >= 0, lines.receipts <= max(0, receipts) else {
            throw doesNotFit(amount, lines, receipts: max(0, receipts), campaign)
        }
        return lines
    }

    private func fits(_ told: Int64?, _ unsettled: Int64, _ what: String, _ campaign: LoadedCampaign) throws {
        guard let told, told > max(0, unsettled) else { return }
        throw SessionError.refused(
            "The payout tells of \(what) of \(campaign.money(told)), and the books know of "
                + "\(campaign.money(max(0, unsettled))) that is in no payout yet. Record them first. Nothing "
                + "was changed."
        )
    }

    private func doesNotFit(
        _ amount: Int64, _ lines: PayoutLines, receipts: Int64, _ campaign: LoadedCampaign
    ) -> SessionError {
        let money = campaign.money
        var sums: [String] = []
        for (name, value) in [
            ("refunds", lines.refunds), ("chargebacks", lines.chargebacks),
            ("processor fees", lines.processorFees),
            ("platform fees", lines.platformFees), ("unexplained", lines.unexplainedOut),
        ] where value > 0 { sums.append("\(name) \(money(value).grouped)") }
        let taken = sums.isEmpty ? "" : " after " + sums.joined(separator: ", ")
        let given = lines.chargebacksReversed + lines.unexplainedIn
        let and = given > 0 ? " and \(money(given).grouped) given back" : ""
        return SessionError.refused(
            "A payout of \(money(amount))\(taken)\(and) means receipts of \(money(lines.receipts)), and "
                + "\(money(receipts)) of receipts is in no payout yet. "
                + (lines.receipts < 0
                    ? "Say what of it was in this payout, for example with --refunds."
                    : "Say what was withheld, or record the payments first.") + " Nothing was changed.")
    }

    private func write(_ lines: PayoutLines, amount: Int64, _ told: inout Told) throws {
        try told.write(.payoutCreated, other: max(0, amount))
        try told.write(.payoutArrived, other: max(0, amount))
        if lines.newProcessorFees > 0 {
            try told.write(.processorFee, EntryParts(fee: lines.newProcessorFees))
        }
        if lines.newPlatformFees > 0 {
            try told.write(.platformFeeKept, EntryParts(fee: lines.newPlatformFees))
        }
        try told.write(.payoutReceipts, other: lines.receipts)
        try told.write(.payoutChargebacksReversed, other: lines.chargebacksReversed)
        try told.write(.payoutUnexplainedIn, other: lines.unexplainedIn)
        try told.write(.payoutRefunds, other: lines.refunds)
        try told.write(.payoutChargebacks, other: lines.chargebacks)
        try told.write(.payoutProcessorFees, other: lines.processorFees)
        try told.write(.payoutPlatformFees, other: lines.platformFees)
        try told.write(.payoutUnexplainedOut, other: lines.unexplainedOut)
    }
}

public import Accounting
public import Crowdfunding
public import Storage

/// Where a campaign stands against its goal; it exists only where payments and journal hold the same net
/// amount.
public struct Funding: Report {
    /// An amount with the number of pledges it is of.
    public struct Tally: Hashable, Sendable {
        /// Minor units.
        public var amount: Int64 = 0
        /// How many pledges.
        public var pledges: Int64 = 0
    }

    /// How the campaign was decided, or that it was not.
    public struct Decision: Hashable, Sendable {
        /// Where the campaign stands.
        public var state: CampaignState
        /// The day on which it was funded, unfunded or canceled; `nil` before that.
        public var decidedOn: CalendarDay?

        /// Puts it together.
        public init(state: CampaignState, decidedOn: CalendarDay? = nil) {
            self.state = state
            self.decidedOn = decidedOn
        }

        /// `live`, `funded on 2026-04-02`.
        public var text: String { state.rawValue + (decidedOn.map { " on \($0)" } ?? "") }
    }

    /// Whose money it is.
    public let campaign: ReportCampaign
    /// Minor units; 0 where there is none.
    public let goal: Int64
    /// How the campaign was decided.
    public let decision: Decision
    /// Promised and not canceled, dropped pledges among it; of a campaign that gave everything back, what was
    /// pledged when it closed, without a count.
    public let pledged: Tally
    /// On pledges whose charge failed and that are not dropped.
    public let failed: Tally
    /// On pledges that were given up.
    public let dropped: Tally
    /// On pledges whose operation the gateway has not answered for.
    public let unknown: Tally
    /// The payments' own amounts.
    public let payments: PaymentSums
    /// Captured less refunded, committed, disputed and lost, what is two of them taken off once; fees not
    /// taken off.
    public let netCollected: Int64
    /// Processor, platform and dispute fees booked so far (5100, 5110, 5210).
    public let fees: Int64
    /// What launched runs cost at their unit cost, less what was written off, paid or not.
    public let committedToSuppliers: Int64

    /// Net collected less fees; tax and what suppliers are owed lie in it.
    public let netAvailable: Int64

    /// Adds up a campaign.
    ///
    /// - Parameters:
    ///   - campaign: Whose money it is.
    ///   - goal: Minor units; 0 where there is none.
    ///   - decision: Where the campaign stands.
    ///   - pledges: Its pledges by state (`Records.totals`).
    ///   - payments: Its payments' amounts (`Records.paymentSums`).
    ///   - runs: Its launched runs.
    ///   - totals: All of its journal's daily totals.
    ///   - pledgedAtClose: What was pledged when a campaign closed that gave everything back; minor units.
    /// - Throws: `ReportError` where the payments and the journal differ.
    public init(
        campaign: ReportCampaign, goal: Int64, decision: Decision, pledges: [PledgeTotal],
        payments: PaymentSums, runs: [RunRecord], totals: [DailyTotal], pledgedAtClose: Int64? = nil,
    ) throws {
        func tally(_ isMeant: (PledgeTotal) -> Bool) -> Tally {
            pledges.filter(isMeant).reduce(into: Tally()) {
                $0.amount += $1.amount
                $0.pledges += $1.count
            }
        }
        let held = payments.captured - payments.refunded - payments.committed - payments.lost
        netCollected = held - payments.disputed + payments.disputedTwice
        let journal = try narrow(Int128(collectedByJournal(totals)) + Int128(payments.disputedTwice))
        guard journal == netCollected else {
            throw ReportError.collectedDoesNotAgree(
                payments: Money(minorUnits: netCollected, currency: campaign.currency),
                journal: Money(minorUnits: journal, currency: campaign.currency))
        }
        self.campaign = campaign
        self.goal = goal
        self.decision = decision
        self.payments = payments
        let promised = tally { $0.state != .canceled }
        // What was let go is canceled now: the count is known where nothing was.
        pledged =
            pledgedAtClose == nil || pledgedAtClose == promised.amount
            ? promised : Tally(amount: pledgedAtClose ?? 0)
        failed = tally { $0.state == .placed && $0.payment == .failed }
        dropped = tally { $0.state == .dropped }
        unknown = tally { $0.payment == .unknown }
        fees = try bookedFees(totals)
        committedToSuppliers = try costOfRuns(runs)
        netAvailable = try narrow(Int128(netCollected) - Int128(fees))
    }

    /// Hundredths of a per cent of the goal, rounded down; `nil` without a goal.
    ///
    /// Rounded down, so that 100 % is never said of less than the goal.
    public func percentOfGoal(_ amount: Int64) -> Int64? {
        guard goal > 0 else { return nil }
        let (quotient, remainder) = (Int128(amount) * 10_000).quotientAndRemainder(dividingBy: Int128(goal))
        return Int64(exactly: remainder < 0 ? quotient - 1 : quotient)
    }
}

/// What the payments hold by their entries: the identity that `Payment.replay` keeps, added up.
private func collectedByJournal(_ totals: [DailyTotal]) throws -> Int64 {
    try narrow(
        totals.reduce(Int128(0)) { sum, total in
            let parts = total.parts
            let amount = [parts.goods, parts.shipping, parts.tax, parts.other].reduce(Int128(0)) {
                $0 + Int128($1)
            }
            return switch total.kind {
            case .captured, .capturedAfterSuccess, .disputeWon, .claimFromDispute, .disputeLostCommitted:
                sum + amount
            case .refundCommitted, .refundCommittedAfterSuccess, .refundCommittedAfterDelivery,
                .disputeOpened:
                sum - amount
            default: sum
            }
        })
}

private func bookedFees(_ totals: [DailyTotal]) throws -> Int64 {
    var books = AccountSums()
    for total in totals { books.add(total.parts, by: PostingLeg.legs(of: total.kind)) }
    return try narrow(books[.processorFees] + books[.platformFees] + books[.chargebackFees])
}

private func costOfRuns(_ runs: [RunRecord]) throws -> Int64 {
    var cost: Int128 = 0
    for run in runs {
        for units in run.units {
            // A supplier may send more than was ordered; of a canceled run only what came is paid.
            let ordered = run.state == .canceled ? 0 : units.ordered - units.writtenOff
            cost += Int128(max(ordered, units.received)) * Int128(run.unitCost)
        }
    }
    return try narrow(cost)
}

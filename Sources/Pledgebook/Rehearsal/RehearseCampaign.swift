public import Accounting
public import Crowdfunding

/// What one rehearsal of a campaign's life came to.
public struct RehearsalResult: Sendable {
    /// What the card processor and the invented pledges were drawn from.
    public let seed: UInt64
    /// Where the campaign was in the end.
    public internal(set) var state = CampaignState.live
    /// Minor units, as the following: what was promised.
    public internal(set) var pledged: Int64 = 0
    /// Taken in all.
    public internal(set) var collected: Int64 = 0
    /// Kept by the processor.
    public internal(set) var fees: Int64 = 0
    /// Promised by pledges that were given up.
    public internal(set) var dropped: Int64 = 0
    /// Paid back.
    public internal(set) var refunded: Int64 = 0
    /// How many pledges were given up.
    public internal(set) var droppedCount: Int64 = 0
    /// How many backers canceled.
    public internal(set) var canceledCount: Int64 = 0
    /// How many payments wait for a person: the processor did not do what it was asked.
    public internal(set) var conflictedCount: Int64 = 0
    /// When the campaign was funded, unfunded or canceled.
    public internal(set) var decidedOn: CalendarDay?
    /// The last day on which money came in.
    public internal(set) var lastCollectedOn: CalendarDay?
    /// The last day on which money went back.
    public internal(set) var lastRefundedOn: CalendarDay?
    /// How many production runs could be launched.
    public internal(set) var runsLaunched: Int64 = 0
    /// What should not be: the book differs from its journal or from the processor, or does not come to an
    /// end.
    public internal(set) var faults: [String] = []
}

/// How a campaign is rehearsed.
public struct RehearsalPlan: Sendable {
    /// The campaign's file.
    public var campaign: CheckedCampaign
    /// How backers and card processor behave.
    public var behavior: RehearsalBehavior
    /// How many pledges are invented.
    public var pledges: Int
    /// The first run's; the following count up.
    public var seed: UInt64
    /// How often it is rehearsed.
    public var runs: Int

    /// Puts a plan together.
    public init(
        campaign: CheckedCampaign, behavior: RehearsalBehavior, pledges: Int, seed: UInt64, runs: Int
    ) {
        self.campaign = campaign
        self.behavior = behavior
        self.pledges = pledges
        self.seed = seed
        self.runs = runs
    }
}

/// Rehearses a campaign's life from the launch to the end, each time in a throw-away book.
///
/// The books lie in a temporary folder that is gone afterwards; nothing else is read or written, and the same
/// plan gives the same results.
///
/// - Parameters:
///   - plan: What to rehearse, how often.
///   - progress: Called after every run with how many are done.
/// - Returns: One result a run.
/// - Throws: `SessionError.refused` for a campaign that cannot be launched; what a book or the system says.
public func rehearse(
    _ plan: RehearsalPlan, progress: (Int) -> Void = { _ in }
) throws -> [RehearsalResult] {
    var results: [RehearsalResult] = []
    for run in 0..<plan.runs {
        let seed = plan.seed &+ UInt64(run)
        results.append(try RehearsedLife(plan, seed: seed).live())
        progress(run + 1)
    }
    return results
}

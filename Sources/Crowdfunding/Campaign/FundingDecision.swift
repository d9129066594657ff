/// What is pledged, collected and still open in a campaign.
///
/// Amounts are minor units, goods + shipping + tax + bonus.
public struct FundingStanding: Hashable, Sendable {
    /// On pledges that are neither canceled nor dropped.
    public var pledged: Int64
    /// Net: captured less refunds, commitments and disputes; fees not taken off.
    public var collected: Int64
    /// Not collected and still to be tried: not yet charged, or failed softly within the window.
    public var retryable: Int64
    /// With operations that are open, pending or unknown.
    public var unknown: Int64
    /// Units of items on pledges that are neither canceled nor dropped.
    public var units: Int64
    /// Units of items on pledges whose money is collected.
    public var unitsCollected: Int64
    /// Whether the retry window is over.
    public var windowIsOver: Bool

    /// A standing; what is left out is 0 and the window is running.
    public init(
        pledged: Int64, collected: Int64 = 0, retryable: Int64 = 0, unknown: Int64 = 0, units: Int64 = 0,
        unitsCollected: Int64 = 0, windowIsOver: Bool = false
    ) {
        self.pledged = pledged
        self.collected = collected
        self.retryable = retryable
        self.unknown = unknown
        self.units = units
        self.unitsCollected = unitsCollected
        self.windowIsOver = windowIsOver
    }
}

/// Why a campaign is decided as it is.
///
/// Amounts are minor units.
public enum FundingReason: Hashable, Sendable {
    /// Keep-it-all: whatever came in is collected.
    case keepsItAll
    case goalPledged(pledged: Int64, goal: Int64)
    case goalCollected(collected: Int64, goal: Int64)
    /// Pledges fall short of the goal.
    case pledgedBelowGoal(pledged: Int64, goal: Int64)
    /// The window is over, or all that is open would not be enough.
    case collectedBelowGoal(collected: Int64, open: Int64, goal: Int64)
    case unitsBelowMinimum(units: Int64, minimum: Int64)
    /// Charges are still to be tried.
    case retryWindowRunning(open: Int64)
    /// The gateway has not said what became of operations that would decide it.
    case waitsForGateway(unknown: Int64)
}

/// What a campaign's rule says (domain.md, “Campaign life”).
public enum FundingDecision: Hashable, Sendable {
    /// Closing: charge and capture.
    case collect(FundingReason)
    /// Closing: void and pay back.
    case release(FundingReason)
    case funded(FundingReason)
    /// Void and pay back, then unfunded.
    case unfunded(FundingReason)
    /// Nothing is certain yet.
    case undecided(FundingReason)

    /// What closing a live campaign starts.
    public static func atClose(_ rule: FundingRule, _ standing: FundingStanding) -> FundingDecision {
        guard rule.rule == .allOrNothing else { return .collect(.keepsItAll) }
        if standing.pledged < rule.goal {
            return .release(.pledgedBelowGoal(pledged: standing.pledged, goal: rule.goal))
        }
        if standing.units < rule.minimumUnits {
            return .release(.unitsBelowMinimum(units: standing.units, minimum: rule.minimumUnits))
        }
        return .collect(.goalPledged(pledged: standing.pledged, goal: rule.goal))
    }

    /// What stands for a campaign that is collecting: funded as soon as that is certain, unfunded when the
    /// window is over or when even all that is open would not be enough.
    ///
    /// With the basis `pledged`, and with keep-it-all, the close has decided it: funded at once, and a
    /// shortfall is only shown.
    public static func whileCollecting(_ rule: FundingRule, _ standing: FundingStanding) -> FundingDecision {
        guard rule.rule == .allOrNothing else { return .funded(.keepsItAll) }
        guard rule.basis == .collected else {
            return .funded(.goalPledged(pledged: standing.pledged, goal: rule.goal))
        }
        let hasUnits = standing.unitsCollected >= rule.minimumUnits
        if standing.collected >= rule.goal, hasUnits {
            return .funded(.goalCollected(collected: standing.collected, goal: rule.goal))
        }
        let retryable = standing.windowIsOver ? 0 : standing.retryable
        let open = retryable + standing.unknown
        if standing.collected + open < rule.goal {
            return .unfunded(.collectedBelowGoal(collected: standing.collected, open: open, goal: rule.goal))
        }
        if standing.units < rule.minimumUnits || open == 0 {
            let units = open == 0 ? standing.unitsCollected : standing.units
            return .unfunded(.unitsBelowMinimum(units: units, minimum: rule.minimumUnits))
        }
        return .undecided(
            retryable > 0 ? .retryWindowRunning(open: open) : .waitsForGateway(unknown: standing.unknown)
        )
    }
}

public import Accounting

/// What a backer wants to take back, and how things stand.
public struct CancellationRequest: Hashable, Sendable {
    /// The campaign's state.
    public var campaign: CampaignState
    /// The pledge's state.
    public var pledge: PledgeState
    /// How much of it the backer has.
    public var delivered: DeliveryProgress
    /// The instant of the request.
    public var now: Timestamp
    /// By how much the pledge falls, all of it for a cancellation; minor units, 0 or more.
    public var amount: Int64
    /// What all pledges that hold a place promise together, this one among them.
    public var pledgedTotal: Int64
    /// Why a person overrides the rules; `nil` or blank: they hold.
    public var overrideReason: String?

    /// Puts the request together.
    public init(
        campaign: CampaignState, pledge: PledgeState, delivered: DeliveryProgress = .none, now: Timestamp,
        amount: Int64, pledgedTotal: Int64, overrideReason: String? = nil
    ) {
        self.campaign = campaign
        self.pledge = pledge
        self.delivered = delivered
        self.now = now
        self.amount = amount
        self.pledgedTotal = pledgedTotal
        self.overrideReason = overrideReason
    }
}

/// Why a backer may not cancel or lower a pledge.
public enum CancellationRefusal: UserFacingError, Hashable {
    /// It is canceled or dropped already.
    case notPlaced(PledgeState)
    /// Units are with the backer: money goes back by a refund, not by a cancellation.
    case delivered
    /// The campaign gives everything back anyway, or is over.
    case campaignOver(CampaignState)
    case neverAllowed
    case tooLate(now: Timestamp, until: Timestamp)
    /// In the last 24 hours the total may not fall below the goal.
    case belowGoal(left: Money, goal: Money)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .notPlaced(let state): "The pledge is \(state) already."
        case .delivered: "Part of the pledge is delivered; it can be paid back with a refund, not canceled."
        case .campaignOver(let state):
            "The campaign is \(state.rawValue): nothing is left to cancel, what was paid goes back by itself."
        case .neverAllowed:
            "This campaign takes no cancellations. A person may override that: --override REASON."
        case .tooLate(let now, let until):
            "It is \(now), and backers could cancel until \(until). "
                + "A person may override that: --override REASON."
        case .belowGoal(let left, let goal):
            "In the last 24 hours no cancellation may take the total below the goal: \(left) of \(goal) "
                + "would be left. A person may override that: --override REASON."
        }
    }

    /// Refused by a rule.
    public var exitCode: ExitStatus { .refused }

    /// Whether a written reason may override it: no money and no unit is invented by that.
    public var mayBeOverridden: Bool {
        switch self {
        case .neverAllowed, .tooLate, .belowGoal: true
        case .notPlaced, .delivered, .campaignOver: false
        }
    }
}

/// A cancellation or decrease that may go ahead.
public struct CancellationGrant: Hashable, Sendable {
    /// The rule that a person overrode; its reason is kept with the entry.
    public var overridden: CancellationRefusal?
}

extension CampaignDefinition {
    /// The length of the last day, in seconds.
    private static let lastDay: Int64 = 86_400

    /// Decides whether a pledge may be canceled or lowered now, by the campaign's written rules.
    public func cancellation(
        of request: CancellationRequest
    ) throws(CancellationRefusal) -> CancellationGrant {
        guard let refusal = cancellationRefusal(of: request) else {
            return CancellationGrant(overridden: nil)
        }
        let isBlank = request.overrideReason?.allSatisfy(\.isWhitespace) ?? true
        guard refusal.mayBeOverridden, !isBlank else { throw refusal }
        return CancellationGrant(overridden: refusal)
    }

    private func cancellationRefusal(of request: CancellationRequest) -> CancellationRefusal? {
        guard request.pledge != .delivered, request.delivered == .none else { return .delivered }
        guard request.pledge == .placed else { return .notPlaced(request.pledge) }
        guard request.campaign != .releasing, !request.campaign.next.isEmpty else {
            return .campaignOver(request.campaign)
        }
        guard let until = cancellation.backerMayCancelUntil else { return .neverAllowed }
        guard request.now < until else { return .tooLate(now: request.now, until: until) }
        let isLastDay = request.now >= closesAt.adding(seconds: -Self.lastDay) && request.now < closesAt
        guard cancellation.lastDayRule, isLastDay, request.amount > 0 else { return nil }
        let left = request.pledgedTotal - request.amount
        guard request.pledgedTotal >= funding.goal, left < funding.goal else { return nil }
        return .belowGoal(
            left: Money(minorUnits: left, currency: currency),
            goal: Money(minorUnits: funding.goal, currency: currency),
        )
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// An amount with the number of pledges it is of.
public struct Tally: Hashable, Sendable {
    /// Minor units.
    public var amount: Int64 = 0
    /// How many pledges.
    public var count: Int64 = 0
    /// Nothing at all.
    public var isEmpty: Bool { amount == 0 && count == 0 }
}

/// How a campaign stands: everything that `campaign show` says, as plain values read in one go.
public struct CampaignStanding: Sendable {
    /// Whose standing it is.
    public let campaign: LoadedCampaign
    /// The moment it is told for.
    public let now: Timestamp
    /// Where the campaign is, and since when.
    public let state: CampaignState
    /// Whether no real money moves.
    public let isRehearsal: Bool
    /// When it was funded, unfunded or canceled.
    public let decidedAt: Timestamp?
    /// When collecting or releasing began.
    public let closedAt: Timestamp?
    /// The day on which the first run was launched, or the campaign was finished; `nil` before that.
    public let reachedOn: CalendarDay?
    /// What the goal's decision stands on.
    public let funding: FundingStanding
    /// What became of the money.
    public let money: MoneyStanding
    /// In the order of the campaign file.
    public let tiers: [TierStanding]
    /// Pledges without a tier.
    public let withoutReward: Tally
    /// Items of which only so many can be sold.
    public let supplies: [SupplyStanding]
    /// In the order of the campaign file.
    public let runs: [RunStanding]
    /// Items that come in variants.
    public let choices: [ChoiceStanding]
    /// Units that were shipped, and units that were sold.
    public let shipped: Int64
    /// Units that were sold.
    public let units: Int64
    /// What is due, in the order in which it is.
    public let due: [DueStep]
    /// Whether the book has other campaigns under way, so that commands have to name this one.
    public let hasSiblings: Bool
}

extension LoadedCampaign {
    /// Where the campaign is.
    public var state: CampaignState { record.state }
    /// Whether no real money moves.
    public var isRehearsal: Bool { record.isRehearsal == true }
    /// The zone's offsets, as they were written down at the launch.
    public var offsets: ZoneOffsets { record.offsets }
    /// When collecting or releasing began.
    public var closedAt: Timestamp? { record.closedAt }
    /// The last day that nothing may be dated on or before; `nil`: no month is locked.
    public var lockedThrough: CalendarDay? { record.lockedThrough }
}

/// What became of the money that was pledged; minor units.
public struct MoneyStanding: Hashable, Sendable {
    /// Promised and not canceled, dropped pledges among it, as in the funding report.
    public var pledged = Tally()
    /// Collected and not given back.
    public var collected = Tally()
    /// Cards that failed, and pledges that wait for their backer.
    public var failed = Tally()
    /// Pledges whose backer has to confirm the charge.
    public var needBacker = Tally()
    /// Held on cards and not taken.
    public var held = Tally()
    /// Asked for, and nobody knows.
    public var unknown = Tally()
    /// What is left of prices that were paid in part.
    public var balances = BalanceStanding()
    /// Given up because they were not paid.
    public var dropped = Tally()
    /// Given back; to be given back; lost in disputes.
    public var refunded = Tally()
    /// Committed to be given back and not given yet.
    public var owed = Tally()
    /// Held by open disputes.
    public var disputed = Tally()
    /// Taken by disputes that were lost.
    public var lost: Int64 = 0
    /// What processors and platforms keep of what was collected.
    public var fees: Int64 = 0
    /// Whether some of the fees are an estimate by the campaign's file.
    public var feesAreEstimated = false
    /// Tax in what was collected.
    public var tax: Int64 = 0
    /// What lies at the processor or platform.
    public var atProcessor: Int64 = 0

    /// What is the maker's: collected less fees and tax.
    public var yours: Int64 { collected.amount - fees - tax }
}

/// How a tier sells.
public struct TierStanding: Hashable, Sendable {
    /// As the campaign file has it.
    public var tier: RewardTier
    /// Places held.
    public var sold: Int64
    /// When the last place was taken; `nil` while some are left, or without a limit.
    public var soldOutAt: Timestamp?

    /// Places left; `nil`: no limit.
    public var left: Int64? { tier.limit.map { max($0 - sold, 0) } }
}

/// An item of which only so many can be sold.
public struct SupplyStanding: Hashable, Sendable {
    /// The item's title.
    public var title: String
    /// Units on pledges that hold a place.
    public var sold: Int64
    /// In stock and on backorder together.
    public var most: Int64
    /// How many more can be sold.
    public var left: Int64 { max(most - sold, 0) }
}

/// A run, planned or launched.
public struct RunStanding: Hashable, Sendable {
    /// As the campaign file plans it.
    public var plan: ProductionPlan
    /// Where it stands.
    public var state: RunState
    /// Planned: units sold that no earlier run covers.
    ///
    /// Launched: units reserved in it and not shipped.
    public var waiting: Int64
    /// Ordered and received, once it is launched.
    public var ordered: Int64
    /// Units counted in.
    public var received: Int64
    /// When the goods are expected; of a planned run, if it were launched today.
    public var expectedOn: CalendarDay?
    /// How many days after what was expected by the launch.
    public var slip: Int
    /// What its threshold lacks; `nil`: it can be launched.
    public var shortfall: RunShortfall?
}

/// What backers chose of an item.
public struct ChoiceStanding: Hashable, Sendable {
    /// The item's title.
    public var item: String
    /// In the order of the campaign file.
    public var variants: [UnitsOf]
    /// Units that nobody has chosen a variant for.
    public var open: Int64
}

/// Something that a person should do now or on a day that is known.
public enum DueStep: Hashable, Sendable {
    /// Nothing was imported yet.
    case importPledges
    /// Cards that are to be held before the campaign closes.
    case hold(from: Timestamp, Tally)
    /// The campaign is over, or will be.
    case close(from: Timestamp)
    /// Pledges were not charged yet.
    case charge(Tally)
    /// The gateway has to be asked what became of charges.
    case ask(Tally)
    /// Balances are to be asked for; `nil`: when the maker is about to ship.
    case askBalance(from: CalendarDay?, Tally)
    /// Cards that failed are tried again.
    case retry(from: Timestamp, Tally)
    /// What is not collected is dropped.
    case drop(from: Timestamp, Tally)
    /// The campaign's threshold for a run is met.
    case launchRun(id: String, since: CalendarDay?)
    /// Money lies elsewhere and is not at the bank.
    case recordPayout(Tally, source: String?, about: CalendarDay?)
    /// Refunds that only a person can make.
    case refund(Tally)
    /// Backers who have not chosen.
    case choose(OpenPledges)
    /// Releasing has to be carried on.
    case release(Tally)
    /// Notices that wait to be sent to backers.
    case sendNotices(Int64)
    /// Everything was shipped and paid.
    case finish
}

/// Pledges with units whose variant is open.
public struct OpenPledges: Hashable, Sendable {
    /// How many pledges.
    public var pledges: Int64
    /// How many units.
    public var units: Int64
}

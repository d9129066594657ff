public import Accounting

/// The goal of a campaign and what decides about it.
public struct FundingRule: Hashable, Sendable {
    /// What happens to the money when the goal is missed.
    public enum Rule: String, CaseIterable, Sendable {
        case allOrNothing = "all-or-nothing", keepItAll = "keep-it-all"
    }
    /// Which money counts towards the goal.
    public enum Basis: String, CaseIterable, Sendable { case pledged, collected }
    /// What is done beyond the goal.
    public struct StretchGoal: Hashable, Sendable {
        /// Minor units, above the goal and the stretch goal before it.
        public var at: Int64
        /// What people read.
        public var title: String
    }
    /// All-or-nothing where the file says nothing.
    public var rule: Rule
    /// Minor units; 0 where keep-it-all names none.
    public var goal: Int64
    /// Collected where the file says nothing.
    public var basis: Basis
    /// Units of items that have to be pledged for; 0: any number will do.
    public var minimumUnits: Int64
    /// In rising order.
    public var stretchGoals: [StretchGoal]
}

/// When and how money is collected before delivery.
public struct Prepayment: Hashable, Sendable {
    /// All of it, or a deposit and a balance.
    public enum Plan: String, CaseIterable, Sendable { case full, deposit }
    /// At once, at the deadline, or by an authorization in the last days.
    public enum Collect: String, CaseIterable, Sendable {
        case onPledge = "on-pledge", atClose = "at-close", hold
    }
    /// A share of the price, or minor units.
    public enum Deposit: Hashable, Sendable { case percent(Percentage), amount(Int64) }
    /// When the rest is due.
    public enum BalanceDue: Hashable, Sendable { case beforeShipping, on(CalendarDay) }
    /// Full where the file says nothing.
    public var plan: Plan
    /// At the close where the file says nothing.
    public var collect: Collect
    /// Set exactly where the plan is deposit.
    public var deposit: Deposit?
    /// Set exactly where the plan is deposit.
    public var balanceDue: BalanceDue?
    /// 0 to 90 days after the close in which failed charges are tried again.
    public var retryDays: Int
    /// 1 to 720 hours between two tries.
    public var retryEveryHours: Int
}

/// What shipping costs to some destinations.
public struct ShippingRate: Hashable, Sendable {
    /// ISO 3166 alpha-2 codes, `EU`, `*`; each stands in one rate only.
    public var to: [String]
    /// Minor units, once a pledge.
    public var first: Int64
    /// Minor units, for every further unit that contains an item.
    public var eachMore: Int64
}

/// What of a price is tax, or comes on top.
public struct TaxRules: Hashable, Sendable {
    /// When tax is owed: when money comes in, or when goods go out.
    public enum Point: String, CaseIterable, Sendable { case receipt, delivery }
    /// Otherwise it comes on top.
    public var pricesIncludeTax: Bool
    /// Receipt where the file says nothing.
    public var point: Point
    /// By country, `EU` or `*`; empty: no tax.
    public var rates: [String: Percentage]
}

/// An estimate only: it prices the rehearsal gateway, plans and forecasts; the books take fees from facts.
public struct FeeEstimate: Hashable, Sendable {
    /// Of what is collected.
    public var platformPercent: Percentage
    /// Of what is collected.
    public var processorPercent: Percentage
    /// Minor units a charge.
    public var processorFixed: Int64
}

/// Until when backers may take a pledge back.
public struct CancellationRule: Hashable, Sendable {
    /// The first instant at which they may not; `nil`: never.
    public var backerMayCancelUntil: Timestamp?
    /// In the last 24 hours nothing may take the total below the goal.
    public var lastDayRule: Bool
}

/// One order to a factory, as it is planned.
public struct ProductionPlan: Hashable, Sendable {
    /// Unique among the runs.
    public var id: String
    /// Who makes it.
    public var supplier: String
    /// The item that it makes (all its variants).
    public var sku: String
    /// At least 1.
    public var minimumUnits: Int64
    /// At least `minimumUnits`; `nil`: no cap.
    public var capacity: Int64?
    /// Net collected money that must be there first, in minor units; `nil`: none.
    public var launchWhenCollected: Int64?
    /// Days from the launch to the goods, 0 to 3,650.
    public var leadTimeDays: Int
    /// Minor units; the item's where the file says nothing.
    public var unitCost: Int64
    /// What the supplier gets at the launch.
    public var depositPercent: Percentage
}

/// How a platform's file is to be understood.
public struct PlatformImport: Hashable, Sendable {
    /// Who owes the tax: the maker, or the platform (which remits it and leaves it out of our books).
    public enum Tax: String, CaseIterable, Sendable { case maker, platform }
    /// The platform's reward (id, title or minimum) → tier id.
    public var rewards: [String: String]
    /// The platform's add-on (id or title) → add-on id.
    public var addOns: [String: String]
    /// Survey question → item SKU.
    public var choices: [String: String]
    /// The IANA zone of the file's times; `nil`: it has to be asked for.
    public var timeZone: String?
    /// Maker where the file says nothing.
    public var tax: Tax

    /// Puts a mapping together.
    public init(
        rewards: [String: String], addOns: [String: String], choices: [String: String], timeZone: String?,
        tax: Tax
    ) {
        self.rewards = rewards
        self.addOns = addOns
        self.choices = choices
        self.timeZone = timeZone
        self.tax = tax
    }
}

public import Accounting

/// What backers have already been promised, as an amendment has to know it.
public struct SoldSoFar: Hashable, Sendable {
    /// Tier id → places taken by pledges that hold one; a tier with pledges that hold none anymore stands here with 0.
    public var tiers: [String: Int64] = [:]
    /// Add-on id → units in pledges; present wherever anybody has pledged for it.
    public var addOns: [String: Int64] = [:]
    /// SKU (of items for open units, of variants for chosen ones) → units in pledges.
    public var units: [String: Int64] = [:]
    /// Promotion code → pledges that use it.
    public var promotions: [String: Int64] = [:]
    /// Countries that pledges ship to.
    public var destinations: Set<String> = []
    /// Runs that have been launched.
    public var launchedRuns: Set<String> = []
    /// When the first pledge was made; `nil`: there are no pledges, and everything but id and currency may change.
    public var firstPledgedAt: Timestamp?
    /// Whether the close has begun: then goal, dates and prepayment stand as they are.
    public var isClosing = false

    /// Nothing is sold.
    public init() {}
}

/// Changes of a live campaign that break no promise.
public struct CampaignAmendment: Hashable, Sendable {
    /// One sentence fragment for each change, for example `tier early-bird: limit 300 → 250`; empty: nothing changes.
    public let changes: [String]

    /// Compares two definitions of one campaign.
    ///
    /// - Parameters:
    ///   - old: The definition in force.
    ///   - new: The definition that is to follow it.
    ///   - sold: What backers have pledged for, been promised and paid under the old one.
    /// - Throws: `AmendmentRefused` with every change that would break a promise.
    public static func check(
        from old: CampaignDefinition, to new: CampaignDefinition, sold: SoldSoFar,
    ) throws(AmendmentRefused) -> CampaignAmendment {
        var comparison = AmendmentComparison(old: old, new: new, sold: sold)
        comparison.campaign()
        comparison.funding()
        comparison.prepayment()
        comparison.items()
        comparison.tiers()
        comparison.addOns()
        comparison.promotions()
        comparison.shipping()
        comparison.taxAndCosts()
        comparison.production()
        comparison.imports()
        guard comparison.refusals.isEmpty else { throw AmendmentRefused(refusals: comparison.refusals) }
        return CampaignAmendment(changes: comparison.changes)
    }
}

/// Why a new definition may not follow the one in force.
public struct AmendmentRefused: UserFacingError, Equatable {
    /// One change that would break a promise.
    public struct Refusal: Hashable, Sendable {
        /// What would change, for example `tier early-bird: price 79.00 → 89.00`.
        public let change: String
        /// The promise that it would break.
        public let reason: String
        /// How the maker gets what she wants all the same.
        public let remedy: String
    }

    /// At least one.
    public let refusals: [Refusal]

    /// Every refusal with its reason and its remedy.
    public var message: String {
        refusals.map { "\($0.change): \($0.reason)\n  fix: \($0.remedy)" }.joined(separator: "\n")
    }

    /// A rule refused it.
    public var exitCode: ExitStatus { .refused }
}

/// Walks through two definitions and keeps what changes and what must not.
struct AmendmentComparison {
    let old: CampaignDefinition
    let new: CampaignDefinition
    let sold: SoldSoFar
    private(set) var changes: [String] = []
    private(set) var refusals: [AmendmentRefused.Refusal] = []

    init(old: CampaignDefinition, new: CampaignDefinition, sold: SoldSoFar) {
        self.old = old
        self.new = new
        self.sold = sold
    }

    var hasPledges: Bool { sold.firstPledgedAt != nil }

    mutating func accept(_ change: String) { changes.append(change) }

    mutating func refuse(_ change: String, _ reason: String, fix remedy: String) {
        refusals.append(AmendmentRefused.Refusal(change: change, reason: reason, remedy: remedy))
    }

    /// Accepts a difference where `isAllowed`, else refuses it; says nothing where there is none.
    mutating func compare<Value: Equatable>(
        _ what: String, _ before: Value, _ after: Value, allowed isAllowed: Bool = true,
        because reason: String = "", fix: String = "",
        _ written: (Value) -> String,
    ) {
        guard before != after else { return }
        let change = "\(what) \(written(before)) → \(written(after))"
        if isAllowed { accept(change) } else { refuse(change, reason, fix: fix) }
    }

    func amount(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: old.currency).plain }
    func optionalAmount(_ minorUnits: Int64?) -> String { minorUnits.map(amount) ?? "none" }
    func optional<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
    func quote(_ text: String) -> String { "“\(text)”" }

    /// A limit: more is always fine, less down to what is sold.
    mutating func limit(_ what: String, _ before: Int64?, _ after: Int64?, sold: Int64?, _ word: String = "sold") {
        let isAllowed = after.map { $0 >= sold ?? 0 || $0 >= before ?? .max } ?? true
        let count = sold ?? 0
        compare(
            what, before, after, allowed: isAllowed, because: "\(count) are \(word) already",
            fix: "write \(count) or more: at \(count) no further one is sold", optional)
    }

    /// The end of an offer that somebody has pledged for: it may only come earlier.
    mutating func until(_ what: String, _ before: Timestamp?, _ after: Timestamp?, isSold: Bool) {
        let isEarlier = after.map { $0 <= before ?? $0 } ?? false
        compare(
            what, before, after, allowed: !isSold || isEarlier,
            because: "backers were told that it ends then", fix: "keep the time, and add a new one with a later end",
            optional)
    }

    mutating func contents(_ what: String, _ before: [Content], _ after: [Content], isSold: Bool, fix: String) {
        compare(
            what, before, after, allowed: !isSold, because: "backers have pledged for these contents", fix: fix,
        ) { contents in
            contents.isEmpty ? "nothing" : contents.map { "\($0.quantity) × \($0.sku)" }.joined(separator: ", ")
        }
    }
}

extension AmendmentComparison {
    fileprivate mutating func campaign() {
        compare(
            "id", old.id, new.id, allowed: false, because: "a campaign keeps its id",
            fix: "launch it as a campaign of its own", \.rawValue)
        compare(
            "currency", old.currency, new.currency, allowed: false, because: "a campaign keeps its currency",
            fix: "launch it as a campaign of its own", \.code)
        compare("title", old.title, new.title, quote)
        compare("maker", old.maker, new.maker) { maker in
            [maker?.name, maker?.country, maker?.supportEmail].compactMap(\.self).joined(separator: ", ")
        }
        compare(
            "time_zone", old.timeZone, new.timeZone, allowed: !hasPledges,
            because: "entries are booked on days of \(old.timeZone)", fix: "keep it") { $0 }
        let opensEarlyEnough = sold.firstPledgedAt.map { (new.opensAt ?? $0) <= $0 } ?? true
        compare(
            "opens_at", old.opensAt, new.opensAt, allowed: opensEarlyEnough,
            because: "the first pledge was made at \(optional(sold.firstPledgedAt))", fix: "write no later time",
        ) { $0.map { "\($0)" } ?? "the launch" }
        compare(
            "closes_at", old.closesAt, new.closesAt,
            allowed: !sold.isClosing && (!hasPledges || new.closesAt > old.closesAt),
            because: sold.isClosing ? "the close has begun" : "backers were promised that it is open until then",
            fix: sold.isClosing ? "keep it; late pledges go by late_pledges_until" : "keep it, or write a later time",
        ) { "\($0)" }
        compare("late_pledges_until", old.latePledgesUntil, new.latePledgesUntil, optional)
        let before = old.cancellation.backerMayCancelUntil
        let after = new.cancellation.backerMayCancelUntil
        let isLonger = after.map { $0 >= before ?? $0 } ?? (before == nil)
        compare(
            "cancellation.backer_may_cancel_until", before, after, allowed: !hasPledges || isLonger,
            because: "backers pledged with that right", fix: "keep it, or write a later time",
        ) { $0.map { "\($0)" } ?? "never" }
        compare(
            "cancellation.last_day_rule", old.cancellation.lastDayRule, new.cancellation.lastDayRule,
            allowed: !hasPledges || !new.cancellation.lastDayRule, because: "backers pledged without it", fix: "keep it",
        ) { "\($0)" }
    }

    fileprivate mutating func funding() {
        let before = old.funding
        let after = new.funding
        let isOpen = !hasPledges && !sold.isClosing
        let reason = "it decides about the money of backers who have pledged"
        let fix = "keep it; a stretch goal can be added"
        compare("funding.rule", before.rule, after.rule, allowed: isOpen, because: reason, fix: fix, \.rawValue)
        compare("funding.goal", before.goal, after.goal, allowed: isOpen, because: reason, fix: fix, amount)
        compare("funding.goal_basis", before.basis, after.basis, allowed: isOpen, because: reason, fix: fix, \.rawValue)
        compare("funding.minimum_units", before.minimumUnits, after.minimumUnits, allowed: isOpen, because: reason, fix: fix) {
            "\($0)"
        }
        let keepsAll = before.stretchGoals.allSatisfy { goal in after.stretchGoals.contains { $0.at <= goal.at } }
        compare(
            "funding.stretch_goals", before.stretchGoals, after.stretchGoals,
            allowed: !hasPledges || (keepsAll && after.stretchGoals.count >= before.stretchGoals.count),
            because: "backers were told of them", fix: "keep them, lower them or add some",
        ) { [self] goals in goals.isEmpty ? "none" : goals.map { amount($0.at) }.joined(separator: ", ") }
    }

    fileprivate mutating func prepayment() {
        let before = old.prepayment
        let after = new.prepayment
        let isOpen = !hasPledges && !sold.isClosing
        let reason = "backers agreed to pay in that way"
        compare("prepayment.plan", before.plan, after.plan, allowed: isOpen, because: reason, fix: "keep it", \.rawValue)
        compare(
            "prepayment.collect", before.collect, after.collect, allowed: isOpen, because: reason, fix: "keep it",
            \.rawValue)
        compare(
            "prepayment deposit", before.deposit, after.deposit, allowed: isOpen, because: reason, fix: "keep it",
        ) { [self] deposit in
            switch deposit {
            case .percent(let percent): "\(percent) %"
            case .amount(let minorUnits): amount(minorUnits)
            case nil: "none"
            }
        }
        compare(
            "prepayment.balance_due", before.balanceDue, after.balanceDue, allowed: isOpen, because: reason,
            fix: "keep it",
        ) { due in
            switch due {
            case .beforeShipping: "before-shipping"
            case .on(let day): "\(day)"
            case nil: "none"
            }
        }
        compare(
            "prepayment.retry_days", before.retryDays, after.retryDays,
            allowed: !sold.isClosing && (!hasPledges || after.retryDays > before.retryDays),
            because: "backers have that long to mend a failed payment", fix: "keep it, or before the close write more",
        ) { "\($0)" }
        compare("prepayment.retry_every_hours", before.retryEveryHours, after.retryEveryHours) { "\($0)" }
    }
}

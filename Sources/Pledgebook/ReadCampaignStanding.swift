import Accounting
public import Crowdfunding
import Storage

extension Session {
    /// How a campaign stands now.
    ///
    /// - Parameters:
    ///   - id: Whose standing.
    ///   - asksWhenSoldOut: Whether it is asked when tiers were sold out; that takes a look at every pledge.
    /// - Returns: What the screens show.
    /// - Throws: `SessionError` where the book has no such campaign.
    public func standing(of id: CampaignID?, asksWhenSoldOut: Bool = false) throws -> CampaignStanding {
        try book.read { records in
            try StandingReader(
                self, campaign: campaign(id, in: records), asksWhenSoldOut: asksWhenSoldOut, in: records
            ).standing()
        }
    }
}

/// Reads what a campaign's standing is made of from one state of the book.
private struct StandingReader {
    let session: Session
    let campaign: LoadedCampaign
    let records: Records
    let totals: [PledgeTotal]
    let funding: FundingStanding
    let today: CalendarDay
    let asksWhenSoldOut: Bool

    init(_ session: Session, campaign: LoadedCampaign, asksWhenSoldOut: Bool, in records: Records) throws {
        self.asksWhenSoldOut = asksWhenSoldOut
        self.session = session
        self.campaign = campaign
        self.records = records
        totals = try records.totals(campaign: campaign.record.number)
        funding = try session.standing(campaign, totals, in: records)
        today = campaign.day(of: session.now)
    }

    private var number: Int64 { campaign.record.number }
    private var definition: CampaignDefinition { campaign.definition }

    func standing() throws -> CampaignStanding {
        let money = try moneyStanding()
        let sold = try soldUnits()
        let allocated = try records.allocatedUnits(campaign: number)
        let runs = try runStandings()
        let (choices, open) = try choiceStandings(sold)
        let shipped = allocated.reduce(0) { $0 + $1.shipped }
        return CampaignStanding(
            campaign: campaign, now: session.now, state: campaign.record.state,
            isRehearsal: campaign.record.isRehearsal == true, decidedAt: campaign.record.decidedAt,
            closedAt: campaign.record.closedAt, reachedOn: try reachedOn(), funding: funding, money: money,
            tiers: try tierStandings(),
            withoutReward: tally { $0.isHeld && $0.tier == nil }, supplies: supplies(sold), runs: runs,
            choices: choices, shipped: shipped, units: sold.reduce(0, +),
            due: try DueReader(
                session: session, campaign: campaign, records: records, totals: totals, money: money,
                runs: runs,
                open: open, isShipped: shipped == sold.reduce(0, +)
            ).steps(), hasSiblings: try hasSiblings())
    }

    /// When a campaign that is past its decision came to where it is.
    private func reachedOn() throws -> CalendarDay? {
        let kinds: [CampaignState: EntryKind] = [
            .fulfilling: .campaignFulfilling, .finished: .campaignFinished,
        ]
        guard let kind = kinds[campaign.record.state] else { return nil }
        return try records.entries(campaign: number, kinds: [kind]).last?.entry.day
    }

    private func hasSiblings() throws -> Bool {
        try records.campaigns().contains {
            $0.id != campaign.record.id && ![.finished, .unfunded, .canceled].contains($0.state)
        }
    }

    private func tally(_ isMeant: (PledgeTotal) -> Bool) -> Tally { totals.tally(where: isMeant) }

    private func moneyStanding() throws -> MoneyStanding {
        var money = MoneyStanding()
        money.pledged = tally { $0.state != .canceled }
        if campaign.record.state.isPast, let told = try records.pledgedAtClose(campaign: number) {
            money.pledged.amount = told
        }
        money.dropped = tally { $0.state == .dropped }
        money.failed = tally { $0.state == .placed && $0.payment == .failed }
        money.needBacker = tally { $0.state == .placed && $0.payment == .actionRequired }
        money.unknown = tally { $0.state == .placed && $0.isUnknown }
        money.held = tally { $0.state == .placed && $0.payment == .authorized }
        money.collected = Tally(
            amount: funding.collected, count: totals.filter(\.isCollected).reduce(0) { $0 + $1.count })
        for total in totals {
            money.refunded.amount += total.refunded
            money.owed.amount += total.committed
            money.disputed.amount += total.disputed
            money.lost += total.lost
            if total.refunded > 0 { money.refunded.count += total.count }
            if total.committed > 0 { money.owed.count += total.count }
            if total.disputed > 0 { money.disputed.count += total.count }
        }
        money.balances = try session.balanceStanding(campaign, totals, in: records)
        try addBooked(to: &money)
        return money
    }

    /// Fees and tax by the journal; what it does not hold yet is estimated by the campaign's file.
    private func addBooked(to money: inout MoneyStanding) throws {
        var trial = TrialBalance()
        var paidTax: Int64 = 0
        var disputedTax: Int64 = 0
        for total in try records.dailyTotals(campaign: number) {
            try trial.add(total.parts, by: total.kind.postings)
            switch total.kind {
            case .taxRemitted: paidTax += total.parts.other
            case .disputeOpened: disputedTax += total.parts.tax
            case .disputeWon, .disputeLost, .disputeLostAfterSuccess, .disputeLostAfterDelivery,
                .disputeLostCommitted:
                disputedTax -= total.parts.tax
            default: break
            }
        }
        money.atProcessor = trial.balance(of: .clearing)
        money.tax =
            definition.tax.point == .delivery
            ? try records.taxInCollected(campaign: number)
            : try paidTax - trial.balance(of: .tax) - disputedTax + taxDisputedTwice(money)
        let processor = trial.balance(of: .processorFees) + trial.balance(of: .chargebackFees)
        let platform = trial.balance(of: .platformFees)
        money.fees = processor + platform
        let fees = definition.fees
        let estimate = (
            processor: fees.processorPercent.of(funding.collected) + fees.processorFixed
                * money.collected.count,
            platform: fees.platformPercent.of(funding.collected)
        )
        if processor == 0, estimate.processor > 0 {
            money.fees += estimate.processor
            money.feesAreEstimated = true
        }
        if platform == 0, estimate.platform > 0 {
            money.fees += estimate.platform
            money.feesAreEstimated = true
        }
    }

    /// Tax in dispute that is not among what is held: its money was given back besides, or is to be.
    private func taxDisputedTwice(_ money: MoneyStanding) throws -> Int64 {
        guard money.disputed.amount > 0 else { return 0 }
        let pledges = Set(try records.disputedTwice(campaign: number).map(\.pledge))
        return try pledges.reduce(0) { sum, pledge in
            guard let record = try records.pledge(campaign: number, number: pledge) else { return sum }
            let entries = try records.entries(campaign: number, pledge: pledge).map(\.entry)
            let left = PartsLeft(due: campaign.capturedParts(of: record.parts), replaying: entries)
            return sum + max(0, left.disputed.tax - left.undelivered.tax - left.delivered.tax)
        }
    }

    private func tierStandings() throws -> [TierStanding] {
        let numbers = try records.offerNumbers(.tier, campaign: number)
        return try definition.tiers.map { tier in
            let offer = numbers[tier.id].map { Int($0) }
            let sold = totals.filter { $0.isHeld && $0.tier != nil && $0.tier == offer }
                .reduce(0) { $0 + $1.quantity }
            var soldOutAt: Timestamp?
            if asksWhenSoldOut, let limit = tier.limit, sold >= limit, let offer {
                soldOutAt = try records.lastPledged(campaign: number, tier: offer)
            }
            return TierStanding(tier: tier, sold: sold, soldOutAt: soldOutAt)
        }
    }

    /// Units by item on pledges that hold a place.
    private func soldUnits() throws -> [Int64] {
        let numbers = try records.offerNumbers(.tier, campaign: number)
        let addOns = try records.addOnTotals(campaign: number, collectedOnly: false)
        var taken = PlacesTaken(for: definition)
        for (index, tier) in definition.tiers.enumerated() {
            guard let offer = numbers[tier.id] else { continue }
            taken.tiers[index] = totals.filter { $0.isHeld && $0.tier == Int(offer) }.reduce(0) {
                $0 + $1.quantity
            }
        }
        for (index, addOn) in definition.addOns.enumerated() { taken.addOns[index] = addOns[addOn.id] ?? 0 }
        return soldItems(definition, taken)
    }

    private func supplies(_ sold: [Int64]) -> [SupplyStanding] {
        zip(definition.items, sold).compactMap { item, sold in
            guard let limit = item.backorderLimit else { return nil }
            return SupplyStanding(title: item.title, sold: sold, most: item.inStock + limit)
        }
    }

    private func runStandings() throws -> [RunStanding] {
        let overviews = try session.runList(campaign, in: records).runs
        return definition.production.compactMap { plan in
            guard let run = overviews.first(where: { $0.id == plan.id }) else { return nil }
            // A run that nobody waits for is not about to be launched.
            let isIdle = run.state == .planned && run.waiting == 0
            return RunStanding(
                plan: plan, state: run.state, waiting: run.waiting,
                ordered: run.units.reduce(0) { $0 + $1.ordered },
                received: run.units.reduce(0) { $0 + $1.received },
                expectedOn: isIdle ? nil : run.expected, slip: run.slip, shortfall: run.shortfall)
        }
    }

    private func choiceStandings(_ sold: [Int64]) throws -> ([ChoiceStanding], OpenPledges) {
        let choosable = Set(definition.items.filter { !$0.variants.isEmpty }.map(\.sku))
        guard !choosable.isEmpty else { return ([], OpenPledges(pledges: 0, units: 0)) }
        let chosen = try records.chosenUnits(campaign: number)
        let named = try namedUnits()
        let standings = zip(definition.items, sold).filter { !$0.0.variants.isEmpty }.map { item, sold in
            let variants = item.variants.map { variant in
                UnitsOf(title: variant.title, units: (chosen[variant.sku] ?? 0) + (named[variant.sku] ?? 0))
            }
            return ChoiceStanding(
                item: item.title, variants: variants,
                open: max(sold - variants.reduce(0) { $0 + $1.units }, 0))
        }
        func units(_ contents: [Content]) -> Int64 {
            contents.reduce(0) { $0 + (choosable.contains($1.sku) ? $1.quantity : 0) }
        }
        let numbers = try records.offerNumbers(.tier, campaign: number)
        var tiers: [Int: Int64] = [:]
        for tier in definition.tiers where units(tier.contains) > 0 {
            if let offer = numbers[tier.id] { tiers[Int(offer)] = units(tier.contains) }
        }
        var addOns: [String: Int64] = [:]
        for addOn in definition.addOns where units(addOn.contains) > 0 {
            addOns[addOn.id] = units(addOn.contains)
        }
        let open = try records.openChoices(campaign: number, tiers: tiers, addOns: addOns)
        return (standings, OpenPledges(pledges: open.pledges, units: open.units))
    }

    /// Units of variants that tiers and add-ons name themselves.
    private func namedUnits() throws -> [String: Int64] {
        let variants = Set(definition.items.flatMap { $0.variants.map(\.sku) })
        let numbers = try records.offerNumbers(.tier, campaign: number)
        let addOns = try records.addOnTotals(campaign: number, collectedOnly: false)
        var units: [String: Int64] = [:]
        for tier in definition.tiers {
            let places = totals.filter {
                $0.isHeld && $0.tier != nil && $0.tier == numbers[tier.id].map { Int($0) }
            }
            .reduce(0) { $0 + $1.quantity }
            for content in tier.contains where variants.contains(content.sku) {
                units[content.sku, default: 0] += content.quantity * places
            }
        }
        for addOn in definition.addOns {
            for content in addOn.contains where variants.contains(content.sku) {
                units[content.sku, default: 0] += content.quantity * (addOns[addOn.id] ?? 0)
            }
        }
        return units
    }
}

extension Records {
    /// What was pledged when releasing began, by its entry: released pledges do not hold a place any more.
    func pledgedAtClose(campaign: Int64) throws -> Int64? {
        try entries(campaign: campaign, kinds: [.campaignReleasing]).last.flatMap {
            EntryDetail.value("pledged", in: $0.entry.detail).flatMap { Int64($0) }
        }
    }
}

extension [PledgeTotal] {
    /// How many pledges are meant, and how much they promise.
    func tally(where isMeant: (PledgeTotal) -> Bool) -> Tally {
        reduce(into: Tally()) { tally, total in
            guard isMeant(total) else { return }
            tally.amount += total.amount
            tally.count += total.count
        }
    }
}

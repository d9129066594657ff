public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What launching a run will do, or has done.
public struct RunLaunch: Sendable {
    /// The run's id.
    public let run: String
    /// Who makes it.
    public let supplier: String
    /// What is ordered.
    public let units: [UnitLine]
    /// The sum of `units`.
    public let unitsOrdered: Int64
    /// Units of its item that wait and are in no stock and no other run, chosen and open.
    public let unitsWaiting: Int64
    /// Of them, those whose variant is not chosen yet.
    public let unitsOpen: Int64
    /// What is committed to the supplier, minor units.
    public let cost: Int64
    /// The part of it that is due now; booked when it is paid.
    public let deposit: Int64
    /// When the goods are expected.
    public let expected: CalendarDay
    /// What is collected and not given back, lost or disputed, minor units.
    public let netCollected: Int64
    /// What the threshold lacks; `nil` when it holds.
    public let shortfall: RunShortfall?
    /// Variants of which less is ordered than their own minimum, with both figures.
    public let belowMinimum: [(line: UnitLine, minimum: Int64)]
    /// Pledges that hold units of the run; after the launch.
    public var pledgesCovered: Int64 = 0
    /// Units of the run that pledges hold; after the launch.
    public var unitsCovered: Int64 = 0
    /// Whether the run was launched before, so that nothing was done.
    public var wasLaunched = false
    /// Of every amount here.
    public let currency: Currency

    /// What is due when the goods are received.
    public var balance: Int64 { cost - deposit }
}

extension Session {
    /// What launching the run would do, and what refuses it; changes nothing.
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - units: What to order; without it, the units waiting, at least the minimum and at most the
    ///     capacity.
    ///   - overrideReason: Why a person launches it below its threshold.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: What is ordered, what it costs, and what the threshold lacks.
    /// - Throws: `RunRefusal`, `SessionError`.
    public func planRunLaunch(
        _ run: String, units: UnitCount? = nil, overrideReason: String? = nil, campaign id: CampaignID? = nil
    ) throws -> RunLaunch {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let loaded = try LoadedRun(run, of: campaign, in: records)
            if let done = try launched(loaded, campaign, asking: units, in: records) { return done }
            return try decide(loaded, units, overrideReason, campaign, in: records).launch
        }
    }

    /// Orders the run, gives its units to who is next in the queue, and dates them; one transaction.
    ///
    /// Nothing is booked: the deposit is when it is paid. The first launch makes the campaign fulfilling. A
    /// run that was launched with the same units is left as it is.
    ///
    /// - Throws: `RunRefusal`, `SessionError`, `BookError`.
    public func launchRun(
        _ run: String, units: UnitCount? = nil, overrideReason: String? = nil, campaign id: CampaignID? = nil
    ) throws -> RunLaunch {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            let loaded = try LoadedRun(run, of: campaign, in: records)
            if let done = try launched(loaded, campaign, asking: units, in: records) { return done }
            var (launch, production, overridden) = try decide(
                loaded, units, overrideReason, campaign, in: records)
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            let reason = overridden == nil ? nil : overrideReason
            journal.write(.runLaunched, run: run, detail: Self.detail(of: launch, overrideReason: reason))
            if campaign.record.state == .funded {
                journal.write(.campaignFulfilling)
                journal.record.state = .fulfilling
            }
            try records.put(loaded.row(production, today: journal.today), campaign: campaign.record.number)
            try journal.finish(reason: reason)
            (launch.pledgesCovered, launch.unitsCovered) = try coverage(of: run, campaign, in: records)
            return launch
        }
    }

    private typealias Decision = (launch: RunLaunch, production: ProductionRun, overridden: RunRefusal?)

    private func decide(
        _ run: LoadedRun, _ units: UnitCount?, _ overrideReason: String?, _ campaign: LoadedCampaign,
        in records: Records
    ) throws -> Decision {
        guard campaign.record.state == .funded || campaign.record.state == .fulfilling else {
            throw SessionError.rule(
                "\(campaign.record.id) is \(campaign.record.state.rawValue): a run is launched when the "
                    + "campaign is funded. See `pledgebook campaign show`.", exit: .refused)
        }
        let queue = try ProductionQueue(campaign, in: records)
        let waiting = queue.waiting.filter { Int($0.item) == run.item }
        let ordered = try order(run, units, waiting)
        let totals = try records.totals(campaign: campaign.record.number)
        let collected = try netCollected(totals, campaign: campaign.record.number, in: records)
        let unitsWaiting = waiting.reduce(0) { $0 + $1.units }
        let shortfall = RunThreshold(run.plan).missing(netCollected: collected, unitsWaiting: unitsWaiting)
        var production = run.production
        let today = campaign.day(of: now)
        let overridden = try production.launch(
            ordered, on: today, shortfall: shortfall, currency: campaign.record.currency,
            overrideReason: overrideReason)
        let (cost, overflow) = production.unitsOrdered.multipliedReportingOverflow(by: run.plan.unitCost)
        guard !overflow, cost <= largestAmount else {
            throw SessionError.refused(
                "“\(run.plan.id)” would cost more than can be booked. Order less at once.")
        }
        let lines = ordered.map {
            UnitLine(sku: run.name(of: $0.sku), title: run.title(of: $0.sku), units: $0.units)
        }
        let minimums = campaign.definition.items[run.item].variants.map(\.minimumUnits)
        let below =
            minimums.isEmpty
            ? []
            : lines.compactMap { line -> (line: UnitLine, minimum: Int64)? in
                guard let place = run.names.firstIndex(of: line.sku), line.units < minimums[place] else {
                    return nil
                }
                return (line, minimums[place])
            }
        let launch = RunLaunch(
            run: run.plan.id, supplier: run.plan.supplier, units: lines,
            unitsOrdered: production.unitsOrdered,
            unitsWaiting: unitsWaiting, unitsOpen: waiting.filter { $0.sku < 0 }.reduce(0) { $0 + $1.units },
            cost: cost, deposit: production.deposit, expected: production.expectedOn ?? today,
            netCollected: collected, shortfall: shortfall, belowMinimum: below,
            currency: campaign.record.currency)
        return (launch, production, overridden)
    }

    /// The units to order by SKU; computed ones are those of the first in the queue, as many as the supplier
    /// makes.
    private func order(
        _ run: LoadedRun, _ units: UnitCount?, _ waiting: [DemandLine]
    ) throws -> [(sku: Int, units: Int64)] {
        var room = units == nil ? min(run.plan.capacity ?? RunSize.largest, RunSize.largest) : Int64.max
        var chosen = [Int64](repeating: 0, count: run.skus.count)
        var open: Int64 = 0
        for line in waiting where room > 0 {
            let taken = min(line.units, room)
            room -= taken
            if let place = run.skus.firstIndex(of: Int(line.sku)) {
                chosen[place] += taken
            } else {
                open += taken
            }
        }
        guard let units else {
            let sizes = RunSize.units(chosen: chosen, open: open, minimum: run.plan.minimumUnits)
            return Array(zip(run.skus, sizes)).map { ($0, $1) }
        }
        return try run.units(units) { RunSize.units(total: $0, chosen: chosen) }
    }

    /// The launch that was; `nil` for a planned run.
    private func launched(
        _ run: LoadedRun, _ campaign: LoadedCampaign, asking units: UnitCount?, in records: Records
    ) throws -> RunLaunch? {
        guard let record = run.record else { return nil }
        var isSame = true
        switch units {
        case nil: break
        case .total(let total): isSame = total == run.production.unitsOrdered
        case .bySKU(let counts):
            let ordered = Dictionary(record.units.map { ($0.sku, $0.ordered) }, uniquingKeysWith: { $0 + $1 })
            isSame = counts.filter { $0.value > 0 } == ordered
        }
        guard isSame, record.state != .canceled else {
            throw RunRefusal.notPossible(run: record.id, from: record.state, to: .launched)
        }
        let (pledges, covered) = try coverage(of: record.id, campaign, in: records)
        return RunLaunch(
            run: record.id, supplier: run.plan.supplier,
            units: run.production.units.map {
                UnitLine(sku: run.name(of: $0.sku), title: run.title(of: $0.sku), units: $0.ordered)
            },
            unitsOrdered: run.production.unitsOrdered, unitsWaiting: 0, unitsOpen: 0,
            cost: run.production.committed,
            deposit: record.deposit, expected: record.expectedOn, netCollected: 0, shortfall: nil,
            belowMinimum: [],
            pledgesCovered: pledges, unitsCovered: covered, wasLaunched: true,
            currency: campaign.record.currency)
    }

    private func coverage(
        of run: String, _ campaign: LoadedCampaign, in records: Records
    ) throws -> (pledges: Int64, units: Int64) {
        let held = try records.allocations(campaign: campaign.record.number).filter { $0.run == run }
        return (Int64(Set(held.map(\.pledge)).count), held.reduce(0) { $0 + $1.quantity })
    }

    private static func detail(of launch: RunLaunch, overrideReason: String?) -> EntryDetail {
        var detail = EntryDetail()
        detail.add(units: launch.units.filter { $0.units > 0 }.map { ($0.sku, $0.units) })
        detail.add("cost", launch.cost)
        detail.add("deposit", launch.deposit)
        detail.add("expected", launch.expected)
        if let overrideReason { detail.add("override", reasonDigest(overrideReason)) }
        return detail
    }
}

extension LoadedRun {
    func title(of sku: Int) -> String { skus.firstIndex(of: sku).map { titles[$0] } ?? "" }
}

/// What an entry signs of a person's reason: its digest; the words stay in the book's session rows.
func reasonDigest(_ reason: String) -> String { hexText(SHA256Digest.of(Array(reason.utf8))) }

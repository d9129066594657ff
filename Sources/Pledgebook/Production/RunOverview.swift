public import Accounting
public import Crowdfunding
public import Storage

/// A production run for screens: as it is planned, or as it was launched.
public struct RunOverview: Sendable {
    /// The run's id.
    public let id: String
    /// Who makes it.
    public let supplier: String
    /// The SKU of the item that it makes.
    public let item: String
    /// What people read.
    public let title: String
    /// Where it stands.
    public let state: RunState
    /// Of a planned run, the units that wait for it; of a launched one, the units held and not shipped.
    ///
    /// Runs of one item share who waits: the first is filled to its capacity before the next.
    public let waiting: Int64
    /// The least that the supplier makes.
    public let minimum: Int64
    /// The most that the supplier makes; `nil`: no cap.
    public let capacity: Int64?
    /// Of a planned run, when the goods would come if it were launched today, or on the closing day before
    /// that.
    public let expected: CalendarDay?
    /// How many days after what was expected by the launch; 0 for a planned run.
    public let slip: Int
    /// The moves of the expected day, oldest first; only where one run is asked for.
    public internal(set) var slips: [RunSlip] = []
    /// The day of the launch; `nil` while it is planned.
    public let launchedOn: CalendarDay?
    /// What a planned run's threshold lacks; `nil` when it could be launched.
    public let shortfall: RunShortfall?
    /// By SKU; of a planned run, the chosen units that wait.
    public let units: [RunUnitOverview]
    /// Units that wait and whose variant is not chosen.
    public let open: Int64
    /// Minor units a unit.
    public let unitCost: Int64
    /// What is committed to the supplier, minor units; 0 for a planned run.
    public let committed: Int64
    /// The part of it that is due at the launch, minor units.
    public let deposit: Int64
    /// What the books say about it and its supplier.
    public let supplierBalance: SupplierBalance
    /// Pledges that hold units of it.
    public let pledges: Int64
    /// Units that have been shipped.
    public let shipped: Int64
}

/// Units of one SKU in a run, for screens.
public struct RunUnitOverview: Hashable, Sendable {
    /// The SKU.
    public let sku: String
    /// What people read.
    public let title: String
    /// By the launch.
    public let ordered: Int64
    /// Counted in.
    public let received: Int64
    /// Will not come.
    public let writtenOff: Int64
    /// Of a planned run: chosen units that wait.
    public let waiting: Int64
}

/// A campaign's runs, for screens.
public struct RunList: Sendable {
    /// The campaign's id.
    public let campaign: CampaignID
    /// Where it stands.
    public let state: CampaignState
    /// Of every amount here.
    public let currency: Currency
    /// What is collected and not given back, lost or disputed, minor units.
    public let netCollected: Int64
    /// In the order of the campaign file.
    public let runs: [RunOverview]
}

extension Session {
    /// The campaign's runs in the order of its file.
    ///
    /// Before the campaign is funded, pledges that have not paid are
    /// counted as waiting too.
    public func runList(campaign id: CampaignID? = nil) throws -> RunList {
        try book.read { records in try runList(try campaign(id, in: records), in: records) }
    }

    /// One run.
    ///
    /// - Throws: `SessionError.rule` when the campaign has no run of that id.
    public func runShow(_ run: String, campaign id: CampaignID? = nil) throws -> (
        list: RunList, run: RunOverview
    ) {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            _ = try LoadedRun(run, of: campaign, in: records)
            let list = try runList(campaign, in: records)
            guard var found = list.runs.first(where: { $0.id == run }) else {
                throw SessionError.rule("The campaign has no run “\(run)”.", exit: .badInput)
            }
            found.slips = try slips(run, campaign: campaign.record.number, in: records)
            return (list, found)
        }
    }

    /// The same within a read of the caller's.
    public func runList(_ campaign: LoadedCampaign, in records: Records) throws -> RunList {
        let definition = campaign.definition
        let queue = try ProductionQueue.outlook(
            campaign, countsUnpaid: !campaign.record.state.hasSucceeded, in: records)
        let totals = try records.totals(campaign: campaign.record.number)
        let collected = try netCollected(totals, campaign: campaign.record.number, in: records)
        let balances = try supplierBalances(campaign: campaign.record.number, in: records)
        var outlook = RunOutlook(
            queue: queue, collected: collected, today: campaign.day(of: now), campaign: campaign)
        let runs = definition.production.compactMap { plan -> RunOverview? in
            guard let item = definition.items.firstIndex(where: { $0.sku == plan.sku }) else { return nil }
            let record = queue.runs.first { $0.id == plan.id }
            let run = LoadedRun(plan, item: item, of: campaign, record: record)
            return outlook.overview(run, balances[plan.id] ?? SupplierBalance([]))
        }
        return RunList(
            campaign: campaign.record.id, state: campaign.record.state, currency: campaign.record.currency,
            netCollected: collected, runs: runs)
    }
}

/// Shares who waits out to the planned runs of each item.
private struct RunOutlook {
    private let queue: ProductionQueue
    private let collected: Int64
    private let today: CalendarDay
    private let campaign: LoadedCampaign
    private var waiting: [DemandLine]

    init(queue: ProductionQueue, collected: Int64, today: CalendarDay, campaign: LoadedCampaign) {
        self.queue = queue
        self.collected = collected
        self.today = today
        self.campaign = campaign
        waiting = queue.waiting
    }

    mutating func overview(_ run: LoadedRun, _ balance: SupplierBalance) -> RunOverview {
        let production = run.production
        let isPlanned = production.state == .planned
        let lines = isPlanned ? takeWaiting(for: run) : []
        let held = queue.units(of: run.plan.id)
        let units = lines.reduce(0) { $0 + $1.units }
        return RunOverview(
            id: run.plan.id, supplier: run.plan.supplier, item: run.plan.sku,
            title: campaign.definition.items[run.item].title, state: production.state,
            waiting: isPlanned ? units : held.held - held.shipped, minimum: run.plan.minimumUnits,
            capacity: run.plan.capacity,
            expected: production.datedDay(
                today: today, closing: campaign.day(of: campaign.definition.closesAt)),
            slip: production.slip, launchedOn: production.launchedOn,
            shortfall: isPlanned
                ? RunThreshold(run.plan).missing(netCollected: collected, unitsWaiting: units) : nil,
            units: self.units(run, lines), open: lines.filter { $0.sku < 0 }.reduce(0) { $0 + $1.units },
            unitCost: run.plan.unitCost, committed: production.committed, deposit: run.record?.deposit ?? 0,
            supplierBalance: balance, pledges: queue.pledges(of: run.plan.id), shipped: held.shipped)
    }

    /// The first in the queue, as many as the run can make; the last planned run of an item takes all that is
    /// left.
    private mutating func takeWaiting(for run: LoadedRun) -> [DemandLine] {
        let later = campaign.definition.production.drop { $0.id != run.plan.id }.dropFirst()
        let isLast = !later.contains { plan in
            plan.sku == run.plan.sku && !queue.runs.contains { $0.id == plan.id }
        }
        var room = isLast ? Int64.max : run.plan.capacity ?? Int64.max
        var taken: [DemandLine] = []
        for index in waiting.indices where Int(waiting[index].item) == run.item && room > 0 {
            var line = waiting[index]
            line.units = min(line.units, room)
            guard line.units > 0 else { continue }
            room -= line.units
            waiting[index].units -= line.units
            taken.append(line)
        }
        return taken
    }

    private func units(_ run: LoadedRun, _ lines: [DemandLine]) -> [RunUnitOverview] {
        run.skus.indices.map { place in
            let record = run.record?.units.first { $0.sku == run.names[place] }
            return RunUnitOverview(
                sku: run.names[place], title: run.titles[place], ordered: record?.ordered ?? 0,
                received: record?.received ?? 0, writtenOff: record?.writtenOff ?? 0,
                waiting: lines.filter { Int($0.sku) == run.skus[place] }.reduce(0) { $0 + $1.units })
        }
    }
}

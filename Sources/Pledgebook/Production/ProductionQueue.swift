import Accounting
import Crowdfunding
import Storage

/// Where units of a SKU come from: a run, or stock when `run` is empty.
struct SupplyKey: Hashable {
    var run: String
    var sku: String
}

/// What a definition's tiers, add-ons and SKUs are called in the book's rows.
struct ProductionWords {
    let units: PledgeUnits
    let skus: [String]
    let skuIndex: [String: Int]
    /// Offer number → index in the definition.
    private let tiers: [Int: Int]
    private let addOns: [String: Int]

    init(_ campaign: LoadedCampaign, in records: Records) throws {
        let definition = campaign.definition
        units = PledgeUnits(definition)
        skus = definition.skus
        skuIndex = Dictionary(skus.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let numbers = try records.offerNumbers(.tier, campaign: campaign.record.number)
        tiers = Dictionary(
            definition.tiers.enumerated().compactMap { index, tier in
                numbers[tier.id].map { (Int($0), index) }
            },
            uniquingKeysWith: { first, _ in first })
        addOns = Dictionary(
            definition.addOns.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tier's index in the definition, or -1.
    func tier(of pledge: QueuedPledge) -> Int { tier(numbered: pledge.tier) }

    /// The same by the offer's number.
    func tier(numbered number: Int?) -> Int { number.flatMap { tiers[$0] } ?? -1 }

    /// The add-on's index in the definition.
    func addOn(_ id: String) -> Int? { addOns[id] }

    /// Add-ons and choices by their indexes.
    func lines(of pledge: QueuedPledge) -> [OrderLine] {
        pledge.lines.compactMap { line in
            let index = line.kind == 1 ? addOns[line.id] : skuIndex[line.id]
            return index.map {
                OrderLine(
                    role: line.kind == 1 ? .addOn : .choice, index: Int32($0),
                    quantity: Int32(clamping: line.quantity))
            }
        }
    }

    /// The units that a pledge asks for: by SKU, and open ones by item.
    func demand(of pledge: QueuedPledge) -> (chosen: [Int: Int64], open: [Int: Int64]) {
        var chosen: [Int: Int64] = [:]
        var open: [Int: Int64] = [:]
        let lines = lines(of: pledge)
        units.forEachDemand(tier: tier(of: pledge), quantity: pledge.quantity, lines: lines[...]) {
            item, sku, units in
            if sku >= 0 { chosen[sku, default: 0] += units } else { open[item, default: 0] += units }
        }
        return (chosen, open)
    }
}

/// Everyone who waits for units, and everything that can be had, at one moment of the book.
struct ProductionQueue {
    /// Units that a pledge holds, with its place in the queue.
    private struct HeldUnits {
        var allocation: AllocationRecord
        var placedAt: Timestamp
    }

    let words: ProductionWords
    let runs: [RunRecord]
    let stock: [StockLot]
    /// Units that nobody holds yet, of pledges that may have them, first come first.
    private(set) var demand: [DemandLine] = []
    /// Units pledged for by item, whether paid or not, delivered ones included.
    private(set) var pledged: [Int64]
    /// Allocations that a changed or lost pledge no longer has a right to, as they are to be written.
    private(set) var trimmed: [AllocationRecord] = []
    private var held: [HeldUnits] = []
    private var used: [SupplyKey: Int64] = [:]
    private var shipped: [SupplyKey: Int64] = [:]

    /// With `countsUnpaid`, pledges that have not paid wait too: the outlook before the decision.
    init(_ campaign: LoadedCampaign, countsUnpaid: Bool = false, in records: Records) throws {
        try self.init(emptyFor: campaign, in: records)
        try records.forEachQueuedPledge(campaign: campaign.record.number) { add($0, countsUnpaid) }
        demand.sort(by: DemandLine.isBefore)
    }

    /// What can be had, and nobody yet who waits for it.
    init(emptyFor campaign: LoadedCampaign, in records: Records) throws {
        words = try ProductionWords(campaign, in: records)
        runs = try records.runs(campaign: campaign.record.number)
        stock = try StockLot.all(campaign, in: records)
        pledged = Array(repeating: 0, count: campaign.definition.items.count)
    }

    /// Counts units of an item that is one SKU, whoever waits for them.
    mutating func count(_ units: Int64, of item: Int, waiting: Bool) {
        pledged[item] += units
        guard waiting, units > 0, let sku = words.units.itemOfSKU.firstIndex(of: item) else { return }
        if let line = demand.firstIndex(where: { Int($0.sku) == sku }) {
            demand[line].units += units
        } else {
            demand.append(
                DemandLine(
                    pledge: 0, pledgedAt: Timestamp(seconds: 0), item: Int32(item), sku: Int32(sku),
                    units: units))
        }
    }

    private mutating func add(_ pledge: QueuedPledge, _ countsUnpaid: Bool) {
        var wants: (chosen: [Int: Int64], open: [Int: Int64]) = ([:], [:])
        if pledge.state.holdsPlace {
            wants = words.demand(of: pledge)
            for (sku, units) in wants.chosen { pledged[words.units.itemOfSKU[sku]] += units }
            for (item, units) in wants.open { pledged[item] += units }
        }
        let waits = pledge.state == .placed && (pledge.isPaid || countsUnpaid)
        var missing = waits || pledge.state == .delivered ? wants.chosen : [:]
        for var allocation in pledge.allocations {
            let sku = words.skuIndex[allocation.sku] ?? -1
            let wanted = max(missing[sku] ?? 0, 0)
            let kept = max(min(allocation.quantity, wanted), allocation.shipped)
            missing[sku, default: 0] -= kept
            if kept < allocation.quantity {
                allocation.quantity = kept
                trimmed.append(allocation)
            }
            hold(allocation, pledge.placedAt)
        }
        guard waits else { return }
        for (sku, units) in missing.sorted(by: { $0.key < $1.key }) where units > 0 && sku >= 0 {
            demand.append(
                DemandLine(
                    pledge: pledge.number, pledgedAt: pledge.placedAt,
                    item: Int32(words.units.itemOfSKU[sku]),
                    sku: Int32(sku), units: units))
        }
        for (item, units) in wants.open.sorted(by: { $0.key < $1.key }) {
            demand.append(
                DemandLine(
                    pledge: pledge.number, pledgedAt: pledge.placedAt, item: Int32(item), sku: -1,
                    units: units))
        }
    }

    private mutating func hold(_ allocation: AllocationRecord, _ placedAt: Timestamp) {
        guard allocation.quantity > 0 else { return }
        let key = SupplyKey(run: allocation.run, sku: allocation.sku)
        held.append(HeldUnits(allocation: allocation, placedAt: placedAt))
        used[key, default: 0] += allocation.quantity
        shipped[key, default: 0] += allocation.shipped
    }

    /// Units of a run that pledges hold, and how many of them are shipped.
    func units(of run: String) -> (held: Int64, shipped: Int64) {
        (
            used.filter { $0.key.run == run }.values.reduce(0, +),
            shipped.filter { $0.key.run == run }.values.reduce(0, +)
        )
    }

    /// Pledges that hold units of a run.
    func pledges(of run: String) -> Int64 {
        Int64(Set(held.lazy.filter { $0.allocation.run == run }.map(\.allocation.pledge)).count)
    }

    /// What nobody holds: stock first, then runs by the day on which they are expected.
    private var sources: (keys: [SupplyKey], units: [SupplySource]) {
        var keys: [SupplyKey] = []
        var units: [SupplySource] = []
        func add(_ key: SupplyKey, _ supply: Int64) {
            let free = supply - (used[key] ?? 0)
            guard free > 0, let sku = words.skuIndex[key.sku] else { return }
            keys.append(key)
            units.append(SupplySource(sku: Int32(sku), units: free))
        }
        for lot in stock { add(SupplyKey(run: "", sku: lot.sku), lot.units) }
        for run in runs.sorted(by: { ($0.expectedOn, $0.id) < ($1.expectedOn, $1.id) }) {
            for unit in run.units { add(SupplyKey(run: run.id, sku: unit.sku), unit.supply) }
        }
        return (keys, units)
    }

    private func allocation(from sources: [SupplySource]) -> SupplyAllocation {
        SupplyAllocation(
            demand: demand, sources: sources, itemOfSKU: words.units.itemOfSKU, itemCount: pledged.count)
    }

    /// Who would wait still when everything that can be had is given out: the lines with their uncovered
    /// units.
    var waiting: [DemandLine] {
        let covered = allocation(from: sources.units)
        var lines = demand
        for allocation in covered.allocations { lines[Int(allocation.line)].units -= allocation.units }
        return lines.filter { $0.units > 0 }
    }

    /// Gives out what can be had, first come first served: the allocations as they are to be written.
    func covered() -> [AllocationRecord] {
        let (keys, units) = sources
        var rows: [AllocationRecord] = []
        var known: [Int64: [AllocationRecord]] = [:]
        for unit in held { known[unit.allocation.pledge, default: []].append(unit.allocation) }
        for allocation in allocation(from: units).allocations where allocation.source >= 0 {
            let key = keys[Int(allocation.source)]
            let pledge = demand[Int(allocation.line)].pledge
            var row =
                known[pledge]?.first { $0.run == key.run && $0.sku == key.sku }
                ?? AllocationRecord(pledge: pledge, sku: key.sku, run: key.run, quantity: 0)
            row.quantity += allocation.units
            rows.append(row)
        }
        return rows
    }

    /// Takes units of a run back that will not come, from the last in the queue: the allocations as they are
    /// to be written.
    func withoutMissing(of run: RunRecord) -> [AllocationRecord] {
        var rows: [AllocationRecord] = []
        for unit in run.units {
            var excess = (used[SupplyKey(run: run.id, sku: unit.sku)] ?? 0) - unit.supply
            let holders = held.filter { $0.allocation.run == run.id && $0.allocation.sku == unit.sku }
                .sorted { ($1.placedAt, $1.allocation.pledge) < ($0.placedAt, $0.allocation.pledge) }
            for holder in holders where excess > 0 {
                var row = holder.allocation
                let taken = min(excess, row.quantity - row.shipped)
                guard taken > 0 else { continue }
                row.quantity -= taken
                excess -= taken
                rows.append(row)
            }
        }
        return rows
    }
}

extension Storage.RunUnits {
    /// Units that the run brings or has brought.
    var supply: Int64 { max(ordered - writtenOff, received) }
}

/// Units of a SKU that were there at launch, as the journal booked them.
struct StockLot: Hashable {
    var sku: String
    var units: Int64
    /// At cost, minor units a unit.
    var unitCost: Int64

    /// Stock by SKU: from the entries that booked it (E00s); what costs nothing was not booked and is in the
    /// file.
    static func all(_ campaign: LoadedCampaign, in records: Records) throws -> [StockLot] {
        var booked: [String: (units: Int64, value: Int64)] = [:]
        let entries = try records.entries(campaign: campaign.record.number, kinds: [.stockAtLaunch]).map(
            \.entry)
        let takenBack = Set(entries.compactMap(\.reverses))
        for entry in entries where entry.reverses == nil {
            guard let (sku, count) = EntryDetail.units(in: entry.detail).first else { continue }
            var lot = booked[sku] ?? (0, 0)
            if !takenBack.contains(entry.number) {
                lot.units += count
                lot.value += entry.parts.other
            }
            booked[sku] = lot
        }
        return campaign.definition.items.compactMap { item in
            // Stock of an item that comes in variants has no SKU that a pledge could ask for.
            guard item.variants.isEmpty else { return nil }
            if let lot = booked[item.sku] {
                guard lot.units > 0 else { return nil }
                return StockLot(sku: item.sku, units: lot.units, unitCost: lot.value / lot.units)
            }
            guard item.inStock > 0, item.unitCost == 0 else { return nil }
            return StockLot(sku: item.sku, units: item.inStock, unitCost: 0)
        }
    }
}

extension EntryDetail {
    /// `units=LAMP:3,BULB:1` of a signed detail.
    static func units(in text: String) -> [(sku: String, units: Int64)] {
        guard let list = value("units", in: text) else { return [] }
        return list.split(separator: ",").compactMap { pair in
            let parts = pair.split(separator: ":")
            guard parts.count == 2, let units = Int64(parts[1]) else { return nil }
            return (String(parts[0]), units)
        }
    }

    /// Adds `units=LAMP:3,BULB:1`.
    mutating func add(units: [(sku: String, units: Int64)]) {
        add("units", units.map { "\($0.sku):\($0.units)" }.joined(separator: ","))
    }
}

extension Session {
    /// Gives every unit that can be had to who is next in the queue, and takes back what a pledge that was
    /// changed, canceled or paid back no longer has a right to.
    ///
    /// To be called after anything that changes who waits; saying it again changes nothing.
    ///
    /// - Returns: How many allocations were written.
    @discardableResult
    func coverDemand(_ campaign: LoadedCampaign, in records: Records) throws -> Int {
        guard campaign.record.state.hasSucceeded else { return 0 }
        let queue = try ProductionQueue(campaign, in: records)
        try records.put(queue.trimmed, campaign: campaign.record.number)
        let rows = queue.covered()
        try records.put(rows, campaign: campaign.record.number)
        return queue.trimmed.count + rows.count
    }
}

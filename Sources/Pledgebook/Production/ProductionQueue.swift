import Accounting
import Crowdfunding
import Storage

/// What a definition's tiers, add-ons and SKUs are called in the book's rows.
struct ProductionWords {
    let units: PledgeUnits
    let skus: [String]
    let skuIndex: [String: Int]
    /// The campaign's number in the book.
    let campaign: Int64
    /// Offer number → index in the definition.
    private let tiers: [Int: Int]
    private let addOns: [String: Int]

    init(_ campaign: LoadedCampaign, in records: Records) throws {
        let definition = campaign.definition
        self.campaign = campaign.record.number
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
        units.demand(tier: tier(of: pledge), quantity: pledge.quantity, lines: lines(of: pledge)[...])
    }
}

extension PledgeUnits {
    /// The units that a pledge asks for: by SKU, and open ones by item.
    func demand(
        tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>
    ) -> (chosen: [Int: Int64], open: [Int: Int64]) {
        var chosen: [Int: Int64] = [:]
        var open: [Int: Int64] = [:]
        forEachDemand(tier: tier, quantity: quantity, lines: lines) { item, sku, units in
            if sku >= 0 { chosen[sku, default: 0] += units } else { open[item, default: 0] += units }
        }
        return (chosen, open)
    }
}

/// Everyone who waits for units, and everything that can be had, at one moment of the book.
struct ProductionQueue {
    let words: ProductionWords
    let runs: [RunRecord]
    let stock: [StockLot]
    /// Units pledged for by item, whether paid or not, delivered ones included.
    private(set) var pledged: [Int64]
    private var queue: UnitQueue
    /// The allocations that the book holds.
    private var stored: [AllocationRecord] = []

    /// With `countsUnpaid`, pledges that have not paid wait too: the outlook before the decision.
    init(_ campaign: LoadedCampaign, countsUnpaid: Bool = false, in records: Records) throws {
        try self.init(emptyFor: campaign, in: records)
        let prepayment = campaign.definition.prepayment
        try records.forEachQueuedPledge(campaign: campaign.record.number) {
            let isPaid = prepayment.givesUnits(total: $0.total, captured: $0.captured, held: $0.held)
            add($0, waits: $0.state == .placed && (isPaid || countsUnpaid))
        }
        queue.sort()
    }

    /// What can be had, and nobody yet who waits for it.
    init(emptyFor campaign: LoadedCampaign, in records: Records) throws {
        words = try ProductionWords(campaign, in: records)
        runs = try records.runs(campaign: campaign.record.number)
        stock = try StockLot.all(campaign, in: records)
        pledged = Array(repeating: 0, count: campaign.definition.items.count)
        queue = UnitQueue(campaign.definition, itemOfSKU: words.units.itemOfSKU)
    }

    /// Counts units of an item that is one SKU, whoever waits for them.
    mutating func count(_ units: Int64, of item: Int, waiting: Bool) {
        pledged[item] += units
        guard waiting, units > 0, let sku = words.units.itemOfSKU.firstIndex(of: item) else { return }
        queue.add(units, ofSKU: sku)
    }

    private mutating func add(_ pledge: QueuedPledge, waits: Bool) {
        var wants: (chosen: [Int: Int64], open: [Int: Int64]) = ([:], [:])
        if pledge.state.holdsPlace {
            wants = words.demand(of: pledge)
            for (sku, units) in wants.chosen { pledged[words.units.itemOfSKU[sku]] += units }
            for (item, units) in wants.open { pledged[item] += units }
        }
        stored += pledge.allocations
        queue.add(
            pledge.number, placedAt: pledge.placedAt, wants: waits ? wants : ([:], [:]),
            gone: pledge.allocations)
    }

    private var supply: [Supply] { Supply.inOrder(stock: stock, runs: runs) }

    /// Units of a run that pledges hold, and how many of them are shipped.
    func units(of run: String) -> (held: Int64, shipped: Int64) {
        stored.reduce(into: (0, 0)) { sum, row in
            guard row.run == run else { return }
            sum.0 += row.quantity
            sum.1 += row.shipped
        }
    }

    /// Pledges that hold units of a run.
    func pledges(of run: String) -> Int64 {
        Int64(Set(stored.lazy.filter { $0.run == run }.map(\.pledge)).count)
    }

    /// Who would wait still when everything that can be had is given out: the lines with their uncovered
    /// units.
    var waiting: [DemandLine] { queue.waiting(supply) }

    /// The allocations that differ from what the queue says, as they are to be written.
    var changes: [AllocationRecord] {
        AllocationRecord.changes(from: stored, to: queue.allocations(supply))
    }
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
        var booked: [String: Booked] = [:]
        let entries = try records.entries(campaign: campaign.record.number, kinds: [.stockAtLaunch]).map(
            \.entry)
        let takenBack = Set(entries.compactMap(\.reverses))
        for entry in entries where entry.reverses == nil {
            guard let (sku, count) = EntryDetail.units(in: entry.detail).first else { continue }
            var lot = booked[sku] ?? Booked()
            if !takenBack.contains(entry.number) {
                lot.units += count
                lot.value += entry.parts.other
            }
            booked[sku] = lot
        }
        return all(campaign.definition, booked: booked)
    }

    /// What the entries of a SKU's stock add up to; without units when they were taken back.
    struct Booked {
        var units: Int64 = 0
        /// At cost, minor units.
        var value: Int64 = 0
    }

    /// The same from what the entries say by SKU.
    static func all(_ definition: CampaignDefinition, booked: [String: Booked]) -> [StockLot] {
        definition.items.compactMap { item in
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
    /// Saying it again changes nothing.
    ///
    /// - Returns: How many allocations were written.
    @discardableResult
    func coverDemand(_ campaign: LoadedCampaign, in records: Records) throws -> Int {
        guard campaign.record.state.hasSucceeded else { return 0 }
        let changes = try ProductionQueue(campaign, in: records).changes
        try records.put(changes, campaign: campaign.record.number)
        return changes.count
    }

    /// The same after entries that may have changed who waits or what there is, in their transaction.
    ///
    /// Before anything was given out there is nothing to keep in order: stock is given out with the first
    /// launch or the first parcel.
    func keepCovered(_ record: CampaignRecord, in records: Records) throws {
        guard record.state.hasSucceeded, try records.hasSupply(campaign: record.number) else { return }
        try coverDemand(load(record, in: records), in: records)
    }
}

extension AppendBatch {
    /// Whether an entry of it may change who waits for units, or what there is to be given out.
    var movesUnits: Bool { entries.contains { $0.reverses != 0 || $0.kind.mayMoveUnits } }
}

extension EntryKind {
    /// Whether it may change who waits for units, or what there is to be given out.
    ///
    /// A delivery does not: what leaves was held by who gets it.
    fileprivate var mayMoveUnits: Bool {
        switch self {
        case .placed, .changed, .canceled, .dropped, .captured, .capturedAfterSuccess, .refundCommitted,
            .refundCommittedAfterSuccess, .refundCommittedAfterDelivery, .disputeLost,
            .disputeLostAfterSuccess, .disputeLostAfterDelivery, .campaignAmended, .runLaunched,
            .runReceived, .runClosed, .runCanceled, .unitsWrittenOff:
            true
        default: false
        }
    }
}

import Accounting
import Crowdfunding
import Parsing
import Storage

/// Units of one row from one source.
struct Parcel {
    var row: ShipmentRow
    /// Empty for stock.
    var run: String
    var item: Int
    var units: Int64
    /// Minor units a unit.
    var unitCost: Int64
}

/// A pledge that rows of a shipment file name.
struct ShippedPledge {
    let record: PledgeRecord
    let values: [ItemValue]
    /// Units asked for by SKU.
    let chosen: [Int: Int64]
    /// Units whose variant is not chosen, by item.
    let open: [Int: Int64]
    /// Units not delivered, by item.
    var left: [Int: Int64]
    var allocations: [AllocationRecord]
    var money: PartsLeft
    var parcels: [Parcel] = []
    /// Why nothing of it can ship.
    let refusal: (message: String, fix: String)?
    /// Rows that were booked before.
    var known: Set<ShipmentKey>
}

/// What makes a row the same as another.
struct ShipmentKey: Hashable {
    var day: CalendarDay
    var sku: String
    var quantity: Int64
    var tracking: String
}

/// Checks every row of a shipment file against the book before anything is booked.
struct ShipmentPlan {
    private(set) var problems: [Diagnostic]
    /// Whether a row asks for units that its pledge does not hold.
    private(set) var lacksUnits = false
    private(set) var same: Int64 = 0
    var pledges: [ShippedPledge] = []
    private let file: ShipmentFile
    private let campaign: LoadedCampaign
    private let today: CalendarDay
    private let records: Records
    private let words: ProductionWords
    private let values: UnitValues
    private let runs: [RunRecord]
    private let stock: [StockLot]
    private var shipped: [SupplyKey: Int64] = [:]
    private var places: [String: Int] = [:]

    init(_ file: ShipmentFile, _ campaign: LoadedCampaign, today: CalendarDay, in records: Records) throws {
        self.file = file
        self.campaign = campaign
        self.today = today
        self.records = records
        problems = file.problems
        words = try ProductionWords(campaign, in: records)
        values = UnitValues(campaign.definition)
        runs = try records.runs(campaign: campaign.record.number)
        stock = try StockLot.all(campaign, in: records)
        for units in try records.shippedUnits(campaign: campaign.record.number) {
            shipped[SupplyKey(run: units.run, sku: units.sku)] = units.shipped
        }
    }

    /// Goes through the rows in the order of the file.
    mutating func check() throws {
        for row in file.rows { try check(row) }
        problems.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private mutating func check(_ row: ShipmentRow) throws {
        guard let place = try place(of: row) else { return }
        let key = ShipmentKey(
            day: row.shippedOn, sku: row.sku, quantity: row.quantity, tracking: row.tracking)
        guard pledges[place].known.insert(key).inserted else {
            same += 1
            return
        }
        if row.shippedOn > today {
            return refuse(row, .shipped_on, "\(row.shippedOn) is in the future", fix: "today is \(today)")
        }
        if campaign.openDay(row.shippedOn) != row.shippedOn {
            return refuse(
                row, .shipped_on, "\(row.shippedOn) lies in a locked month",
                fix: "the first open day is \(campaign.openDay(row.shippedOn))")
        }
        if row.shippedOn < campaign.day(of: pledges[place].record.placedAt) {
            return refuse(
                row, .shipped_on, "\(row.shippedOn) is before the day of the pledge", fix: "check the year")
        }
        if let refusal = pledges[place].refusal {
            return refuse(row, .pledge_id, refusal.message, fix: refusal.fix)
        }
        guard let sku = try sku(of: row, pledges[place]) else { return }
        take(row, sku, place)
    }

    private mutating func refuse(
        _ row: ShipmentRow, _ column: ShipmentRow.Column, _ message: String, fix: String
    ) {
        problems.append(file.diagnostic(row, column, message, fix: fix))
    }

    private mutating func sku(of row: ShipmentRow, _ pledge: ShippedPledge) throws -> Int? {
        let definition = campaign.definition
        guard let sku = words.skuIndex[row.sku] else {
            if let item = definition.items.first(where: { $0.sku == row.sku }) {
                let names = item.variants.map(\.sku).joined(separator: ", ")
                refuse(
                    row, .sku, "\(row.sku) comes in variants", fix: "name the one that was shipped: \(names)")
            } else {
                refuse(
                    row, .sku, "the campaign has no SKU of that name",
                    fix: "SKUs are: \(words.skus.joined(separator: ", "))")
            }
            return nil
        }
        guard (pledge.chosen[sku] ?? 0) > 0 else {
            let isOpen = (pledge.open[words.units.itemOfSKU[sku]] ?? 0) > 0
            refuse(
                row, .sku,
                isOpen ? "the backer has not chosen yet" : "the pledge does not contain \(row.sku)",
                fix: isOpen ? "book the choice first" : "check the SKU, or leave the row out")
            return nil
        }
        return sku
    }

    /// Takes the row's units from what the pledge holds: stock first, then runs in the order of their launch.
    private mutating func take(_ row: ShipmentRow, _ sku: Int, _ place: Int) {
        var needed = row.quantity
        var isHeld: Int64 = 0
        var parcels: [Parcel] = []
        var allocations = pledges[place].allocations
        let order = [""] + runs.map(\.id)
        for run in order where needed > 0 {
            guard let index = allocations.firstIndex(where: { $0.run == run && $0.sku == row.sku }) else {
                continue
            }
            let held = allocations[index].quantity - allocations[index].shipped
            isHeld += held
            let source = source(run, row.sku)
            let units = min(
                needed, held, max(source.there - (shipped[SupplyKey(run: run, sku: row.sku)] ?? 0), 0))
            guard units > 0 else { continue }
            needed -= units
            allocations[index].shipped += units
            parcels.append(
                Parcel(
                    row: row, run: run, item: words.units.itemOfSKU[sku], units: units,
                    unitCost: source.unitCost))
        }
        guard needed == 0 else {
            let isAllocated = isHeld >= row.quantity
            lacksUnits = lacksUnits || !isAllocated
            return refuse(
                row, .quantity,
                isAllocated
                    ? "\(row.quantity - needed) of \(row.quantity) units are in stock or counted in"
                    : "\(isHeld) of \(row.quantity) units are allocated to the pledge and not shipped yet",
                fix: isAllocated
                    ? "count the delivery in first: pledgebook run receive RUN \(row.sku)=N, with the "
                        + "run's id and how many came"
                    : "check the quantity; units are allocated first come first served by `run launch`")
        }
        pledges[place].allocations = allocations
        pledges[place].parcels += parcels
        for parcel in parcels {
            shipped[SupplyKey(run: parcel.run, sku: row.sku), default: 0] += parcel.units
        }
    }

    /// How many units of a source are in the maker's hands, and what one cost.
    private func source(_ run: String, _ sku: String) -> (there: Int64, unitCost: Int64) {
        guard !run.isEmpty else {
            let lot = stock.first { $0.sku == sku }
            return (lot?.units ?? 0, lot?.unitCost ?? 0)
        }
        let record = runs.first { $0.id == run }
        return (record?.units.first { $0.sku == sku }?.received ?? 0, record?.unitCost ?? 0)
    }

    /// Where the row's pledge is in the plan; `nil` when there is no such pledge.
    private mutating func place(of row: ShipmentRow) throws -> Int? {
        if let known = places[row.pledge] { return known }
        let number = campaign.record.number
        guard let record = try records.pledge(campaign: number, reference: row.pledge),
            let queued = try records.queuedPledge(campaign: number, number: record.number)
        else {
            refuse(
                row, .pledge_id, "there is no pledge of that reference", fix: "see `pledgebook pledge list`")
            return nil
        }
        let entries = try records.entries(campaign: number, pledge: record.number).map(\.entry)
        let (chosen, open) = words.demand(of: queued)
        var left = open
        for (sku, units) in chosen { left[words.units.itemOfSKU[sku], default: 0] += units }
        for allocation in queued.allocations {
            guard let sku = words.skuIndex[allocation.sku] else { continue }
            left[words.units.itemOfSKU[sku], default: 0] -= allocation.shipped
        }
        pledges.append(
            ShippedPledge(
                record: record,
                values: values.values(
                    tier: words.tier(of: queued), quantity: queued.quantity,
                    lines: words.lines(of: queued)[...]),
                chosen: chosen, open: open, left: left, allocations: queued.allocations,
                money: PartsLeft(due: campaign.capturedParts(of: record.parts), replaying: entries),
                refusal: try refusal(record, queued),
                known: Self.known(entries)))
        places[row.pledge] = pledges.count - 1
        return pledges.count - 1
    }

    private func refusal(_ pledge: PledgeRecord, _ queued: QueuedPledge) throws -> (
        message: String, fix: String
    )? {
        switch pledge.state {
        case .canceled, .dropped: return ("the pledge was \(pledge.state)", "leave the row out")
        case .placed, .delivered: break
        }
        let payments = try records.payments(campaign: campaign.record.number, pledge: pledge.number).map(
            \.payment)
        if queued.disputed > 0 { return ("the payment is disputed", "wait until the dispute is decided") }
        if payments.contains(where: { $0.state == .unknown }) {
            return (
                "nobody knows how the last payment ended",
                "ask the gateway first: pledgebook payment reconcile"
            )
        }
        if queued.captured < queued.total {
            let owed = campaign.money(queued.total - queued.captured)
            return (
                "\(owed) is owed on the pledge",
                queued.captured > 0
                    ? "ask for it first: pledgebook payment balance \(pledge.reference)"
                    : "collect it first, or leave the row out"
            )
        }
        if queued.total > 0, queued.held <= 0 { return ("the pledge was paid back", "leave the row out") }
        return nil
    }

    /// The rows that the pledge's entries came from; what was taken back can be shipped again.
    private static func known(_ entries: [JournalEntry]) -> Set<ShipmentKey> {
        let takenBack = Set(entries.compactMap(\.reverses))
        var keys: Set<ShipmentKey> = []
        for entry in entries where entry.kind == .delivered && entry.reverses == nil {
            guard !takenBack.contains(entry.number),
                let (sku, units) = EntryDetail.units(in: entry.detail).first
            else { continue }
            let quantity = EntryDetail.value("row", in: entry.detail).flatMap { Int64($0) } ?? units
            keys.insert(ShipmentKey(day: entry.day, sku: sku, quantity: quantity, tracking: entry.reference))
        }
        return keys
    }
}

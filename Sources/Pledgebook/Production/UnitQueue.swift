import Accounting
import Crowdfunding
import Storage

/// Where units of a SKU come from: a run, or stock when `run` is empty.
struct SupplyKey: Hashable {
    var run: String
    var sku: String
}

/// So many units of a source; those that have left it are among them.
struct Supply {
    var key: SupplyKey
    var units: Int64

    /// Everything that can be given out, in the order in which it is: stock first, then the runs in the order
    /// of their launch.
    ///
    /// A delay does not change that order, so it moves nobody from one run to another.
    static func inOrder(stock: [StockLot], runs: [RunRecord]) -> [Supply] {
        stock.map { Supply(key: SupplyKey(run: "", sku: $0.sku), units: $0.units) }
            + runs.sorted { ($0.launchedOn, $0.id) < ($1.launchedOn, $1.id) }.flatMap { run in
                run.units.sorted { $0.sku < $1.sku }.map {
                    Supply(key: SupplyKey(run: run.id, sku: $0.sku), units: $0.supply)
                }
            }
    }
}

extension Storage.RunUnits {
    /// Units that the run brings or has brought.
    var supply: Int64 { max(ordered - writtenOff, received) }
}

/// Who gets which units: a pure function of who waits, in the order of the queue, of what there is, and of
/// what has left.
///
/// Nothing in it depends on what was allocated before, so the journal alone says who holds what: when a
/// pledge ends, or a count is taken back, everyone behind it moves up or back as if it had always been so.
struct UnitQueue {
    private let skus: [String]
    private let skuIndex: [String: Int]
    private let itemOfSKU: [Int]
    private let itemCount: Int
    /// What nobody has received yet, of pledges that may have it; by number until `sort` was called.
    private(set) var demand: [DemandLine] = []
    /// What has left, by pledge.
    private var shipped: [AllocationRecord] = []
    private var used: [SupplyKey: Int64] = [:]

    init(_ definition: CampaignDefinition, itemOfSKU: [Int]) {
        skus = definition.skus
        skuIndex = Dictionary(skus.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.itemOfSKU = itemOfSKU
        itemCount = definition.items.count
    }

    /// Adds a pledge.
    ///
    /// - Parameters:
    ///   - number: The pledge's.
    ///   - placedAt: When it was pledged.
    ///   - wants: The units that it asks for, by SKU, and open ones by item; none for one that may not.
    ///   - gone: Its allocations; only what was shipped of them counts.
    mutating func add(
        _ number: Int64, placedAt: Timestamp, wants: (chosen: [Int: Int64], open: [Int: Int64]),
        gone: [AllocationRecord]
    ) {
        var missing = wants.chosen
        for var row in gone where row.shipped > 0 {
            row.quantity = row.shipped
            shipped.append(row)
            used[SupplyKey(run: row.run, sku: row.sku), default: 0] += row.shipped
            if let sku = skuIndex[row.sku] { missing[sku, default: 0] -= row.shipped }
        }
        for (sku, units) in missing.sorted(by: { $0.key < $1.key }) where units > 0 {
            demand.append(
                DemandLine(
                    pledge: number, pledgedAt: placedAt, item: Int32(itemOfSKU[sku]), sku: Int32(sku),
                    units: units))
        }
        for (item, units) in wants.open.sorted(by: { $0.key < $1.key }) where units > 0 {
            demand.append(
                DemandLine(pledge: number, pledgedAt: placedAt, item: Int32(item), sku: -1, units: units))
        }
    }

    /// Adds units of a SKU that somebody waits for, whoever it is.
    mutating func add(_ units: Int64, ofSKU sku: Int) {
        if let line = demand.firstIndex(where: { Int($0.sku) == sku }) {
            demand[line].units += units
        } else {
            demand.append(
                DemandLine(
                    pledge: 0, pledgedAt: Timestamp(seconds: 0), item: Int32(itemOfSKU[sku]), sku: Int32(sku),
                    units: units))
        }
    }

    /// Puts everyone in their place; to be called once, when all are added.
    mutating func sort() { demand.sort(by: DemandLine.isBefore) }

    /// Who waits still when everything is given out: the lines with their uncovered units.
    func waiting(_ supply: [Supply]) -> [DemandLine] {
        var lines = demand
        for allocation in given(supply).plan.allocations {
            lines[Int(allocation.line)].units -= allocation.units
        }
        return lines.filter { $0.units > 0 }
    }

    /// All allocations, by pledge, SKU and run.
    func allocations(_ supply: [Supply]) -> [AllocationRecord] {
        let (keys, plan) = given(supply)
        var rows = shipped
        for allocation in plan.allocations where allocation.source >= 0 {
            let key = keys[Int(allocation.source)]
            rows.append(
                AllocationRecord(
                    pledge: demand[Int(allocation.line)].pledge, sku: key.sku, run: key.run,
                    quantity: allocation.units))
        }
        rows.sort(by: AllocationRecord.isBefore)
        var merged: [AllocationRecord] = []
        merged.reserveCapacity(rows.count)
        for row in rows {
            guard let last = merged.last, last.isSamePlace(as: row) else {
                merged.append(row)
                continue
            }
            merged[merged.count - 1].quantity += row.quantity
            merged[merged.count - 1].shipped += row.shipped
        }
        return merged
    }

    private func given(_ supply: [Supply]) -> (keys: [SupplyKey], plan: SupplyAllocation) {
        var keys: [SupplyKey] = []
        var sources: [SupplySource] = []
        for source in supply {
            let free = source.units - (used[source.key] ?? 0)
            guard free > 0, let sku = skuIndex[source.key.sku] else { continue }
            keys.append(source.key)
            sources.append(SupplySource(sku: Int32(sku), units: free))
        }
        let plan = SupplyAllocation(
            demand: demand, sources: sources, itemOfSKU: itemOfSKU, itemCount: itemCount)
        return (keys, plan)
    }
}

extension AllocationRecord {
    /// The order of the book's rows: by pledge, SKU and run.
    static func isBefore(_ left: AllocationRecord, _ right: AllocationRecord) -> Bool {
        (left.pledge, left.sku, left.run) < (right.pledge, right.sku, right.run)
    }

    /// Whether both are the same row of the book.
    func isSamePlace(as other: AllocationRecord) -> Bool {
        pledge == other.pledge && sku == other.sku && run == other.run
    }

    /// What has to be written so that the rows of the book become others: new ones, changed ones, and those
    /// that go, without units.
    ///
    /// Both lists are in the order of `isBefore`.
    static func changes(from stored: [AllocationRecord], to wanted: [AllocationRecord]) -> [AllocationRecord]
    {
        var changes: [AllocationRecord] = []
        var next = stored.startIndex
        func drop(_ row: AllocationRecord) {
            var gone = row
            gone.quantity = 0
            gone.shipped = 0
            changes.append(gone)
        }
        for row in wanted {
            while next < stored.endIndex, isBefore(stored[next], row) {
                drop(stored[next])
                next += 1
            }
            guard next < stored.endIndex, stored[next].isSamePlace(as: row) else {
                changes.append(row)
                continue
            }
            if stored[next] != row { changes.append(row) }
            next += 1
        }
        stored[next...].forEach(drop)
        return changes
    }
}

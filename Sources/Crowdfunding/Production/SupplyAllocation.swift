public import Accounting

/// Units that a pledge waits for, of one SKU or not chosen yet.
public struct DemandLine: Hashable, Sendable {
    /// The number of the entry that placed the pledge.
    public var pledge: Int64
    /// When it was pledged.
    public var pledgedAt: Timestamp
    /// Index in `definition.items`.
    public var item: Int32
    /// Index in `definition.skus`, or -1 for open units.
    public var sku: Int32
    /// Not covered yet; 0 or more.
    public var units: Int64

    /// Puts the line together.
    public init(pledge: Int64, pledgedAt: Timestamp, item: Int32, sku: Int32, units: Int64) {
        self.pledge = pledge
        self.pledgedAt = pledgedAt
        self.item = item
        self.sku = sku
        self.units = units
    }

    /// Whether it comes first in the queue: by pledge time, then by entry number.
    public static func isBefore(_ left: DemandLine, _ right: DemandLine) -> Bool {
        left.pledgedAt == right.pledgedAt ? left.pledge < right.pledge : left.pledgedAt < right.pledgedAt
    }
}

/// Units of one SKU in stock or in a run that nobody holds.
public struct SupplySource: Hashable, Sendable {
    /// Index in `definition.skus`.
    public var sku: Int32
    /// 0 or more.
    public var units: Int64

    /// Puts the source together.
    public init(sku: Int32, units: Int64) {
        self.sku = sku
        self.units = units
    }
}

/// Units of a source that cover a line.
public struct Allocation: Hashable, Sendable {
    /// Index in the demand.
    public var line: Int32
    /// Index in the sources; -1: units of its item held back for open units, of no SKU yet.
    public var source: Int32
    /// More than 0.
    public var units: Int64
}

/// Which line is covered by which source, first come first served.
///
/// Lines draw on the sources in their order (stock first, then runs by expected day); a line may be covered
/// in part and by several sources. Open units cannot be allocated to a SKU, but they keep their place: as
/// many units of their item are held back from everyone after them in the queue, so that choosing later never
/// costs a place.
public struct SupplyAllocation: Hashable, Sendable {
    /// In the order of the queue.
    public private(set) var allocations: [Allocation] = []
    /// Units not covered, by SKU.
    public private(set) var short: [Int64]
    /// Open units not covered, by item.
    public private(set) var shortOpen: [Int64]
    /// Open units for which units are held back, by item.
    public private(set) var heldBack: [Int64]
    /// Units left in each source; those held back for open units are among them.
    public private(set) var left: [Int64]

    /// Covers the demand.
    ///
    /// - Parameters:
    ///   - demand: In the order of the queue (`DemandLine.isBefore`), and only lines that may have a slot
    ///     (paid, or their deposit paid). Lines of unknown SKUs or items are passed over.
    ///   - sources: In the order in which they are used.
    ///   - itemOfSKU: From `PledgeUnits`.
    ///   - itemCount: `definition.items.count`.
    /// - Complexity: O(demand + sources).
    public init(demand: [DemandLine], sources: [SupplySource], itemOfSKU: [Int], itemCount: Int) {
        short = Array(repeating: 0, count: itemOfSKU.count)
        shortOpen = Array(repeating: 0, count: itemCount)
        heldBack = Array(repeating: 0, count: itemCount)
        left = sources.map { max($0.units, 0) }
        var bySKU = [[Int]](repeating: [], count: itemOfSKU.count)
        var free = [Int64](repeating: 0, count: itemCount)
        for (index, source) in sources.enumerated() where source.sku >= 0 && source.sku < itemOfSKU.count {
            bySKU[Int(source.sku)].append(index)
            free[itemOfSKU[Int(source.sku)]] += left[index]
        }
        var cursors = [Int](repeating: 0, count: itemOfSKU.count)
        allocations.reserveCapacity(demand.count)
        for (index, line) in demand.enumerated() where line.units > 0 {
            if line.sku >= 0, line.sku < itemOfSKU.count {
                let sku = Int(line.sku)
                let item = itemOfSKU[sku]
                let allowed = min(line.units, free[item])
                let covered = cover(Int32(index), allowed, by: bySKU[sku], from: &cursors[sku])
                free[item] -= covered
                short[sku] += line.units - covered
            } else if line.sku < 0, line.item >= 0, line.item < itemCount {
                let item = Int(line.item)
                let held = min(line.units, free[item])
                free[item] -= held
                heldBack[item] += held
                shortOpen[item] += line.units - held
                if held > 0 { allocations.append(Allocation(line: Int32(index), source: -1, units: held)) }
            }
        }
    }

    private mutating func cover(
        _ line: Int32, _ units: Int64, by sources: [Int], from cursor: inout Int
    ) -> Int64 {
        var needed = units
        while needed > 0, cursor < sources.count {
            let source = sources[cursor]
            let taken = min(needed, left[source])
            if taken > 0 {
                left[source] -= taken
                needed -= taken
                allocations.append(Allocation(line: line, source: Int32(source), units: taken))
            }
            if left[source] == 0 { cursor += 1 }
        }
        return units - needed
    }
}

import Accounting
import Crowdfunding
import Storage

/// What an import needs to know of the pledges that are in the book already.
///
/// Read once before it begins; for a small file in a large book the keys are asked for one by one instead.
struct ImportKeys {
    /// Asked for keys that are not in the indices; `nil` where the indices have them all.
    let book: BookKeys?
    var pledges: PledgeKeyIndex
    var backers: KeyIndex
    /// Refused sales that were counted as missed.
    var missed: KeyIndex
    var held: HeldByBackers
    var lastBacker: Int64
    var tierNumbers: [String: Int64]
    var promotionNumbers: [String: Int64]

    init(_ campaign: LoadedCampaign, oneByOne: Bool, in records: Records) throws {
        let number = campaign.record.number
        let readsAll = campaign.record.firstPledge != nil && !oneByOne
        let expected = readsAll ? Int(clamping: campaign.record.head) : 0
        var pledges = PledgeKeyIndex(capacity: expected)
        var backers = KeyIndex(capacity: expected)
        var missed = KeyIndex()
        if readsAll {
            try records.forEachPledgeKey(campaign: number) { pledges.insert($0, number: $1, content: $2) }
            try records.forEachBackerKey(campaign: number) { backers.insert($0, number: $1) }
        }
        if !oneByOne { try records.forEachMissedSale(campaign: number) { missed.insert($0, number: 1) } }
        book = oneByOne ? BookKeys(records: records, campaign: number) : nil
        self.missed = missed
        self.pledges = pledges
        self.backers = backers
        lastBacker = try records.lastBacker(campaign: number)
        tierNumbers = try records.offerNumbers(.tier, campaign: number)
        promotionNumbers = try records.offerNumbers(.promotion, campaign: number)
        held = HeldByBackers(campaign.definition, tierNumbers: tierNumbers, lastBacker: lastBacker)
        if readsAll { try held.countEverybody(number, in: records) }
    }
}

/// Looks up single keys, on the thread that holds the transaction.
struct BookKeys {
    let records: Records
    let campaign: Int64

    /// Whether looking up each row's keys is less work than reading all keys of the book.
    ///
    /// A look-up costs some ten times a row that is read, and a row has two keys and some hundred bytes.
    static func areAskedFor(bytes: Int64, in record: CampaignRecord) -> Bool {
        record.firstPledge != nil && bytes <= min(record.head * 4, largest)
    }

    /// What is imported without a second thread is held in memory.
    private static var largest: Int64 { 4 << 20 }

    func pledge(_ hash: Int64) throws -> (number: Int64, content: Int64)? {
        try records.pledgeKey(hash, campaign: campaign)
    }

    func backer(_ hash: Int64) throws -> Int64? { try records.backerKey(hash, campaign: campaign) }

    func isMissed(_ key: Int64) throws -> Bool { try records.isMissedSale(key, campaign: campaign) }
}

/// Hashes of new rows' keys, which come in no order: parted by their first byte as they come and sorted part
/// by part at the end, so that the book's tables of keys are written in one pass while the next is sorted.
struct KeyRuns {
    private var parts: [[Int64]] = Array(repeating: [], count: 256)
    private var count = 0
    private static var most: Int { 1_048_576 }
    /// What is worth a write of its own.
    private static var least: Int { 4_096 }

    /// There are so many that they should be written before more come.
    var isFull: Bool { count >= Self.most }

    @inline(__always)
    mutating func append(_ hash: Int64) {
        parts[Int(truncatingIfNeeded: (hash >> 56) + 128)].append(hash)
        count += 1
    }

    /// Gives them all away in their order, some thousand at a time; those of a small import at once.
    mutating func drain(_ body: ([Int64]) throws -> Void) rethrows {
        var run: [Int64] = []
        for index in parts.indices {
            parts[index].sort()
            run += parts[index]
            parts[index] = []
            guard run.count >= Self.least else { continue }
            try body(run)
            run.removeAll(keepingCapacity: true)
        }
        if !run.isEmpty { try body(run) }
        count = 0
    }
}

/// The ids of what orders name by index, as the signed detail and the book's rows write them.
struct OfferWords {
    let tierNumbers: [Int32]
    let promotionNumbers: [Int32]
    private let tiers: [[UInt8]]
    private let addOns: [String]
    private let skus: [String]
    private let promotions: [[UInt8]]

    init(_ definition: CampaignDefinition, tierNumbers: [String: Int64], promotionNumbers: [String: Int64]) {
        self.tierNumbers = definition.tiers.map { Int32(tierNumbers[$0.id] ?? -1) }
        self.promotionNumbers = definition.promotions.map { Int32(promotionNumbers[$0.code] ?? -1) }
        tiers = definition.tiers.map { Array($0.id.utf8) }
        addOns = definition.addOns.map(\.id)
        skus = definition.skus
        promotions = definition.promotions.map { Array($0.code.utf8) }
    }

    func row(for line: OrderLine, pledge: Int64) -> LineRow {
        LineRow(
            pledge: pledge, kind: line.role == .addOn ? 1 : 2,
            id: line.role == .addOn ? addOns[Int(line.index)] : skus[Int(line.index)],
            quantity: Int64(line.quantity))
    }

    /// `tier=standard;qty=1;add=bulb:2;bonus=500;to=ES;via=2;at=1772616600`: with the parts, all that replays
    /// a pledge.
    func writeDetail(
        of order: PledgeOrder, _ lines: ArraySlice<OrderLine>, _ placed: Placement, into bytes: inout [UInt8]
    ) {
        if order.tier >= 0 {
            bytes.append(contentsOf: "tier=".utf8)
            bytes.append(contentsOf: tiers[Int(order.tier)])
            bytes.append(UInt8(ascii: ";"))
        }
        bytes.append(contentsOf: "qty=".utf8)
        appendDecimal(order.quantity, to: &bytes)
        write(lines, .addOn, ";add=", into: &bytes)
        write(lines, .choice, ";choice=", into: &bytes)
        if order.promotion >= 0 {
            bytes.append(contentsOf: ";promo=".utf8)
            bytes.append(contentsOf: promotions[Int(order.promotion)])
        }
        if placed.price.bonus > 0 {
            bytes.append(contentsOf: ";bonus=".utf8)
            appendDecimal(placed.price.bonus, to: &bytes)
        }
        if order.country != 0 {
            bytes.append(contentsOf: ";to=".utf8)
            bytes.append(UInt8(truncatingIfNeeded: order.country >> 8))
            bytes.append(UInt8(truncatingIfNeeded: order.country))
        }
        bytes.append(contentsOf: ";via=".utf8)
        appendDecimal(Int64(order.gateway), to: &bytes)
        bytes.append(contentsOf: ";at=".utf8)
        appendDecimal(order.pledgedAt.seconds, to: &bytes)
    }

    private func write(
        _ lines: ArraySlice<OrderLine>, _ role: OrderLine.Role, _ key: StaticString, into bytes: inout [UInt8]
    ) {
        var isFirst = true
        for line in lines where line.role == role {
            if isFirst {
                key.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(UInt8(ascii: ","))
            }
            isFirst = false
            bytes.append(contentsOf: (role == .addOn ? addOns[Int(line.index)] : skus[Int(line.index)]).utf8)
            bytes.append(UInt8(ascii: ":"))
            appendDecimal(Int64(line.quantity), to: &bytes)
        }
    }
}

/// Digits without a String.
@inline(__always)
func appendDecimal(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
        var start = 20
        repeat {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        } while rest > 0
        bytes.append(contentsOf: digits[start..<20])
    }
}

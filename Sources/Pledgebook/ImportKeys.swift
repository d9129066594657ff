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

/// The ids of what orders name by index, as the signed detail and the book's rows write them.
///
/// A class, so that a row does not count the users of each of its arrays up and down.
final class OfferWords: Sendable {
    let tierNumbers: [Int32]
    let promotionNumbers: [Int32]
    private let tiers: [[UInt8]]
    private let addOns: [String]
    private let skus: [String]
    /// The same in bytes.
    private let addOnBytes: [[UInt8]]
    private let skuBytes: [[UInt8]]
    private let promotions: [[UInt8]]
    /// How many bytes the longest of them has.
    private let longest: Int

    init(_ definition: CampaignDefinition, tierNumbers: [String: Int64], promotionNumbers: [String: Int64]) {
        self.tierNumbers = definition.tiers.map { Int32(tierNumbers[$0.id] ?? -1) }
        self.promotionNumbers = definition.promotions.map { Int32(promotionNumbers[$0.code] ?? -1) }
        tiers = definition.tiers.map { Array($0.id.utf8) }
        addOns = definition.addOns.map(\.id)
        skus = definition.skus
        addOnBytes = addOns.map { Array($0.utf8) }
        skuBytes = skus.map { Array($0.utf8) }
        promotions = definition.promotions.map { Array($0.code.utf8) }
        longest = [tiers, addOnBytes, skuBytes, promotions].joined().map(\.count).max() ?? 0
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
        // For the tier, the promotion and the numbers; for each line its id, its number and a word.
        let room = 2 * longest + 160 + lines.count * (longest + 32)
        bytes.append(addingCapacity: room) { text in
            if order.tier >= 0 {
                text.write("tier=")
                text.write(tiers[Int(order.tier)])
                text.write(";")
            }
            text.write("qty=")
            text.write(order.quantity)
            write(lines, .addOn, addOnBytes, ";add=", to: &text)
            write(lines, .choice, skuBytes, ";choice=", to: &text)
            if order.promotion >= 0 {
                text.write(";promo=")
                text.write(promotions[Int(order.promotion)])
            }
            if placed.price.bonus > 0 {
                text.write(";bonus=")
                text.write(placed.price.bonus)
            }
            if order.country != 0 {
                text.write(";to=")
                text.append(UInt8(truncatingIfNeeded: order.country >> 8))
                text.append(UInt8(truncatingIfNeeded: order.country))
            }
            text.write(";via=")
            text.write(Int64(order.gateway))
            text.write(";at=")
            text.write(order.pledgedAt.seconds)
        }
    }

    private func write(
        _ lines: ArraySlice<OrderLine>, _ role: OrderLine.Role, _ ids: [[UInt8]], _ key: StaticString,
        to text: inout OutputSpan<UInt8>
    ) {
        var word = key
        for line in lines where line.role == role {
            text.write(word)
            text.write(ids[Int(line.index)])
            text.write(":")
            text.write(Int64(line.quantity))
            word = ","
        }
    }
}

extension OutputSpan<UInt8> {
    @inline(__always)
    fileprivate mutating func write(_ word: StaticString) {
        word.withUTF8Buffer { for byte in $0 { append(byte) } }
    }

    @inline(__always)
    fileprivate mutating func write(_ word: [UInt8]) {
        for byte in word { append(byte) }
    }

    /// Digits without a String.
    fileprivate mutating func write(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            } while rest > 0
            for index in start..<20 { append(digits[index]) }
        }
    }
}

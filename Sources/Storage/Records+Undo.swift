public import Crowdfunding
import GRDB
import GRDBSQLite

/// What taking an import back asks of a window of pledges, read at once.
public struct PledgeFacts: Sendable {
    /// By number.
    public internal(set) var pledges: [Int64: PledgeRecord] = [:]
    /// Every entry about a pledge, in order, its placing first.
    public internal(set) var entries: [Int64: [JournalEntry]] = [:]
    /// The first payments, whatever requests are open; none where nothing has happened.
    public internal(set) var payments: [Int64: Payment] = [:]
    /// Pledges of which a parcel has left.
    public internal(set) var shipped: Set<Int64> = []
    /// Pledges that have a further payment.
    public internal(set) var further: Set<Int64> = []

    /// Nothing is known.
    public init() {}
}

extension Records {
    /// The facts of pledges whose numbers lie close together.
    public func facts(of numbers: [Int64], campaign: Int64) throws -> PledgeFacts {
        var facts = PledgeFacts()
        guard let first = numbers.min(), let last = numbers.max() else { return facts }
        let wanted = Set(numbers)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT * FROM pledge WHERE campaign = $1 AND number BETWEEN $2 AND $3"),
            arguments: [campaign, first, last])
        while let row = try rows.next() {
            let pledge = try pledge(from: row)
            if wanted.contains(pledge.number) { facts.pledges[pledge.number] = pledge }
        }
        try forEachRawRow(Self.placingsInRange, campaign, first, last) { row in
            let entry = try entry(from: row).entry
            guard let pledge = entry.pledge, wanted.contains(pledge) else { return }
            facts.entries[pledge] = [entry]
        }
        let sorted = wanted.sorted()
        for (pledge, later) in zip(sorted, try laterEntries(campaign: campaign, pledges: sorted)) {
            facts.entries[pledge, default: []] += later
        }
        let payments = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT * FROM payment WHERE campaign = $1 AND pledge BETWEEN $2 AND $3"),
            arguments: [campaign, first, last])
        while let row = try payments.next() {
            let pledge: Int64 = try row.value("pledge")
            let instalment: Int64 = try row.value("instalment")
            if instalment > 1 {
                facts.further.insert(pledge)
            } else if wanted.contains(pledge) {
                facts.payments[pledge] = try payment(from: row, operation: nil)
            }
        }
        try forEachRawRow(
            """
            SELECT pledge FROM allocation WHERE campaign = $1 AND pledge BETWEEN $2 AND $3 AND shipped > 0
            """, campaign, first, last
        ) { facts.shipped.insert(sqlite3_column_int64($0, 0)) }
        return facts
    }

    /// Gives back the places that pledges held, whose numbers lie close together.
    public func releasePlaces(of pledges: [PledgeRecord], campaign: Int64) throws {
        var numbered: [OfferKind: [Int: Int64]] = [:]
        var addOns: [String: Int64] = [:]
        for pledge in pledges {
            if let tier = pledge.tier { numbered[.tier, default: [:]][tier, default: 0] += pledge.quantity }
            if let promotion = pledge.promotion {
                numbered[.promotion, default: [:]][promotion, default: 0] += 1
            }
        }
        let wanted = Set(pledges.map(\.number))
        guard let first = wanted.min(), let last = wanted.max() else { return }
        try forEachLine(campaign: campaign, from: first, to: last) { pledge, line, units in
            if line.kind == 1, wanted.contains(pledge) { addOns[line.id, default: 0] += units }
        }
        for (kind, counts) in numbered {
            for (number, count) in counts {
                try movePlaces(of: kind, "number", number, by: -count, campaign: campaign)
            }
        }
        for (id, count) in addOns {
            try movePlaces(of: .addOn, "id", id, by: -count, campaign: campaign)
        }
    }

    /// Forgets what the last imported rows of pledges said: each is compared again, whatever it says.
    ///
    /// `keys`: the keyed hash of what each is known by.
    public func forgetContents(_ keys: [(hash: Int64, pledge: Int64)], campaign: Int64) throws {
        let update = "UPDATE pledge_key SET content = 0 WHERE campaign = $1 AND hash = $2 AND number = $3"
        for key in keys { try forEachRawRow(update, campaign, key.hash, key.pledge) { _ in } }
    }
}

public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// A pledge as production sees it: what it asks for, what was paid, and which units it holds.
public struct QueuedPledge: Sendable {
    /// The number of the entry that placed it.
    public var number: Int64
    /// The offer's number among the tiers, `nil` for no reward.
    public var tier: Int?
    /// Of the tier.
    public var quantity: Int64
    /// When it was pledged.
    public var placedAt: Timestamp
    /// Where it stands.
    public var state: PledgeState
    /// What is due, minor units.
    public var total: Int64
    /// Sums over its payments, minor units.
    public var captured: Int64
    /// Given back.
    public var refunded: Int64
    /// To be given back.
    public var committed: Int64
    /// In open disputes.
    public var disputed: Int64
    /// In lost disputes.
    public var lost: Int64
    /// Add-ons and choices.
    public var lines: [LineRow]
    /// The units that it holds.
    public var allocations: [AllocationRecord]

    /// What is neither given back, committed nor lost.
    public var held: Int64 { captured - refunded - committed - lost }
}

/// A pledge that contains no item: delivered when the campaign succeeds.
public struct ItemlessPledge: Hashable, Sendable {
    /// The number of the entry that placed it.
    public var number: Int64
    /// As receipts print it.
    public var reference: String
    /// What is due, minor units; bonus lies in goods.
    public var parts: EntryParts
    /// Whether it was paid once, in full, and nothing else has happened or is under way.
    public var isSimplyPaid: Bool
}

extension Records {
    /// Calls `body` with every pledge of a campaign, whatever its state, in the order of the numbers.
    ///
    /// Four cursors run side by side, so that nothing is held that `body` does not keep.
    public func forEachQueuedPledge(campaign: Int64, _ body: (QueuedPledge) throws -> Void) throws {
        let pledges = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, tier, quantity, placed_at, state, goods + shipping + tax + bonus
                FROM pledge WHERE campaign = $1 ORDER BY number
                """, arguments: [campaign])
        let payments = try Row.fetchCursor(
            db,
            sql: """
                SELECT pledge, captured, refunded, committed, disputed, lost
                FROM payment WHERE campaign = $1 ORDER BY pledge, instalment
                """, arguments: [campaign])
        let lines = try Row.fetchCursor(
            db,
            sql: "SELECT pledge, kind, id, quantity FROM line WHERE campaign = $1 ORDER BY pledge, kind, id",
            arguments: [campaign])
        let held = try Row.fetchCursor(
            db,
            sql: """
                SELECT pledge, sku, run, quantity, shipped FROM allocation WHERE campaign = $1
                ORDER BY pledge, sku, run
                """, arguments: [campaign])
        var payment = try payments.next()
        var line = try lines.next()
        var units = try held.next()
        while let row = try pledges.next() {
            var pledge = queuedPledge(from: row)
            while let found = payment, (found[0] as Int64) <= pledge.number {
                if found[0] == pledge.number { add(found, to: &pledge) }
                payment = try payments.next()
            }
            while let found = line, (found[0] as Int64) <= pledge.number {
                if found[0] == pledge.number { pledge.lines.append(queuedLine(from: found)) }
                line = try lines.next()
            }
            while let found = units, (found[0] as Int64) <= pledge.number {
                if found[0] == pledge.number { pledge.allocations.append(queuedUnits(from: found)) }
                units = try held.next()
            }
            try body(pledge)
        }
    }

    private func queuedLine(from row: Row) -> LineRow {
        LineRow(pledge: row[0], kind: row[1], id: row[2], quantity: row[3])
    }

    private func queuedUnits(from row: Row) -> AllocationRecord {
        AllocationRecord(pledge: row[0], sku: row[1], run: row[2], quantity: row[3], shipped: row[4])
    }

    /// One pledge as production sees it, or `nil`.
    public func queuedPledge(campaign: Int64, number: Int64) throws -> QueuedPledge? {
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT number, tier, quantity, placed_at, state, goods + shipping + tax + bonus
                    FROM pledge WHERE campaign = $1 AND number = $2
                    """, arguments: [campaign, number])
        else { return nil }
        var pledge = queuedPledge(from: row)
        for payment in try payments(campaign: campaign, pledge: number).map(\.payment) {
            pledge.captured += payment.captured
            pledge.refunded += payment.refunded
            pledge.committed += payment.committed
            pledge.disputed += payment.disputed
            pledge.lost += payment.lost
        }
        pledge.lines = try lines(campaign: campaign, pledge: number)
        pledge.allocations = try allocations(campaign: campaign, pledge: number)
        return pledge
    }

    /// Placed pledges without add-on or tier that contains an item, after `number`, in order.
    ///
    /// `tiers` are the numbers of those that contain nothing, `addOns` the ids of those that contain an item.
    ///
    /// - Throws: `BookError`.
    public func itemlessPledges(
        campaign: Int64, after number: Int64, limit: Int, tiers: [Int], addOns: [String]
    ) throws -> [ItemlessPledge] {
        let empty = tiers.map(String.init).joined(separator: ",")
        // Ids match [A-Za-z0-9_-]: they need no escaping.
        let making = addOns.map { "'\($0)'" }.joined(separator: ",")
        var pledges: [ItemlessPledge] = []
        try forEachRawRow(
            """
            SELECT p.number, p.reference, p.goods + p.bonus, p.shipping, p.tax,
              EXISTS (SELECT 1 FROM payment m WHERE m.campaign = p.campaign
                AND m.pledge = p.number AND m.instalment = 1 AND m.state = $1
                AND m.captured = p.goods + p.shipping + p.tax + p.bonus
                AND m.refunded + m.committed + m.lost + m.disputed = 0) AS simply
            FROM pledge p WHERE campaign = $2 AND number > $3 AND state = 1
              AND (tier IS NULL OR tier IN (\(empty)))
              AND NOT EXISTS (SELECT 1 FROM line l WHERE l.campaign = p.campaign AND l.pledge = p.number
                AND l.kind = 1 AND l.id IN (\(making)))
            ORDER BY number LIMIT $4
            """, Int64(PaymentState.captured.rawValue), campaign, number, Int64(limit)
        ) { row in
            pledges.append(
                ItemlessPledge(
                    number: sqlite3_column_int64(row, 0),
                    reference: sqlite3_column_text(row, 1).map { String(cString: $0) } ?? "",
                    parts: EntryParts(
                        goods: sqlite3_column_int64(row, 2), shipping: sqlite3_column_int64(row, 3),
                        tax: sqlite3_column_int64(row, 4)), isSimplyPaid: sqlite3_column_int(row, 5) != 0))
        }
        return pledges
    }

    /// Units of each SKU of each run that have been shipped; the run of stock is empty.
    public func shippedUnits(campaign: Int64) throws -> [(run: String, sku: String, shipped: Int64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT run, sku, CAST(SUM(shipped) AS INTEGER) FROM allocation WHERE campaign = $1
                GROUP BY run, sku ORDER BY run, sku
                """, arguments: [campaign]
        ).map { ($0[0], $0[1], $0[2]) }
    }

    private func queuedPledge(from row: Row) -> QueuedPledge {
        QueuedPledge(
            number: row[0], tier: row[1], quantity: row[2], placedAt: Timestamp(seconds: row[3]),
            state: PledgeState(rawValue: row[4]) ?? .placed, total: row[5], captured: 0, refunded: 0,
            committed: 0,
            disputed: 0, lost: 0, lines: [], allocations: [])
    }

    private func add(_ row: Row, to pledge: inout QueuedPledge) {
        pledge.captured += row[1]
        pledge.refunded += row[2]
        pledge.committed += row[3]
        pledge.disputed += row[4]
        pledge.lost += row[5]
    }
}

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
    /// What it counts as where its first payment paid it in full and nothing else has happened to that one;
    /// `nil` where it did not.
    public var paid: PledgeCount?
}

extension Records {
    /// Calls `body` with every pledge of a campaign, whatever its state, in the order of the numbers.
    ///
    /// Four cursors run side by side, so that nothing is held that `body` does not keep.
    public func forEachQueuedPledge(campaign: Int64, _ body: (QueuedPledge) throws -> Void) throws {
        let pledges = try RawCursor(
            db,
            """
            SELECT number, tier, quantity, placed_at, state, goods + shipping + tax + bonus
            FROM pledge WHERE campaign = $1 ORDER BY number
            """, campaign)
        let payments = try RawCursor(
            db,
            """
            SELECT pledge, captured, refunded, committed, disputed, lost
            FROM payment WHERE campaign = $1 ORDER BY pledge, instalment
            """, campaign)
        let lines = try RawCursor(
            db,
            "SELECT pledge, kind, id, quantity FROM line WHERE campaign = $1 ORDER BY pledge, kind, id",
            campaign)
        let held = try RawCursor(
            db,
            """
            SELECT pledge, sku, run, quantity, shipped FROM allocation WHERE campaign = $1
            ORDER BY pledge, sku, run
            """, campaign)
        var hasPayment = try payments.next()
        var hasLine = try lines.next()
        var hasUnits = try held.next()
        while try pledges.next() {
            var pledge = queuedPledge(from: pledges)
            while hasPayment, payments.integer(0) <= pledge.number {
                if payments.integer(0) == pledge.number { add(payments, to: &pledge) }
                hasPayment = try payments.next()
            }
            while hasLine, lines.integer(0) <= pledge.number {
                if lines.integer(0) == pledge.number { pledge.lines.append(queuedLine(from: lines)) }
                hasLine = try lines.next()
            }
            while hasUnits, held.integer(0) <= pledge.number {
                if held.integer(0) == pledge.number { pledge.allocations.append(queuedUnits(from: held)) }
                hasUnits = try held.next()
            }
            try body(pledge)
        }
    }

    private func queuedLine(from row: RawCursor) -> LineRow {
        LineRow(
            pledge: row.integer(0), kind: Int(row.integer(1)), id: row.text(2), quantity: row.integer(3))
    }

    private func queuedUnits(from row: RawCursor) -> AllocationRecord {
        AllocationRecord(
            pledge: row.integer(0), sku: row.text(1), run: row.text(2), quantity: row.integer(3),
            shipped: row.integer(4))
    }

    /// One pledge as production sees it, or `nil`.
    public func queuedPledge(campaign: Int64, number: Int64) throws -> QueuedPledge? {
        let row = try RawCursor(
            db,
            """
            SELECT number, tier, quantity, placed_at, state, goods + shipping + tax + bonus
            FROM pledge WHERE campaign = $1 AND number = $2
            """, campaign, number)
        guard try row.next() else { return nil }
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
        var pledges: [ItemlessPledge] = []
        // Most pledges have items and are as they were placed: those cost one look each.
        let unchanged =
            "\(Self.itemless(tiers, addOns, of: "p", from: "placing p")) AND \(ChangedPledgeSQL.isUnchanged)"
        let changed = Self.itemless(
            tiers, addOns, of: "c",
            from: "changed_pledge c JOIN placing p ON p.campaign = c.campaign AND p.number = c.number")
        try forEachRawRow(
            "\(unchanged) UNION ALL \(changed) ORDER BY 1 LIMIT $4",
            Int64(PaymentState.captured.rawValue), campaign, number, Int64(limit)
        ) { row in
            pledges.append(
                ItemlessPledge(
                    number: sqlite3_column_int64(row, 0),
                    reference: sqlite3_column_text(row, 1).map { String(cString: $0) } ?? "",
                    parts: EntryParts(
                        goods: sqlite3_column_int64(row, 2), shipping: sqlite3_column_int64(row, 3),
                        tax: sqlite3_column_int64(row, 4)),
                    paid: sqlite3_column_int(row, 5) == 0 ? nil : PledgeCount(paid: row)))
        }
        return pledges
    }

    /// Number, reference and parts of placed pledges of `source` without items, whose terms `pledge` names;
    /// and whether they are paid and nothing else has happened.
    private static func itemless(
        _ tiers: [Int], _ addOns: [String], of pledge: String, from source: String
    ) -> String {
        let empty = tiers.map(String.init).joined(separator: ",")
        // Ids match [A-Za-z0-9_-]: they need no escaping.
        let making = addOns.map { "'\($0)'" }.joined(separator: ",")
        let t = pledge
        return """
            SELECT \(t).number, p.reference, \(t).goods + \(t).bonus, \(t).shipping, \(t).tax,
              EXISTS (SELECT 1 FROM payment m WHERE m.campaign = \(t).campaign
                AND m.pledge = \(t).number AND m.instalment = 1 AND m.state = $1
                AND m.captured = \(t).goods + \(t).shipping + \(t).tax + \(t).bonus
                AND m.refunded + m.committed + m.lost + m.disputed = 0) AS simply,
              \(t).tier, p.gateway, \(t).quantity
            FROM \(source) WHERE \(t).campaign = $2 AND \(t).number > $3 AND \(t).state = 1
              AND (\(t).tier IS NULL OR \(t).tier IN (\(empty)))
              AND NOT EXISTS (SELECT 1 FROM line l WHERE l.campaign = \(t).campaign
                AND l.pledge = \(t).number AND l.kind = 1 AND l.id IN (\(making)))
            """
    }

    /// Units of each SKU of each run that have been shipped; the run of stock is empty.
    public func shippedUnits(campaign: Int64) throws -> [(run: String, sku: String, shipped: Int64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT run, sku, CAST(SUM(shipped) AS INTEGER) FROM allocation WHERE campaign = $1
                GROUP BY run, sku ORDER BY run, sku
                """, arguments: [campaign]
        ).map { try ($0.value(at: 0), $0.value(at: 1), $0.value(at: 2)) }
    }

    private func queuedPledge(from row: RawCursor) -> QueuedPledge {
        QueuedPledge(
            number: row.integer(0), tier: row.isNull(1) ? nil : Int(row.integer(1)),
            quantity: row.integer(2), placedAt: Timestamp(seconds: row.integer(3)),
            state: PledgeState(rawValue: Int(row.integer(4))) ?? .placed, total: row.integer(5),
            captured: 0, refunded: 0, committed: 0, disputed: 0, lost: 0, lines: [], allocations: [])
    }

    private func add(_ row: RawCursor, to pledge: inout QueuedPledge) {
        pledge.captured += row.integer(1)
        pledge.refunded += row.integer(2)
        pledge.committed += row.integer(3)
        pledge.disputed += row.integer(4)
        pledge.lost += row.integer(5)
    }
}

extension PledgeCount {
    /// Of a row of `itemlessPledges` that is placed and paid.
    fileprivate init(paid row: OpaquePointer) {
        self.init()
        key.tier = sqlite3_column_type(row, 6) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 6)
        key.gateway = sqlite3_column_int64(row, 7)
        quantity = sqlite3_column_int64(row, 8)
        amount = (2...4).reduce(0) { $0 + sqlite3_column_int64(row, $1) }
        var payment = Payment()
        payment.authorized = amount
        payment.captured = amount
        self = paying(payment)
    }
}

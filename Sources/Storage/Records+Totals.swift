import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// How pledges and payments in one state add up.
public struct PledgeTotal: Hashable, Sendable {
    /// Where these pledges stand.
    public var state: PledgeState
    /// `nil`: nothing has happened to the payment.
    public var payment: PaymentState?
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int
    /// The offer's number among the tiers, `nil` for no reward.
    public var tier: Int?
    /// How many pledges.
    public var count: Int64
    /// Tiers taken.
    public var quantity: Int64
    /// What they promise, minor units.
    public var amount: Int64
    /// The sums of the payments' own amounts, in minor units.
    public var captured: Int64
    /// Paid back.
    public var refunded: Int64
    /// To be paid back.
    public var committed: Int64
    /// Held by open disputes.
    public var disputed: Int64
    /// Taken by lost disputes.
    public var lost: Int64

    /// Totals put together elsewhere; amounts are minor units.
    public init(
        state: PledgeState, payment: PaymentState?, gateway: Int, tier: Int? = nil, count: Int64,
        quantity: Int64,
        amount: Int64, captured: Int64 = 0, refunded: Int64 = 0, committed: Int64 = 0, disputed: Int64 = 0,
        lost: Int64 = 0
    ) {
        self.state = state
        self.payment = payment
        self.gateway = gateway
        self.tier = tier
        self.count = count
        self.quantity = quantity
        self.amount = amount
        self.captured = captured
        self.refunded = refunded
        self.committed = committed
        self.disputed = disputed
        self.lost = lost
    }

    /// Neither canceled nor dropped.
    public var isHeld: Bool { state == .placed || state == .delivered }
    /// Something of what was collected is still there.
    public var isCollected: Bool { captured - refunded - committed - lost > 0 }
}

extension Records {
    /// Pledges and payments by their states, gateway and tier: one pass over the pledges, in no particular
    /// order.
    ///
    /// SQLite would sort a million rows for a GROUP BY; a small dictionary needs no order.
    public func totals(campaign: Int64) throws -> [PledgeTotal] {
        var totals: [TotalKey: PledgeTotal] = [:]
        try forEachRawRow(
            """
            SELECT p.state, m.state, p.gateway, p.tier, p.quantity, p.goods + p.shipping + p.tax + p.bonus,
              m.captured, m.refunded, m.committed, m.disputed, m.lost
            FROM pledge p LEFT JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
              AND m.instalment = 1
            WHERE p.campaign = $1
            """, campaign
        ) { row in
            let key = TotalKey(
                state: sqlite3_column_int(row, 0),
                payment: sqlite3_column_type(row, 1) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 1),
                gateway: sqlite3_column_int(row, 2),
                tier: sqlite3_column_type(row, 3) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 3))
            let empty = PledgeTotal(
                state: PledgeState(rawValue: Int(key.state)) ?? .placed,
                payment: PaymentState(rawValue: Int(key.payment)), gateway: Int(key.gateway),
                tier: key.tier < 0 ? nil : Int(key.tier), count: 0, quantity: 0, amount: 0, captured: 0,
                refunded: 0,
                committed: 0, disputed: 0, lost: 0)
            totals[key, default: empty].add(row)
        }
        return totals.keys.sorted().compactMap { totals[$0] }
    }

    /// Units of each add-on on pledges that are neither canceled nor dropped; of collected ones only, where
    /// asked.
    public func addOnTotals(campaign: Int64, collectedOnly: Bool) throws -> [String: Int64] {
        let collected =
            collectedOnly
            ? """
             AND EXISTS (SELECT 1 FROM payment m WHERE m.campaign = p.campaign AND m.pledge = p.number
               AND m.captured - m.refunded - m.committed - m.lost > 0)
            """ : ""
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT l.id, CAST(SUM(l.quantity) AS INTEGER) FROM line l
                JOIN pledge p ON p.campaign = l.campaign AND p.number = l.pledge
                WHERE l.campaign = $1 AND l.kind = 1 AND p.state IN (1, 4)\(collected) GROUP BY l.id
                """, arguments: [campaign])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int64) })
    }

    /// Steps through a query with one integer argument, without making a value of each row.
    func forEachRawRow(_ sql: String, _ argument: Int64, _ body: (OpaquePointer) throws -> Void) throws {
        guard let connection = db.sqliteConnection else {
            throw BookError.storage(reason: "the connection is closed")
        }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw BookError.storage(reason: String(cString: sqlite3_errmsg(connection)))
        }
        defer { sqlite3_finalize(statement) }
        sqlite3_bind_int64(statement, 1, argument)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(statement)
            case SQLITE_DONE: return
            default: throw BookError.storage(reason: String(cString: sqlite3_errmsg(connection)))
            }
        }
    }
}

private struct TotalKey: Hashable, Comparable {
    var state: Int32
    var payment: Int32
    var gateway: Int32
    var tier: Int32

    static func < (left: TotalKey, right: TotalKey) -> Bool {
        (left.state, left.payment, left.gateway, left.tier) < (
            right.state, right.payment, right.gateway, right.tier
        )
    }
}

extension PledgeTotal {
    fileprivate mutating func add(_ row: OpaquePointer) {
        count += 1
        quantity += sqlite3_column_int64(row, 4)
        amount += sqlite3_column_int64(row, 5)
        captured += sqlite3_column_int64(row, 6)
        refunded += sqlite3_column_int64(row, 7)
        committed += sqlite3_column_int64(row, 8)
        disputed += sqlite3_column_int64(row, 9)
        lost += sqlite3_column_int64(row, 10)
    }
}

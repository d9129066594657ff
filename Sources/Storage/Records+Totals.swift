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
    /// How much of what is due is held.
    public var paid: PaidShare
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
        state: PledgeState, payment: PaymentState?, gateway: Int, tier: Int? = nil,
        paid: PaidShare = .nothing,
        count: Int64, quantity: Int64, amount: Int64, captured: Int64 = 0, refunded: Int64 = 0,
        committed: Int64 = 0, disputed: Int64 = 0,
        lost: Int64 = 0
    ) {
        self.state = state
        self.payment = payment
        self.gateway = gateway
        self.tier = tier
        self.paid = paid
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
    /// Pledges and payments by their states, gateway and tier, in the order of the table's key.
    ///
    /// Kept beside them, so that nobody has to read every pledge.
    public func totals(campaign: Int64) throws -> [PledgeTotal] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT state, payment, gateway, tier, paid, count, quantity, amount, captured, refunded,
                  committed, disputed, lost
                FROM pledge_total WHERE campaign = $1 AND count <> 0
                ORDER BY state, payment, gateway, tier, paid
                """, arguments: [campaign]
        ).map { row in
            try PledgeTotal(
                state: PledgeState(rawValue: row.value(at: 0)) ?? .placed,
                payment: PaymentState(rawValue: row.value(at: 1)),
                gateway: row.value(at: 2), tier: (row.value(at: 3) as Int) < 0 ? nil : row.value(at: 3),
                paid: PaidShare(rawValue: row.value(at: 4)) ?? .nothing, count: row.value(at: 5),
                quantity: row.value(at: 6),
                amount: row.value(at: 7), captured: row.value(at: 8), refunded: row.value(at: 9),
                committed: row.value(at: 10), disputed: row.value(at: 11),
                lost: row.value(at: 12))
        }
    }

    /// What `totals` and `lineTotals` have to say, counted anew: one pass over the pledges, one over their
    /// lines, in no particular order.
    public func countedTotals(campaign: Int64) throws -> (pledges: [PledgeTotal], lines: [LineTotal]) {
        var tally = PledgeTally()
        var keys: [Int64: PledgeCount.Key] = [:]
        let hasLines =
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM line WHERE campaign = $1)", arguments: [campaign])
            == true
        try forEachCount(campaign: campaign) { number, count in
            tally.add(count)
            if hasLines { keys[number] = count.key }
        }
        try forEachLine(campaign: campaign) { number, line, units in
            if let key = keys[number] { tally.add(units, of: line, key) }
        }
        let pledges = tally.sums.filter { $0.sum != .zero }.map { PledgeTotal($0.key, $0.sum) }
        let lines = tally.lines.filter { $0.value != 0 }.map { key, units in
            LineTotal(
                kind: Int(key.kind), id: key.id, state: PledgeState(rawValue: Int(key.state)) ?? .placed,
                paid: PaidShare(rawValue: Int(key.paid)) ?? .nothing, units: units)
        }
        return (pledges, lines)
    }

    /// Units of each add-on on pledges that are neither canceled nor dropped; of collected ones only, where
    /// asked.
    public func addOnTotals(campaign: Int64, collectedOnly: Bool) throws -> [String: Int64] {
        var units: [String: Int64] = [:]
        for total in try lineTotals(campaign: campaign) where total.kind == 1 && total.isHeld {
            if !collectedOnly || total.paid.isCollected { units[total.id, default: 0] += total.units }
        }
        return units
    }

    /// Steps through a statement with integer arguments, without making a value of each row.
    ///
    /// Compiled once and kept: `body` must not run the same query.
    func forEachRawRow(_ sql: String, _ arguments: Int64..., body: (OpaquePointer) throws -> Void) throws {
        let statement = try db.cachedStatement(sql: sql).sqliteStatement
        guard let connection = db.sqliteConnection else {
            throw BookError.storage(reason: "the connection is closed")
        }
        sqlite3_reset(statement)
        defer { sqlite3_reset(statement) }
        for (index, argument) in arguments.enumerated() {
            sqlite3_bind_int64(statement, Int32(index + 1), argument)
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(statement)
            case SQLITE_DONE: return
            default: throw BookError.storage(reason: String(cString: sqlite3_errmsg(connection)))
            }
        }
    }
}

extension PledgeTotal {
    init(_ key: PledgeCount.Key, _ sum: PledgeTally.Sum) {
        self.init(
            state: PledgeState(rawValue: Int(key.state)) ?? .placed,
            payment: PaymentState(rawValue: Int(key.payment)), gateway: Int(key.gateway),
            tier: key.tier < 0 ? nil : Int(key.tier), paid: PaidShare(rawValue: Int(key.paid)) ?? .nothing,
            count: sum.count, quantity: sum.quantity, amount: sum.amount, captured: sum.captured,
            refunded: sum.refunded, committed: sum.committed, disputed: sum.disputed, lost: sum.lost)
    }
}

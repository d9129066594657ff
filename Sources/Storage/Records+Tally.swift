public import Crowdfunding
import GRDB
import GRDBSQLite

/// Units of an add-on or a choice on pledges in one state.
public struct LineTotal: Hashable, Sendable {
    /// 1 add-on, 2 choice.
    public var kind: Int
    /// The add-on's id, or the SKU of the variant.
    public var id: String
    /// Where those pledges stand.
    public var state: PledgeState
    /// How much of what is due on them is held.
    public var paid: PaidShare
    /// Units, more than zero.
    public var units: Int64

    /// The pledges are neither canceled nor dropped.
    public var isHeld: Bool { state == .placed || state == .delivered }
}

/// What pledges add up to, kept beside them (`pledge_total`, `line_total`).
///
/// Whoever changes a pledge, a payment or a line moves the totals in the same transaction.
extension Records {
    /// Units of add-ons and choices by the states of their pledges, in the order of the table's key.
    public func lineTotals(campaign: Int64) throws -> [LineTotal] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT kind, id, state, paid, units FROM line_total WHERE campaign = $1 AND units <> 0
                ORDER BY kind, id, state, paid
                """, arguments: [campaign]
        ).map {
            try LineTotal(
                kind: $0.value(at: 0), id: $0.value(at: 1),
                state: PledgeState(rawValue: $0.value(at: 2)) ?? .placed,
                paid: PaidShare(rawValue: $0.value(at: 3)) ?? .nothing, units: $0.value(at: 4))
        }
    }

    /// Changes pledges, their payments or their lines, and moves the totals with them.
    ///
    /// - Parameters:
    ///   - pledges: The numbers of all pledges that `body` may change, in any order.
    ///   - campaign: The campaign's number in this book.
    ///   - body: The change.
    /// - Throws: `BookError`, and what `body` throws.
    func recounting(_ pledges: [Int64], campaign: Int64, _ body: () throws -> Void) throws {
        var tally = PledgeTally()
        try count(pledges, sign: -1, campaign: campaign, into: &tally)
        try body()
        try count(pledges, sign: 1, campaign: campaign, into: &tally)
        try merge(tally, campaign: campaign)
    }

    /// Moves the totals of pledges that are about to go to another state, and nothing else of them.
    func countMoving(_ pledges: [Int64], to state: PledgeState, campaign: Int64) throws {
        var tally = PledgeTally()
        try count(pledges, sign: -1, movingTo: Int64(state.rawValue), campaign: campaign, into: &tally)
        try merge(tally, campaign: campaign)
    }

    /// The same, where it is known what each pledge counts as; they are in order.
    func countMoving(
        _ pledges: [(number: Int64, count: PledgeCount)], to state: PledgeState, campaign: Int64
    ) throws {
        guard let first = pledges.first?.number, let last = pledges.last?.number else { return }
        var tally = PledgeTally()
        for (_, count) in pledges {
            tally.add(count, sign: -1)
            tally.add(count.moved(to: state))
        }
        var next = 0
        try forEachLine(campaign: campaign, from: first, to: last) { pledge, line, units in
            while next < pledges.count, pledges[next].number < pledge { next += 1 }
            guard next < pledges.count, pledges[next].number == pledge else { return }
            let count = pledges[next].count
            tally.add(-units, of: line, count.key)
            tally.add(units, of: line, count.moved(to: state).key)
        }
        try merge(tally, campaign: campaign)
    }

    private func count(
        _ pledges: [Int64], sign: Int64, movingTo state: Int64? = nil, campaign: Int64,
        into tally: inout PledgeTally
    ) throws {
        try forEachRange(of: pledges) { first, last, wanted in
            var keys: [Int64: PledgeCount.Key] = [:]
            try forEachCount(campaign: campaign, from: first, to: last) { number, count in
                guard wanted.isEmpty || wanted.contains(number) else { return }
                tally.add(count, sign: sign)
                keys[number] = count.key
                guard let state else { return }
                var moved = count
                moved.key.state = state
                tally.add(moved)
            }
            try forEachLine(campaign: campaign, from: first, to: last) { number, line, units in
                guard var key = keys[number] else { return }
                tally.add(sign * units, of: line, key)
                guard let state else { return }
                key.state = state
                tally.add(units, of: line, key)
            }
        }
    }

    /// Numbers that lie close together are read in one pass, the others one by one.
    ///
    /// An empty set stands for all in the range.
    private func forEachRange(
        of pledges: [Int64], _ body: (_ first: Int64, _ last: Int64, _ wanted: Set<Int64>) throws -> Void
    ) throws {
        guard let first = pledges.min(), let last = pledges.max() else { return }
        let wanted = Set(pledges)
        if last - first < Int64(wanted.count) * 8 { return try body(first, last, wanted) }
        for pledge in wanted.sorted() { try body(pledge, pledge, []) }
    }

    /// What each pledge of the range adds to the totals, in the order of the numbers.
    func forEachCount(
        campaign: Int64, from first: Int64 = 0, to last: Int64 = .max,
        _ body: (_ number: Int64, _ count: PledgeCount) throws -> Void
    ) throws {
        var number: Int64 = 0
        var count = PledgeCount()
        try forEachRawRow(
            """
            SELECT p.number, p.tier, p.gateway, p.state, p.quantity, p.goods + p.shipping + p.tax + p.bonus,
              m.instalment, m.state, m.captured, m.refunded, m.committed, m.disputed, m.lost
            FROM pledge p LEFT JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
            WHERE p.campaign = $1 AND p.number BETWEEN $2 AND $3
            ORDER BY p.number, m.instalment
            """, campaign, first, last
        ) { row in
            let next = sqlite3_column_int64(row, 0)
            if next != number {
                if number != 0 {
                    count.settle()
                    try body(number, count)
                }
                number = next
                count = PledgeCount(pledge: row)
            }
            count.add(payment: row)
        }
        guard number != 0 else { return }
        count.settle()
        try body(number, count)
    }

    /// Every line of the range's pledges, in the order of their numbers.
    func forEachLine(
        campaign: Int64, from first: Int64 = 0, to last: Int64 = .max,
        _ body: (_ number: Int64, _ line: (kind: Int64, id: String), _ units: Int64) throws -> Void
    ) throws {
        try forEachRawRow(
            """
            SELECT pledge, kind, id, quantity FROM line WHERE campaign = $1 AND pledge BETWEEN $2 AND $3
            ORDER BY pledge, kind, id
            """, campaign, first, last
        ) { row in
            guard let id = sqlite3_column_text(row, 2) else { return }
            try body(
                sqlite3_column_int64(row, 0), (sqlite3_column_int64(row, 1), String(cString: id)),
                sqlite3_column_int64(row, 3))
        }
    }

    /// Moves the totals by what was gathered.
    func merge(_ tally: PledgeTally, campaign: Int64) throws {
        // Not an upsert: its CHECKs would see a decrease as a row of its own.
        let move = try db.cachedStatement(
            sql: """
                UPDATE pledge_total SET count = count + $1, quantity = quantity + $2, amount = amount + $3,
                  captured = captured + $4, refunded = refunded + $5, committed = committed + $6,
                  disputed = disputed + $7, lost = lost + $8
                WHERE campaign = $9 AND tier = $10 AND gateway = $11 AND state = $12 AND payment = $13
                  AND paid = $14
                """)
        let begin = try db.cachedStatement(
            sql: """
                INSERT INTO pledge_total (count, quantity, amount, captured, refunded, committed, disputed,
                  lost, campaign, tier, gateway, state, payment, paid)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """)
        for (key, sum) in tally.sums where sum != .zero {
            let values: StatementArguments = [
                sum.count, sum.quantity, sum.amount, sum.captured, sum.refunded, sum.committed, sum.disputed,
                sum.lost, campaign, key.tier, key.gateway, key.state, key.payment, key.paid,
            ]
            try move.execute(arguments: values)
            if db.changesCount == 0 { try begin.execute(arguments: values) }
        }
        try mergeLines(tally, campaign: campaign)
    }

    private func mergeLines(_ tally: PledgeTally, campaign: Int64) throws {
        let move = try db.cachedStatement(
            sql: """
                UPDATE line_total SET units = units + $1
                WHERE campaign = $2 AND kind = $3 AND id = $4 AND state = $5 AND paid = $6
                """)
        let begin = try db.cachedStatement(
            sql: """
                INSERT INTO line_total (units, campaign, kind, id, state, paid)
                VALUES ($1, $2, $3, $4, $5, $6)
                """)
        for (key, units) in tally.lines where units != 0 {
            let values: StatementArguments = [units, campaign, key.kind, key.id, key.state, key.paid]
            try move.execute(arguments: values)
            if db.changesCount == 0 { try begin.execute(arguments: values) }
        }
    }
}

extension PledgeCount {
    fileprivate init(pledge row: OpaquePointer) {
        key = Key(
            tier: sqlite3_column_type(row, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 1),
            gateway: sqlite3_column_int64(row, 2), state: sqlite3_column_int64(row, 3))
        quantity = sqlite3_column_int64(row, 4)
        amount = sqlite3_column_int64(row, 5)
    }

    fileprivate mutating func add(payment row: OpaquePointer) {
        let instalment = sqlite3_column_int64(row, 6)
        guard instalment != 0 else { return }
        if instalment == 1 { key.payment = sqlite3_column_int64(row, 7) }
        captured += sqlite3_column_int64(row, 8)
        refunded += sqlite3_column_int64(row, 9)
        committed += sqlite3_column_int64(row, 10)
        disputed += sqlite3_column_int64(row, 11)
        lost += sqlite3_column_int64(row, 12)
        instalments += 1
    }
}

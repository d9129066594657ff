public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// An operation as the book holds it.
public struct OperationRecord: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// From 1.
    public var instalment: Int
    /// What was asked for.
    public var kind: OperationKind
    /// From 1; grows only after a definite failure.
    public var attempt: Int
    /// Minor units, more than zero.
    public var amount: Int64
    /// Where it stands.
    public var state: OperationState
    /// When it was opened, or answered for certain.
    public var at: Timestamp
    /// How many instants of the schedule have been asked at since it was opened.
    public var asked = 0
}

extension Records {
    /// Every payment of a pledge by instalment.
    public func payments(campaign: Int64, pledge: Int64) throws -> [PaymentRow] {
        let open = try operations(campaign: campaign, pledge: pledge).filter { $0.state.rawValue < 3 }
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM payment WHERE campaign = $1 AND pledge = $2 ORDER BY instalment")
        return try Row.fetchAll(statement, arguments: [campaign, pledge]).map { row in
            let instalment: Int64 = try row.value("instalment")
            let operation = open.first { Int64($0.instalment) == instalment }
            return PaymentRow(
                pledge: pledge, instalment: instalment, payment: try payment(from: row, operation: operation))
        }
    }

    /// Every payment of a campaign with its open operation, in the order of the pledges.
    public func forEachPayment(campaign: Int64, _ body: (PaymentRow) throws -> Void) throws {
        let open = Dictionary(grouping: try openOperations(campaign: campaign), by: \.pledge)
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT * FROM payment WHERE campaign = $1 ORDER BY pledge, instalment",
            arguments: [campaign])
        while let row = try cursor.next() {
            let pledge: Int64 = try row.value("pledge")
            let instalment: Int64 = try row.value("instalment")
            let operation = open[pledge]?.first { Int64($0.instalment) == instalment }
            try body(
                PaymentRow(
                    pledge: pledge, instalment: instalment,
                    payment: try payment(from: row, operation: operation))
            )
        }
    }

    /// The operations on a pledge, oldest first.
    public func operations(campaign: Int64, pledge: Int64) throws -> [OperationRecord] {
        // Asked for pledge by pledge in a closing, where making a value of each column would cost most.
        var operations: [OperationRecord] = []
        try forEachRawRow(
            """
            SELECT pledge, instalment, kind, attempt, amount, state, at, asked FROM operation
            WHERE campaign = $1 AND pledge = $2 ORDER BY instalment, at, kind, attempt
            """, campaign, pledge
        ) { operations.append(try operation(from: $0)) }
        return operations
    }

    /// The operations about each of these pledges, which are in order, oldest first.
    ///
    /// Where the pledges lie close together they are read in one go.
    func operations(campaign: Int64, pledges: [Int64]) throws -> [[OperationRecord]] {
        guard let first = pledges.first, let last = pledges.last else { return [] }
        guard last - first < Int64(pledges.count) * 8 else {
            return try pledges.map { try operations(campaign: campaign, pledge: $0) }
        }
        var found = [[OperationRecord]](repeating: [], count: pledges.count)
        var next = 0
        try forEachRawRow(
            """
            SELECT pledge, instalment, kind, attempt, amount, state, at, asked FROM operation
            WHERE campaign = $1 AND pledge >= $2 AND pledge <= $3 ORDER BY pledge, instalment, kind, attempt
            """, campaign, first, last
        ) { row in
            let pledge = sqlite3_column_int64(row, 0)
            while next < pledges.count, pledges[next] < pledge { next += 1 }
            guard next < pledges.count, pledges[next] == pledge else { return }
            found[next].append(try operation(from: row))
        }
        for index in found.indices where found[index].count > 1 {
            found[index].sort {
                ($0.instalment, $0.at.seconds, $0.kind.rawValue, $0.attempt)
                    < ($1.instalment, $1.at.seconds, $1.kind.rawValue, $1.attempt)
            }
        }
        return found
    }

    /// The operations that nobody knows the end of, in the order of the pledges; those of one pledge, where
    /// one is named.
    public func openOperations(campaign: Int64, pledge: Int64? = nil) throws -> [OperationRecord] {
        if let pledge {
            return try operations(campaign: campaign, pledge: pledge).filter { $0.state.rawValue < 3 }
        }
        var operations: [OperationRecord] = []
        try forEachRawRow(
            """
            SELECT pledge, instalment, kind, attempt, amount, state, at, asked FROM operation
            WHERE campaign = $1 AND state < 3 ORDER BY pledge, instalment, kind, attempt
            """, campaign
        ) { operations.append(try operation(from: $0)) }
        return operations
    }

    /// Writes down how one operation ended, or that nobody knows: then it keeps the time of its sending.
    func settle(_ operation: Operation, as state: OperationState, at now: Timestamp, campaign: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE operation SET state = $1, at = CASE WHEN $1 >= 3 THEN $2 ELSE at END
                WHERE campaign = $3 AND pledge = $4 AND instalment = $5 AND kind = $6 AND attempt = $7
                """
        ).execute(arguments: [
            state.rawValue, now.seconds, campaign, operation.pledge, operation.instalment,
            operation.kind.rawValue,
            operation.attempt,
        ])
    }

    /// The operations that are committed and not answered, of the pledges from `first` to `last`.
    func openCount(from first: Int64, to last: Int64, campaign: Int64) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT COUNT(*) FROM operation WHERE campaign = $1 AND pledge BETWEEN $2 AND $3 AND state = 0
                """, arguments: [campaign, first, last]) ?? 0
    }

    /// Everything open of these pledges has succeeded.
    func succeed(from first: Int64, to last: Int64, at now: Timestamp, campaign: Int64) throws {
        try db.execute(
            sql: """
                UPDATE operation SET state = 3, at = $1
                WHERE campaign = $2 AND pledge BETWEEN $3 AND $4 AND state = 0
                """, arguments: [now.seconds, campaign, first, last])
    }

    /// Of a row of pledge, instalment, kind, attempt, amount, state, at, asked.
    private func operation(from row: OpaquePointer) throws -> OperationRecord {
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }
        guard let kind = OperationKind(rawValue: Int(integer(2))),
            let state = OperationState(rawValue: Int(integer(5)))
        else { throw BookError.storage(reason: "an operation's row cannot be read") }
        return OperationRecord(
            pledge: integer(0), instalment: Int(integer(1)), kind: kind, attempt: Int(integer(3)),
            amount: integer(4), state: state, at: Timestamp(seconds: integer(6)), asked: Int(integer(7)))
    }

    func payment(from row: Row, operation: OperationRecord?) throws -> Payment {
        var payment = Payment()
        payment.authorized = try row.value("authorized")
        payment.captured = try row.value("captured")
        payment.voided = try row.value("voided")
        payment.refunded = try row.value("refunded")
        payment.committed = try row.value("committed")
        payment.disputed = try row.value("disputed")
        payment.lost = try row.value("lost")
        payment.excess = try row.value("excess")
        payment.ending = try PaymentEnding(rawValue: row.value("ending")) ?? .pledged
        payment.flags = try PaymentFlags(rawValue: row.value("flags"))
        payment.captureBefore = try (row.value("capture_before") as Int64?).map(Timestamp.init(seconds:))
        payment.operation = operation.map { OpenOperation($0.kind, amount: $0.amount, state: $0.state) }
        return payment
    }
}

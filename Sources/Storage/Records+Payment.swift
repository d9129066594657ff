public import Accounting
public import Crowdfunding
import GRDB

/// A pledge with its first payment and the last operation on it, as closing needs them.
public struct PaymentWork: Hashable, Sendable {
    public var pledge: PledgeRecord
    /// `nil`: nothing has happened yet.
    public var payment: Payment?
    /// The number of operations of each kind so far.
    public var attempts: Int
    /// When the last operation was answered.
    public var lastAttempt: Timestamp?
}

/// An operation as the book holds it.
public struct OperationRecord: Hashable, Sendable {
    public var pledge: Int64
    public var instalment: Int
    public var kind: OperationKind
    public var attempt: Int
    public var amount: Int64
    public var state: OperationState
    public var at: Timestamp
}

extension Records {
    /// Every payment of a pledge by instalment.
    public func payments(campaign: Int64, pledge: Int64) throws -> [PaymentRow] {
        let open = try operations(campaign: campaign, pledge: pledge).filter { $0.state.rawValue < 3 }
        return try Row.fetchAll(
            db, sql: "SELECT * FROM payment WHERE campaign = $1 AND pledge = $2 ORDER BY instalment",
            arguments: [campaign, pledge]
        ).map { row in
            let instalment: Int64 = row["instalment"]
            let operation = open.first { Int64($0.instalment) == instalment }
            return PaymentRow(
                pledge: pledge, instalment: instalment, payment: payment(from: row, operation: operation))
        }
    }

    /// Every payment of a campaign with its open operation, in the order of the pledges.
    public func forEachPayment(campaign: Int64, _ body: (PaymentRow) throws -> Void) throws {
        var open: [Int64: OperationRecord] = [:]
        for operation in try openOperations(campaign: campaign) { open[operation.pledge] = operation }
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT * FROM payment WHERE campaign = $1 ORDER BY pledge, instalment", arguments: [campaign])
        while let row = try cursor.next() {
            let pledge: Int64 = row["pledge"]
            let instalment: Int64 = row["instalment"]
            let operation = open[pledge].flatMap { Int64($0.instalment) == instalment ? $0 : nil }
            try body(
                PaymentRow(pledge: pledge, instalment: instalment, payment: payment(from: row, operation: operation)))
        }
    }

    /// The operations on a pledge, oldest first.
    public func operations(campaign: Int64, pledge: Int64) throws -> [OperationRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM operation WHERE campaign = $1 AND pledge = $2 ORDER BY instalment, at, kind, attempt
                """, arguments: [campaign, pledge]
        ).map(operation(from:))
    }

    /// The operations that nobody knows the end of, in the order of the pledges.
    public func openOperations(campaign: Int64) throws -> [OperationRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM operation WHERE campaign = $1 AND state < 3 ORDER BY pledge, instalment, kind, attempt
                """, arguments: [campaign]
        ).map(operation(from:))
    }

    /// Placed pledges after `number` with their first payment, in order: the next window of a closing.
    ///
    /// - Parameter states: The payment states wanted; `nil` in it stands for pledges without a payment row.
    public func work(
        campaign: Int64, after number: Int64, limit: Int, states: [PaymentState?], pledges: [PledgeState] = [.placed]
    ) throws -> [PaymentWork] {
        let wanted = states.compactMap { $0.map { String($0.rawValue) } }.joined(separator: ",")
        let untouched = states.contains(nil) ? "m.state IS NULL OR" : ""
        let held = pledges.map { String($0.rawValue) }.joined(separator: ",")
        return try Row.fetchAll(
            db,
            sql: """
                SELECT p.*, m.state AS payment_state, m.ending, m.flags, m.authorized, m.captured, m.voided,
                  m.refunded, m.committed, m.disputed, m.lost, m.excess, m.capture_before
                FROM pledge p LEFT JOIN payment m
                  ON m.campaign = p.campaign AND m.pledge = p.number AND m.instalment = 1
                WHERE p.campaign = $1 AND p.number > $2 AND p.state IN (\(held))
                  AND (\(untouched) m.state IN (\(wanted)))
                ORDER BY p.number LIMIT $3
                """, arguments: [campaign, number, limit]
        ).map { row in
            let pledge = pledge(from: row)
            guard (row["payment_state"] as Int?) != nil else {
                return PaymentWork(pledge: pledge, payment: nil, attempts: 0, lastAttempt: nil)
            }
            let operations = try operations(campaign: campaign, pledge: pledge.number)
            let open = operations.first { $0.state.rawValue < 3 }
            return PaymentWork(
                pledge: pledge, payment: payment(from: row, operation: open), attempts: operations.count,
                lastAttempt: operations.last?.at)
        }
    }

    private func operation(from row: Row) throws -> OperationRecord {
        guard let kind = OperationKind(rawValue: row["kind"]), let state = OperationState(rawValue: row["state"])
        else { throw BookError.storage(reason: "an operation's row cannot be read") }
        return OperationRecord(
            pledge: row["pledge"], instalment: row["instalment"], kind: kind, attempt: row["attempt"],
            amount: row["amount"], state: state, at: Timestamp(seconds: row["at"]))
    }

    private func payment(from row: Row, operation: OperationRecord?) -> Payment {
        var payment = Payment()
        payment.authorized = row["authorized"]
        payment.captured = row["captured"]
        payment.voided = row["voided"]
        payment.refunded = row["refunded"]
        payment.committed = row["committed"]
        payment.disputed = row["disputed"]
        payment.lost = row["lost"]
        payment.excess = row["excess"]
        payment.ending = PaymentEnding(rawValue: row["ending"]) ?? .pledged
        payment.flags = PaymentFlags(rawValue: row["flags"])
        payment.captureBefore = (row["capture_before"] as Int64?).map(Timestamp.init(seconds:))
        payment.operation = operation.map { OpenOperation($0.kind, amount: $0.amount, state: $0.state) }
        return payment
    }
}

import Accounting
import Crowdfunding
import GRDB

extension Records {
    /// Every payment of a pledge by instalment.
    public func payments(campaign: Int64, pledge: Int64) throws -> [PaymentRow] {
        let open = try openOperations(campaign: campaign, pledge: pledge)
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

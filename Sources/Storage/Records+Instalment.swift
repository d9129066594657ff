import Accounting
import Crowdfunding
import GRDB

extension Records {
    /// One payment of a pledge as a sweep sees it, with its open operation even where no payment row was
    /// written yet; `nil` where there is no such pledge.
    public func collectionItem(
        campaign: Int64, pledge number: Int64, instalment: Int = 1
    ) throws -> CollectionItem? {
        guard let pledge = try pledge(campaign: campaign, number: number) else { return nil }
        var item = CollectionItem(
            pledge: number, reference: pledge.reference, parts: pledge.parts, gateway: pledge.gateway,
            method: pledge.method ?? "",
            payment: try payments(campaign: campaign, pledge: number)
                .first { $0.instalment == Int64(instalment) }?.payment,
            operations: try operations(campaign: campaign, pledge: number)
                .filter { $0.instalment == instalment })
        item.instalment = instalment
        if let open = item.operations.last(where: { $0.state.rawValue < OperationState.succeeded.rawValue }) {
            item.payment = item.payment ?? item.unwritten
            item.payment?.operation = OpenOperation(open.kind, amount: open.amount, state: open.state)
        }
        return item
    }

    /// Writes down that a gateway was asked about an operation, and how many instants of the schedule that
    /// covers.
    public func setAsked(_ operation: OperationRecord, to count: Int, campaign: Int64) throws {
        try db.execute(
            sql: """
                UPDATE operation SET asked = $1 WHERE campaign = $2 AND pledge = $3 AND instalment = $4
                  AND kind = $5 AND attempt = $6
                """,
            arguments: [
                count, campaign, operation.pledge, operation.instalment, operation.kind.rawValue,
                operation.attempt,
            ])
    }

    /// Gives a pledge another saved method.
    public func setMethod(of pledge: Int64, to token: String, campaign: Int64) throws {
        try db.execute(
            sql: "UPDATE pledge SET method = $1 WHERE campaign = $2 AND number = $3",
            arguments: [token, campaign, pledge])
    }
}

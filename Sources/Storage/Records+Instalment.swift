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
        let payments = try payments(campaign: campaign, pledge: number)
        let history = try laterEntries(campaign: campaign, pledge: number).map(\.entry)
        var item = CollectionItem(
            pledge: number, reference: pledge.reference, parts: pledge.parts, gateway: pledge.gateway,
            method: pledge.method ?? "",
            payment: payments.first { $0.instalment == Int64(instalment) }?.payment,
            operations: try operations(campaign: campaign, pledge: number, history)
                .filter { $0.instalment == instalment })
        item.history = history
        item.instalment = instalment
        item.paidBefore = payments.filter { $0.instalment < Int64(instalment) }.reduce(0) {
            $0 + $1.payment.captured
        }
        if instalment > 1 {
            item.requestedAt = try requestedAt(campaign: campaign, pledge: number, instalment: instalment)
        }
        if let open = item.operations.last(where: \.isOpen) {
            item.payment = item.payment ?? item.unwritten
            item.payment?.operation = OpenOperation(open.kind, amount: open.amount, state: open.state)
        }
        return item
    }

    /// When a further payment was asked for, by its entry.
    private func requestedAt(campaign: Int64, pledge: Int64, instalment: Int) throws -> Timestamp? {
        // The first condition on the kind is the index's own.
        let statement = try db.cachedStatement(
            sql: """
                SELECT MAX(at) FROM entry WHERE campaign = $1 AND pledge = $2 AND kind <> 1 AND kind = $3
                  AND instalment = $4
                """)
        return try Int64.fetchOne(
            statement, arguments: [campaign, pledge, EntryKind.balanceDue.rawValue, instalment]
        ).map(Timestamp.init(seconds:))
    }

    /// The newest payments beyond the first of placed pledges after `number`, in the order of the pledges.
    func laterItems(
        campaign: Int64, after number: Int64, limit: Int, _ states: [PaymentState]
    ) throws -> [CollectionItem] {
        let known = states.map { String($0.rawValue) }.joined(separator: ",")
        let found = try Row.fetchAll(
            db,
            sql: """
                SELECT m.pledge, m.instalment FROM payment m
                JOIN pledge p ON p.campaign = m.campaign AND p.number = m.pledge
                WHERE m.campaign = $1 AND m.pledge > $2 AND m.instalment > 1 AND p.state = 1
                  AND m.state IN (\(known))
                  AND NOT EXISTS (SELECT 1 FROM payment x WHERE x.campaign = m.campaign
                    AND x.pledge = m.pledge AND x.instalment > m.instalment)
                ORDER BY m.pledge LIMIT $3
                """, arguments: [campaign, number, limit])
        return try found.compactMap {
            try collectionItem(campaign: campaign, pledge: $0.value(at: 0), instalment: $0.value(at: 1))
        }
    }

    /// Whether any pledge has more payments than one.
    public func hasLaterPayments(campaign: Int64) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: "SELECT EXISTS (SELECT 1 FROM daily WHERE campaign = $1 AND kind = $2)",
            arguments: [campaign, EntryKind.balanceDue.rawValue]) ?? false
    }

    /// Placed pledges after `number` of which something was taken and not all of the price, in order.
    public func partlyPaid(campaign: Int64, after number: Int64, limit: Int) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT p.number FROM pledge p
                JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
                WHERE p.campaign = $1 AND p.number > $2 AND p.state = 1
                GROUP BY p.number, p.goods, p.shipping, p.tax, p.bonus
                HAVING SUM(m.captured) > 0 AND SUM(m.captured) < p.goods + p.shipping + p.tax + p.bonus
                ORDER BY p.number LIMIT $3
                """, arguments: [campaign, number, limit])
    }

    /// The highest instalment of a pledge that has a row; at least 1.
    public func lastInstalment(campaign: Int64, pledge: Int64) throws -> Int {
        let last = try Int.fetchOne(
            db, sql: "SELECT MAX(instalment) FROM payment WHERE campaign = $1 AND pledge = $2",
            arguments: [campaign, pledge])
        // A pledge has a few payments; a row that was damaged may say any number.
        guard let last else { return 1 }
        guard (1...1_000).contains(last) else { throw BookError.unreadable("the column “instalment”") }
        return last
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
            sql: ChangedPledgeSQL.setMethod,
            arguments: [token, campaign, pledge])
    }
}

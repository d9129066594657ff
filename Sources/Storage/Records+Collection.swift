public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// A pledge as a closing needs it: what it owes, how it pays, and how its payment stands.
public struct CollectionItem: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// The pledge's reference, part of every idempotency key.
    public var reference: String
    /// What is due: bonus lies in goods.
    public var parts: EntryParts
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int
    /// The saved method's token; empty for none.
    public var method: String
    /// `nil`: nothing has happened yet.
    public var payment: Payment?
    /// The operations so far of its instalment, oldest first; empty where nothing has happened.
    public var operations: [OperationRecord]
    /// The entries about the pledge but its placing, in order; may be empty where nothing was authorized.
    public var history: [JournalEntry] = []
    /// What the pledge counts as in the totals; `nil` where that was not read.
    public var counted: PledgeCount?
    /// From 1.
    public var instalment = 1
    /// What the instalment asks for, minor units; `nil`: all of the pledge.
    public var instalmentPrice: Int64?
    /// What the payments before it have taken, minor units.
    public var paidBefore: Int64 = 0
    /// When it was asked for; `nil` for the first instalment.
    public var requestedAt: Timestamp?

    /// What the payment asks for, minor units.
    public var price: Int64 { instalmentPrice ?? parts.amount }

    /// When the last operation was answered.
    public var lastAttempt: Timestamp? { operations.last?.at }

    /// The attempt number of the next operation of a kind.
    public func nextAttempt(_ kind: OperationKind) -> Int {
        (operations.filter { $0.kind == kind }.map(\.attempt).max() ?? 0) + 1
    }
}

/// Which pledges a sweep takes up.
public enum CollectionScope: Sendable {
    /// Placed pledges whose payment is in one of these states; `nil` stands for no payment row.
    case placed([PaymentState?])
    /// Every pledge, whatever its own state, whose payment is in one of these states.
    case payments([PaymentState])
    /// The newest payment beyond the first of each placed pledge, in one of these states.
    case later([PaymentState])
}

extension Records {
    /// The next pledges of a sweep after `number`, in the order of their numbers.
    public func collectionItems(
        campaign: Int64, after number: Int64, limit: Int, _ scope: CollectionScope
    ) throws -> [CollectionItem] {
        if case .later(let states) = scope {
            return try laterItems(campaign: campaign, after: number, limit: limit, states)
        }
        var items: [CollectionItem] = []
        items.reserveCapacity(limit)
        var query = Self.collectionSQL(scope)
        if case .placed(let states) = scope, states.contains(nil),
            try areUntouched(campaign: campaign, after: number)
        {
            query = Self.untouchedSQL
        }
        try forEachRawRow(query, campaign, number, Int64(limit)) { row in
            items.append(CollectionItem(row))
        }
        let tried = items.indices.filter { items[$0].payment != nil }
        try readHistories(of: &items, tried, campaign: campaign)
        let operations = try operations(
            campaign: campaign, pledges: tried.map { items[$0].pledge }, tried.map { items[$0].history })
        for (index, operations) in zip(tried, operations) {
            items[index].operations = operations.filter { $0.instalment == 1 }
            let open = items[index].operations.last(where: \.isOpen)
            items[index].payment?.operation = open.map {
                OpenOperation($0.kind, amount: $0.amount, state: $0.state)
            }
        }
        return items
    }

    /// Of what was never authorized no entry says anything that is asked for.
    private func readHistories(of items: inout [CollectionItem], _ tried: [Int], campaign: Int64) throws {
        let taken = tried.filter { items[$0].payment.map { $0.authorized > 0 } == true }
        let histories = try laterEntries(campaign: campaign, pledges: taken.map { items[$0].pledge })
        for (index, history) in zip(taken, histories) { items[index].history = history }
    }

    /// Whether nothing has happened yet to any pledge after `number`, as ahead of a first closing.
    private func areUntouched(campaign: Int64, after number: Int64) throws -> Bool {
        var isAny: Int64 = 1
        try forEachRawRow(
            """
            SELECT EXISTS (SELECT 1 FROM payment WHERE campaign = $1 AND pledge > $2)
              OR EXISTS (SELECT 1 FROM changed_pledge WHERE campaign = $1 AND number > $2)
            """, campaign, number
        ) { isAny = sqlite3_column_int64($0, 0) }
        return isAny == 0
    }

    /// As `collectionSQL`, of pledges that are as they were placed and have no payment.
    private static let untouchedSQL = """
        SELECT number, reference, goods + bonus, shipping, tax, gateway, method, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, tier, quantity, state
        FROM placing WHERE campaign = $1 AND number > $2 AND state = 1 ORDER BY number LIMIT $3
        """

    private static func collectionSQL(_ scope: CollectionScope) -> String {
        let columns = """
            p.number, p.reference, p.goods + p.bonus, p.shipping, p.tax, p.gateway, p.method,
            m.state, m.authorized, m.captured, m.voided, m.refunded, m.committed, m.disputed, m.lost,
            m.excess, m.ending, m.flags, m.capture_before, p.tier, p.quantity, p.state
            """
        let join = "ON m.campaign = p.campaign AND m.pledge = p.number AND m.instalment = 1"
        switch scope {
        case .placed(let states):
            let known = states.compactMap { $0.map { String($0.rawValue) } }.joined(separator: ",")
            guard states.contains(nil) else {
                // Most pledges are paid: what is not is found among the payments, without a look at the rest.
                return """
                    SELECT \(columns) FROM payment m CROSS JOIN pledge p
                    WHERE m.campaign = $1 AND m.pledge > $2 AND m.instalment = 1 AND m.state IN (\(known))
                      \(isUnpaid(states.compactMap(\.self)))
                      AND p.campaign = m.campaign AND p.number = m.pledge AND p.state = 1
                    ORDER BY m.pledge LIMIT $3
                    """
            }
            return """
                SELECT \(columns) FROM pledge p LEFT JOIN payment m \(join)
                WHERE p.campaign = $1 AND p.number > $2 AND p.state IN (1)
                  AND (m.state IS NULL OR m.state IN (\(known)))
                ORDER BY p.number LIMIT $3
                """
        case .payments(let states), .later(let states):
            let known = states.map { String($0.rawValue) }.joined(separator: ",")
            return """
                SELECT \(columns) FROM payment m CROSS JOIN pledge p
                WHERE m.campaign = $1 AND m.pledge > $2 AND m.instalment = 1 AND m.state IN (\(known))
                  \(isUnpaid(states)) AND p.campaign = m.campaign AND p.number = m.pledge
                ORDER BY m.pledge LIMIT $3
                """
        }
    }

    /// What the index of unpaid payments says, so that it is used where none but those is asked for.
    private static func isUnpaid(_ states: [PaymentState]) -> String {
        states.allSatisfy(\.isUnpaid) ? "AND m.state < 20" : ""
    }
}

extension PaymentState {
    /// Whether the index `payment_unpaid` knows payments of this state.
    fileprivate var isUnpaid: Bool { rawValue < 20 }
}

extension CollectionItem {
    /// A payment that has no row yet: a saved method can be charged.
    public var unwritten: Payment {
        var payment = Payment()
        if gateway != 1, !method.isEmpty { payment.ending = .methodSaved }
        return payment
    }

    /// As a row of `collectionSQL` says.
    fileprivate init(_ row: OpaquePointer) {
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }
        func text(_ column: Int32) -> String {
            sqlite3_column_text(row, column).map { String(cString: $0) } ?? ""
        }
        self.init(
            pledge: integer(0), reference: text(1),
            parts: EntryParts(goods: integer(2), shipping: integer(3), tax: integer(4)),
            gateway: Int(integer(5)), method: text(6), payment: nil, operations: [])
        if sqlite3_column_type(row, 7) != SQLITE_NULL { payment = Payment(row, from: 8) }
        var counted = PledgeCount()
        counted.key.tier = sqlite3_column_type(row, 19) == SQLITE_NULL ? -1 : integer(19)
        counted.key.gateway = integer(5)
        counted.key.state = integer(21)
        counted.quantity = integer(20)
        counted.amount = parts.amount
        if let payment { counted = counted.paying(payment) } else { counted.settle() }
        // As it is written, whatever is open.
        if payment != nil { counted.key.payment = integer(7) }
        self.counted = counted
    }
}

extension Payment {
    fileprivate init(_ row: OpaquePointer, from first: Int32) {
        self.init()
        authorized = sqlite3_column_int64(row, first)
        captured = sqlite3_column_int64(row, first + 1)
        voided = sqlite3_column_int64(row, first + 2)
        refunded = sqlite3_column_int64(row, first + 3)
        committed = sqlite3_column_int64(row, first + 4)
        disputed = sqlite3_column_int64(row, first + 5)
        lost = sqlite3_column_int64(row, first + 6)
        excess = sqlite3_column_int64(row, first + 7)
        ending = PaymentEnding(rawValue: Int(sqlite3_column_int64(row, first + 8))) ?? .pledged
        flags = PaymentFlags(rawValue: Int(sqlite3_column_int64(row, first + 9)))
        if sqlite3_column_type(row, first + 10) != SQLITE_NULL {
            captureBefore = Timestamp(seconds: sqlite3_column_int64(row, first + 10))
        }
    }
}

public import Crowdfunding
import GRDB
import GRDBSQLite

/// A pledge whose payment or delivery may keep a campaign from being finished.
public struct OpenPledge: Hashable, Sendable {
    /// The number of the entry that placed it.
    public var number: Int64
    /// As people know it.
    public var reference: String
    /// Where the pledge is.
    public var state: PledgeState
    /// The offer's number among the tiers, `nil` for no reward.
    public var tier: Int?
    /// What the backer promised, minor units.
    public var amount: Int64
    /// `nil`: nothing has happened to the payment.
    public var payment: PaymentState?
    /// Whether an operation is open, pending or unknown.
    public var hasOpenOperation: Bool
    /// Whether it has any, with items or without.
    public var hasAddOns: Bool
}

extension Records {
    /// Calls `body` with every pledge that is placed, or whose payment is not at rest, in order.
    public func forEachOpenPledge(campaign: Int64, _ body: (OpenPledge) throws -> Void) throws {
        let atRest: [PaymentState] = [
            .canceled, .dropped, .voided, .expired, .captured, .partiallyCaptured, .partiallyRefunded,
            .refunded,
            .disputeLost,
        ]
        let sent = Set(try inWindows(campaign: campaign, from: 0, to: .max).map(\.pledge))
        let codes = atRest.map { String($0.rawValue) }.joined(separator: ",")
        try forEachRawRow(
            """
            SELECT p.number, p.reference, p.state, p.tier, p.goods + p.shipping + p.tax + p.bonus, m.state,
              EXISTS (SELECT 1 FROM operation o WHERE o.campaign = p.campaign AND o.pledge = p.number
                AND o.state < 3),
              EXISTS (SELECT 1 FROM line l WHERE l.campaign = p.campaign AND l.pledge = p.number
                AND l.kind = 1)
            FROM pledge p LEFT JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
            WHERE p.campaign = $1 AND (p.state = 1 OR (m.state IS NOT NULL AND m.state NOT IN (\(codes))))
            ORDER BY p.number
            """, campaign
        ) { row in
            try body(
                OpenPledge(
                    number: sqlite3_column_int64(row, 0),
                    reference: sqlite3_column_text(row, 1).map { String(cString: $0) } ?? "",
                    state: PledgeState(rawValue: Int(sqlite3_column_int(row, 2))) ?? .placed,
                    tier: sqlite3_column_type(row, 3) == SQLITE_NULL ? nil : Int(sqlite3_column_int(row, 3)),
                    amount: sqlite3_column_int64(row, 4),
                    payment: sqlite3_column_type(row, 5) == SQLITE_NULL
                        ? nil : PaymentState(rawValue: Int(sqlite3_column_int(row, 5))),
                    hasOpenOperation: sqlite3_column_int(row, 6) != 0
                        || sent.contains(sqlite3_column_int64(row, 0)),
                    hasAddOns: sqlite3_column_int(row, 7) != 0))
        }
    }
}

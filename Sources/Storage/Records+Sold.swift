public import Accounting
import GRDB

/// What backers of a campaign were ever promised, as an amendment has to know it.
///
/// Pledges that hold no place anymore count with a quantity of 0.
public struct SoldTotals: Hashable, Sendable {
    /// By the tier's number; `nil`, no reward, is left out.
    public var tiers: [Int: Int64] = [:]
    /// By id: units in pledges.
    public var addOns: [String: Int64] = [:]
    /// By SKU: variants that backers chose.
    public var choices: [String: Int64] = [:]
    /// By the promotion's number: pledges that use it.
    public var promotions: [Int: Int64] = [:]
    /// Where pledges ship to.
    public var destinations: Set<String> = []
    /// When the first pledge was made.
    public var firstPledgedAt: Timestamp?
    /// Runs that were launched.
    public var runs: Set<String> = []
}

extension Records {
    /// Adds up what backers of the campaign were promised.
    public func soldTotals(campaign: Int64) throws -> SoldTotals {
        var sold = SoldTotals()
        sold.tiers = try sums(of: "quantity", by: "tier", campaign: campaign)
        sold.promotions = try sums(of: "1", by: "promotion", campaign: campaign)
        for (kind, id, units) in try lineSums(campaign: campaign) {
            if kind == 1 { sold.addOns[id] = units } else { sold.choices[id] = units }
        }
        sold.destinations = Set(
            try String.fetchAll(
                db,
                sql:
                    "SELECT DISTINCT destination FROM pledge WHERE campaign = $1 AND destination IS NOT NULL",
                arguments: [campaign]))
        sold.firstPledgedAt = try Int64.fetchOne(
            db, sql: "SELECT MIN(placed_at) FROM pledge WHERE campaign = $1", arguments: [campaign]
        ).map(Timestamp.init(seconds:))
        sold.runs = Set(
            try String.fetchAll(db, sql: "SELECT id FROM run WHERE campaign = $1", arguments: [campaign]))
        return sold
    }

    private func sums(of value: String, by column: String, campaign: Int64) throws -> [Int: Int64] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT \(column) AS offer,
                  CAST(SUM(CASE WHEN state IN (2, 3) THEN 0 ELSE \(value) END) AS INTEGER) AS held
                FROM pledge WHERE campaign = $1 AND \(column) IS NOT NULL GROUP BY \(column)
                """, arguments: [campaign])
        return try Dictionary(
            uniqueKeysWithValues: rows.map { try ($0.value("offer") as Int, $0.value("held") as Int64) })
    }

    private func lineSums(campaign: Int64) throws -> [(kind: Int, id: String, units: Int64)] {
        var units: [String: (kind: Int, id: String, units: Int64)] = [:]
        for total in try lineTotals(campaign: campaign) {
            units["\(total.kind)\(total.id)", default: (total.kind, total.id, 0)].units +=
                total.isHeld ? total.units : 0
        }
        return Array(units.values)
    }
}

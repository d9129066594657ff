public import Accounting
import Crowdfunding
import GRDB

/// Units of one SKU reserved in a run, or in stock where `run` is empty.
public struct AllocatedUnits: Hashable, Sendable {
    /// The run; empty for stock.
    public var run: String
    /// What is reserved.
    public var sku: String
    /// Units reserved.
    public var quantity: Int64
    /// Units of them that were shipped.
    public var shipped: Int64
}

/// Pledges whose backers still have to choose, and how many units that is.
public struct OpenChoices: Hashable, Sendable {
    /// How many pledges.
    public var pledges: Int64
    /// How many units.
    public var units: Int64
}

/// Cards that failed and are tried again: how many, how much, and when each of them was tried last.
public struct FailedCharges: Hashable, Sendable {
    /// How many cards.
    public var count: Int64
    /// Minor units.
    public var amount: Int64
    /// The last try of the one that was tried first; `nil` where there is none.
    public var earliest: Timestamp?
}

extension Records {
    /// Chosen units by SKU, on pledges that are neither canceled nor dropped.
    public func chosenUnits(campaign: Int64) throws -> [String: Int64] {
        var units: [String: Int64] = [:]
        for total in try lineTotals(campaign: campaign) where total.kind == 2 && total.isHeld {
            units[total.id, default: 0] += total.units
        }
        return units
    }

    /// What backers still have to choose, on placed pledges.
    ///
    /// - Parameters:
    ///   - campaign: The campaign's number in this book.
    ///   - tiers: By the tier's number, units of each that come in variants.
    ///   - addOns: By the add-on's id, the same.
    /// - Returns: Pledges and units; zeros where nothing is open.
    /// - Throws: `BookError`.
    public func openChoices(
        campaign: Int64, tiers: [Int: Int64], addOns: [String: Int64]
    ) throws -> OpenChoices {
        if tiers.isEmpty && addOns.isEmpty { return OpenChoices(pledges: 0, units: 0) }
        // Ids match [A-Za-z0-9_-]: they need no escaping.
        let ofTier = tiers.sorted { $0.key < $1.key }.map { " WHEN \($0.key) THEN \($0.value)" }.joined()
        let ofAddOn = addOns.sorted { $0.key < $1.key }.map { " WHEN '\($0.key)' THEN \($0.value)" }.joined()
        let tierUnits = ofTier.isEmpty ? "0" : "CASE p.tier\(ofTier) ELSE 0 END * p.quantity"
        let addOnUnits = ofAddOn.isEmpty ? "0" : "CASE l.id\(ofAddOn) ELSE 0 END"
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT COUNT(*), CAST(COALESCE(SUM(units), 0) AS INTEGER) FROM (
                  SELECT \(tierUnits) + COALESCE((
                    SELECT SUM(CASE l.kind WHEN 2 THEN 0 - l.quantity ELSE l.quantity * (\(addOnUnits)) END)
                    FROM line l WHERE l.campaign = p.campaign AND l.pledge = p.number), 0) AS units
                  FROM pledge p WHERE p.campaign = $1 AND p.state = 1) AS opened
                WHERE units > 0
                """, arguments: [campaign])
        return try OpenChoices(pledges: row?.value(at: 0) ?? 0, units: row?.value(at: 1) ?? 0)
    }

    /// Whether any unit is given to a pledge.
    public func hasAllocations(campaign: Int64) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM allocation WHERE campaign = $1)", arguments: [campaign])
            == true
    }

    /// Allocated units by run and SKU.
    public func allocatedUnits(campaign: Int64) throws -> [AllocatedUnits] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT run, sku, CAST(SUM(quantity) AS INTEGER), CAST(SUM(shipped) AS INTEGER)
                FROM allocation WHERE campaign = $1 GROUP BY run, sku ORDER BY run, sku
                """, arguments: [campaign]
        ).map {
            try AllocatedUnits(
                run: $0.value(at: 0), sku: $0.value(at: 1), quantity: $0.value(at: 2),
                shipped: $0.value(at: 3))
        }
    }

    /// When the last of the pledges that hold a place in a tier was pledged.
    public func lastPledged(campaign: Int64, tier: Int) throws -> Timestamp? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT MAX(placed_at) FROM (
                  SELECT p.placed_at FROM placing p
                  WHERE p.campaign = $1 AND p.tier = $2 AND p.state IN (1, 4)
                    AND \(ChangedPledgeSQL.isUnchanged)
                  UNION ALL
                  SELECT p.placed_at FROM changed_pledge c
                    JOIN placing p ON p.campaign = c.campaign AND p.number = c.number
                  WHERE c.campaign = $1 AND c.tier = $2 AND c.state IN (1, 4)) AS held
                """, arguments: [campaign, tier]
        ).map(Timestamp.init(seconds:))
    }

    /// Cards that failed softly and were last tried at `time` or before: those are charged again.
    public func failedCharges(campaign: Int64, triedBy time: Timestamp) throws -> FailedCharges {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS INTEGER), MIN(tried) FROM (
                  SELECT p.goods + p.shipping + p.tax + p.bonus AS amount,
                    (SELECT MAX(o.at) FROM operation o
                      WHERE o.campaign = m.campaign AND o.pledge = m.pledge) AS tried
                  FROM payment m CROSS JOIN pledge p
                  WHERE m.campaign = $1 AND m.instalment = 1 AND m.state = $2 AND m.state < 20
                    AND m.ending = $3 AND p.campaign = m.campaign AND p.number = m.pledge
                    AND p.state = 1 AND p.gateway <> 1) AS failed
                WHERE tried <= $4
                """,
            arguments: [
                campaign, PaymentState.failed.rawValue, PaymentEnding.failedSoft.rawValue, time.seconds,
            ])
        return try FailedCharges(
            count: row?.value(at: 0) ?? 0, amount: row?.value(at: 1) ?? 0,
            earliest: (row?.value(at: 2) as Int64?).map(Timestamp.init(seconds:)))
    }

    /// The place of a pledge among those that hold one: by pledge time, then by number; from 1.
    public func queuePlace(campaign: Int64, placedAt: Timestamp, number: Int64) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT COUNT(*) FROM pledge WHERE campaign = $1 AND state IN (1, 4)
                  AND (placed_at < $2 OR (placed_at = $2 AND number <= $3))
                """, arguments: [campaign, placedAt.seconds, number]) ?? 0
    }
}

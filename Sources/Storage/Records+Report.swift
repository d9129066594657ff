public import Accounting
public import Crowdfunding
import Foundation
import GRDB

/// What all payments of a campaign add up to, in minor units.
public struct PaymentSums: Hashable, Sendable {
    /// Held on cards and neither captured nor freed.
    public var authorized: Int64
    /// C: taken.
    public var captured: Int64
    /// R: given back.
    public var refunded: Int64
    /// Rp: committed to be given back.
    public var committed: Int64
    /// Do: held by open disputes.
    public var disputed: Int64
    /// Dl: taken by lost disputes.
    public var lost: Int64
    /// What of Do was given back, is to be given back or is lost besides: it is taken off once.
    public var disputedTwice: Int64

    /// Puts sums together; what is left out is 0.
    public init(
        authorized: Int64 = 0, captured: Int64 = 0, refunded: Int64 = 0, committed: Int64 = 0,
        disputed: Int64 = 0, lost: Int64 = 0, disputedTwice: Int64 = 0
    ) {
        self.authorized = authorized
        self.captured = captured
        self.refunded = refunded
        self.committed = committed
        self.disputed = disputed
        self.lost = lost
        self.disputedTwice = disputedTwice
    }
}

/// What reports need to know of the pledge that an entry is about.
public struct PostedPledge: Hashable, Sendable {
    /// The country that it is sent to.
    public var destination: String?
    /// When it was pledged.
    public var placedAt: Timestamp
    /// Net of tax, without the bonus, minor units.
    public var goods: Int64
    /// What was given beyond the price, minor units.
    public var bonus: Int64
    /// Whether a platform's file told of it.
    public var isFromPlatform: Bool

    /// Puts it together.
    public init(
        destination: String?, placedAt: Timestamp, goods: Int64, bonus: Int64, isFromPlatform: Bool
    ) {
        self.destination = destination
        self.placedAt = placedAt
        self.goods = goods
        self.bonus = bonus
        self.isFromPlatform = isFromPlatform
    }
}

extension Records {
    /// What all payments of a campaign add up to, every instalment among them.
    public func paymentSums(campaign: Int64) throws -> PaymentSums {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT CAST(COALESCE(SUM(authorized - captured - voided), 0) AS INTEGER) AS authorized,
                  CAST(COALESCE(SUM(captured), 0) AS INTEGER) AS captured,
                  CAST(COALESCE(SUM(refunded), 0) AS INTEGER) AS refunded,
                  CAST(COALESCE(SUM(committed), 0) AS INTEGER) AS committed,
                  CAST(COALESCE(SUM(disputed), 0) AS INTEGER) AS disputed,
                  CAST(COALESCE(SUM(lost), 0) AS INTEGER) AS lost
                FROM payment WHERE campaign = $1
                """, arguments: [campaign])
        guard let row else { return PaymentSums() }
        return try PaymentSums(
            authorized: row.value("authorized"), captured: row.value("captured"),
            refunded: row.value("refunded"),
            committed: row.value("committed"), disputed: row.value("disputed"), lost: row.value("lost"),
            disputedTwice: disputedTwice(campaign: campaign).reduce(0) { $0 + $1.amount })
    }

    /// Payments of which more is in dispute than is held: what the backer's bank took back for now was given
    /// back besides, or is to be.
    ///
    /// Few, and none where nothing is in dispute; one pass over the payments.
    public func disputedTwice(campaign: Int64) throws -> [(pledge: Int64, amount: Int64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT pledge, disputed - (captured - refunded - committed - lost) FROM payment
                WHERE campaign = $1 AND disputed > captured - refunded - committed - lost
                ORDER BY pledge, instalment
                """, arguments: [campaign]
        ).map { try ($0.value(at: 0), $0.value(at: 1)) }
    }

    /// Calls `body` with each entry of the kinds that is about a pledge, up to a day, in order.
    ///
    /// Of an entry only its number, kind, pledge, day, backers' parts and reversal are read, and the detail
    /// of a delivery.
    public func forEachPledgeEntry(
        campaign: Int64, of kinds: [EntryKind], through day: CalendarDay,
        _ body: (JournalEntry) throws -> Void
    ) throws {
        let list = kinds.map { String($0.rawValue) }.joined(separator: ",")
        let rows = try RawCursor(
            db,
            JournalSQL.entries(
                "day <= $2", and: "pledge IS NOT NULL AND kind IN (\(list))",
                isOfPlacings: kinds.contains(.placed), hasSubjects: false), campaign, Int64(day.number))
        while try rows.next() {
            guard let kind = EntryKind(rawValue: Int(rows.integer(1))) else {
                throw BookError.unreadable("an entry's row")
            }
            try body(
                JournalEntry(
                    number: rows.integer(0), kind: kind, pledge: rows.integer(2), at: Timestamp(seconds: 0),
                    day: CalendarDay(number: Int(rows.integer(6))),
                    parts: EntryParts(
                        goods: rows.integer(7), shipping: rows.integer(8), tax: rows.integer(9)),
                    reverses: rows.isNull(12) ? nil : rows.integer(12),
                    detail: kind == .delivered ? rows.text(14) : ""))
        }
    }

    /// Calls `body` with each entry that has an amount, in order, and with what reports need of its pledge.
    ///
    /// Entries whose parts are all 0 are left out: they post nothing.
    public func forEachPostedEntry(
        campaign: Int64, _ body: (_ entry: JournalEntry, _ pledge: PostedPledge?) throws -> Void
    ) throws {
        // As the view `pledge` has them; that view beside a LEFT JOIN would be made in full first.
        let pledge = """
            CASE WHEN c.state IS NULL THEN p.destination ELSE c.destination END, p.placed_at,
            coalesce(c.goods, p.goods), coalesce(c.bonus, p.bonus), p.source_key
            """
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT e.number, e.kind, e.pledge, p.reference, e.instalment, e.run, e.at, e.day,
                  e.goods, e.shipping, e.tax, e.fee, e.other, e.reverses, e.reference, e.detail, \(pledge)
                FROM entry e LEFT JOIN placing p ON p.campaign = e.campaign AND p.number = e.pledge
                  LEFT JOIN changed_pledge c ON c.campaign = p.campaign AND c.number = p.number
                WHERE e.campaign = $1 AND (e.goods <> 0 OR e.shipping <> 0 OR e.tax <> 0 OR e.fee <> 0
                  OR e.other <> 0)
                UNION ALL
                SELECT p.number, 1, p.number, p.reference, NULL, NULL, p.at, p.day, p.goods + p.bonus,
                  p.shipping, p.tax, 0, 0, NULL, p.method,
                  \(JournalSQL.detailOfPlacing), \(pledge)
                FROM placing p LEFT JOIN changed_pledge c ON c.campaign = p.campaign AND c.number = p.number
                WHERE p.campaign = $1 AND p.tag IS NOT NULL
                  AND (p.goods <> 0 OR p.bonus <> 0 OR p.shipping <> 0 OR p.tax <> 0)
                ORDER BY 1
                """, arguments: [campaign])
        while let row = try cursor.next() {
            guard let kind = try EntryKind(rawValue: row.value(at: 1)) else {
                throw BookError.unreadable("an entry's row")
            }
            let entry = try JournalEntry(
                number: row.value(at: 0), kind: kind, pledge: row.value(at: 2),
                subject: row.value(at: 3) ?? "", instalment: row.value(at: 4) ?? 0,
                run: row.value(at: 5), at: Timestamp(seconds: row.value(at: 6)),
                day: CalendarDay(number: row.value(at: 7)),
                parts: EntryParts(
                    goods: row.value(at: 8), shipping: row.value(at: 9), tax: row.value(at: 10),
                    fee: row.value(at: 11), other: row.value(at: 12)),
                reverses: row.value(at: 13), reference: row.value(at: 14) ?? "",
                detail: row.value(at: 15) ?? "")
            try body(entry, postedPledge(from: row))
        }
    }

    /// Of a row of `forEachPostedEntry`; `nil` where the entry is about none.
    private func postedPledge(from row: Row) throws -> PostedPledge? {
        guard let placedAt = try row.value(at: 17) as Int64? else { return nil }
        return try PostedPledge(
            destination: row.value(at: 16), placedAt: Timestamp(seconds: placedAt), goods: row.value(at: 18),
            bonus: row.value(at: 19), isFromPlatform: row.value(at: 20) as String? != nil)
    }
}

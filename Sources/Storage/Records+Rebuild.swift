import Accounting
public import Crowdfunding
import Foundation
import GRDB

/// What a book was told, and what follows from its journal.
///
/// Every table of the schema is in one of the two lists, or is `entry`, `campaign` or `placing`, which are
/// copied entry by entry, or holds the same in every book.
public enum BookTable {
    /// Told by people, files and gateways: a rebuilt book gets these rows as they are.
    public static let told = [
        "epoch", "checkpoint", "session", "import", "missed_demand", "missed_sale", "backer",
        "operation", "request_window", "notice", "pledge_note",
    ]
    /// Told, and not of one campaign.
    public static let toldOfBook = ["definition"]
    /// Made anew from the journal.
    public static let derived = [
        "amendment", "offer", "changed_pledge", "line", "payment", "run", "run_unit", "allocation", "daily",
        "backer_key", "pledge_key", "pledge_total", "line_total",
    ]
    /// The journal, the row that holds its head, and the rows whose references it signs.
    public static let ofJournal = ["campaign", "entry", "placing"]
    /// The same in every book of a version, or made with the book.
    public static let ofProgram = ["book", "posting_rule", "grdb_migrations"]
}

/// Copies rows of one table from one book to another, column by column.
public final class RowCopier {
    private let rows: RowCursor
    private let insert: Statement
    private var next: Row?

    /// Stands before the first row; rows come in the order of the table's key.
    ///
    /// - Parameters:
    ///   - table: One of `BookTable`.
    ///   - old: Where from.
    ///   - new: Where to.
    ///   - campaign: Whose rows; `nil` for a table that belongs to the whole book.
    /// - Throws: `BookError` where the table cannot be read.
    public init(_ table: String, from old: Records, to new: Records, campaign: Int64?) throws {
        let filter =
            campaign == nil ? "" : table == "campaign" ? " WHERE number = $1" : " WHERE campaign = $1"
        let order = table == "placing" ? " ORDER BY number" : ""
        let statement = try old.db.makeStatement(sql: "SELECT * FROM \(table)\(filter)\(order)")
        let names = statement.columnNames
        let places = (1...names.count).map { "$\($0)" }.joined(separator: ", ")
        insert = try new.db.makeStatement(
            sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(places))")
        rows = try Row.fetchCursor(statement, arguments: campaign.map { [$0] } ?? [])
        next = try rows.next()
    }

    /// Copies all rows that are left.
    public func copyAll() throws {
        while let row = next {
            try insert.execute(arguments: StatementArguments(row.databaseValues))
            next = try rows.next()
        }
    }

    /// Copies the row of the pledge that this entry placed; rows before it are left out.
    ///
    /// - Returns: Whether the row holds the entry as well; `nil` where there is no row.
    public func copyPlacing(_ number: Int64) throws -> Bool? {
        while let row = next, try (row.value("number") as Int64) < number { next = try rows.next() }
        guard let row = next, try row.value("number") == number else { return nil }
        try insert.execute(arguments: StatementArguments(row.databaseValues))
        let holdsEntry = try row.value("tag") as Data? != nil
        next = try rows.next()
        return holdsEntry
    }
}

/// How the columns of a pledge stand that follow from the journal.
public struct DerivedPledge: Sendable {
    /// The number of the entry that placed it.
    public var number: Int64 = 0
    /// The offer's number, or -1.
    public var tier: Int64 = -1
    /// The offer's number, or -1.
    public var promotion: Int64 = -1
    /// How many of its tier.
    public var quantity: Int64 = 1
    /// Two capital letters; `nil` when nothing ships.
    public var destination: String?
    /// Net of tax, without the bonus; minor units, as the following.
    public var goods: Int64 = 0
    /// Net of tax.
    public var shipping: Int64 = 0
    /// On goods and shipping.
    public var tax: Int64 = 0
    /// Beyond the price.
    public var bonus: Int64 = 0
    /// Seconds since 1970.
    public var placedAt: Int64 = 0
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int64 = 1
    /// The saved method's token; `nil` for none.
    public var method: String?
    /// A raw value of `PledgeState`.
    public var state: Int64 = 1

    /// One of nothing, to be filled in.
    public init() {}
}

/// Rows are written without moving the totals: `recount` makes those anew at the end.
extension Records {
    /// Writes what the journal says of a pledge over what its row says.
    public func put(_ pledge: DerivedPledge, campaign: Int64) throws {
        // Where the entry does not stand in the row itself.
        try db.cachedStatement(
            sql: """
                UPDATE placing SET placed_at = $1, gateway = $2
                WHERE campaign = $3 AND number = $4 AND tag IS NULL
                """
        ).execute(arguments: [pledge.placedAt, pledge.gateway, campaign, pledge.number])
        try db.cachedStatement(
            sql: ChangedPledgeSQL.writeAll
        ).execute(arguments: [
            pledge.tier < 0 ? nil : pledge.tier, pledge.promotion < 0 ? nil : pledge.promotion,
            pledge.quantity, pledge.destination, pledge.goods, pledge.shipping, pledge.tax, pledge.bonus,
            pledge.method, pledge.state, campaign, pledge.number,
        ])
    }

    /// Leaves out pledges that are as they were placed.
    public func dropUnchangedPledges(campaign: Int64) throws {
        try db.execute(
            sql: """
                DELETE FROM changed_pledge WHERE campaign = $1 AND (number, 1) IN (
                  SELECT p.number,
                    (p.tier, p.promotion, p.quantity, p.destination, p.goods, p.shipping, p.tax, p.bonus,
                      p.method, p.state) IS (c.tier, c.promotion, c.quantity, c.destination, c.goods,
                      c.shipping, c.tax, c.bonus, c.method, c.state)
                  FROM changed_pledge c JOIN placing p ON p.campaign = c.campaign AND p.number = c.number
                  WHERE c.campaign = $1)
                """, arguments: [campaign])
    }

    /// Writes the add-ons and choices of a pledge in place of those that it has.
    public func putUncounted(_ lines: [LineRow], of pledge: Int64, campaign: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM line WHERE campaign = $1 AND pledge = $2")
            .execute(arguments: [campaign, pledge])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO line (campaign, pledge, kind, id, quantity) VALUES ($1, $2, $3, $4, $5)")
        for line in lines {
            try insert.execute(arguments: [campaign, pledge, line.kind, line.id, line.quantity])
        }
    }

    /// Makes the totals of a campaign anew from its pledges, payments and lines.
    public func recount(campaign: Int64) throws {
        try db.execute(sql: "DELETE FROM pledge_total WHERE campaign = $1", arguments: [campaign])
        try db.execute(sql: "DELETE FROM line_total WHERE campaign = $1", arguments: [campaign])
        var tally = PledgeTally()
        var keys: [Int64: PledgeCount.Key] = [:]
        try forEachCount(campaign: campaign) { number, count in
            tally.add(count)
            keys[number] = count.key
        }
        try forEachLine(campaign: campaign) { number, line, units in
            guard let key = keys[number] else { return }
            tally.add(units, of: line, key)
        }
        try merge(tally, campaign: campaign)
    }

    /// Writes a campaign's row as the journal tells it, its head and launch with it.
    public func restore(_ campaign: CampaignRecord) throws {
        try update(campaign)
        try db.execute(
            sql: """
                UPDATE campaign SET seed = $1, launched_at = $2, head = $3, tag = $4, frontier = $5
                WHERE number = $6
                """,
            arguments: [
                Int64(bitPattern: campaign.seed), campaign.launchedAt.seconds, campaign.head,
                Data(campaign.tag.bytes), campaign.frontier.map { Data($0) }, campaign.number,
            ])
    }

    /// Writes the keys by which rows are found, in the order of their hashes.
    ///
    /// - Parameters:
    ///   - keys: `content` is left out for backers.
    ///   - table: Which keys.
    ///   - campaign: Whose.
    /// - Throws: `BookError` where a key is there already.
    public func insert(
        _ keys: [(hash: Int64, number: Int64, content: Int64)], into table: KeyTable, campaign: Int64
    ) throws {
        let sorted = keys.sorted { ($0.hash, $0.number) < ($1.hash, $1.number) }
        switch table {
        case .backer:
            let insert = try db.makeStatement(
                sql: "INSERT INTO backer_key (campaign, hash, number) VALUES ($1, $2, $3)")
            for key in sorted { try insert.execute(arguments: [campaign, key.hash, key.number]) }
        case .pledge:
            let insert = try db.makeStatement(
                sql: "INSERT INTO pledge_key (campaign, hash, number, content) VALUES ($1, $2, $3, $4)")
            for key in sorted {
                try insert.execute(arguments: [campaign, key.hash, key.number, key.content])
            }
        }
    }

    /// The first entry of a kind, or `nil`.
    public func firstEntry(of kind: EntryKind, campaign: Int64) throws -> JournalEntry? {
        let number = try Int64.fetchOne(
            db,
            sql: """
                SELECT number FROM entry WHERE campaign = $1 AND kind = $2
                UNION ALL SELECT number FROM placing WHERE campaign = $1 AND $2 = 1 AND tag IS NOT NULL
                ORDER BY 1 LIMIT 1
                """, arguments: [campaign, kind.rawValue])
        return try number.flatMap { try entry(campaign: campaign, number: $0)?.entry }
    }
}

extension BulkAppend {
    /// Writes payments as they stand, without moving the totals.
    public func putUncounted(_ payments: [PaymentRow]) throws {
        try feed.write(payments, campaign: campaign)
    }
}

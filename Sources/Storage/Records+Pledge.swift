public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// A pledge as the book holds it.
///
/// Amounts are minor units; goods and shipping are net of tax, bonus is apart.
public struct PledgeRecord: Hashable, Sendable {
    /// The number of the entry that placed it.
    public var number: Int64
    /// As receipts print it, unique within the campaign.
    public var reference: String
    /// The platform's own id; `nil` where the reference is the import key.
    public var sourceKey: String?
    /// The backer's number.
    public var backer: Int64
    /// The offer's number among the tiers, `nil` for no reward.
    public var tier: Int?
    /// The offer's number among the promotions, `nil` for none.
    public var promotion: Int?
    /// How many of its tier, one or more.
    public var quantity: Int64
    /// Two capital letters; `nil` when nothing ships.
    public var destination: String?
    /// Price of tier and add-ons less discount, net of tax.
    public var goods: Int64
    /// Net of tax.
    public var shipping: Int64
    /// What lies on goods and shipping.
    public var tax: Int64
    /// What was given beyond the price.
    public var bonus: Int64
    /// When it was pledged.
    public var placedAt: Timestamp
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int
    /// The saved method's token; `nil` for none.
    public var method: String?
    /// Where the pledge stands.
    public var state: PledgeState

    /// What the backer promised to pay.
    public var total: Int64 { goods + shipping + tax + bonus }
    /// As the journal splits it: bonus lies in goods.
    public var parts: EntryParts { EntryParts(goods: goods + bonus, shipping: shipping, tax: tax) }
}

/// A backer: the only personal data of the book.
public struct BackerRecord: Hashable, Sendable {
    /// The backer's number in the book.
    public var number: Int64
    /// Lower case; `nil` when nobody told it.
    public var email: String?
    /// As it was written; `nil` when nobody told it.
    public var name: String?
    /// Two capital letters; `nil` when nobody told it.
    public var country: String?
    /// JSON text.
    public var address: String?
    /// JSON text.
    public var answers: String?
}

/// How much of a tier is held.
public struct TierTotal: Hashable, Sendable {
    /// The offer's number among the tiers, `nil` for no reward.
    public var tier: Int?
    /// How many pledges hold it.
    public var pledges: Int64
    /// How many of it they hold.
    public var quantity: Int64
    /// What they promise, minor units.
    public var amount: Int64
}

extension Records {
    /// The pledge with that reference (a hash, then the text), or `nil`.
    public func pledge(campaign: Int64, reference: String) throws -> PledgeRecord? {
        for number in try numbers("pledge_key", campaign: campaign, hash: hash(Array(reference.utf8).span)) {
            if let found = try pledge(campaign: campaign, number: number), found.reference == reference {
                return found
            }
        }
        // A platform's key hashes its own id; its reference is looked for the slow way.
        return try Row.fetchOne(
            db, sql: "SELECT * FROM pledge WHERE campaign = $1 AND reference = $2",
            arguments: [campaign, reference]
        ).map(pledge(from:))
    }

    /// The pledge placed by that entry, or `nil`.
    public func pledge(campaign: Int64, number: Int64) throws -> PledgeRecord? {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM pledge WHERE campaign = $1 AND number = $2")
        return try Row.fetchOne(statement, arguments: [campaign, number]).map(pledge(from:))
    }

    /// Pledges in the order in which they were booked.
    public func pledges(campaign: Int64, after number: Int64 = 0, limit: Int = .max) throws -> [PledgeRecord]
    {
        try Row.fetchAll(
            db, sql: "SELECT * FROM pledge WHERE campaign = $1 AND number > $2 ORDER BY number LIMIT $3",
            arguments: [campaign, number, limit]
        ).map(pledge(from:))
    }

    /// Pledges of a backer, in the order in which they were booked.
    public func pledges(campaign: Int64, backer: Int64) throws -> [PledgeRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM pledge WHERE campaign = $1 AND backer = $2 ORDER BY number",
            arguments: [campaign, backer]
        ).map(pledge(from:))
    }

    /// Backers with that e-mail address (lower case), or, failing that, with that name.
    public func backers(campaign: Int64, who: String) throws -> [BackerRecord] {
        for number in try numbers(
            "backer_key", campaign: campaign, hash: hash(Array(who.lowercased().utf8).span))
        {
            if let found = try backer(campaign: campaign, number: number), found.email == who.lowercased() {
                return [found]
            }
        }
        return try Row.fetchAll(
            db, sql: "SELECT * FROM backer WHERE campaign = $1 AND lower(name) = lower($2) ORDER BY number",
            arguments: [campaign, who]
        ).map(backer(from:))
    }

    /// Whether a backer's e-mail address is exactly these bytes.
    public func hasEmail(_ bytes: Span<UInt8>, backer: Int64, campaign: Int64) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT email FROM backer WHERE campaign = $1 AND number = $2")
        let row = statement.sqliteStatement
        sqlite3_bind_int64(row, 1, campaign)
        sqlite3_bind_int64(row, 2, backer)
        defer { sqlite3_reset(row) }
        switch sqlite3_step(row) {
        case SQLITE_ROW: break
        case SQLITE_DONE: return false
        default: throw DatabaseError(resultCode: db.lastErrorCode, message: db.lastErrorMessage)
        }
        guard let text = sqlite3_column_text(row, 0) else { return false }
        let stored = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(row, 0)))
        return bytes.withUnsafeBufferPointer { $0.elementsEqual(stored) }
    }

    /// One backer, or `nil`.
    public func backer(campaign: Int64, number: Int64) throws -> BackerRecord? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM backer WHERE campaign = $1 AND number = $2",
            arguments: [campaign, number]
        ).map(backer(from:))
    }

    /// The highest backer number in use.
    public func lastBacker(campaign: Int64) throws -> Int64 {
        try Int64.fetchOne(
            db, sql: "SELECT COALESCE(MAX(number), 0) FROM backer WHERE campaign = $1", arguments: [campaign])
            ?? 0
    }

    /// Writes down a backer's address and answers, as a later file gives them.
    public func update(_ backer: BackerRecord, campaign: Int64) throws {
        try db.execute(
            sql: """
                UPDATE backer SET name = $1, country = $2, address = $3, answers = $4
                WHERE campaign = $5 AND number = $6
                """,
            arguments: [backer.name, backer.country, backer.address, backer.answers, campaign, backer.number])
    }

    /// Moves a pledge to another state.
    public func setState(of pledge: Int64, to state: PledgeState, campaign: Int64) throws {
        try setState(of: [pledge], to: state, campaign: campaign)
    }

    /// Gives back the places that a pledge held: its tier, add-ons and promotion.
    public func releasePlaces(of pledge: Int64, campaign: Int64) throws {
        try movePlaces(of: pledge, by: -1, campaign: campaign)
    }

    /// Takes them again for a pledge that comes back.
    public func takePlaces(of pledge: Int64, campaign: Int64) throws {
        try movePlaces(of: pledge, by: 1, campaign: campaign)
    }

    private func movePlaces(of pledge: Int64, by sign: Int64, campaign: Int64) throws {
        guard let row = try self.pledge(campaign: campaign, number: pledge) else { return }
        if let tier = row.tier {
            try movePlaces(of: .tier, "number", tier, by: sign * row.quantity, campaign: campaign)
        }
        if let promotion = row.promotion {
            try movePlaces(of: .promotion, "number", promotion, by: sign, campaign: campaign)
        }
        for line in try lines(campaign: campaign, pledge: pledge) where line.kind == 1 {
            try movePlaces(of: .addOn, "id", line.id, by: sign * line.quantity, campaign: campaign)
        }
    }

    /// Moves the count of one offer, which the column names.
    func movePlaces(
        of kind: OfferKind, _ column: StaticString, _ name: any DatabaseValueConvertible, by count: Int64,
        campaign: Int64
    ) throws {
        // Many pledges end at once when a campaign misses its goal: nothing is compiled anew for each.
        let statement = try db.cachedStatement(
            sql: """
                UPDATE offer SET taken = CASE WHEN taken + $1 > 0 THEN taken + $1 ELSE 0 END
                WHERE campaign = $2 AND kind = $3 AND \(column) = $4
                """)
        try statement.execute(arguments: [count, campaign, kind.rawValue, name])
    }

    /// Moves every pledge of the list to another state.
    public func setState(of pledges: [Int64], to state: PledgeState, campaign: Int64) throws {
        try countMoving(pledges, to: state, campaign: campaign)
        try writeState(of: pledges, to: state, campaign: campaign)
    }

    /// The same, where it is known what each pledge counts as; they are in order.
    public func setState(
        of pledges: [(number: Int64, count: PledgeCount)], to state: PledgeState, campaign: Int64
    ) throws {
        try countMoving(pledges, to: state, campaign: campaign)
        try writeState(of: pledges.map(\.number), to: state, campaign: campaign)
    }

    private func writeState(of pledges: [Int64], to state: PledgeState, campaign: Int64) throws {
        for pledge in pledges {
            try forEachRawRow(ChangedPledgeSQL.setState, Int64(state.rawValue), campaign, pledge) { _ in }
        }
    }

    /// Rewrites what a correction may change: amounts, tier, quantity, destination, method.
    public func update(_ pledge: PledgeRecord, campaign: Int64) throws {
        let statement = try db.cachedStatement(
            sql: ChangedPledgeSQL.writeAll)
        try recounting([pledge.number], campaign: campaign) {
            try statement.execute(arguments: [
                pledge.tier, pledge.promotion, pledge.quantity, pledge.destination, pledge.goods,
                pledge.shipping, pledge.tax, pledge.bonus, pledge.method, pledge.state.rawValue, campaign,
                pledge.number,
            ])
        }
    }

    /// Remembers what the last imported row of a pledge said.
    public func setContent(of pledge: Int64, hash: Int64, to content: Int64, campaign: Int64) throws {
        try db.execute(
            sql: "UPDATE pledge_key SET content = $1 WHERE campaign = $2 AND hash = $3 AND number = $4",
            arguments: [content, campaign, hash, pledge])
    }

    /// Every import key: hash, number, content; in the order of the hash.
    public func forEachPledgeKey(campaign: Int64, _ body: (Int64, Int64, Int64) throws -> Void) throws {
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT hash, number, content FROM pledge_key WHERE campaign = $1", arguments: [campaign]
        )
        while let row = try cursor.next() { try body(row.value(at: 0), row.value(at: 1), row.value(at: 2)) }
    }

    /// Every backer's key: hash and number; in the order of the hash.
    public func forEachBackerKey(campaign: Int64, _ body: (Int64, Int64) throws -> Void) throws {
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT hash, number FROM backer_key WHERE campaign = $1", arguments: [campaign])
        while let row = try cursor.next() { try body(row.value(at: 0), row.value(at: 1)) }
    }

    /// The pledge of an import key, and what its row said; `nil` where there is none.
    public func pledgeKey(_ hash: Int64, campaign: Int64) throws -> (number: Int64, content: Int64)? {
        var found: (number: Int64, content: Int64)?
        try forEachRawRow(
            """
            SELECT number, content FROM pledge_key WHERE campaign = $1 AND hash = $2 ORDER BY number LIMIT 1
            """, campaign, hash
        ) { found = (sqlite3_column_int64($0, 0), sqlite3_column_int64($0, 1)) }
        return found
    }

    /// The backer of a key; `nil` where there is none.
    public func backerKey(_ hash: Int64, campaign: Int64) throws -> Int64? {
        var found: Int64?
        try forEachRawRow(
            "SELECT number FROM backer_key WHERE campaign = $1 AND hash = $2 ORDER BY number LIMIT 1",
            campaign, hash
        ) { found = sqlite3_column_int64($0, 0) }
        return found
    }

    /// Every pledge that holds something (canceled and dropped ones do not): its number, backer, tier, or -1,
    /// and quantity.
    public func forEachHolding(campaign: Int64, _ body: (Int64, Int64, Int64, Int64) throws -> Void) throws {
        try forEachRawRow(
            """
            SELECT number, backer, COALESCE(tier, -1), quantity FROM pledge
            WHERE campaign = $1 AND state NOT IN (2, 3)
            """, campaign
        ) {
            try body(
                sqlite3_column_int64($0, 0), sqlite3_column_int64($0, 1), sqlite3_column_int64($0, 2),
                sqlite3_column_int64($0, 3))
        }
    }

    /// The quantity that each backer holds of an add-on.
    public func heldByBacker(campaign: Int64, addOn: String) throws -> [(backer: Int64, quantity: Int64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT p.backer, CAST(SUM(l.quantity) AS INTEGER) AS held
                FROM line l JOIN pledge p ON p.campaign = l.campaign AND p.number = l.pledge
                WHERE l.campaign = $1 AND l.kind = 1 AND l.id = $2 AND p.state NOT IN (2, 3) GROUP BY p.backer
                """, arguments: [campaign, addOn]
        ).map { try ($0.value("backer"), $0.value("held")) }
    }

    /// The add-ons (kind 1) and choices (kind 2) of a pledge.
    public func lines(campaign: Int64, pledge: Int64) throws -> [LineRow] {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM line WHERE campaign = $1 AND pledge = $2 ORDER BY kind, id")
        return try Row.fetchAll(statement, arguments: [campaign, pledge]).map {
            try LineRow(
                pledge: $0.value("pledge"), kind: $0.value("kind"), id: $0.value("id"),
                quantity: $0.value("quantity"))
        }
    }

    /// All lines of a campaign in the order of their pledges.
    public func forEachLine(campaign: Int64, _ body: (LineRow) throws -> Void) throws {
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT * FROM line WHERE campaign = $1 ORDER BY pledge, kind, id", arguments: [campaign]
        )
        while let row = try cursor.next() {
            try body(
                LineRow(
                    pledge: row.value("pledge"), kind: row.value("kind"), id: row.value("id"),
                    quantity: row.value("quantity")))
        }
    }

    /// What is held of each tier (canceled and dropped pledges do not count).
    public func tierTotals(campaign: Int64) throws -> [TierTotal] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT tier, COUNT(*) AS pledges, CAST(SUM(quantity) AS INTEGER) AS quantity,
                  CAST(SUM(goods + shipping + tax + bonus) AS INTEGER) AS amount
                FROM pledge WHERE campaign = $1 AND state NOT IN (2, 3) GROUP BY tier ORDER BY tier
                """, arguments: [campaign]
        ).map {
            try TierTotal(
                tier: $0.value("tier"), pledges: $0.value("pledges"), quantity: $0.value("quantity"),
                amount: $0.value("amount"))
        }
    }

    private func numbers(_ table: String, campaign: Int64, hash: Int64) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT number FROM \(table) WHERE campaign = $1 AND hash = $2",
            arguments: [campaign, hash])
    }

    func pledge(from row: Row) throws -> PledgeRecord {
        try PledgeRecord(
            number: row.value("number"), reference: row.value("reference"),
            sourceKey: row.value("source_key"),
            backer: row.value("backer"), tier: row.value("tier"), promotion: row.value("promotion"),
            quantity: row.value("quantity"),
            destination: row.value("destination"), goods: row.value("goods"), shipping: row.value("shipping"),
            tax: row.value("tax"),
            bonus: row.value("bonus"), placedAt: Timestamp(seconds: row.value("placed_at")),
            gateway: row.value("gateway"),
            method: row.value("method"), state: PledgeState(rawValue: row.value("state")) ?? .placed)
    }

    private func backer(from row: Row) throws -> BackerRecord {
        try BackerRecord(
            number: row.value("number"), email: row.value("email"), name: row.value("name"),
            country: row.value("country"),
            address: row.value("address"), answers: row.value("answers"))
    }
}

public import Accounting
public import Crowdfunding
import Foundation
import GRDB

/// The book's rows as values of the trade, within one database transaction.
///
/// One file of queries for each noun.
public struct Records {
    let db: Database
    let secret: [UInt8]

    /// The keyed hash of this book.
    public var hash: KeyedHash { KeyedHash(secret) }
}

/// A campaign as the book knows it.
public struct CampaignRecord: Hashable, Sendable {
    /// Short and internal; repeated in every key.
    public var number: Int64
    /// As people name it, unique within the book.
    public var id: CampaignID
    /// SHA-256 of the definition in force.
    public var definition: [UInt8]
    /// Where the campaign is in its life.
    public var state: CampaignState
    /// `nil` until the first pledge.
    public var isRehearsal: Bool?
    /// What the rehearsal gateway draws its declines from.
    public var seed: UInt64
    /// Of every amount of the campaign.
    public var currency: Currency
    /// The time zone's UTC offsets, as they were written down at the launch.
    public var offsets: ZoneOffsets
    /// When it was entered into the book.
    public var launchedAt: Timestamp
    /// When collecting or releasing began.
    public var closedAt: Timestamp?
    /// When it was funded, unfunded or canceled; `nil` before.
    public var decidedAt: Timestamp?
    /// Where releasing leads: unfunded or canceled.
    public var releaseTo: CampaignState?
    /// Whether captures are booked as after success (E03s).
    public var hasSucceeded: Bool
    /// The number of the entry that placed the first pledge.
    public var firstPledge: Int64?
    /// The last day on or before which nothing may be dated; `nil`: no month is locked.
    public var lockedThrough: CalendarDay?
    /// The chain's head.
    public var head: Int64
    /// The tag of the last entry; of none, zeros.
    public var tag: Tag
    /// The Merkle tree over the receipts through `head`, as `MerkleTree.frontier` gives it; `nil` where a
    /// book of an earlier version has not been attested since.
    public var frontier: [UInt8]?
}

extension Records {
    /// Every campaign of the book, in the order of launch.
    public func campaigns() throws -> [CampaignRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM campaign ORDER BY number").map(campaign(from:))
    }

    /// The campaign of that id, or `nil`.
    public func campaign(_ id: CampaignID) throws -> CampaignRecord? {
        try Row.fetchOne(db, sql: "SELECT * FROM campaign WHERE id = $1", arguments: [id.rawValue])
            .map(campaign(from:))
    }

    /// Adds a campaign and keeps its definition's text; gives the campaign its number.
    public func insert(_ campaign: CampaignRecord, text: String) throws -> Int64 {
        try keep(definition: text, digest: campaign.definition)
        try db.execute(
            sql: """
                INSERT INTO campaign
                  (id, definition, state, seed, currency, offsets, launched_at, head, tag, frontier)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
            arguments: [
                campaign.id.rawValue, Data(campaign.definition), campaign.state.rawValue,
                Int64(bitPattern: campaign.seed), campaign.currency.code, campaign.offsets.text,
                campaign.launchedAt.seconds, campaign.head, Data(campaign.tag.bytes),
                campaign.frontier.map { Data($0) },
            ])
        return db.lastInsertedRowID
    }

    /// Keeps a definition's text by its digest.
    public func keep(definition text: String, digest: [UInt8]) throws {
        try db.execute(
            sql: "INSERT INTO definition (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            arguments: [Data(digest), text])
    }

    /// The definition's text, or `nil` when the book does not hold it.
    public func definition(_ digest: [UInt8]) throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT text FROM definition WHERE digest = $1", arguments: [Data(digest)])
    }

    /// Makes a definition the one in force from an entry on; new tiers, add-ons and promotions get their
    /// rows.
    public func setDefinition(
        _ definition: CampaignDefinition, digest: [UInt8], from entry: Int64, at: Timestamp, campaign: Int64
    ) throws {
        try db.execute(
            sql: "UPDATE campaign SET definition = $1 WHERE number = $2", arguments: [Data(digest), campaign])
        try db.execute(
            sql: "INSERT INTO amendment (campaign, entry, at, definition) VALUES ($1, $2, $3, $4)",
            arguments: [campaign, entry, at.seconds, Data(digest)])
        try putOffers(definition, campaign: campaign)
    }

    /// The definitions that were in force, by the time from which on, oldest first.
    public func definitions(campaign: Int64) throws -> [(from: Timestamp, text: String)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT a.at, d.text FROM amendment a JOIN definition d ON d.digest = a.definition
                WHERE a.campaign = $1 ORDER BY a.entry
                """, arguments: [campaign]
        ).map { try (Timestamp(seconds: $0.value("at")), $0.value("text")) }
    }

    /// Moves a campaign on; times and the success flag are written with it.
    public func update(_ campaign: CampaignRecord) throws {
        try db.execute(
            sql: """
                UPDATE campaign SET state = $1, rehearsal = $2, closed_at = $3, decided_at = $4,
                  release_to = $5,
                  succeeded = $6, first_pledge = $7, locked_day = $8 WHERE number = $9
                """,
            arguments: [
                campaign.state.rawValue, campaign.isRehearsal, campaign.closedAt?.seconds,
                campaign.decidedAt?.seconds, campaign.releaseTo?.rawValue, campaign.hasSucceeded,
                campaign.firstPledge, campaign.lockedThrough?.number, campaign.number,
            ])
    }

    /// Moves the chain's head and its tree, if the head is still where it was read.
    public func moveHead(of campaign: CampaignRecord, to number: Int64, tag: Tag, frontier: [UInt8]?) throws {
        try db.execute(
            sql: "UPDATE campaign SET head = $1, tag = $2, frontier = $3 WHERE number = $4 AND head = $5",
            arguments: [number, Data(tag.bytes), frontier.map { Data($0) }, campaign.number, campaign.head])
        guard db.changesCount == 1 else { throw BookError.headMoved(campaign: campaign.id.rawValue) }
    }

    /// Keeps the tree over the receipts through the head of a campaign that had none.
    public func keep(frontier: [UInt8], of campaign: CampaignRecord) throws {
        try db.execute(
            sql: "UPDATE campaign SET frontier = $1 WHERE number = $2 AND head = $3",
            arguments: [Data(frontier), campaign.number, campaign.head])
    }

    /// The epochs of a campaign's signing keys, in order: number, first entry, key check.
    public func epochs(campaign: Int64) throws -> [(number: Int, firstEntry: Int64, keyCheck: String)] {
        try Row.fetchAll(
            db, sql: "SELECT number, first_entry, key_check FROM epoch WHERE campaign = $1 ORDER BY number",
            arguments: [campaign]
        ).map { try ($0.value("number"), $0.value("first_entry"), $0.value("key_check")) }
    }

    /// Starts an epoch.
    public func insertEpoch(campaign: Int64, number: Int, firstEntry: Int64, keyCheck: String) throws {
        try db.execute(
            sql: "INSERT INTO epoch (campaign, number, first_entry, key_check) VALUES ($1, $2, $3, $4)",
            arguments: [campaign, number, firstEntry, keyCheck])
    }

    private func putOffers(_ definition: CampaignDefinition, campaign: Int64) throws {
        let offers =
            definition.tiers.map { (OfferKind.tier, $0.id) } + definition.addOns.map { (.addOn, $0.id) }
            + definition.promotions.map { (.promotion, $0.code) }
        for (kind, id) in offers {
            try db.execute(
                sql: """
                    INSERT INTO offer (campaign, kind, number, id)
                    SELECT $1, $2, COALESCE(MAX(number) + 1, 0), $3 FROM offer WHERE campaign = $1
                      AND kind = $2
                    ON CONFLICT (campaign, kind, id) DO NOTHING
                    """, arguments: [campaign, kind.rawValue, id])
        }
    }

    private func campaign(from row: Row) throws -> CampaignRecord {
        guard let id = try CampaignID(row.value("id") as String),
            let state = try CampaignState(rawValue: row.value("state") as String),
            let currency = try Currency(row.value("currency") as String),
            let offsets = try ZoneOffsets(text: row.value("offsets") as String),
            let tag = try Tag(row.value("tag") as Data)
        else { throw BookError.unreadable("the campaign's row") }
        return try CampaignRecord(
            number: row.value("number"), id: id, definition: Array(row.value("definition") as Data),
            state: state,
            isRehearsal: row.value("rehearsal"), seed: UInt64(bitPattern: row.value("seed") as Int64),
            currency: currency,
            offsets: offsets, launchedAt: Timestamp(seconds: row.value("launched_at")),
            closedAt: (row.value("closed_at") as Int64?).map(Timestamp.init(seconds:)),
            decidedAt: (row.value("decided_at") as Int64?).map(Timestamp.init(seconds:)),
            releaseTo: (row.value("release_to") as String?).flatMap(CampaignState.init(rawValue:)),
            hasSucceeded: row.value("succeeded"), firstPledge: row.value("first_pledge"),
            lockedThrough: (row.value("locked_day") as Int?).map(CalendarDay.init(number:)),
            head: row.value("head"),
            tag: tag, frontier: (row.value("frontier") as Data?).map { Array($0) })
    }
}

extension CampaignRecord {
    /// A campaign about to be launched.
    public init(
        launching id: CampaignID, definition: [UInt8], seed: UInt64, currency: Currency, offsets: ZoneOffsets,
        at now: Timestamp
    ) {
        self.init(
            number: 0, id: id, definition: definition, state: .live, isRehearsal: nil, seed: seed,
            currency: currency, offsets: offsets, launchedAt: now, closedAt: nil, decidedAt: nil,
            releaseTo: nil,
            hasSucceeded: false, firstPledge: nil, lockedThrough: nil, head: 0, tag: .zero, frontier: [])
    }
}

/// What a limit can be set on.
///
/// The raw values are stored.
public enum OfferKind: Int, Sendable {
    case tier = 1
    case addOn = 2
    case promotion = 3
}

extension Records {
    /// How many of each offer are taken, by id.
    public func taken(_ kind: OfferKind, campaign: Int64) throws -> [String: Int64] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, taken FROM offer WHERE campaign = $1 AND kind = $2",
            arguments: [campaign, kind.rawValue])
        return try Dictionary(
            uniqueKeysWithValues: rows.map { try ($0.value("id") as String, $0.value("taken") as Int64) })
    }

    /// The number of each offer, by id: what `pledge.tier` and `pledge.promotion` hold.
    public func offerNumbers(_ kind: OfferKind, campaign: Int64) throws -> [String: Int64] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, number FROM offer WHERE campaign = $1 AND kind = $2",
            arguments: [campaign, kind.rawValue])
        return try Dictionary(
            uniqueKeysWithValues: rows.map { try ($0.value("id") as String, $0.value("number") as Int64) })
    }

    /// Sets how many of an offer are taken.
    public func setTaken(_ kind: OfferKind, id: String, to count: Int64, campaign: Int64) throws {
        try db.execute(
            sql: "UPDATE offer SET taken = $1 WHERE campaign = $2 AND kind = $3 AND id = $4",
            arguments: [count, campaign, kind.rawValue, id])
    }

    /// Counts refused sales.
    public func addMissedDemand(reason: String, tier: String, count: Int64, campaign: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO missed_demand (campaign, reason, tier, count) VALUES ($1, $2, $3, $4)
                ON CONFLICT (campaign, reason, tier)
                  DO UPDATE SET count = missed_demand.count + excluded.count
                """, arguments: [campaign, reason, tier, count])
    }

    /// Calls `body` with the keyed hash of every refused sale that was counted.
    public func forEachMissedSale(campaign: Int64, _ body: (Int64) throws -> Void) throws {
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT key FROM missed_sale WHERE campaign = $1", arguments: [campaign])
        while let row = try cursor.next() { try body(row.value(at: 0)) }
    }

    /// Whether a refused sale was counted, by the keyed hash of its row's own key.
    public func isMissedSale(_ key: Int64, campaign: Int64) throws -> Bool {
        let select = try db.cachedStatement(
            sql: "SELECT 1 FROM missed_sale WHERE campaign = $1 AND key = $2")
        return try Row.fetchOne(select, arguments: [campaign, key]) != nil
    }

    /// Remembers refused sales that were counted, by the keyed hash of their rows' own keys.
    public func addMissedSales(_ keys: [Int64], campaign: Int64) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO missed_sale (campaign, key) VALUES ($1, $2)
                ON CONFLICT (campaign, key) DO NOTHING
                """)
        for key in keys.sorted() { try insert.execute(arguments: [campaign, key]) }
    }

    /// Refused sales by reason and tier.
    public func missedDemand(campaign: Int64) throws -> [(reason: String, tier: String, count: Int64)] {
        try Row.fetchAll(
            db,
            sql: "SELECT reason, tier, count FROM missed_demand WHERE campaign = $1 ORDER BY 3 DESC, 1, 2",
            arguments: [campaign]
        ).map { try ($0.value("reason"), $0.value("tier"), $0.value("count")) }
    }
}

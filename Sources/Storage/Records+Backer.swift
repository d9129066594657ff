public import Accounting
import Crowdfunding
import GRDB

/// What a person wrote down about a pledge.
///
/// The text may be personal.
public struct NoteRecord: Hashable, Sendable {
    /// From 1 within the campaign; never given again while a later one is there.
    public var number: Int64
    /// The pledge's number.
    public var pledge: Int64
    /// When it was written down.
    public var at: Timestamp
    /// By whom.
    public var operatorName: String
    /// 1 to 2,000 characters.
    public var text: String

    /// A note as it stands.
    public init(number: Int64 = 0, pledge: Int64, at: Timestamp, operatorName: String, text: String) {
        self.number = number
        self.pledge = pledge
        self.at = at
        self.operatorName = operatorName
        self.text = text
    }
}

extension Records {
    /// The notes about a pledge, oldest first.
    public func notes(campaign: Int64, pledge: Int64) throws -> [NoteRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, pledge, at, operator, text FROM pledge_note
                WHERE campaign = $1 AND pledge = $2 ORDER BY number
                """, arguments: [campaign, pledge]
        ).map {
            try NoteRecord(
                number: $0.value(at: 0), pledge: $0.value(at: 1), at: Timestamp(seconds: $0.value(at: 2)),
                operatorName: $0.value(at: 3), text: $0.value(at: 4))
        }
    }

    /// Writes a note down.
    ///
    /// - Returns: Its number.
    public func insert(_ note: NoteRecord, campaign: Int64) throws -> Int64 {
        let last = try Int64.fetchOne(
            db, sql: "SELECT COALESCE(MAX(number), 0) FROM pledge_note WHERE campaign = $1",
            arguments: [campaign])
        let number = (last ?? 0) + 1
        try db.execute(
            sql: """
                INSERT INTO pledge_note (campaign, number, pledge, at, operator, text)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
            arguments: [campaign, number, note.pledge, note.at.seconds, note.operatorName, note.text])
        return number
    }

    /// Forgets a note about a pledge.
    ///
    /// - Returns: Whether there was one.
    public func removeNote(_ number: Int64, of pledge: Int64, campaign: Int64) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM pledge_note WHERE campaign = $1 AND number = $2 AND pledge = $3",
            arguments: [campaign, number, pledge])
        return db.changesCount > 0
    }

    /// Gives a backer another e-mail address (lower case), with all pledges, as a person says.
    ///
    /// - Returns: Whether it was done: not where another backer has that address.
    public func changeEmail(of backer: BackerRecord, to email: String, campaign: Int64) throws -> Bool {
        let key = hash(Array(email.utf8).span)
        let others = try Int64.fetchAll(
            db, sql: "SELECT number FROM backer_key WHERE campaign = $1 AND hash = $2",
            arguments: [campaign, key])
        for other in others where other != backer.number {
            if try self.backer(campaign: campaign, number: other)?.email == email { return false }
        }
        try db.execute(
            sql: "UPDATE backer SET email = $1 WHERE campaign = $2 AND number = $3",
            arguments: [email, campaign, backer.number])
        if let known = backer.email {
            try db.execute(
                sql: "DELETE FROM backer_key WHERE campaign = $1 AND hash = $2 AND number = $3",
                arguments: [campaign, hash(Array(known.utf8).span), backer.number])
        }
        try db.execute(
            sql: "INSERT INTO backer_key (campaign, hash, number) VALUES ($1, $2, $3)",
            arguments: [campaign, key, backer.number])
        return true
    }
}

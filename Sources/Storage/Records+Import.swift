public import Accounting
import Foundation
import GRDB

/// One imported file.
public struct ImportRecord: Hashable, Sendable {
    /// From 1 within a campaign; 0 before it is kept.
    public var number: Int
    /// When it was imported.
    public var at: Timestamp
    /// The format: `own` or `kickstarter`.
    public var source: String
    /// The file's own name, without its folder.
    public var file: String
    /// SHA-256 of the file.
    public var digest: [UInt8]
    /// Rows of the file, without its header.
    public var rows: Int64
    /// Rows that placed a pledge.
    public var placed: Int64
    /// Rows that changed one.
    public var changed: Int64
    /// Rows that were in the book as they are.
    public var same: Int64
    /// Rows that were not taken.
    public var refused: Int64
    /// Whether the file told of collected money.
    public var toldOfCollected: Bool

    /// Puts a record together before it gets its number.
    public init(
        number: Int = 0, at: Timestamp, source: String, file: String, digest: [UInt8], rows: Int64,
        placed: Int64,
        changed: Int64, same: Int64, refused: Int64, toldOfCollected: Bool
    ) {
        self.number = number
        self.at = at
        self.source = source
        self.file = file
        self.digest = digest
        self.rows = rows
        self.placed = placed
        self.changed = changed
        self.same = same
        self.refused = refused
        self.toldOfCollected = toldOfCollected
    }
}

extension Records {
    /// The imported files of a campaign, in order.
    public func imports(campaign: Int64) throws -> [ImportRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM import WHERE campaign = $1 ORDER BY number", arguments: [campaign]
        )
        .map {
            ImportRecord(
                number: $0["number"], at: Timestamp(seconds: $0["at"]), source: $0["source"],
                file: $0["file"],
                digest: Array($0["digest"] as Data), rows: $0["rows"], placed: $0["placed"],
                changed: $0["changed"], same: $0["same"], refused: $0["refused"],
                toldOfCollected: $0["collected"])
        }
    }

    /// Remembers an imported file.
    public func insert(_ record: ImportRecord, campaign: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO import (campaign, number, at, source, file, digest, rows, placed, changed, same,
                  refused, collected)
                SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
                FROM import WHERE campaign = $1
                """,
            arguments: [
                campaign, record.at.seconds, record.source, record.file, Data(record.digest), record.rows,
                record.placed, record.changed, record.same, record.refused, record.toldOfCollected,
            ])
    }
}

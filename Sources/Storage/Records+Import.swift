public import Accounting
import Foundation
import GRDB

/// One imported file.
public struct ImportRecord: Sendable {
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
    /// The entries that it wrote; `nil` for none, and for an import of an earlier version.
    public var entries: ClosedRange<Int64>?
    /// Who ran it; `nil` for an import of an earlier version.
    public var operatorName: String?
    /// Pledges of the same platform that the file did not name any more.
    public var vanished: Int64 = 0
    /// The first differences to the book, in words, without personal data.
    public var changes: [String] = []
    /// When it was undone, and the entries that took it back; `nil` while it stands.
    public var undone: (at: Timestamp, entries: ClosedRange<Int64>)?

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

    fileprivate init(_ row: Row) throws {
        try self.init(
            number: row.value("number"), at: Timestamp(seconds: row.value("at")), source: row.value("source"),
            file: row.value("file"), digest: Array(row.value("digest") as Data), rows: row.value("rows"),
            placed: row.value("placed"),
            changed: row.value("changed"), same: row.value("same"), refused: row.value("refused"),
            toldOfCollected: row.value("collected"))
        if let first = try row.value("first") as Int64?, let last = try row.value("last") as Int64?,
            first <= last
        {
            entries = first...last
        }
        operatorName = try row.value("operator")
        vanished = try row.value("vanished")
        changes = try (row.value("changes") as String?)?.split(separator: "\n").map(String.init) ?? []
        if let at = try row.value("undone_at") as Int64?,
            let first = try row.value("undone_first") as Int64?,
            let last = try row.value("undone_last") as Int64?, first <= last
        {
            undone = (Timestamp(seconds: at), first...last)
        }
    }
}

extension Records {
    /// The imported files of a campaign, in order.
    public func imports(campaign: Int64) throws -> [ImportRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM import WHERE campaign = $1 ORDER BY number", arguments: [campaign]
        ).map(ImportRecord.init)
    }

    /// Remembers an imported file.
    ///
    /// - Returns: The number that it got.
    @discardableResult
    public func insert(_ record: ImportRecord, campaign: Int64) throws -> Int {
        let number =
            try Int.fetchOne(
                db, sql: "SELECT COALESCE(MAX(number), 0) + 1 FROM import WHERE campaign = $1",
                arguments: [campaign]) ?? 1
        try db.execute(
            sql: """
                INSERT INTO import (campaign, number, at, source, file, digest, rows, placed, changed, same,
                  refused, collected, first, last, operator, vanished, changes)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
                """,
            arguments: [
                campaign, number, record.at.seconds, record.source, record.file, Data(record.digest),
                record.rows, record.placed, record.changed, record.same, record.refused,
                record.toldOfCollected, record.entries?.lowerBound, record.entries?.upperBound,
                record.operatorName, record.vanished,
                record.changes.isEmpty ? nil : record.changes.joined(separator: "\n"),
            ])
        return number
    }

    /// Writes down that an import was undone.
    public func setUndone(
        _ number: Int, at moment: Timestamp, by entries: ClosedRange<Int64>, campaign: Int64
    ) throws {
        try db.execute(
            sql: """
                UPDATE import SET undone_at = $1, undone_first = $2, undone_last = $3
                WHERE campaign = $4 AND number = $5
                """,
            arguments: [moment.seconds, entries.lowerBound, entries.upperBound, campaign, number])
    }

    /// The pledges that entries of a range placed, in order.
    public func pledges(placedBy entries: ClosedRange<Int64>, campaign: Int64) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: "SELECT number FROM pledge WHERE campaign = $1 AND number BETWEEN $2 AND $3 ORDER BY number",
            arguments: [campaign, entries.lowerBound, entries.upperBound])
    }

    /// The older pledges that entries of a range are about, in order.
    public func pledges(changedBy entries: ClosedRange<Int64>, campaign: Int64) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT DISTINCT pledge FROM entry
                WHERE campaign = $1 AND number BETWEEN $2 AND $3 AND pledge < $2 ORDER BY pledge
                """, arguments: [campaign, entries.lowerBound, entries.upperBound])
    }

    /// Calls `body` with number, reference and tier of every pledge that entries of a range placed and that
    /// holds its place.
    ///
    /// The tier is the offer's number, or -1.
    public func forEachHeldPledge(
        placedBy entries: ClosedRange<Int64>, campaign: Int64,
        _ body: (_ number: Int64, _ reference: String, _ tier: Int) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, reference, COALESCE(tier, -1) FROM pledge
                WHERE campaign = $1 AND number BETWEEN $2 AND $3 AND state IN (1, 4) ORDER BY number
                """, arguments: [campaign, entries.lowerBound, entries.upperBound])
        while let row = try cursor.next() { try body(row.value(at: 0), row.value(at: 1), row.value(at: 2)) }
    }
}

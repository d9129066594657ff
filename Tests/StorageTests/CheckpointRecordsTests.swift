import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

@Suite("Checkpoints and locks in the book") struct CheckpointRecordsTests {
    static func row(_ number: Int64) -> CheckpointRecord {
        CheckpointRecord(
            number: number, at: Timestamp(seconds: 1_000 + number), root: [UInt8](repeating: 1, count: 32),
            publicKey: [UInt8](repeating: 2, count: 32), signature: [UInt8](repeating: 3, count: 64),
            frontier: [UInt8](repeating: 4, count: 64))
    }

    @Test("rows come back as they went in, in order; a number has one")
    func rows() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        #expect(try book.read { try $0.lastCheckpoint(campaign: 1) } == nil)
        try book.write { records in
            for number in [7, 12] as [Int64] { try records.insert(Self.row(number), campaign: 1) }
        }
        #expect(try book.read { try $0.checkpoints(campaign: 1) } == [Self.row(7), Self.row(12)])
        #expect(try book.read { try $0.lastCheckpoint(campaign: 1) } == Self.row(12))
        #expect(throws: BookError.self) { try book.write { try $0.insert(Self.row(7), campaign: 1) } }
    }

    static let forbidden = [
        "UPDATE checkpoint SET at = 1", "DELETE FROM checkpoint",
        "INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint",
        "INSERT INTO checkpoint SELECT campaign, 8, at, x'00', public_key, signature, frontier FROM "
            + "checkpoint",
        "INSERT INTO checkpoint SELECT campaign, 8, at, root, public_key, x'00', frontier FROM checkpoint",
        "INSERT INTO checkpoint SELECT campaign, 0, at, root, public_key, signature, frontier FROM "
            + "checkpoint",
    ]

    @Test("the table is append-only and knows its sizes", arguments: forbidden)
    func appendOnly(sql: String) throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.write { try $0.insert(Self.row(7), campaign: 1) }
        #expect(throws: BookError.self) { try book.run(sql) }
        #expect(try book.read { try $0.checkpoints(campaign: 1) } == [Self.row(7)])
    }

    @Test("a locked day is kept with the campaign's row")
    func lockedDay() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        var record = try #require(try book.read { try $0.campaigns() }.first)
        #expect(record.lockedThrough == nil)
        record.lockedThrough = CalendarDay("2026-03-31")
        try book.write { try $0.update(record) }
        #expect(try book.read { try $0.campaigns() }.first == record)
    }

    /// A book as it was before this migration.
    @Test("a book that is older is brought to this form, and keeps what is in it")
    func upgrade() throws {
        let folder = try StorageFolder()
        do {
            let book = try folder.book()
            try book.run(
                """
                DROP TABLE checkpoint; ALTER TABLE campaign DROP COLUMN locked_day;
                DELETE FROM grdb_migrations WHERE identifier = '0005_add_checkpoints_and_locks';
                """)
        }
        let book = try Book(opening: folder.bookPath)
        var expected = try StorageFolder.campaign()
        expected.number = 1
        #expect(try book.read { try $0.campaigns() } == [expected])
        #expect(try book.read { try $0.checkpoints(campaign: 1) } == [])
        try book.write { try $0.insert(Self.row(7), campaign: 1) }
        #expect(try book.rows("PRAGMA application_id") == [["1346521905"]])
    }
}

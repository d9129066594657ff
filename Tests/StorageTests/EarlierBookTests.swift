import Foundation
import GRDB
import Testing

@testable import Storage

/// What an earlier version wrote is brought to the present form, and says the same.
@Suite("Books of earlier versions") struct EarlierBookTests {
    /// As version 0008 kept a pledge that was changed, its entries, and what names it.
    private static let rows = """
        INSERT INTO book (id, key_secret) VALUES ('0123456789abcdef', zeroblob(16));
        INSERT INTO definition (digest, text) VALUES (randomblob(32), '{}');
        INSERT INTO campaign (number, id, definition, state, seed, currency, offsets, launched_at, tag)
          SELECT 1, 'lamp', digest, 'live', 1, 'EUR', '', 1, zeroblob(32) FROM definition;
        INSERT INTO posting_rule (kind, part, account, sign)
          VALUES (1, 1, 2000, 1), (1, 1, 3000, -1), (130, 1, 1100, 1), (130, 4, 1100, -1);
        INSERT INTO backer (campaign, number, email) VALUES (1, 1, 'ana@example.org');
        INSERT INTO pledge VALUES
          (1, 2, 'P-1', '77', 1, 0, NULL, 1, 'ES', 900, 50, 100, 20, 5, 2, 'pm_1', 2),
          (1, 3, 'P-2', NULL, 1, NULL, 1, 2, NULL, 100, 0, 0, 0, 6, 1, NULL, 1);
        INSERT INTO line VALUES (1, 2, 1, 'bulb', 1);
        INSERT INTO entry (campaign, number, kind, pledge, instalment, at, day, goods, fee, reference, detail,
          tag) VALUES (1, 1, 2, NULL, NULL, 1, 1, 0, 0, NULL, NULL, randomblob(32)),
          (1, 2, 1, 2, NULL, 2, 1, 800, 0, 'pm_1', 'qty=1;via=2;at=5', randomblob(32)),
          (1, 3, 1, 3, NULL, 3, 1, 100, 0, NULL, 'qty=2;via=1;at=6', randomblob(32)),
          (1, 4, 130, 3, 1, 4, 2, 100, 9, 'ch_1', 'op=2.1', randomblob(32));
        """

    @Test("pledges, journal and postings say the same, and what was placed can then be changed no more")
    func migrated() throws {
        let queue = try DatabaseQueue()
        let step = try #require(Migration.all.firstIndex { $0.name == "0009_keep_placings" })
        try queue.inDatabase { db in
            func rows(_ sql: String) throws -> [String] {
                try Row.fetchAll(db, sql: sql).map { row in
                    row.map { "\($0)=\($1.description)" }.joined(separator: " ")
                }
            }
            let entry = "number, kind, pledge, instalment, at, day, goods, fee, reference, detail, tag"
            let postings = "SELECT * FROM posting ORDER BY number, account, amount"
            for migration in Migration.all[..<step] { try db.execute(sql: migration.sql) }
            try db.execute(sql: Self.rows)
            let pledges = try rows("SELECT * FROM pledge ORDER BY number")
            let entries = try rows("SELECT \(entry) FROM entry ORDER BY number")
            let posted = try rows(postings)
            for migration in Migration.all[step...] { try db.execute(sql: migration.sql) }
            #expect(try rows("SELECT * FROM pledge ORDER BY number") == pledges)
            #expect(try rows("SELECT \(entry) FROM journal ORDER BY number") == entries)
            #expect(try rows(postings) == posted)
            #expect(pledges.count == 2 && entries.count == 4 && posted.count == 6)
            #expect(try rows("PRAGMA foreign_key_check") == [])
            let named = try String.fetchAll(db, sql: "SELECT \"table\" FROM pragma_foreign_key_list('line')")
            #expect(Set(named) == ["placing"])
            for sql in ["DELETE FROM placing", "UPDATE placing SET tag = zeroblob(32), at = 1, day = 1"] {
                #expect(throws: DatabaseError.self) { try db.execute(sql: sql) }
            }
        }
    }
}

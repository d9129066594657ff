import Crowdfunding
import GRDB
import Glibc
import Receipts
import Testing

@testable import Pledgebook
@testable import Storage

@Suite("A book made anew from its journal") struct RebuildBookTests {
    /// Damage that leaves the journal whole: the rebuilt book is as the old one was before it.
    static let damages = [
        "UPDATE pledge SET goods = 1, quantity = 9, tier = 2, method = 'x' WHERE reference = 'P-3'",
        "UPDATE pledge SET state = 1, placed_at = 5, destination = NULL, promotion = NULL, gateway = 2",
        "UPDATE payment SET captured = captured - 1, state = 33 WHERE captured > 0",
        "DELETE FROM payment", "DELETE FROM line", "DELETE FROM daily", "DELETE FROM offer",
        "DELETE FROM amendment", "DELETE FROM pledge_key WHERE number = 0 OR hash > 0",
        "DELETE FROM backer_key",
        "INSERT INTO allocation SELECT 1, number, 'BULB', '', 9, 0 FROM pledge LIMIT 1",
        "INSERT INTO run VALUES (1, 'batch-9', 'launched', 1, 2, 3, 4)",
        """
        UPDATE campaign SET state = 'live', closed_at = NULL, decided_at = 5, succeeded = 0,
          release_to = NULL, head = 3, tag = zeroblob(32), first_pledge = 7, rehearsal = 1,
          launched_at = 5, seed = 4
        """,
    ]

    @Test("mends every row that follows from entries", arguments: damages) func mends(_ damage: String) throws
    {
        let folder = try CheckBookTests.smallBook()
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        let before = try dump(folder.book)
        try folder.damage(damage)
        #expect(try dump(folder.book) != before)
        // What the last file said of each row is told, and lies beside the keys.
        let lost = damage.contains("pledge_key") ? "content=" : "nothing"
        let differences = try rebuildDifferences(session, expected: before).filter { !$0.contains(lost) }
        #expect(differences == [], "\(differences)")
    }

    @Test(
        "is refused where the journal itself is broken, and leaves nothing behind",
        arguments: [
            "UPDATE entry SET goods = goods + 1 WHERE number = 4", "DELETE FROM entry WHERE number = 4",
            "UPDATE entry SET tag = zeroblob(32) WHERE number = 5",
            "PRAGMA foreign_keys = OFF; DELETE FROM pledge WHERE reference = 'P-3'",
            "UPDATE pledge SET reference = 'P-9' WHERE reference = 'P-3'",
            "UPDATE definition SET text = text || ' '",
        ])
    func refuses(_ damage: String) throws {
        let folder = try CheckBookTests.smallBook()
        try folder.damage(damage)
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        let path = folder.path + "/new.sqlite"
        let error = #expect(throws: SessionError.self) { try session.rebuildBook(to: path) }
        #expect(error?.exitCode == .refused)
        #expect(try names(in: folder.path).allSatisfy { !$0.contains("new.sqlite") && !$0.contains(".part") })
    }

    @Test(
        "is refused where what was placed is broken", arguments: CheckBookTests.placingDamages.map(\.sql))
    func refusesPlacings(_ damage: String) throws {
        let folder = try CheckBookTests.smallBook()
        try folder.damage(damage, asEarlier: false)
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        let error = #expect(throws: SessionError.self) {
            try session.rebuildBook(to: folder.path + "/new.sqlite")
        }
        #expect(error?.exitCode == .refused)
    }

    @Test(
        "mends how pledges stand that are not as they were placed",
        arguments: [
            "DELETE FROM changed_pledge", "UPDATE changed_pledge SET state = 1, goods = 5, tier = 2",
            "UPDATE placing SET tier = 2, quantity = 9, state = 3",
            "UPDATE placing SET destination = NULL, promotion = NULL",
            "INSERT INTO changed_pledge SELECT campaign, number, tier, promotion, 9, destination, 1, 2, 3, "
                + "4, 'x', 2 FROM placing WHERE reference = 'P-3'",
        ])
    func mendsChanged(_ damage: String) throws {
        let folder = try CheckBookTests.changedBook()
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        let before = try dump(folder.book)
        try folder.damage(damage, asEarlier: false)
        #expect(try dump(folder.book) != before)
        let differences = try rebuildDifferences(session, expected: before)
        #expect(differences == [], "\(differences)")
    }

    @Test("is refused where something is, and by a key that did not sign") func refusesInTheWay() throws {
        let folder = try CheckBookTests.smallBook()
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        #expect(throws: BookError.alreadyExists(path: folder.book.path)) {
            try session.rebuildBook(to: folder.book.path)
        }
        let other = try folder.session(
            at: "2026-04-03T12:00:00Z", key: MasterKey([UInt8](repeating: 1, count: 32)))
        #expect(throws: SessionError.wrongKey(campaign: "aurora-lamp")) {
            try other.rebuildBook(to: folder.path + "/new.sqlite")
        }
        let keyless = try folder.session(at: "2026-04-03T12:00:00Z", key: nil)
        #expect(try !keyless.rebuildBook(to: folder.path + "/new.sqlite").isProven)
    }

    @Test("knows of every table whether it is told or follows") func tables() throws {
        let folder = try BookFolder()
        let all = Set(try dump(folder.book).map { String($0.prefix { $0 != ":" }) })
        let schema = try folder.book.read { records in
            try String.fetchAll(
                records.db, sql: "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        }
        let listed =
            BookTable.told + BookTable.toldOfBook + BookTable.derived + BookTable.ofJournal
            + BookTable.ofProgram
        #expect(all.isSubset(of: Set(schema)))
        let views = ["journal", "pledge", "posting"]
        let tables = schema.filter { !$0.hasPrefix("sqlite_") && !views.contains($0) }
        #expect(Set(tables) == Set(listed), "say it in BookTable")
        #expect(listed.count == Set(listed).count)
    }

    private func names(in folder: String) throws -> [String] {
        let stream = try #require(opendir(folder))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}

import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

/// The database itself holds what must not be written, whoever writes.
@Suite("Rows that the book refuses") struct RefusedRowsTests {
    static let good = """
        INSERT INTO backer (campaign, number, email) VALUES (1, 1, 'ana@example.org');
        INSERT INTO placing (campaign, number, reference, backer, quantity, goods, shipping, tax, bonus,
          placed_at, gateway, state) VALUES (1, 1, 'P-1', 1, 1, 900, 50, 100, 0, 1, 2, 1);
        INSERT INTO placing (campaign, number, reference, backer, quantity, goods, shipping, tax, bonus,
          placed_at, gateway, state, at, day, detail, tag)
          VALUES (1, 3, 'P-3', 1, 1, 900, 50, 100, 0, 1, 2, 1, 1, 1, 'qty=1', zeroblob(32));
        INSERT INTO changed_pledge (campaign, number, quantity, goods, shipping, tax, bonus, state)
          VALUES (1, 1, 1, 900, 50, 100, 0, 2);
        INSERT INTO entry (campaign, number, kind, pledge, at, day, goods, tag)
          VALUES (1, 1, 1, 1, 1, 1, 900, zeroblob(32)), (1, 2, 2, NULL, 1, 1, 0, zeroblob(32));
        INSERT INTO payment (campaign, pledge, instalment, state, ending, authorized, captured, voided,
          refunded, committed, disputed, lost) VALUES (1, 1, 1, 20, 0, 1000, 1000, 0, 0, 0, 0, 0);
        INSERT INTO line (campaign, pledge, kind, id, quantity) VALUES (1, 1, 1, 'bulb', 1);
        INSERT INTO offer (campaign, kind, number, id) VALUES (1, 1, 0, 'standard');
        INSERT INTO operation (campaign, pledge, instalment, kind, attempt, amount, at)
          VALUES (1, 1, 1, 2, 1, 9, 1);
        INSERT INTO request_window (campaign, first, last, at, requests)
          VALUES (1, 1, 3, 1, '[[1,1,2,2,9],[3,1,2,1,9]]');
        INSERT INTO run (campaign, id, state, launched_day, expected_day, unit_cost, deposit)
          VALUES (1, 'run-1', 'launched', 1, 1, 1, 1);
        INSERT INTO run_unit (campaign, run, sku, ordered) VALUES (1, 'run-1', 'LAMP', 5);
        INSERT INTO allocation (campaign, pledge, sku, run, quantity) VALUES (1, 1, 'LAMP', 'run-1', 1);
        INSERT INTO pledge_total (campaign, tier, gateway, state, payment, paid, count, quantity, amount,
          captured, refunded, committed, disputed, lost) VALUES (1, 0, 1, 1, -1, 0, 1, 1, 9, 0, 0, 0, 0, 0);
        INSERT INTO line_total (campaign, kind, id, state, paid, units) VALUES (1, 1, 'bulb', 1, 0, 1);
        INSERT INTO notice (campaign, number, pledge, instalment, kind, turn, amount, at)
          VALUES (1, 1, 1, 1, 'payment-failed', 1, 1000, 1);
        INSERT INTO pledge_note (campaign, number, pledge, at, operator, text)
          VALUES (1, 1, 1, 1, 'maker', 'ships with P-2');
        INSERT INTO checkpoint (campaign, number, at, root, public_key, signature, frontier)
          VALUES (1, 2, 1, zeroblob(32), zeroblob(32), zeroblob(64), zeroblob(0))
        """

    private static func filled() throws -> (StorageFolder, Book) {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.run(good)
        return (folder, book)
    }

    static let changedEntries = [
        "UPDATE entry SET goods = 901 WHERE number = 1", "UPDATE entry SET tag = tag",
        "UPDATE entry SET detail = 'x' WHERE number = 2", "DELETE FROM entry WHERE number = 2",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry (campaign, number, kind, at, day, tag) "
            + "VALUES (1, 2, 2, 9, 9, zeroblob(32))",
        "REPLACE INTO entry (campaign, number, kind, at, day, tag) VALUES (1, 2, 2, 9, 9, zeroblob(32))",
        "UPDATE OR REPLACE entry SET number = 1 WHERE number = 2",
        "INSERT INTO entry (campaign, number, kind, at, day, tag) VALUES (1, 2, 2, 9, 9, zeroblob(32)) "
            + "ON CONFLICT (campaign, number) DO UPDATE SET at = 9",
        "UPDATE placing SET goods = 901 WHERE number = 3", "UPDATE placing SET tag = tag WHERE number = 3",
        "UPDATE placing SET reference = 'P-9' WHERE number = 3",
        "UPDATE placing SET detail = 'x' WHERE number = 3", "DELETE FROM placing WHERE number = 3",
        "UPDATE placing SET at = 1, day = 1, tag = zeroblob(32) WHERE number = 1",
        "REPLACE INTO placing (campaign, number, reference, backer, quantity, goods, shipping, tax, bonus, "
            + "placed_at, gateway, state) VALUES (1, 3, 'P-3', 1, 1, 9, 0, 0, 0, 1, 2, 1)",
    ]

    @Test(
        "an entry is never changed, deleted or replaced",
        arguments: changedEntries)
    func entriesAreKept(sql: String) throws {
        let (folder, book) = try Self.filled()
        let before = try book.rows("SELECT * FROM journal ORDER BY number")
        #expect(before.count == 3)
        do {
            try book.run(sql)
            Issue.record("accepted")
        } catch BookError.storage(let reason) {
            let isKept = ["entries are never ", "what was placed is never "].contains { reason.hasPrefix($0) }
            #expect(isKept, "\(reason)")
        }
        #expect(try book.rows("SELECT * FROM journal ORDER BY number") == before)
        withExtendedLifetime(folder) {}
    }

    static let changedCheckpoints = ["UPDATE checkpoint SET at = 9", "DELETE FROM checkpoint"]

    @Test("a checkpoint is never changed or deleted", arguments: changedCheckpoints)
    func checkpointsAreKept(sql: String) throws {
        let (folder, book) = try Self.filled()
        do {
            try book.run(sql)
            Issue.record("accepted")
        } catch BookError.storage(let reason) {
            #expect(reason.hasPrefix("checkpoints are never "), "\(reason)")
        }
        withExtendedLifetime(folder) {}
    }

    private static let checkpoint =
        "INSERT INTO checkpoint (campaign, number, at, root, public_key, signature, frontier)"

    private static let placing = """
        INSERT INTO placing (campaign, number, reference, backer, quantity, goods, shipping, tax, bonus,
          placed_at, gateway, state, at, day, tag)
        """

    /// Each breaks one rule of a table; every other value of the row is right.
    static let bad = [
        "UPDATE book SET key_secret = zeroblob(15)",
        "INSERT INTO definition (digest, text) VALUES (zeroblob(31), '{}')",
        "UPDATE campaign SET state = 'paused'", "UPDATE campaign SET rehearsal = 2",
        "UPDATE campaign SET release_to = 'funded'", "UPDATE campaign SET succeeded = 2",
        "UPDATE campaign SET tag = zeroblob(31)", "UPDATE campaign SET frontier = x'00'",
        "UPDATE campaign SET definition = zeroblob(32)",
        "INSERT INTO import (campaign, number, at, source, file, digest, rows, placed, changed, same, "
            + "refused, collected) VALUES (1, 1, 1, 'own', 'f', zeroblob(20), 1, 1, 0, 0, 0, 0)",
        "UPDATE offer SET taken = -1", "UPDATE offer SET number = 'x'",
        "UPDATE placing SET reference = '' WHERE number = 1",
        "UPDATE placing SET reference = printf('%065d', 1) WHERE number = 1",
        "UPDATE placing SET quantity = 0", "UPDATE placing SET goods = -1 WHERE number = 1",
        "UPDATE placing SET shipping = -1 WHERE number = 1", "UPDATE placing SET tax = -1 WHERE number = 1",
        "UPDATE placing SET bonus = -1 WHERE number = 1", "UPDATE placing SET state = 0",
        "UPDATE placing SET state = 5", "UPDATE placing SET backer = 2",
        "UPDATE placing SET goods = 1.5 WHERE number = 1",
        "UPDATE placing SET goods = 'much' WHERE number = 1",
        "UPDATE placing SET goods = NULL WHERE number = 1",
        "\(placing) VALUES (1, 4, 'P-4', 1, 1, 9, 0, 0, 0, 1, 2, 1, 1, 1, zeroblob(31))",
        "\(placing) VALUES (1, 4, 'P-4', 1, 1, 9, 0, 0, 0, 1, 2, 1, NULL, 1, zeroblob(32))",
        "UPDATE changed_pledge SET quantity = 0", "UPDATE changed_pledge SET goods = -1",
        "UPDATE changed_pledge SET shipping = -1", "UPDATE changed_pledge SET tax = -1",
        "UPDATE changed_pledge SET bonus = -1", "UPDATE changed_pledge SET state = 0",
        "UPDATE changed_pledge SET state = 5", "UPDATE changed_pledge SET number = 9",
        "UPDATE line SET quantity = 0", "UPDATE line SET pledge = 9",
        "UPDATE payment SET instalment = 0", "UPDATE payment SET authorized = -1, captured = -1",
        "UPDATE payment SET captured = 1001", "UPDATE payment SET voided = 1",
        "UPDATE payment SET captured = -1", "UPDATE payment SET voided = -1",
        "UPDATE payment SET refunded = -1", "UPDATE payment SET committed = -1",
        "UPDATE payment SET disputed = -1",
        "UPDATE payment SET lost = -1", "UPDATE payment SET refunded = 1001",
        "UPDATE payment SET refunded = 500, committed = 300, lost = 201",
        "UPDATE payment SET disputed = 1001",
        "UPDATE payment SET pledge = 9", "UPDATE operation SET attempt = 0",
        "UPDATE operation SET amount = 0",
        "UPDATE operation SET pledge = 9", "UPDATE request_window SET last = 0",
        "UPDATE request_window SET first = 2",
        "INSERT INTO operation (campaign, pledge, instalment, kind, attempt, amount, at) "
            + "VALUES (1, 1, 1, 2, 1, 8, 1)",
        "UPDATE run SET state = 'planned'", "UPDATE run_unit SET ordered = -1",
        "UPDATE run_unit SET received = -1",
        "UPDATE run_unit SET written_off = -1", "UPDATE run_unit SET run = 'run-9'",
        "UPDATE allocation SET quantity = 0", "UPDATE allocation SET shipped = 2",
        "UPDATE allocation SET shipped = -1",
        "UPDATE allocation SET pledge = 9", "UPDATE posting_rule SET sign = 0",
        "UPDATE pledge_total SET paid = 4", "UPDATE pledge_total SET count = -1",
        "UPDATE line_total SET paid = -1", "UPDATE line_total SET units = -1",
        "UPDATE operation SET asked = -1", "UPDATE notice SET instalment = 0",
        "UPDATE notice SET kind = ''", "UPDATE notice SET turn = 0", "UPDATE notice SET pledge = 9",
        "UPDATE pledge_note SET text = ''", "UPDATE pledge_note SET pledge = 9",
        "\(checkpoint) VALUES (1, 0, 1, zeroblob(32), zeroblob(32), zeroblob(64), zeroblob(0))",
        "\(checkpoint) VALUES (1, 1, 1, zeroblob(31), zeroblob(32), zeroblob(64), zeroblob(0))",
        "\(checkpoint) VALUES (1, 1, 1, zeroblob(32), zeroblob(33), zeroblob(64), zeroblob(0))",
        "\(checkpoint) VALUES (1, 1, 1, zeroblob(32), zeroblob(32), zeroblob(63), zeroblob(0))",
        "INSERT INTO entry (campaign, number, kind, at, day, tag) VALUES (1, 0, 1, 1, 1, zeroblob(32))",
        "INSERT INTO entry (campaign, number, kind, at, day, tag) VALUES (1, 1, 1, 1, 1, zeroblob(32))",
        "INSERT INTO entry (campaign, number, kind, at, day, tag) VALUES (1, 3, 1, 1, 1, zeroblob(33))",
        "INSERT INTO entry (campaign, number, kind, at, day, tag) VALUES (2, 3, 1, 1, 1, zeroblob(32))",
        "INSERT INTO entry (campaign, number, kind, pledge, at, day, tag) "
            + "VALUES (1, 3, 1, 9, 1, 1, zeroblob(32))",
        "INSERT INTO campaign (number, id, definition, state, seed, currency, offsets, launched_at, tag) "
            + "SELECT 2, id, definition, state, seed, currency, offsets, launched_at, tag FROM campaign",
    ]

    @Test("each rule of a table is held by the table", arguments: bad)
    func rules(sql: String) throws {
        let (folder, book) = try Self.filled()
        do {
            try book.run(sql)
            Issue.record("accepted: \(sql)")
        } catch BookError.storage(let reason) {
            let rules = [
                "CHECK constraint", "FOREIGN KEY constraint", "UNIQUE constraint", "NOT NULL constraint",
            ]
            let isRule = rules.contains { reason.contains($0) } || reason.contains("cannot store")
            #expect(isRule, "\(sql): \(reason)")
        }
        withExtendedLifetime(folder) {}
    }

    @Test("only a reversal is negative", arguments: ["goods", "shipping", "tax", "fee", "other"])
    func negativeParts(part: String) throws {
        let (folder, book) = try Self.filled()
        let start = "INSERT INTO entry (campaign, number, kind, at, day, tag, \(part), reverses)"
        #expect(throws: BookError.self) {
            try book.run("\(start) VALUES (1, 3, 1, 1, 1, zeroblob(32), -1, NULL)")
        }
        try book.run("\(start) VALUES (1, 3, 1, 1, 1, zeroblob(32), -1, 1)")
        withExtendedLifetime(folder) {}
    }

    @Test("every key of a campaign's tables leads with the campaign")
    func keys() throws {
        let (folder, book) = try Self.filled()
        let apart = ["book", "definition", "campaign", "posting_rule", "grdb_migrations", "sqlite_sequence"]
        let tables = try book.read {
            try String.fetchAll(
                $0.db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        }
        #expect(tables.count > 15)
        for table in tables where !apart.contains(table) && !table.hasPrefix("sqlite_") {
            let first = try book.read { records in
                try String.fetchAll(
                    records.db,
                    sql: """
                        SELECT (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0)
                        FROM pragma_index_list('\(table)') i WHERE i."unique" = 1
                        """)
            }
            #expect(!first.isEmpty && first.allSatisfy { $0 == "campaign" }, "\(table): \(first)")
        }
        withExtendedLifetime(folder) {}
    }
}

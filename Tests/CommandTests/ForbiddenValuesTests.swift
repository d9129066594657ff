import Foundation
import GRDBSQLite
import Testing

/// A file that a disk or a hand changed byte by byte holds what its tables forbid.
///
/// Whatever command meets such a value, it ends with a sentence and an exit code, not in the runtime.
@Suite("Values that a table forbids") struct ForbiddenValuesTests {
    @Test("every column, NULL or of another kind: every command ends with a sentence")
    func everyColumn() throws {
        let book = try DamagedBook()
        defer { book.cleanUp() }
        let columns = try book.columns()
        #expect(Set(columns.map(\.table)) == Set(Self.readers.keys))
        var checked: Set<String> = []
        var told: Set<String> = []
        for column in columns where try book.damage(column) {
            for command in Self.readers[column.table] ?? [] {
                let (said, code) = try book.run(command)
                let isKnown = [0, 1, 2, 3, 70].contains(code)
                #expect(isKnown && (code == 0 || !said.isEmpty), "\(column): \(command): \(code): \(said)")
                if said.contains("“\(column.name)” holds what does not belong there") {
                    #expect(code == 70)
                    told.insert(column.table)
                }
            }
            guard checked.insert(column.table).inserted else { continue }
            let (said, code) = try book.run("book check")
            if Self.opening.contains(column.table) {
                #expect([2, 70].contains(code) && said.hasPrefix("pledgebook: "), "\(column): \(said)")
            } else {
                #expect(code == 1 && said.contains(column.description), "\(column): \(code): \(said)")
            }
        }
        #expect(told.isSuperset(of: Self.readAsRows), "\(told)")
    }

    /// What is read when a book is opened: nothing can check a book that is not.
    private static let opening: Set = ["book", "posting_rule", "grdb_migrations"]
    /// Tables of which a command says the column.
    private static let readAsRows: Set = [
        "allocation", "book", "campaign", "daily", "epoch", "import", "line_total", "offer", "payment",
        "pledge_note", "pledge_total", "run", "run_unit",
    ]

    private static let at = "--at 2026-06-09T15:00:00+02:00"
    private static let closing = "campaign close lamps --dry-run \(at)"
    private static let importing = "pledge import pledges.csv -c lamps --dry-run \(at)"
    private static let rebuild = "book rebuild new.sqlite"
    private static let show = "campaign show lamps \(at)"

    /// What reads each table.
    static let readers: [String: [String]] = [
        "book": ["campaign list"],
        "grdb_migrations": ["campaign list"],
        "posting_rule": ["campaign list"],
        "definition": [show],
        "campaign": ["campaign list", "receipt verify -c lamps"],
        "amendment": [show],
        "epoch": ["receipt verify -c lamps"],
        "session": [rebuild],
        "import": ["import show 1 -c lamps"],
        "offer": [show, importing],
        "missed_demand": ["report funding -c lamps"],
        "missed_sale": [importing],
        "backer": ["backer show ana@post.example -c lamps"],
        "placing": ["pledge show P-4 -c lamps \(at)", closing, rebuild],
        "changed_pledge": ["pledge list -c lamps"],
        "line": ["pledge show P-1 -c lamps \(at)"],
        "payment": ["payment show P-4 -c lamps \(at)", closing],
        "operation": ["payment reconcile -c lamp \(at)"],
        "request_window": ["payment reconcile -c lamp \(at)"],
        "run": ["run show run-1 -c lamps \(at)"],
        "run_unit": ["run show run-1 -c lamps \(at)"],
        "allocation": ["pledge show P-4 -c lamps \(at)", show],
        "entry": ["entry show 20 -c lamps", "report ledger -c lamps"],
        "daily": ["report cash-flow -c lamps"],
        "backer_key": [importing],
        "pledge_key": [importing],
        "pledge_total": [show],
        "line_total": [show],
        "notice": ["notice list -c lamp \(at)"],
        "checkpoint": ["receipt verify -c lamps"],
        "pledge_note": ["pledge show P-1 -c lamps \(at)"],
    ]
}

/// A book with a row in every table, damaged anew for every column.
private struct DamagedBook {
    struct Column: CustomStringConvertible {
        let table: String
        let name: String
        let type: String
        /// Whether NULL is what it may not hold; no key's column can be made to hold that.
        let forbidsNull: Bool

        var description: String { "\(table).\(name)" }
    }

    private let runner: TranscriptRunner
    private let book: URL
    private let whole: URL

    init() throws {
        runner = try TranscriptRunner()
        let work = runner.folder.appending(path: "work")
        book = work.appending(path: "pledgebook.sqlite")
        whole = runner.folder.appending(path: "whole.sqlite")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "full-book.sh")
        let (said, code) = try runner.run("sh -eu '\(script.path)'")
        try #require(code == 0, "\(said)")
        // As a closing leaves it that was stopped while its requests were on their way.
        try withBook(book) {
            try run(
                $0,
                """
                INSERT INTO request_window
                SELECT campaign, number, number, at, '[[' || number || ',1,2,9,12000]]' FROM placing
                WHERE campaign = 2 AND reference = 'P-1'
                """)
        }
        try FileManager.default.copyItem(at: book, to: whole)
    }

    func cleanUp() { runner.cleanUp() }

    func run(_ command: String) throws -> (said: String, exit: Int32) {
        let ended = try runner.run("pledgebook " + command)
        try? FileManager.default.removeItem(
            at: book.deletingLastPathComponent().appending(path: "new.sqlite"))
        return ended
    }

    /// Every column of the book's tables.
    func columns() throws -> [Column] {
        var columns: [Column] = []
        try withBook(whole) { connection in
            try query(
                connection,
                """
                SELECT s.name, c.name, c.type, c."notnull" = 1 AND c.pk = 0
                FROM sqlite_schema s, pragma_table_info(s.name) c
                WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%'
                """
            ) { row in
                columns.append(Column(table: row[0], name: row[1], type: row[2], forbidsNull: row[3] == "1"))
            }
        }
        return columns
    }

    /// Copies the whole book and has every row hold in this column what its table forbids.
    ///
    /// - Returns: Whether any row could be changed.
    func damage(_ column: Column) throws -> Bool {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(at: URL(filePath: book.path + suffix))
        }
        try FileManager.default.copyItem(at: whole, to: book)
        let value = column.forbidsNull ? "NULL" : column.type == "TEXT" ? "x'ff00'" : "'x'"
        var strict: [[String]] = []
        // The table's own words are loosened for the time of the damage, and its triggers put away.
        try withBook(book) { connection in
            try query(connection, "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema") {
                strict.append($0)
            }
            let sql = try #require(strict.first { $0[0] == "table" && $0[1] == column.table })[4]
            let loose = sql.replacing(/(INTEGER|TEXT|BLOB)\s+NOT NULL/) { $0.output.1 }
                .replacing("STRICT,", with: "").replacing("STRICT", with: "")
            try run(connection, "DELETE FROM sqlite_schema WHERE type = 'trigger'")
            try run(connection, "UPDATE sqlite_schema SET sql = \(quoted(loose)) WHERE sql = \(quoted(sql))")
        }
        var changed: Int32 = 0
        try withBook(book) { connection in
            // A key's column may not be the same everywhere.
            let update = "UPDATE OR IGNORE \(column.table) SET \"\(column.name)\" = \(value)"
            let code = sqlite3_exec(connection, update, nil, nil, nil)
            // A number that is the row's own place is one in any file.
            try #require(code == SQLITE_OK || code == SQLITE_MISMATCH, "\(column)")
            changed = sqlite3_changes(connection)
            for row in strict where row[0] == "table" {
                let name = quoted(row[1])
                try run(
                    connection, "UPDATE sqlite_schema SET sql = \(quoted(row[4])) WHERE name = \(name)")
            }
            for row in strict where row[0] == "trigger" {
                let values = row.map(quoted).joined(separator: ", ")
                try run(connection, "INSERT INTO sqlite_schema VALUES (\(values))")
            }
        }
        return changed > 0
    }

    private func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "''"))'"
    }

    private func withBook(_ file: URL, _ body: (OpaquePointer) throws -> Void) throws {
        var opened: OpaquePointer?
        try #require(sqlite3_open(file.path, &opened) == SQLITE_OK)
        defer { sqlite3_close(opened) }
        let connection = try #require(opened)
        try run(connection, "PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON")
        try body(connection)
    }

    private func run(_ connection: OpaquePointer, _ sql: String) throws {
        let code = sqlite3_exec(connection, sql, nil, nil, nil)
        try #require(code == SQLITE_OK, "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
    }

    private func query(
        _ connection: OpaquePointer, _ sql: String, _ body: ([String]) throws -> Void
    ) throws {
        var prepared: OpaquePointer?
        try #require(sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK)
        defer { sqlite3_finalize(prepared) }
        while sqlite3_step(prepared) == SQLITE_ROW {
            try body(
                (0..<sqlite3_column_count(prepared)).map {
                    sqlite3_column_text(prepared, $0).map { String(cString: $0) } ?? ""
                })
        }
    }
}

import GRDB
import Glibc
import Testing

@testable import Pledgebook
@testable import Storage

/// Every row of every table as text, table by table, in the order of the rows' texts.
func dump(_ book: Book) throws -> [String] {
    try book.read { records in
        // Where an entry or a pledge stands is not what it says: those are read as the views have them.
        let tables = try String.fetchAll(
            records.db,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table'
                  AND name NOT IN ('entry', 'placing', 'changed_pledge') OR name IN ('journal', 'pledge')
                ORDER BY name
                """)
        return try tables.flatMap { table in
            try Row.fetchAll(records.db, sql: "SELECT * FROM \(table)").map { row in
                table + ": "
                    + row.map { "\($0)=\($1.description)" }.joined(separator: " ")
            }
            // A total that has come down to nothing is as good as none.
            .filter {
                !($0.hasPrefix("pledge_total") && $0.contains(" count=0 ")) && !$0.hasSuffix(" units=0")
            }
            .sorted()
        }
    }
}

/// Expects that a rebuilt book has the same rows in every table.
func expectSameRebuilt(_ session: Session, _ comment: Comment? = nil) throws {
    let differences = try rebuildDifferences(session)
    #expect(
        differences.isEmpty, "\(differences.prefix(6).joined(separator: "\n")) \(comment?.rawValue ?? "")")
}

/// Rebuilds a book and says what is not as in the old one: rows that only one of them has.
///
/// - Parameters:
///   - session: A command on the old book.
///   - expected: The rows that should come out; those of the old book without it.
/// - Returns: A line a row, the old ones first.
/// - Throws: What the rebuild throws.
func rebuildDifferences(_ session: Session, expected: [String]? = nil) throws -> [String] {
    let path = session.book.path + ".rebuilt"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
    _ = try session.rebuildBook(to: path)
    let old = try expected ?? dump(session.book)
    let new = try dump(Book(opening: path))
    guard old != new else { return [] }
    let oldRows = Set(old)
    let newRows = Set(new)
    return old.filter { !newRows.contains($0) }.map { "- \($0)" }
        + new.filter { !oldRows.contains($0) }.map { "+ \($0)" }
}

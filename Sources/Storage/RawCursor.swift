import GRDB
import GRDBSQLite

/// Steps through the rows of a statement without making a value of each; several may run side by side.
final class RawCursor {
    private let statement: Statement
    private let row: OpaquePointer
    private let connection: OpaquePointer

    /// - Throws: `BookError` where the book is closed.
    init(_ db: Database, _ sql: String, _ arguments: Int64...) throws {
        statement = try db.makeStatement(sql: sql)
        row = statement.sqliteStatement
        guard let connection = db.sqliteConnection else {
            throw BookError.storage(reason: "the connection is closed")
        }
        self.connection = connection
        for (index, argument) in arguments.enumerated() {
            sqlite3_bind_int64(row, Int32(index + 1), argument)
        }
    }

    /// Goes to the next row; `false` where there is none.
    func next() throws -> Bool {
        switch sqlite3_step(row) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw BookError.storage(reason: String(cString: sqlite3_errmsg(connection)))
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(row, column).map { String(cString: $0) } ?? ""
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_NULL }
}

import GRDB
import GRDBSQLite

/// Steps through the rows of one query; columns are read where SQLite holds them, no values are made.
///
/// For passes over millions of rows; everything else reads through GRDB.
final class RowReader {
    private let connection: OpaquePointer
    private let statement: OpaquePointer

    /// Prepares a query; `$1`, `$2` … are bound to the numbers.
    init(_ records: Records, _ sql: String, _ numbers: Int64...) throws {
        guard let connection = records.db.sqliteConnection else {
            throw BookError.storage(reason: "the connection is closed")
        }
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
            throw BookError.storage(reason: String(cString: sqlite3_errmsg(connection)))
        }
        self.connection = connection
        statement = prepared
        for (index, number) in numbers.enumerated() {
            sqlite3_bind_int64(statement, Int32(index + 1), number)
        }
    }

    deinit { sqlite3_finalize(statement) }

    /// Goes to the next row; `false` after the last.
    ///
    /// - Throws: `BookError.damaged` where the file cannot be read.
    func step() throws -> Bool {
        let code = sqlite3_step(statement)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let reason = String(cString: sqlite3_errmsg(connection))
        switch code & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB: throw BookError.damaged(path: "the book", reason: reason)
        default: throw BookError.storage(reason: reason)
        }
    }

    /// The integer of a column; 0 for NULL.
    @inline(__always) func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    /// The integer of a column, or `nil`.
    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    /// Whether the column is NULL.
    @inline(__always) func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    /// The bytes of a text or blob, empty for NULL; they hold until the next step.
    @inline(__always) func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        guard let start = sqlite3_column_blob(statement, column) else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        // A text's blob is its UTF-8, the book's encoding, without a conversion.
        return UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self),
            count: Int(sqlite3_column_bytes(statement, column)))
    }

    /// The text of a column; empty for NULL.
    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
}

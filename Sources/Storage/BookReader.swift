import GRDB

/// A second connection to a book, for a thread that reads while another writes.
///
/// Sees what was committed when it began to read; a book has as many as are asked for.
public final class BookReader: Sendable {
    private let queue: DatabaseQueue
    private let keySecret: [UInt8]
    private let path: String

    init(path: String, keySecret: [UInt8]) throws {
        self.path = path
        self.keySecret = keySecret
        do {
            queue = try DatabaseQueue(path: path, configuration: Book.configuration(of: path))
        } catch {
            throw bookError(error, path: path)
        }
    }

    /// Reads from one state of the book.
    public func read<Value>(_ body: (Records) throws -> Value) throws -> Value {
        do {
            // Not `queue.read`, which sets and unsets a pragma and so has every kept statement compiled anew.
            return try queue.inDatabase { db in
                var value: Value?
                try db.inTransaction(.deferred) {
                    value = try body(Records(db: db, secret: keySecret))
                    return .commit
                }
                guard let value else { throw BookError.storage(reason: "the transaction did not run") }
                return value
            }
        } catch {
            throw bookError(error, path: path)
        }
    }
}

extension Book {
    /// Opens a second connection.
    ///
    /// - Throws: `BookError`.
    public func reader() throws -> BookReader { try BookReader(path: path, keySecret: keySecret) }

    /// Copies what the log holds into the book, by a connection of its own, while others read and write.
    ///
    /// - Throws: `BookError`.
    public func copyBack() throws {
        do {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration(of: path))
            try queue.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
        } catch {
            throw bookError(error, path: path)
        }
    }
}

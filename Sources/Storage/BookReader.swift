import GRDB

/// A second connection to a book, for a thread that reads, or copies the log back, while another writes.
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
            return try queue.read { db in try body(Records(db: db, secret: keySecret)) }
        } catch {
            throw bookError(error, path: path)
        }
    }

    /// Copies back what is committed and can be copied without waiting for anybody.
    ///
    /// Nothing depends on it: what is in the log is durable.
    public func copyLogBack() throws {
        do {
            try queue.inDatabase { db in _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)") }
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
}

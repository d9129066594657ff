import GRDB

extension Book {
    /// Runs a work of many large transactions: foreign keys are not followed row by row and the log is copied
    /// back seldom.
    ///
    /// The rows are consistent by construction and `book check` proves it. What a statement would need to be
    /// undone by itself is kept in memory: it is a window's pages, and nobody undoes less than a transaction.
    ///
    /// - Parameters:
    ///   - filling: Whether almost all that is written is new. Then it goes into the book at once, and not
    ///     into the log first, if nobody else has the book open; whoever opens it meanwhile waits.
    ///   - body: The work.
    /// - Returns: What the work returns.
    /// - Throws: `BookError`, and what the work throws.
    public func inBulk<Value>(filling: Bool = false, _ body: () throws -> Value) throws -> Value {
        try queue.inDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA foreign_keys = OFF;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -16384;
                    """)
            if filling { Self.holdAlone(db) }
        }
        defer { try? queue.inDatabase(Self.endBulk) }
        do {
            return try body()
        } catch {
            throw bookError(error, path: path)
        }
    }

    private static func endBulk(_ db: Database) throws {
        // A book that could not be given back to the log is by the next command that opens it.
        try? letGo(db)
        // What is in the log is durable; copying it back may wait for the next command, and is not worth
        // waiting for a reader that is in the way.
        try? withoutWaiting(db) { try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try db.execute(
            sql: """
                PRAGMA wal_autocheckpoint = 1000;
                PRAGMA foreign_keys = ON;
                PRAGMA temp_store = DEFAULT;
                PRAGMA cache_size = -2000;
                """)
    }

    /// Goes from the log to a rollback journal, and keeps everybody out, where nobody is in.
    ///
    /// New pages need no journal: they are written once, and are not in the book before its header is.
    private static func holdAlone(_ db: Database) {
        let isAlone = try? withoutWaiting(db) {
            // An empty log does no harm should its file stay. EXTRA makes the end of a journal durable, too;
            // with a log it is the same as FULL.
            let checkpoint = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            guard try checkpoint?.value(at: 0) == 0 else { return false }
            try db.execute(sql: "PRAGMA synchronous = EXTRA; PRAGMA locking_mode = EXCLUSIVE")
            return try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") == "delete"
        }
        if isAlone != true { try? letGo(db) }
    }

    /// Goes back to the log and lets others in; does nothing where that is so already.
    private static func letGo(_ db: Database) throws {
        // In this order: the lock is kept until the book has its log again.
        try db.execute(
            sql: """
                PRAGMA locking_mode = NORMAL;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                """)
    }

    private static func withoutWaiting<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        let wait = try Int.fetchOne(db, sql: "PRAGMA busy_timeout") ?? 0
        try db.execute(sql: "PRAGMA busy_timeout = 0")
        defer { try? db.execute(sql: "PRAGMA busy_timeout = \(wait)") }
        return try body()
    }
}

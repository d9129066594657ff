import Accounting
import Crowdfunding
import Foundation
import GRDB
import GRDBSQLite
import Glibc

/// The database that holds it all: one SQLite file.
///
/// Opened with WAL, `synchronous = FULL` and foreign keys on, so that a finished `write` survives a power
/// cut.
public final class Book: Sendable {
    /// Where the file is.
    public let path: String
    /// Random, made with the book; part of every signing key's derivation.
    public let id: String
    let keySecret: [UInt8]
    let queue: DatabaseQueue

    /// "PBK1": tells a book from any other SQLite file.
    static let applicationID: Int64 = 0x5042_4B31

    private init(path: String, queue: DatabaseQueue) throws {
        self.path = path
        self.queue = queue
        (id, keySecret) = try queue.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT id, key_secret FROM book") else {
                throw BookError.notABook(path: path)
            }
            let secret: [UInt8] = Array(try row.value("key_secret") as Data)
            return (try row.value("id") as String, secret)
        }
    }

    /// Makes a new, empty book.
    ///
    /// - Parameters:
    ///   - path: Where; nothing may be there, not even a link. The file is made with mode 0600.
    ///   - id: Random text.
    ///   - keySecret: 16 random bytes.
    /// - Returns: The book, open for writing.
    /// - Throws: `BookError`.
    public static func create(at path: String, id: String, keySecret: [UInt8]) throws -> Book {
        // Made beside its place: a crash never leaves half a book under the name.
        let draft = try BookDraft(at: path, id: id, keySecret: keySecret)
        try draft.publish()
        return try Book(opening: path)
    }

    /// Fills an empty file.
    static func filled(at path: String, id: String, keySecret: [UInt8]) throws -> Book {
        let queue = try DatabaseQueue(path: path, configuration: configuration(of: nil))
        try migrator().migrate(queue)
        try queue.write { db in
            try db.execute(
                sql: "INSERT INTO book (id, key_secret) VALUES ($1, $2)", arguments: [id, Data(keySecret)])
            try insertPostingRules(db)
        }
        return try Book(path: path, queue: queue)
    }

    /// Opens an existing book, bringing it to this version's form.
    ///
    /// - Throws: `BookError`, also when it was written by a newer version or posts by other rules.
    public convenience init(opening path: String) throws {
        try self.init(opening: path, waiting: Self.patience)
    }

    /// - Parameters:
    ///   - path: Where the book is.
    ///   - waiting: How long to wait for another writer before `BookError.locked`.
    /// - Throws: `BookError`.
    convenience init(opening path: String, waiting: Duration) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw BookError.notFound(path: path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw BookError.isDirectory(path: path) }
        let path = try Self.withoutLink(path)
        do {
            let queue = try DatabaseQueue(
                path: path, configuration: Self.configuration(of: path, waiting: waiting))
            try queue.read { db in
                guard try !Self.migrator().hasBeenSuperseded(db) else { throw BookError.newer(path: path) }
            }
            let isCurrent = try queue.read { try Self.migrator().hasCompletedMigrations($0) }
            if !isCurrent { try Self.migrator().migrate(queue) }
            try queue.read { try Self.checkPostingRules($0, path: path) }
            try self.init(path: path, queue: queue)
        } catch {
            let told = bookError(error, path: path)
            // What keeps a book from being opened keeps `book check` from looking for it.
            guard case BookError.unreadable(let place) = told else { throw told }
            throw BookError.damaged(path: path, reason: "\(place) holds what does not belong there")
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

    /// Reads and writes in one database transaction that is durable when this returns, or not there at all.
    public func write<Value>(_ body: (Records) throws -> Value) throws -> Value {
        do {
            return try queue.writeWithoutTransaction { db in
                var value: Value?
                try db.inTransaction(.immediate) {
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

    /// Copies the book, while others read and write, into a new file.
    ///
    /// - Throws: `BookError` when something is at `path` already.
    public func backup(to path: String) throws {
        let copy = try BookDraft(of: self, at: path)
        do {
            try queue.backup(to: copy.book.queue)
        } catch {
            copy.discard()
            throw copy.explained(error)
        }
        try copy.publish()
    }

    static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - book: The path of what has to be a book already; `nil` for one that is being made.
    ///   - waiting: How long to wait for another writer.
    /// - Returns: How every connection is set up.
    static func configuration(of book: String?, waiting: Duration = patience) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(waiting / .seconds(1))
        configuration.prepareDatabase { db in
            // First of all: setting the journal mode would change a file that is not ours.
            if let book, try Int64.fetchOne(db, sql: "PRAGMA application_id") != applicationID {
                throw BookError.notABook(path: book)
            }
            // GRDB's own WAL mode would set synchronous = NORMAL afterwards, and commits would not be
            // durable.
            try db.execute(sql: "PRAGMA page_size = 8192")
            try setLog(db, waiting: waiting)
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA foreign_keys = ON;
                    PRAGMA recursive_triggers = ON;
                    PRAGMA trusted_schema = OFF;
                    """)
        }
        return configuration
    }

    /// Has the book keep a log, as it has but for the first time and after a stop within `inBulk(filling:)`.
    ///
    /// Of several that find it without one, SQLite lets one set it and turns the others away at once.
    static func setLog(_ db: Database, waiting: Duration) throws {
        let end = ContinuousClock.now + waiting
        while true {
            do {
                return try db.execute(sql: "PRAGMA journal_mode = WAL")
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
            {
                usleep(1_000)
            }
        }
    }

    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migration.all {
            migrator.registerMigration(migration.name) { db in
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
        }
        return migrator
    }

    private static func insertPostingRules(_ db: Database) throws {
        for row in postingRuleRows() {
            try db.execute(
                sql: "INSERT INTO posting_rule (kind, part, account, sign) VALUES ($1, $2, $3, $4)",
                arguments: StatementArguments(row))
        }
    }

    private static func checkPostingRules(_ db: Database, path: String) throws {
        let stored = try Row.fetchAll(
            db, sql: "SELECT kind, part, account, sign FROM posting_rule ORDER BY kind, part, account")
        let rows = try stored.map { row in try (0..<4).map { try row.value(at: $0) as Int } }
        guard rows == postingRuleRows() else { throw BookError.otherRules(path: path) }
    }

    /// Kind, part, account, sign; in the order of the table's key.
    private static func postingRuleRows() -> [[Int]] {
        var rows: [[Int]] = []
        for kind in EntryKind.allCases {
            for rule in kind.postings {
                rows.append([kind.rawValue, rule.part.rawValue, rule.debit.rawValue, 1])
                rows.append([kind.rawValue, rule.part.rawValue, rule.credit.rawValue, -1])
            }
        }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The file behind a link, so that the lock and the rehearsal's truth beside it are the same by any name.
    private static func withoutLink(_ path: String) throws -> String {
        guard isLink(path) else { return path }
        guard let resolved = realpath(path, nil) else { throw BookError.notFound(path: path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}

/// Whether SQLite says that the system writes, extends or syncs no further.
private func isUnwritten(_ code: Int32) -> Bool {
    [
        ResultCode.SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_SHMSIZE,
        .SQLITE_IOERR_SHMMAP,
    ].contains { $0.rawValue == code }
}

/// What became of a bulk append that SQLite did not carry out.
func bulkError(_ code: Int32, _ message: String) -> BookError {
    switch code & 0xFF {
    case SQLITE_FULL: .full(path: "")
    case SQLITE_BUSY, SQLITE_LOCKED: .locked(path: "")
    case SQLITE_READONLY: .readOnly(path: "")
    default: isUnwritten(code) ? .unwritten(path: "") : .storage(reason: message)
    }
}

/// Turns what SQLite says into a sentence; anything that is not SQLite's passes as it is.
func bookError(_ error: any Error, path: String) -> any Error {
    switch error as? BookError {
    // A bulk append does not know where the book is.
    case .full(""): return BookError.full(path: path)
    case .locked(""): return BookError.locked(path: path)
    case .readOnly(""): return BookError.readOnly(path: path)
    case .unwritten(""): return BookError.unwritten(path: path)
    default: break
    }
    // It would say the whole row, with what is personal in it.
    if error is RowDecodingError { return BookError.unreadable("a column") }
    guard let error = error as? DatabaseError else { return error }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: return BookError.locked(path: path)
    case .SQLITE_FULL: return BookError.full(path: path)
    case .SQLITE_IOERR where isUnwritten(error.extendedResultCode.rawValue):
        return BookError.unwritten(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: return BookError.readOnly(path: path)
    case .SQLITE_NOTADB: return BookError.notABook(path: path)
    case .SQLITE_CORRUPT: return BookError.damaged(path: path, reason: error.message ?? "no more is known")
    default: return BookError.storage(reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
}

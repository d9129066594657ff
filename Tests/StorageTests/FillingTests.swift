import Crowdfunding
import GRDB
import Glibc
import Testing

@testable import Storage

/// What `inBulk(filling:)` does with the journal, and who may look at the book meanwhile.
@Suite("A book that is filled while nobody else has it open") struct FillingTests {
    private struct Stop: Error {}

    private static func settings(_ book: Book) throws -> [String] {
        try ["journal_mode", "synchronous", "locking_mode"].flatMap { name in
            try book.rows("PRAGMA \(name)").map { "\(name) \($0.joined())" }
        }
    }

    private static let log = ["journal_mode \"wal\"", "synchronous 2", "locking_mode \"normal\""]
    private static let alone = ["journal_mode \"delete\"", "synchronous 3", "locking_mode \"exclusive\""]

    private static func add(_ records: Records, _ count: Int = 1) throws {
        for number in 1...count {
            try records.addMissedDemand(reason: "sold-out", tier: "\(number)", count: 1, campaign: 1)
        }
    }

    private static func count(_ book: Book) throws -> Int64? {
        try book.number("SELECT COUNT(*) FROM missed_demand")
    }

    @Test("the log is left for as long as the work takes, and only where it is asked for")
    func isFilled() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        #expect(try book.inBulk { try Self.settings(book) } == Self.log)
        try book.inBulk(filling: true) {
            #expect(try Self.settings(book) == Self.alone)
            try book.write { try Self.add($0, 500) }
            #expect(!folder.names().contains("book.sqlite-wal"))
        }
        #expect(try Self.settings(book) == Self.log)
        #expect(!folder.names().contains("book.sqlite-journal"))
        let other = try Book(opening: folder.bookPath, waiting: .zero)
        #expect(try Self.count(other) == 500)
        #expect(try other.rows("PRAGMA integrity_check") == [["\"ok\""]])
    }

    @Test("what throws leaves nothing, and the book has its log again", arguments: [false, true])
    func thrown(hasSpilled: Bool) throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        #expect(throws: Stop.self) {
            try book.inBulk(filling: true) {
                // With few pages in memory, most are in the file before the transaction ends.
                if hasSpilled { try book.queue.inDatabase { try $0.execute(sql: "PRAGMA cache_size = 5") } }
                try book.write { records in
                    try Self.add(records, 5_000)
                    throw Stop()
                }
            }
        }
        #expect(try Self.settings(book) == Self.log)
        #expect(!folder.names().contains("book.sqlite-journal"))
        let other = try Book(opening: folder.bookPath, waiting: .zero)
        #expect(try Self.count(other) == 0)
        try other.write { try Self.add($0) }
        #expect(try Self.count(book) == 1)
    }

    @Test("while anybody else has the book open, the log stays")
    func isOpenElsewhere() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let other = try Book(opening: folder.bookPath, waiting: .zero)
        try book.inBulk(filling: true) {
            #expect(try book.rows("PRAGMA journal_mode") == [["\"wal\""]])
            #expect(try book.rows("PRAGMA locking_mode") == [["\"normal\""]])
            try book.write { records in
                try Self.add(records)
                #expect(try Self.count(other) == 0)
            }
        }
        #expect(try Self.settings(book) == Self.log)
        #expect(try Self.count(other) == 1)
    }

    @Test("while somebody else reads the book, the log stays, and what is read too")
    func isRead() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let other = try Book(opening: folder.bookPath, waiting: .zero)
        try other.read { records in
            #expect(try Int.fetchOne(records.db, sql: "SELECT COUNT(*) FROM missed_demand") == 0)
            try book.inBulk(filling: true) { try book.write { try Self.add($0) } }
            #expect(try Int.fetchOne(records.db, sql: "SELECT COUNT(*) FROM missed_demand") == 0)
        }
        #expect(try Self.count(other) == 1)
    }

    @Test("whoever comes meanwhile is told so, between its transactions too")
    func othersWait() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let locked = BookError.locked(path: folder.bookPath)
        try book.inBulk(filling: true) {
            #expect(throws: locked) { try Book(opening: folder.bookPath, waiting: .zero) }
            try book.write { records in
                try Self.add(records)
                #expect(throws: locked) { try Book(opening: folder.bookPath, waiting: .zero) }
            }
            #expect(throws: locked) { try Book(opening: folder.bookPath, waiting: .zero) }
        }
        #expect(try Self.count(Book(opening: folder.bookPath, waiting: .zero)) == 1)
    }

    @Test("what a stop in the middle leaves is taken back by whoever opens it next, and has its log again")
    func stopped() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.inBulk(filling: true) {
            try book.queue.inDatabase { try $0.execute(sql: "PRAGMA cache_size = 5") }
            try book.write { records in
                try Self.add(records, 5_000)
                for suffix in ["", "-journal"] {
                    try folder.write(folder.read("book.sqlite\(suffix)"), to: "copy.sqlite\(suffix)")
                }
            }
        }
        #expect(try folder.read("copy.sqlite").count > 40 * 8_192)
        let copy = try Book(opening: folder.path + "/copy.sqlite", waiting: .zero)
        #expect(!folder.names().contains("copy.sqlite-journal"))
        #expect(try Self.settings(copy) == Self.log)
        #expect(try Self.count(copy) == 0)
        #expect(try copy.rows("PRAGMA integrity_check") == [["\"ok\""]])
    }

    @Test("of two that open a book without its log, the second waits for the first")
    func twoOpen() throws {
        let folder = try StorageFolder()
        do {
            let book = try folder.book()
            try book.queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        }
        var holding = Configuration()
        holding.allowsUnsafeTransactions = true
        let first = try DatabaseQueue(path: folder.bookPath, configuration: holding)
        let second = try DatabaseQueue(path: folder.bookPath)
        try first.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        var tries = 0
        try second.inDatabase { db in
            db.trace { _ in
                tries += 1
                guard tries == 2 else { return }
                #expect(throws: Never.self) {
                    try first.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
                }
            }
            try Book.setLog(db, waiting: Book.patience)
            db.trace()
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
        }
        #expect(tries == 2)
    }
}

import Crowdfunding
import GRDB
import Glibc
import Testing

@testable import Storage

@Suite("Opening a book") struct OpeningTests {
    /// What the connection says, for a book just made and for one that was opened.
    @Test(
        "the settings that durability stands on are read back",
        arguments: [
            ("synchronous", "2"), ("journal_mode", "\"wal\""), ("foreign_keys", "1"),
            ("recursive_triggers", "1"),
            ("trusted_schema", "0"), ("page_size", "8192"), ("application_id", "1346521905"),
            ("wal_autocheckpoint", "1000"), ("busy_timeout", "30000"),
        ])
    func settings(name: String, value: String) throws {
        let folder = try StorageFolder()
        let made = try folder.book()
        let opened = try Book(opening: folder.bookPath)
        for book in [made, opened] { #expect(try book.rows("PRAGMA \(name)") == [[value]]) }
        // Each command that writes much sets two of them and sets them back.
        let inBulk = try made.inBulk { try made.rows("PRAGMA synchronous") }
        #expect(inBulk == [["2"]])
        #expect(try made.rows("PRAGMA \(name)") == [[value]])
        #expect(throws: NotThere.self) { try made.inBulk { throw NotThere() } }
        #expect(try made.rows("PRAGMA \(name)") == [[value]])
    }

    @Test("nobody else may read the file, whatever the umask says")
    func mode() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        for name in folder.names() {
            var status = stat()
            try #require(stat("\(folder.path)/\(name)", &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600, "\(name)")
        }
        try book.backup(to: folder.path + "/copy.sqlite")
        var status = stat()
        try #require(stat(folder.path + "/copy.sqlite", &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test("nothing is made through a link, and what it points to stays as it is", arguments: [true, false])
    func link(pointsSomewhere: Bool) throws {
        let folder = try StorageFolder()
        if pointsSomewhere { try folder.write(Array("mine".utf8), to: "target") }
        try #require(symlink(folder.path + "/target", folder.bookPath) == 0)
        let before = folder.names()
        #expect(throws: BookError.isLink(path: folder.bookPath)) { try folder.book() }
        #expect(folder.names() == before)
        if pointsSomewhere { #expect(try folder.read("target") == Array("mine".utf8)) }
    }

    @Test("a book opened by a link is the book behind it, so that its lock is the same")
    func openedByLink() throws {
        let folder = try StorageFolder()
        _ = try folder.book()
        try #require(symlink("book.sqlite", folder.path + "/link") == 0)
        let opened = try Book(opening: folder.path + "/link")
        let resolved = try #require(realpath(folder.bookPath, nil))
        defer { free(resolved) }
        #expect(opened.path == String(cString: resolved))
    }

    @Test("what exists is left as it is")
    func exists() throws {
        let folder = try StorageFolder()
        try folder.write(Array("mine".utf8), to: "book.sqlite")
        #expect(throws: BookError.alreadyExists(path: folder.bookPath)) { try folder.book() }
        #expect(try folder.read("book.sqlite") == Array("mine".utf8))
        #expect(folder.names() == ["book.sqlite"])
    }

    @Test("a book needs a folder to lie in")
    func noFolder() throws {
        let folder = try StorageFolder()
        let path = folder.path + "/no/such/book.sqlite"
        #expect(throws: BookError.cannotCreate(path: path, reason: "No such file or directory")) {
            try Book.create(at: path, id: "x", keySecret: StorageFolder.secret)
        }
    }

    @Test("a book that cannot be finished leaves nothing behind")
    func halfMade() throws {
        let folder = try StorageFolder()
        #expect(throws: BookError.self) {
            try Book.create(at: folder.bookPath, id: "x", keySecret: [1, 2, 3])
        }
        #expect(folder.names() == [])
    }

    @Test("nothing there, and a folder, each have their own sentence")
    func missing() throws {
        let folder = try StorageFolder()
        #expect(throws: BookError.notFound(path: folder.bookPath)) { try Book(opening: folder.bookPath) }
        try #require(mkdir(folder.path + "/folder", 0o700) == 0)
        #expect(throws: BookError.isDirectory(path: folder.path + "/folder")) {
            try Book(opening: folder.path + "/folder")
        }
        try #require(symlink("nowhere", folder.path + "/dangling") == 0)
        #expect(throws: BookError.notFound(path: folder.path + "/dangling")) {
            try Book(opening: folder.path + "/dangling")
        }
    }

    @Test(
        "a file that is no book is refused and not touched",
        arguments: ["", "pledge_id,email\n", String(repeating: "no database ", count: 2_000)])
    func notABook(text: String) throws {
        let folder = try StorageFolder()
        try folder.write(Array(text.utf8), to: "book.sqlite")
        #expect(throws: BookError.notABook(path: folder.bookPath)) { try Book(opening: folder.bookPath) }
        #expect(try folder.read("book.sqlite") == Array(text.utf8))
    }

    @Test("another program's database is refused and not touched", arguments: [0, 42])
    func otherDatabase(id: Int) throws {
        let folder = try StorageFolder()
        let other = try DatabaseQueue(path: folder.bookPath)
        try other.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA application_id = \(id); CREATE TABLE book (id TEXT, key_secret BLOB)")
        }
        try other.close()
        let before = try folder.read("book.sqlite")
        #expect(throws: BookError.notABook(path: folder.bookPath)) { try Book(opening: folder.bookPath) }
        #expect(try folder.read("book.sqlite") == before)
    }

    @Test("a book of a newer version is refused")
    func newer() throws {
        let folder = try StorageFolder()
        try folder.book().run("INSERT INTO grdb_migrations (identifier) VALUES ('9999_from_the_future')")
        #expect(throws: BookError.newer(path: folder.bookPath)) { try Book(opening: folder.bookPath) }
    }

    @Test(
        "a book that posts by other rules is refused",
        arguments: [
            "DELETE FROM posting_rule WHERE kind = (SELECT MIN(kind) FROM posting_rule)",
            "INSERT INTO posting_rule (kind, part, account, sign) VALUES (9999, 1, 1000, 1)",
            "UPDATE posting_rule SET sign = -sign WHERE part = 1",
            "UPDATE posting_rule SET account = account + 1 WHERE part = 5",
        ])
    func otherRules(change: String) throws {
        let folder = try StorageFolder()
        try folder.book().run(change)
        #expect(throws: BookError.otherRules(path: folder.bookPath)) { try Book(opening: folder.bookPath) }
    }

    @Test("a damaged file is told from one that is no book")
    func damaged() throws {
        let folder = try StorageFolder()
        do {
            let book = try folder.book()
            try book.queue.close()
        }
        let whole = try folder.read("book.sqlite")
        unlink(folder.bookPath)
        let torn = whole.prefix(8192) + [UInt8](repeating: 0xA5, count: whole.count - 8192)
        try folder.write(Array(torn), to: "book.sqlite")
        do {
            _ = try Book(opening: folder.bookPath)
            Issue.record("opened")
        } catch BookError.damaged(let path, _) {
            #expect(path == folder.bookPath)
        }
    }

    @Test("the id and the secret of the hashes are those that it was made with")
    func identity() throws {
        let folder = try StorageFolder()
        let made = try folder.book()
        let opened = try Book(opening: folder.bookPath)
        #expect(opened.id == "0123456789abcdef")
        let text = Array("ana@example.org".utf8)
        #expect(try opened.read { $0.hash(text.span) } == made.read { $0.hash(text.span) })
        let other = try Book.create(
            at: folder.path + "/other.sqlite", id: "x", keySecret: [UInt8](repeating: 8, count: 16))
        #expect(try opened.read { $0.hash(text.span) } != other.read { $0.hash(text.span) })
    }

    private struct NotThere: Error {}
}

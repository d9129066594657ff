import Crowdfunding
import GRDB
import Glibc
import Testing

@testable import Storage

/// Two commands on one book, in one process and without waiting.
@Suite("Two commands on one book") struct TwoConnectionsTests {
    private static let counted = "SELECT COUNT(*) FROM missed_demand"

    private static func add(_ tier: String, to records: Records) throws {
        try records.addMissedDemand(reason: "sold-out", tier: tier, count: 1, campaign: 1)
    }

    @Test("a reader sees the last state while another writes, and is not held up")
    func readerAndWriter() throws {
        let folder = try StorageFolder()
        let writer = try folder.book()
        let reader = try Book(opening: folder.bookPath, waiting: .zero)
        try writer.write { records in
            try Self.add("standard", to: records)
            #expect(try reader.number(Self.counted) == 0)
        }
        #expect(try reader.number(Self.counted) == 1)
    }

    @Test("a reader keeps its state while another writes", arguments: [false, true])
    func writerAndReader(inBulk: Bool) throws {
        let folder = try StorageFolder()
        let writer = try folder.book()
        let reader = try Book(opening: folder.bookPath, waiting: .zero)
        try reader.read { records in
            #expect(try Int.fetchOne(records.db, sql: Self.counted) == 0)
            let write = { try writer.write { try Self.add("standard", to: $0) } }
            if inBulk { try writer.inBulk(write) } else { try write() }
            #expect(try Int.fetchOne(records.db, sql: Self.counted) == 0)
        }
        #expect(try reader.number(Self.counted) == 1)
    }

    @Test("a second writer waits as long as it was told and then says so")
    func twoWriters() throws {
        let folder = try StorageFolder()
        let first = try folder.book()
        let second = try Book(opening: folder.bookPath, waiting: .milliseconds(10))
        try first.write { records in
            try Self.add("standard", to: records)
            #expect(throws: BookError.locked(path: folder.bookPath)) {
                try second.write { _ in Issue.record("two writers at once") }
            }
        }
        try second.write { try Self.add("thanks", to: $0) }
        #expect(try first.number(Self.counted) == 2)
    }

    @Test("a write that throws leaves nothing and can be said again")
    func thrown() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        #expect(throws: BookError.hashCollision) {
            try book.write { records in
                try Self.add("standard", to: records)
                throw BookError.hashCollision
            }
        }
        #expect(try book.number(Self.counted) == 0)
        try book.write { try Self.add("standard", to: $0) }
        #expect(try book.number(Self.counted) == 1)
    }

    @Test("the head moves once from where it was read, and never from elsewhere")
    func heads() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let read = try #require(try book.read { try $0.campaigns() }.first)
        let tag = try #require(Tag([UInt8](repeating: 5, count: 32)))
        try book.write { try $0.moveHead(of: read, to: 3, tag: tag, frontier: []) }
        #expect(throws: BookError.headMoved(campaign: "lamp")) {
            try book.write { records in
                try Self.add("standard", to: records)
                try records.moveHead(of: read, to: 4, tag: .zero, frontier: [])
            }
        }
        let after = try #require(try book.read { try $0.campaigns() }.first)
        #expect(after.head == 3)
        #expect(after.tag == tag)
        #expect(try book.number(Self.counted) == 0)
    }

    @Test("a head is moved for its own campaign only")
    func otherHeads() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        _ = try book.write { try $0.insert(StorageFolder.campaign("other"), text: "{}") }
        let campaigns = try book.read { try $0.campaigns() }
        try book.write { try $0.moveHead(of: campaigns[1], to: 7, tag: .zero, frontier: []) }
        #expect(try book.read { try $0.campaigns() }.map(\.head) == [0, 7])
    }

    @Test("a backup made while another writes is a whole book without what is not committed")
    func backup() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let other = try Book(opening: folder.bookPath, waiting: .zero)
        try book.write { try Self.add("standard", to: $0) }
        try book.write { records in
            try Self.add("thanks", to: records)
            try other.backup(to: folder.path + "/copy.sqlite")
        }
        let copy = try Book(opening: folder.path + "/copy.sqlite")
        #expect(try copy.number(Self.counted) == 1)
        #expect(try copy.rows("PRAGMA integrity_check") == [["\"ok\""]])
        #expect(try copy.rows("PRAGMA journal_mode") == [["\"wal\""]])
        #expect(copy.id == book.id)
        #expect(throws: BookError.alreadyExists(path: folder.path + "/copy.sqlite")) {
            try book.backup(to: folder.path + "/copy.sqlite")
        }
        #expect(try copy.number(Self.counted) == 1)
    }
}

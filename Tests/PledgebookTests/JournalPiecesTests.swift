import Accounting
import Crowdfunding
import Receipts
import Testing

@testable import Pledgebook
@testable import Storage

/// Work that two threads share out between them comes to the same as if one had done it.
@Suite("Journals in pieces") struct JournalPiecesTests {
    private struct Broken: Error {}

    @Test("every entry is in one piece, in order, also where more is committed meanwhile")
    func ranges() throws {
        let made = try AttestedBook()
        try made.book.folder.book.read { records in
            let pieces = JournalPieces(made.book.folder.book, after: 1, size: 4) { _, range in range }
            try pieces.reach(3)
            try pieces.reach(17)
            try pieces.reach(15)
            #expect(try pieces.finish(in: records) == [2...4, 5...8, 9...12, 13...16, 17...17])
            pieces.stop()
            let none = JournalPieces(made.book.folder.book, after: 5, size: 4) { _, range in range }
            #expect(try none.finish(in: records).isEmpty)
        }
    }

    @Test("what one piece throws is thrown; nobody waits for ever")
    func failure() throws {
        let made = try AttestedBook()
        try made.book.folder.book.read { records in
            let pieces = JournalPieces(made.book.folder.book, after: 0, size: 2) { _, range in
                if range.contains(9) { throw Broken() }
            }
            try pieces.reach(40)
            #expect(throws: Broken.self) { try pieces.finish(in: records) }
            pieces.stop()
            let unasked = JournalPieces(made.book.folder.book, after: 0, size: 2) { _, range in range }
            try unasked.reach(1_000)
            unasked.stop()
        }
    }

    @Test(
        "the quick proof holds for a sound journal, and for no other",
        arguments: [
            "UPDATE entry SET at = at + 1 WHERE number = 5",
            "UPDATE entry SET tag = zeroblob(32) WHERE number = 1",
            "UPDATE entry SET detail = detail || 'x' WHERE number = 10",
            "UPDATE entry SET number = 12 WHERE number = 10",
            "INSERT INTO entry SELECT campaign, 11, kind, NULL, instalment, run, at, day, goods, shipping, "
                + "tax, fee, other, reverses, reference, detail, tag FROM entry WHERE number = 1",
            "UPDATE campaign SET head = 9", "UPDATE campaign SET tag = zeroblob(32)",
        ])
    func proof(damage: String) throws {
        let made = try AttestedBook()
        func isProven() throws -> Bool {
            let session = try made.session()
            let record = try made.campaign().record
            let key = SigningKey(
                master: made.book.folder.master, book: made.book.folder.book.id, campaign: record.id, epoch: 1
            )
            return try made.book.folder.book.read { try session.isProven(record, keys: [key], in: $0) }
        }
        #expect(try isProven())
        try made.book.folder.damage(damage)
        #expect(try !isProven())
        #expect(try !made.session().verifyReceipts(of: made.campaign()).findings.isEmpty)
    }
}

import Crowdfunding
import Imports
import Parsing
import Storage
import Testing

@testable import Pledgebook

/// Files of a source whose rows have no number: each is known by what is in it.
@Suite("Rows without a reference") struct RowKeyTests {
    private static let map = """
        { "source": "fair", "title": "The fair", "prefix": "FAIR-",
          "columns": { "email": "Mail", "amount": "Sum", "pledged_at": "At" },
          "constants": { "status": "collected", "reward": "Thanks" }, "rewards": { "Thanks": "thanks" } }
        """
    private static let header = "Mail,Sum,At,Stand\n"
    private static let ada = "ada@post.example,5.00,2026-03-05 10:00,7\n"
    private static let bo = "bo@post.example,5.00,2026-03-05 10:00,\"the \"\"red\"\" one\"\n"

    private static func take(_ text: String, _ book: UpdateBook, at moment: String) throws -> ImportSummary {
        var options = ImportOptions()
        options.map = try readSourceMap(Array(map.utf8), file: "map.json")
        options.takesGoodRows = true
        return try book.take(text, at: moment, options: options)
    }

    @Test("the same file again does nothing, a row twice is two pledges, another row is another pledge")
    func again() throws {
        let book = try UpdateBook()
        let text = Self.header + Self.ada + Self.bo + Self.ada
        let first = try Self.take(text, book, at: "2026-03-20T12:00:00Z")
        #expect((first.placed, first.refused) == (3, 0), "\(first.problems)")
        #expect(first.remarks.contains { $0.hasPrefix("The file names no reference") })
        let again = try Self.take(text, book, at: "2026-03-21T12:00:00Z")
        #expect((again.placed, again.same, again.changed, again.vanished) == (0, 3, 0, 0))
        // However the cells are quoted, and in whatever order the rows stand.
        let quoted = Self.ada.replacing("ada@post.example", with: "\"ada@post.example\"")
        let other = try Self.take(
            Self.header + Self.bo + quoted + Self.ada, book, at: "2026-03-22T12:00:00Z")
        #expect((other.placed, other.same, other.changed) == (0, 3, 0))
        let third = try Self.take(
            Self.header + Self.ada + Self.ada + Self.ada + Self.bo.replacing("red", with: "blue"), book,
            at: "2026-03-23T12:00:00Z")
        #expect((third.placed, third.same, third.vanished) == (2, 2, 1))
        let references = try book.folder.book.read { try $0.pledges(campaign: 1) }.map(\.reference)
        #expect(Set(references).count == 5 && references.allSatisfy { $0.hasPrefix("FAIR-") })
        #expect(references.count { $0.hasSuffix("-2") } == 1 && references.count { $0.hasSuffix("-3") } == 1)
        #expect(try book.differences() == [])
    }

    @Test("a mended row comes back as the same pledge")
    func mended() throws {
        let book = try UpdateBook()
        let first = try Self.take(Self.header + Self.ada + "bo,5.00,x,1\n", book, at: "2026-03-20T12:00:00Z")
        #expect((first.placed, first.refused) == (1, 1))
        let back = "rejected_because,\(Self.header)\"why, so\",\(Self.ada)"
        let again = try Self.take(back, book, at: "2026-03-21T12:00:00Z")
        #expect((again.placed, again.same) == (0, 1))
    }
}

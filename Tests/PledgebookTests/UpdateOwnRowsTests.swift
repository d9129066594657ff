import Accounting
import Crowdfunding
import Parsing
import Storage
import Testing

@testable import Pledgebook

/// A row of our own CSV that says something else about a pledge in the book.
@Suite("Corrections from our own CSV") struct UpdateOwnRowsTests {
    private static let header = "pledge_id,email,country,tier,quantity,add_ons,pledged_at,status\n"

    private static func row(
        _ id: String, _ tier: String = "standard", _ quantity: Int = 1, addOns: String = "",
        status: String = ""
    ) -> String {
        "\(id),\(id.lowercased())@post.example,DE,\(tier),\(quantity),\(addOns),"
            + "2026-03-05T10:00:00+01:00,\(status)\n"
    }

    private static func book(_ rows: [String]) throws -> UpdateBook {
        let book = try UpdateBook()
        let summary = try book.take(header + rows.joined(), at: "2026-03-10T12:00:00Z")
        try #require(summary.placed == Int64(rows.count), "\(summary.problems)")
        return book
    }

    @Test("without --update it is an error that names both, and nothing of the file is taken")
    func duplicate() throws {
        let book = try Self.book([Self.row("P-1")])
        let text = Self.header + Self.row("P-1", "early") + Self.row("P-2")
        let summary = try book.take(text, at: "2026-03-11T12:00:00Z")
        #expect(summary.refused == 1)
        let problem = try #require(summary.problems.first)
        #expect(problem.line == 2 && problem.column == 1)
        #expect(
            problem.message
                == "duplicate reference with other content: the book holds P-1 with "
                + "tier standard → early, amount EUR 86.00 → EUR 56.00")
        #expect(problem.remedy.contains("--update"))
        let number = try book.record().number
        #expect(try book.folder.book.read { try $0.pledge(campaign: number, reference: "P-2") } == nil)
    }

    @Test("with --update the price follows, and the same row again is nothing new")
    func correction() throws {
        let book = try Self.book([Self.row("P-1")])
        let text = Self.header + Self.row("P-1", "standard", 2, addOns: "bulb:1")
        let done = try book.take(text, at: "2026-03-11T12:00:00Z", update: true)
        #expect(
            done.changes.map(\.text) == [
                "quantity 1 → 2, add-ons none → bulb:1, amount EUR 86.00 → EUR 175.00"
            ])
        // 175.00: tax 29.17, of goods 169.00 → 28.17, of shipping 6.00 → 1.00.
        #expect(try book.entries("P-1") == ["changed 2026-03-11 14083+500+2917"])
        #expect(try book.taken(.tier, "standard") == 2)
        #expect(try book.taken(.addOn, "bulb") == 1)
        #expect(try book.take(text, at: "2026-03-12T12:00:00Z", update: true).same == 1)
        #expect(try book.differences() == [])
    }

    @Test("limits are asked again, with the pledge's own place free")
    func limits() throws {
        let book = try Self.book([Self.row("P-1", "early"), Self.row("P-2", "early"), Self.row("P-3")])
        let full = try book.take(
            Self.header + Self.row("P-3", "early"), at: "2026-03-11T12:00:00Z", update: true)
        #expect(full.refused == 1 && full.problems.first?.message.contains("limited to 2") == true)
        let own = try book.take(
            Self.header + Self.row("P-2", "early", addOns: "bulb:2"), at: "2026-03-11T12:00:00Z", update: true
        )
        #expect(own.refused == 0 && own.changed == 1)
        #expect(try book.taken(.tier, "early") == 2)
        #expect(try book.differences() == [])
    }

    @Test("what was paid for is not changed, and the row is refused with the reason")
    func paid() throws {
        let book = try Self.book([Self.row("P-1", status: "collected")])
        let done = try book.take(
            Self.header + Self.row("P-1", "early", status: "collected"), at: "2026-03-11T12:00:00Z",
            update: true)
        #expect(
            done.problems.first?.message.hasPrefix("P-1 is paid, and what was paid for is not changed")
                == true)
        #expect(try book.pledge("P-1").total == 8_600)
    }

    @Test("canceled frees the place; twice in one file with different content is refused")
    func statusAndTwice() throws {
        let book = try Self.book([Self.row("P-1", "early"), Self.row("P-2", "early")])
        let done = try book.take(
            Self.header + Self.row("P-1", "early", status: "canceled"), at: "2026-03-11T12:00:00Z",
            update: true)
        #expect(done.changes.map(\.text) == ["status pledged → canceled"])
        #expect(try book.taken(.tier, "early") == 1)
        let twice = try book.take(
            Self.header + Self.row("P-2") + Self.row("P-2", "thanks"), at: "2026-03-12T12:00:00Z",
            update: true)
        #expect(twice.refused == 1 && twice.problems.first?.line == 3)
        #expect(try book.pledge("P-2").tier == 0)
        #expect(try book.differences() == [])
    }
}

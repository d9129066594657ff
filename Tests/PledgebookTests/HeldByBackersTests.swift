import Accounting
import GRDB
import Imports
import Parsing
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

@Suite("Limits a backer, when a file is imported into a book") struct HeldByBackersTests {
    private static let limited = [
        (#""Standard", "price": "80.00""#, #""Standard", "price": "80.00", "per_backer": 3"#),
        (#""Bulb", "price": "9.00""#, #""Bulb", "price": "9.00", "per_backer": 2"#),
    ]
    private static let header =
        "pledge_id,email,country,tier,quantity,add_ons,pledged_at,payment_method,payment_reference\n"

    /// `who` `quantity` `tier` `bulbs`.
    private static func row(_ id: String, _ what: String) -> String {
        let words = what.split(separator: " ")
        let bulbs = words[3] == "0" ? "" : "bulb:\(words[3])"
        return "\(id),\(words[0])@post.example,DE,\(words[2]),\(words[1]),\(bulbs),"
            + "2026-03-05T10:00:00+01:00,rehearsal,tok-\(id)\n"
    }

    private static func rows(_ name: String, _ what: [String]) -> String {
        header + what.enumerated().map { row("\(name)-\($0.offset + 1)", $0.element) }.joined()
    }

    /// What was in the book, what comes, and which of those rows are refused.
    private static let cases: [(book: [String], file: [String], refused: [Int])] = [
        (["ana 2 standard 0"], ["ana 1 standard 0", "ana 1 standard 0"], [2]),
        (["ana 3 standard 0"], ["ana 1 standard 0", "ana 1 thanks 0", "bea 3 standard 0"], [1]),
        (["ana 1 standard 1", "ana 1 standard 0"], ["ana 1 standard 1", "ana 1 thanks 0"], []),
        (["ana 1 thanks 1"], ["ana 1 standard 1", "ana 1 thanks 1", "ana 2 standard 0"], [2]),
        (["ana 1 early 2"], ["ana 1 early 1", "ana 3 standard 0", "ana 1 standard 0"], [1, 3]),
        (["ana 3 standard 2"], ["bea 3 standard 2", "bea 1 standard 0", "cid 4 standard 0"], [2, 3]),
    ]

    @Test(
        "what a backer holds in the book counts, however it is looked up", arguments: cases.indices,
        [true, false])
    func counts(index: Int, looksUp: Bool) throws {
        let (before, file, refused) = Self.cases[index]
        let book = try UpdateBook(Self.limited)
        let first = try book.take(Self.rows("P", before), at: "2026-03-10T12:00:00Z")
        try #require(first.placed == Int64(before.count), "\(first.problems)")
        var options = ImportOptions()
        options.looksUpKeys = looksUp
        options.takesGoodRows = true
        let second = try book.take(Self.rows("Q", file), at: "2026-03-11T12:00:00Z", options: options)
        #expect(second.placed == Int64(file.count - refused.count), "\(second.problems)")
        #expect(second.problems.map(\.line) == refused.map { $0 + 1 })
        #expect(try book.differences() == [])
    }

    @Test("what was canceled is free again", arguments: [true, false])
    func canceled(looksUp: Bool) throws {
        let book = try UpdateBook(Self.limited)
        try book.take(Self.rows("P", ["ana 3 standard 2"]), at: "2026-03-10T12:00:00Z")
        _ = try book.session("2026-03-10T13:00:00Z").cancelPledge("P-1", in: nil)
        var options = ImportOptions()
        options.looksUpKeys = looksUp
        let again = Self.rows("Q", ["ana 3 standard 2"])
        #expect(try book.take(again, at: "2026-03-11T12:00:00Z", options: options).placed == 1)
    }

    @Test(
        "a file of several batches that name the same backers and others is taken as by reading everything",
        arguments: [1, 2] as [UInt64])
    func batches(seed: UInt64) throws {
        var told: [[String]] = []
        for looksUp in [true, false] {
            var numbers = SeededNumbers(state: seed)
            func some(_ count: Int) -> [String] {
                (0..<count).map { _ in
                    let word = numbers.next()
                    let tier = (word >> 30) % 2 == 0 ? "standard" : "thanks"
                    return "b\(word % 1_500) \((word >> 20) % 2 + 1) \(tier) \((word >> 40) % 2)"
                }
            }
            let book = try UpdateBook(Self.limited)
            var options = ImportOptions()
            options.looksUpKeys = looksUp
            options.takesGoodRows = true
            let first = Self.rows("P", some(500))
            _ = try book.take(first, at: "2026-03-10T12:00:00Z", options: options)
            let second = Self.rows("Q", some(4_500))
            let summary = try book.take(second, at: "2026-03-11T12:00:00Z", options: options)
            #expect(summary.refused > 300, "seed \(seed)")
            told.append(try dump(book.folder.book) + ["\(summary.placed) placed, \(summary.refused) refused"])
        }
        let isSame = told[0] == told[1]
        #expect(isSame, "\(told.map(\.last)), seed \(seed)")
    }
}

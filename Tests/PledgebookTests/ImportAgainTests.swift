import Accounting
import GRDB
import Imports
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

@Suite("Importing again, in part, or not at all") struct ImportAgainTests {
    private static let moment = "2026-03-31T13:00:00Z"

    private static func importing(
        _ book: ClosingBook, _ rows: [UInt8], _ set: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportSummary {
        let path = book.folder.path + "/again.csv"
        try book.folder.write(rows, to: path)
        var options = ImportOptions()
        set(&options)
        return try book.folder.session(at: moment).importPledges(
            sourceFiles(at: path), name: "again.csv", into: nil, options: options, observer: ImportObserver())
    }

    /// Rows of the same campaign that are in no book yet.
    private static func others(_ book: ClosingBook, badRows: Int = 0, missed: Int = 0) throws -> [UInt8] {
        var rows: [UInt8] = []
        try SamplePledges(
            definition: book.definition, seed: 99, badRows: badRows, missedPerTenThousand: missed
        )
        .write(count: 250) { piece in
            for index in piece.indices { rows.append(piece[index]) }
        }
        let text = String(decoding: rows, as: UTF8.self)
        return Array(text.replacing("\nP-", with: "\nQ-").utf8)
    }

    @Test("the same file again writes nothing", arguments: [true, false])
    func sameFile(takesGoodRows: Bool) throws {
        let book = try ClosingBook(count: 150)
        let before = try book.dump()
        let summary = try Self.importing(book, book.rows) { $0.takesGoodRows = takesGoodRows }
        #expect(summary.same == 150)
        #expect(summary.placed == 0)
        #expect(summary.isEmpty)
        #expect(try book.dump() == before)
    }

    @Test(
        "a file with a bad row changes nothing, unless the good rows are asked for", arguments: [1, 14, 100])
    func badRows(count: Int) throws {
        let book = try ClosingBook(count: 20)
        let rows = try Self.others(book, badRows: count)
        let before = try book.dump()
        let summary = try Self.importing(book, rows)
        #expect(summary.refused >= min(count, BadRow.allCases.count))
        #expect(try book.dump() == before)
        let taken = try Self.importing(book, rows) { $0.takesGoodRows = true }
        #expect(taken.placed == summary.rows - summary.refused)
        #expect(try book.dump() != before)
        try book.check(hours: 0)
    }

    @Test("a dry run says what would be done and changes nothing")
    func dryRun() throws {
        let book = try ClosingBook(count: 20)
        let rows = try Self.others(book)
        let before = try book.dump()
        let planned = try Self.importing(book, rows) {
            $0.dryRun = true
            $0.takesGoodRows = true
        }
        #expect(try book.dump() == before)
        let done = try Self.importing(book, rows) { $0.takesGoodRows = true }
        #expect((done.placed, done.amount, done.refused) == (planned.placed, planned.amount, planned.refused))
    }

    @Test("sales that were refused are counted once, however often the same file is imported")
    func missedDemand() throws {
        let book = try ClosingBook(count: 150)
        let rows = try Self.others(book, missed: 3_000)
        let first = try Self.importing(book, rows) { $0.takesGoodRows = true }
        let missed = try book.folder.book.read { try $0.missedDemand(campaign: 1) }.map(\.count)
        try #require(first.refused > 0 && !missed.isEmpty, "\(first)")
        let before = try book.dump()
        let again = try Self.importing(book, rows) { $0.takesGoodRows = true }
        #expect(again.refused == first.refused)
        #expect(try book.dump() == before)
    }

    @Test("a sale is missed once: in one file, in a longer one, and in one that says it otherwise")
    func missedOnce() throws {
        let header = "pledge_id,email,country,tier,pledged_at\n"
        func row(_ id: String, _ hour: Int = 10) -> String {
            "\(id),\(id)@post.example,DE,early,2026-03-05T\(hour):00:00+01:00\n"
        }
        let book = try UpdateBook()
        func missed(_ rows: String) throws -> [Int64] {
            let path = book.folder.path + "/rows.csv"
            try book.folder.write(Array((header + rows).utf8), to: path)
            var options = ImportOptions()
            options.takesGoodRows = true
            _ = try book.session("2026-03-10T12:00:00Z").importPledges(
                sourceFiles(at: path), name: "rows.csv", into: nil, options: options,
                observer: ImportObserver())
            return try book.folder.book.read { try $0.missedDemand(campaign: 1) }.map(\.count)
        }
        // Two places.
        let first = row("P-1") + row("P-2") + row("P-3")
        #expect(try missed(first + row("P-3", 11)) == [1])
        #expect(try missed(first + row("P-4")) == [2])
        #expect(try missed(row("P-3", 12) + row("P-4", 12)) == [2])
        #expect(try missed(row("P-5")) == [3])
        let kept = try book.folder.book.read {
            try Int.fetchOne($0.db, sql: "SELECT COUNT(*) FROM missed_sale")
        }
        #expect(kept == 3)
    }

    /// What a small file may hold besides new pledges.
    enum Small: CaseIterable {
        case newRows, sameRows, changedRows, refusedSales, twice
    }

    @Test(
        "keys that are looked up one by one make the same book as keys that are read all at once",
        arguments: Small.allCases)
    func oneByOne(kind: Small) throws {
        var dumps: [[String]] = []
        for looksUp in [false, true] {
            let book = try ClosingBook(count: 150)
            var others = try Self.others(book, missed: kind == .refusedSales ? 3_000 : 0)
            switch kind {
            case .newRows: break
            case .sameRows: others = book.rows + others.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
            case .changedRows:
                let text = String(decoding: book.rows, as: UTF8.self)
                others = Array(text.replacing(",standard,1,", with: ",standard,2,").utf8)
            case .refusedSales: break
            // Known backers, under other references.
            case .twice:
                let text = String(decoding: book.rows, as: UTF8.self)
                others = Array(text.replacing("\nP-", with: "\nR-").utf8)
            }
            var told: [String] = []
            // The second file is another one: it lacks the last row.
            let end = try #require(others.dropLast().lastIndex(of: UInt8(ascii: "\n")))
            let shorter = Array(others[...end])
            for rows in [others, shorter] {
                let summary = try Self.importing(book, rows) {
                    $0.takesGoodRows = true
                    $0.update = kind == .changedRows
                    $0.looksUpKeys = looksUp
                }
                told.append(
                    "\(summary.placed) placed, \(summary.same) same, \(summary.changed) changed, "
                        + "\(summary.refused) refused")
            }
            try book.check(hours: 0)
            dumps.append(try book.dump() + told)
        }
        #expect(dumps[0] == dumps[1])
    }

    @Test(
        "a book is asked for the keys of a small file, and gives all of them for a large one",
        arguments: [
            (4_000, 1_000, true), (4_001, 1_000, false), (4 << 20, 9 << 20, true), (5 << 20, 9 << 20, false),
        ])
    func asksForSmallFiles(bytes: Int64, head: Int64, asks: Bool) throws {
        var record = try ClosingBook(count: 1).record()
        record.head = head
        #expect(BookKeys.areAskedFor(bytes: bytes, in: record) == asks)
        record.firstPledge = nil
        #expect(!BookKeys.areAskedFor(bytes: bytes, in: record))
    }

    @Test("the bulk settings are set back after an import that was refused")
    func settings() throws {
        let book = try ClosingBook(count: 20)
        _ = try Self.importing(book, Self.others(book, badRows: 14))
        let isOn = try book.folder.book.read { try Int.fetchOne($0.db, sql: "PRAGMA foreign_keys") }
        #expect(isOn == 1)
    }
}

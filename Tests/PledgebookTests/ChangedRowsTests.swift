import Accounting
import Crowdfunding
import Foundation
import Parsing
import Storage
import Testing

@testable import Pledgebook

@Suite("Rows that wait for the end of an import") struct ChangedRowsTests {
    /// A row with something in every field, drawn from a seed.
    private static func row(_ random: inout SampleRandom) -> ChangedRow {
        let bytes = (0..<200 + random.below(400)).map { _ in UInt8(random.below(256)) }
        func range() -> ByteRange {
            let start = random.below(bytes.count)
            return ByteRange(start: UInt32(start), end: UInt32(start + random.below(bytes.count - start)))
        }
        var order = PledgeOrder()
        order.line = random.below(1 << 40)
        order.country = UInt16(random.below(65_536))
        order.tier = Int32(random.below(9)) - 1
        order.quantity = Int64(random.below(1 << 40))
        order.promotion = Int32(random.below(3)) - 1
        order.bonus = Int64(random.below(1 << 40))
        order.amount = Int64(random.below(1 << 40)) - 1
        order.shipping = Int64(random.below(1 << 40))
        order.pledgedAt = Timestamp(seconds: Int64(random.below(1 << 32)))
        order.gateway = UInt8(1 + random.below(2))
        order.status = SourceStatus(rawValue: UInt8(random.below(6))) ?? .pledged
        order.refunded = Int64(random.below(1 << 40))
        order.paid = Int64(random.below(1 << 40))
        for field in ChangedRow.fields { order[keyPath: field] = range() }
        order.row = ByteRange(start: 0, end: UInt32(bytes.count))
        for place in ChangedRow.places {
            order.places[keyPath: place] = UInt32(random.below(bytes.count))
        }
        let lines = (0..<random.below(4)).map { _ in
            OrderLine(
                role: random.chance(5_000) ? .addOn : .choice, index: Int32(random.below(9)),
                quantity: Int32(1 + random.below(99)))
        }
        order.lines = 0..<Int32(lines.count)
        let modes: [PlacementMode] =
            [.asks]
            + [true, false].flatMap { bonus in
                [.tells(saysBonus: bonus, tax: .maker), .tells(saysBonus: bonus, tax: .platform)]
            }
        return ChangedRow(
            pledge: Int64(random.below(1 << 40)), whole: order, lines: lines,
            content: Int64(bitPattern: random.next()), bytes: bytes, mode: modes[random.below(modes.count)],
            file: "Réport \(random.below(99)).csv")
    }

    /// Everything of a row, as text.
    private static func told(_ row: ChangedRow) -> String {
        "\(row.pledge) \(row.content) \(row.mode) \(row.file) \(row.order) \(row.lines) \(row.bytes)"
    }

    @Test(
        "come out as they went in, in their order, whether they wait in memory or in a file",
        arguments: [
            0, 5_000, 1 << 30,
        ])
    func order(inMemory: Int) throws {
        let folder = NSTemporaryDirectory() + "changed-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = SampleRandom(seed: 7)
        let rows = (0..<2_000).map { _ in Self.row(&random) }
        let changed = ChangedRows(besides: folder + "/book.sqlite", inMemory: inMemory)
        for row in rows { try changed.append(row) }
        #expect(changed.count == 2_000 && changed.isSpilled == (inMemory < 1 << 30))
        // Nothing of it can be found, whatever happens now.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        var read: [String] = []
        try changed.forEach { read.append(Self.told($0)) }
        #expect(read == rows.map(Self.told))
    }

    @Test("what is no row is not taken for one", arguments: 0..<40)
    func damaged(cut: Int) {
        var random = SampleRandom(seed: 11)
        let packed = Self.row(&random).packed
        #expect(ChangedRow(packed: packed) != nil)
        #expect(ChangedRow(packed: Array(packed.prefix(cut * 8))) == nil)
    }

    @Test("a file of changes books the same with and without a file of its own")
    func sameBook() throws {
        let header = "pledge_id,email,country,tier,quantity,add_ons,pledged_at,status\n"
        func rows(_ quantity: Int, _ status: String) -> String {
            header
                + (1...300).map {
                    "P-\($0),b\($0)@post.example,DE,standard,\(quantity),,"
                        + "2026-03-05T10:00:00+01:00,\(status)\n"
                }.joined()
        }
        var entries: [[String]] = []
        for inMemory in [0, 4 << 20] {
            let book = try UpdateBook()
            _ = try book.take(rows(1, ""), at: "2026-03-10T12:00:00Z")
            var options = ImportOptions()
            options.update = true
            options.changesInMemory = inMemory
            let told = rows(2, "errored")
            let again = told + String(told.split(separator: "\n")[7]) + "\n"
            try book.folder.write(Array(again.utf8), to: book.folder.path + "/later.csv")
            let summary = try book.session("2026-03-11T12:00:00Z").importPledges(
                at: book.folder.path + "/later.csv", into: nil, options: options, observer: ImportObserver())
            #expect((summary.changed, summary.same, summary.refused) == (300, 1, 0))
            #expect(try book.differences() == [])
            entries.append(try (1...300).flatMap { try book.entries("P-\($0)") })
        }
        #expect(entries[0] == entries[1] && entries[0].count == 600)
    }

    @Test("a pledge that is told of twice in one file, each time otherwise, is refused the second time")
    func twice() throws {
        let header = "pledge_id,email,country,tier,pledged_at\n"
        func row(_ tier: String) -> String { "P-1,a@post.example,DE,\(tier),2026-03-05T10:00:00+01:00\n" }
        let book = try UpdateBook()
        _ = try book.take(header + row("standard"), at: "2026-03-10T12:00:00Z")
        let text = header + row("early") + row("early") + row("thanks") + row("standard")
        let summary = try book.take(text, at: "2026-03-11T12:00:00Z", update: true)
        #expect((summary.refused, summary.same) == (2, 1))
        #expect(summary.problems.map(\.line) == [4, 5])
        #expect(summary.problems.allSatisfy { $0.message.contains("in the file twice") })
    }
}

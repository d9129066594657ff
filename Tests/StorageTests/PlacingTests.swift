import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

@Suite("Pledges and the entries that placed them, in one row") struct PlacingTests {
    /// A pledge, the entry that placed it, and the batch that holds their text.
    struct Placed {
        var pledge: PledgeRow
        var entry: EntryRow
        var batch: AppendBatch
    }

    /// A change to the two, and whether one row says both.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isOneRow: Bool
        var change: @Sendable (inout Placed) -> Void

        init(
            _ name: String, isOneRow: Bool = false,
            _ change: @escaping @Sendable (inout Placed) -> Void
        ) {
            (testDescription, self.isOneRow, self.change) = (name, isOneRow, change)
        }
    }

    static let cases = [
        Case("both say the same", isOneRow: true) { _ in },
        Case("no method", isOneRow: true) {
            $0.pledge.method = .empty; $0.entry.reference = .empty
        },
        Case("the same method twice", isOneRow: true) { $0.entry.reference = $0.batch.store("pm_1") },
        Case("no bonus", isOneRow: true) {
            $0.pledge.bonus = 0; $0.entry.parts.goods = 900
        },
        Case("pledged in 1970", isOneRow: true) {
            $0.pledge.placedAt = 0
            $0.entry.detail = $0.batch.store("qty=1;via=2;at=0")
        },
        Case("pledged before 1970") {
            $0.pledge.placedAt = -5; $0.entry.detail = $0.batch.store("qty=1;via=2;at=-5")
        },
        Case("other goods") { $0.entry.parts.goods = 901 },
        Case("other shipping") { $0.entry.parts.shipping = 51 },
        Case("other tax") { $0.entry.parts.tax = 101 }, Case("a fee") { $0.entry.parts.fee = 1 },
        Case("something else") { $0.entry.parts.other = 1 },
        Case("an instalment") { $0.entry.instalment = 1 },
        Case("another method") { $0.entry.reference = $0.batch.store("pm_2") },
        Case("another gateway") { $0.pledge.gateway = 1 }, Case("another time") { $0.pledge.placedAt += 1 },
        Case("a time of fewer digits") { $0.pledge.placedAt = 890 },
        Case("a detail that ends otherwise") {
            $0.entry.detail = $0.batch.store("qty=1;via=2;at=1772440890;x=1")
        },
        Case("a detail without a beginning") { $0.entry.detail = $0.batch.store(";via=2;at=1772440890") },
        Case("a short detail") { $0.entry.detail = $0.batch.store("=2;at=1772440890") },
        Case("no detail") { $0.entry.detail = .empty }, Case("another kind") { $0.entry.kind = .changed },
    ]

    @Test("what is read is what was written, in one row or in two", arguments: cases)
    func bothForms(_ given: Case) throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        var batch = AppendBatch()
        batch.backers = [
            BackerRow(number: 1, email: .empty, name: .empty, country: 0, address: .empty, answers: .empty)
        ]
        var placed = Self.placed(batch)
        given.change(&placed)
        let entry = placed.entry
        batch = placed.batch
        batch.pledges = [placed.pledge]
        batch.entries = [entry]
        let text = batch.bytes
        func word(_ range: ByteRange) -> String { String(decoding: text[range.range], as: UTF8.self) }
        try book.write { records in
            let append = try BulkAppend(records, campaign: 1)
            try append.append(batch)
            try append.finish()
        }
        let expected = JournalEntry(
            number: 1, kind: entry.kind, pledge: 1, subject: "P-1", instalment: Int(entry.instalment),
            run: nil, at: Timestamp(seconds: entry.at), day: CalendarDay(number: Int(entry.day)),
            parts: entry.parts, reverses: nil, reference: word(entry.reference), detail: word(entry.detail))
        try book.read { records in
            let signed = [SignedEntry(entry: expected, tag: entry.tag)]
            #expect(try records.entries(campaign: 1, from: 1, to: 9) == signed)
            #expect(try records.lastEntryNumber(campaign: 1) == 1)
            #expect(try records.lastEntryTime(campaign: 1) == expected.at)
            let stored = try EntryReader(records, campaign: 1).next(9)
            #expect(stored.entries.map(\.tag) == [entry.tag])
            #expect(
                stored.entries.map { String(decoding: stored.bytes[$0.detail.range], as: UTF8.self) }
                    == [expected.detail])
            var posted: [JournalEntry] = []
            try records.forEachPostedEntry(campaign: 1) { entry, _ in posted.append(entry) }
            #expect(posted == [expected])
        }
        let view = try book.rows("SELECT number, kind, goods, reference, detail FROM journal")
        let words = [word(entry.reference), word(entry.detail)].map { $0.isEmpty ? "NULL" : "\"\($0)\"" }
        #expect(view == [["1", "\(entry.kind.rawValue)", "\(entry.parts.goods)"] + words])
        #expect(try book.number("SELECT COUNT(*) FROM entry") == (given.isOneRow ? 0 : 1))
        #expect(
            try book.number("SELECT COUNT(*) FROM placing WHERE tag IS NOT NULL") == (given.isOneRow ? 1 : 0))
        withExtendedLifetime(folder) {}
    }

    private static func placed(_ batch: AppendBatch) -> Placed {
        var batch = batch
        var pledge = PledgeRow()
        pledge.number = 1
        pledge.reference = batch.store("P-1")
        pledge.backer = 1
        (pledge.goods, pledge.shipping, pledge.tax, pledge.bonus) = (900, 50, 100, 20)
        pledge.placedAt = 1_772_440_890
        pledge.gateway = 2
        pledge.method = batch.store("pm_1")
        var entry = EntryRow()
        entry.number = 1
        entry.pledge = 1
        entry.at = 1_775_000_000
        entry.day = 20_540
        entry.parts = EntryParts(goods: 920, shipping: 50, tax: 100)
        entry.reference = pledge.method
        entry.detail = batch.store("tier=standard;qty=1;via=2;at=1772440890")
        entry.tag = Tag([UInt8](repeating: 0xAB, count: 32)) ?? .zero
        return Placed(pledge: pledge, entry: entry, batch: batch)
    }
}

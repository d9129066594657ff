import Testing

@testable import Storage

@Suite("Refused sales") struct MissedSalesTests {
    private static func keys(_ book: Book) throws -> [Int64] {
        try book.read { records in
            var keys: [Int64] = []
            try records.forEachMissedSale(campaign: 1) { keys.append($0) }
            return keys
        }
    }

    @Test("are remembered once each, in whatever order they come")
    func once() throws {
        let book = try StorageFolder().book()
        try book.write { records in
            try records.addMissedSales([7, -3, 7, .min, .max], campaign: 1)
            try records.addMissedSales([], campaign: 1)
            try records.addMissedSales([-3, 5], campaign: 1)
        }
        #expect(try Self.keys(book) == [.min, -3, 5, 7, .max])
    }

    /// A book as it was before this migration; a later one may have come first, as in a book of two branches.
    @Test("a book that is older is brought to this form, and keeps what it had counted")
    func upgrade() throws {
        let folder = try StorageFolder()
        do {
            let book = try folder.book()
            try book.write {
                try $0.addMissedDemand(reason: "sold-out", tier: "early", count: 3, campaign: 1)
            }
            try book.run(
                """
                DROP TABLE missed_sale;
                DELETE FROM grdb_migrations WHERE identifier = '0003_remember_missed_sales';
                """)
        }
        let book = try Book(opening: folder.bookPath)
        #expect(try book.read { try $0.missedDemand(campaign: 1) }.map(\.count) == [3])
        #expect(try Self.keys(book) == [])
        try book.write { try $0.addMissedSales([1], campaign: 1) }
        #expect(try Self.keys(book) == [1])
    }
}

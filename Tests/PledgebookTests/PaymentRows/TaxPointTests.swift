import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// Tax that is owed when goods go out: until then it lies in the goods, and E22 parts it.
@Suite("Tax point delivery") struct TaxPointTests {
    /// Closed and funded; `recorded` money where asked.
    private static func book(via: String = "rehearsal", goal: String = "100.00") throws -> PaymentBook {
        var terms = PaymentBook.Terms()
        terms.tax = ", \"point\": \"delivery\""
        terms.via = via
        terms.goal = goal
        return try PaymentBook(terms)
    }

    private static func ship(_ book: PaymentBook, _ rows: String...) throws {
        let text = "pledge_id,shipped_on,sku,quantity\n" + rows.map { $0 + "\n" }.joined()
        _ = try book.session(after: 2 * PaymentBook.day).shipPledges(Array(text.utf8), file: "ship.csv")
    }

    private static func parts(_ book: PaymentBook, _ kind: EntryKind, _ who: String) throws -> [EntryParts] {
        try book.folder.book.read { records in
            try records.entries(campaign: 1, kinds: [kind]).map(\.entry).filter { $0.subject == who }
                .map(\.parts)
        }
    }

    @Test("money that comes in has no tax part; delivery parts it")
    func delivered() throws {
        let book = try Self.book()
        try book.close()
        #expect(
            try Self.parts(book, .captured, "P-1") == [EntryParts(goods: 11_000, shipping: 1_000, fee: 30)])
        #expect(try book.balance(.tax) == 0)
        #expect(try book.balance(.contract) == 11_000 + 11_000 + 12_200)
        #expect(try book.session(after: 3600).standing(of: nil).money.tax == 6_200)
        try Self.ship(book, "P-1,2026-04-01,LAMP,1")
        #expect(
            try Self.parts(book, .delivered, "P-1") == [EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000)]
        )
        #expect(try book.balance(.tax) == 2_000)
        #expect(try book.balance(.sales) == 9_000)
        #expect(try book.balance(.shippingIncome) == 1_000)
        #expect(try book.balance(.contract) == 11_000 + 12_200)
        #expect(try book.session(after: 3 * PaymentBook.day).standing(of: nil).money.tax == 6_200)
        try book.check()
    }

    @Test("parcel by parcel the tax adds up to the pledge's, whatever is rounded")
    func parcels() throws {
        let book = try Self.book()
        try book.close()
        try Self.ship(book, "P-3,2026-04-01,BULB,1")
        try Self.ship(book, "P-3,2026-04-02,LAMP,1")
        try Self.ship(book, "P-3,2026-04-02,BULB,1")
        let parts = try Self.parts(book, .delivered, "P-3")
        #expect(parts.count == 3 && parts.allSatisfy { $0.tax > 0 && $0.goods > 0 })
        #expect(parts.reduce(.zero, +) == EntryParts(goods: 10_000, shipping: 1_000, tax: 2_200))
        #expect(try book.balance(.tax) == 2_200)
        try book.check()
    }

    @Test("a refund before delivery has no tax part, one after it gives the tax back")
    func refunds() throws {
        let book = try Self.book()
        try book.close()
        try book.ask(.refund(.amount(1_200)), "P-1")
        let before = try Self.parts(book, .refundCommittedAfterSuccess, "P-1")
        #expect(before == [EntryParts(goods: 1_100, shipping: 100)])
        try Self.ship(book, "P-1,2026-04-01,LAMP,1")
        // Nine tenths are left, and nine tenths of the tax.
        #expect(
            try Self.parts(book, .delivered, "P-1") == [EntryParts(goods: 8_100, shipping: 900, tax: 1_800)])
        try book.ask(.refund(.everything), "P-1", days: 3)
        let after = try Self.parts(book, .refundCommittedAfterDelivery, "P-1")
        #expect(after == [EntryParts(goods: 8_100, shipping: 900, tax: 1_800)])
        #expect(try book.balance(.tax) == 0)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
    }

    @Test("a dispute lost after delivery takes the tax that is owed by then")
    func disputes() throws {
        let book = try Self.book()
        try book.close()
        try Self.ship(book, "P-1,2026-04-01,LAMP,1")
        _ = try book.tell(.disputeOpened, "P-1", days: 3)
        _ = try book.tell(.disputeLost, "P-1", days: 4)
        #expect(
            try Self.parts(book, .disputeLostAfterDelivery, "P-1")
                == [EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000)])
        #expect(try book.balance(.tax) == 0)
        try book.expect("P-1", .disputeLost, "A 12000 C 12000 Dl 12000")
        _ = try book.tell(.disputeOpened, "P-2", days: 5)
        _ = try book.tell(.disputeLost, "P-2", days: 5)
        #expect(
            try Self.parts(book, .disputeLostAfterSuccess, "P-2")
                == [EntryParts(goods: 11_000, shipping: 1_000)])
        try book.check()
    }

    @Test("money that a person or a file tells of has no tax part either")
    func told() throws {
        let book = try Self.book(via: "recorded")
        _ = try book.tell(.paid, "P-1", 12_000, reference: "T1", days: -1)
        #expect(try Self.parts(book, .captured, "P-1") == [EntryParts(goods: 11_000, shipping: 1_000)])
        let text = """
            pledge_id,backer_name,email,country,tier,quantity,amount,currency,pledged_at,payment_method,status
            P-9,Ana,b9@example.org,DE,one,1,120.00,EUR,2026-03-04T09:30:00Z,recorded,collected

            """
        _ = try book.folder.importRows(Array(text.utf8), at: "2026-03-31T12:00:00Z")
        #expect(try Self.parts(book, .captured, "P-9") == [EntryParts(goods: 11_000, shipping: 1_000)])
        #expect(try book.balance(.tax) == 0)
        try book.check()
    }

    @Test("a campaign that is released gives all of it back, and no tax was ever owed")
    func released() throws {
        let book = try Self.book(via: "recorded", goal: "1000.00")
        _ = try book.tell(.paid, "P-1", 12_000, reference: "T1", days: -1)
        try book.close(days: 8)
        _ = try book.tell(.refunded(fromOwnAccount: false), "P-1", days: 8)
        #expect(
            try Self.parts(book, .refundCommitted, "P-1") == [EntryParts(goods: 11_000, shipping: 1_000)])
        #expect(try book.balance(.refundableDeposits) == 0)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
    }
}

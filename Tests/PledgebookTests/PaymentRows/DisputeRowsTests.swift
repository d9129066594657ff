import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about disputes, each through the commands and the book.
@Suite("Payment rows: disputes") struct DisputeRowsTests {
    static let paid = "E03 12000-30"

    static func funded() throws -> PaymentBook { try RefundRowsTests.funded() }

    /// Ships everything that P-1 contains.
    static func ship(_ book: PaymentBook) throws {
        let text = "pledge_id,shipped_on,sku,quantity\nP-1,2026-04-01,LAMP,1\n"
        _ = try book.session(after: PaymentBook.day).shipPledges(Array(text.utf8), file: "ship.csv")
        #expect(try book.pledge("P-1") == .delivered)
    }

    @Test("T29, T30 a dispute freezes refunds and shipping, whatever is asked")
    func t29() throws {
        let book = try Self.funded()
        let told = try book.tell(.disputeOpened, "P-1", reference: "dp_1", fee: 1_500)
        #expect(told.transition == 29)
        try book.expect(
            "P-1", .disputed, "A 12000 C 12000 Do 12000", [Self.paid, "E16 12000-1500"])
        #expect(try book.balance(.disputed) == 12_000)
        #expect(try book.balance(.chargebackFees) == 1_500)
        #expect(try book.tell(.disputeOpened, "P-1", 12_000, reference: "dp_1", fee: 1_500).transition == 36)
        let message = refusal { try book.ask(.refund(.amount(100)), "P-1") }
        #expect(message.contains("in dispute"), "\(message)")
        let text = "pledge_id,shipped_on,sku,quantity\nP-1,2026-04-01,LAMP,1\n"
        let shipping = refusal {
            _ = try book.session(after: PaymentBook.day).shipPledges(Array(text.utf8), file: "ship.csv")
        }
        #expect(shipping.contains("disputed"), "\(shipping)")
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.isEmpty)
        #expect(throws: SessionError.self) { try book.session(after: PaymentBook.day).finishCampaign(nil) }
    }

    @Test("T31 an inquiry moves no money, and refunds go on")
    func t31() throws {
        let book = try Self.funded()
        #expect(try book.tell(.inquiry, "P-1").transition == 31)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid, "noted"])
        #expect(try book.tell(.inquiry, "P-1").entries.isEmpty)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.map(\.reason) == [.inquiry])
        try book.ask(.refund(.amount(1_000)), "P-1")
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 R 1000")
        _ = try book.session(after: 2 * PaymentBook.day).settlePayment(
            of: "P-1", as: .returned, because: "answered the bank", in: nil)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.isEmpty)
    }

    @Test("T32 a dispute opens while a refund is under way")
    func t32() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .pending)
        try book.ask(.refund(.amount(5_000)), "P-1")
        #expect(try book.tell(.disputeOpened, "P-1", 12_000, reference: "dp_1").transition == 32)
        try book.expect("P-1", .disputed, "A 12000 C 12000 Rp 5000 Do 12000")
        // The refund is a fact when it is done, whatever is disputed.
        book.gateway.finish("P-1", .refund, as: .done, at: SampleCampaigns.instant(PaymentBook.closes))
        try book.reconcile(after: 2 * PaymentBook.day)
        try book.expect("P-1", .disputed, "A 12000 C 12000 R 5000 Do 12000")
        _ = try book.tell(.disputeLost, "P-1", days: 3)
        // What was paid back twice the backer owes.
        try book.expect("P-1", .disputeLost, "A 12000 C 12000 R 5000 Dl 7000")
        #expect(try book.entries("P-1").suffix(2) == ["E18a 7000", "E19d 5000"])
        #expect(try book.balance(.receivable) == 5_000)
        #expect(try book.reconcile(after: 4 * PaymentBook.day).reviews.map(\.reason) == [.claim])
    }

    @Test("T33 won: the money and the fee come back, and it is as it was")
    func t33() throws {
        let book = try Self.funded()
        _ = try book.tell(.disputeOpened, "P-1", reference: "dp_1", fee: 1_500)
        #expect(try book.tell(.disputeWon, "P-1", reference: "dp_1", fee: 1_500, days: 30).transition == 33)
        try book.expect(
            "P-1", .captured, "A 12000 C 12000", [Self.paid, "E16 12000-1500", "E17 12000-1500"])
        #expect(try book.balance(.disputed) == 0)
        #expect(try book.balance(.chargebackFees) == 0)
        #expect(try book.tell(.disputeWon, "P-1", days: 30).transition == 36)
    }

    @Test("T34 lost before the campaign has succeeded: E18")
    func t34before() throws {
        var terms = PaymentBook.Terms()
        terms.goal = "380.00"
        terms.collect = "on-pledge"
        let book = try PaymentBook(terms)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid])
        _ = try book.tell(.disputeOpened, "P-1", reference: "dp_1", days: -0)
        _ = try book.tell(.disputeLost, "P-1", reference: "dp_1")
        try book.expect(
            "P-1", .disputeLost, "A 12000 C 12000 Dl 12000", [Self.paid, "E16 12000", "E18 12000"])
        #expect(try book.balance(.disputed) == 0)
    }

    @Test("T34 lost after success, undelivered: E18a")
    func t34after() throws {
        let book = try Self.funded()
        _ = try book.tell(.disputeOpened, "P-1")
        #expect(try book.tell(.disputeLost, "P-1").transition == 34)
        try book.expect(
            "P-1", .disputeLost, "A 12000 C 12000 Dl 12000", [Self.paid, "E16 12000", "E18a 12000"])
        #expect(try book.balance(.chargebacks) == 0)
    }

    @Test("T34 lost after delivery: E18b, an expense, but for the tax")
    func t34delivered() throws {
        let book = try Self.funded()
        try Self.ship(book)
        _ = try book.tell(.disputeOpened, "P-1")
        _ = try book.tell(.disputeLost, "P-1")
        try book.expect("P-1", .disputeLost, "A 12000 C 12000 Dl 12000")
        #expect(try book.entries("P-1").suffix(2) == ["E16 12000", "E18b 12000"])
        #expect(try book.balance(.chargebacks) == 10_000)
        #expect(try book.balance(.tax) == 2_000 + 2_200)
    }

    @Test("T34 lost where a refund is committed: E18c, and the commitment falls")
    func t34committed() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .declined(hard: true))
        try book.ask(.refund(.amount(5_000)), "P-1")
        _ = try book.tell(.disputeOpened, "P-1", 12_000)
        _ = try book.tell(.disputeLost, "P-1")
        try book.expect("P-1", .disputeLost, "A 12000 C 12000 Dl 12000")
        #expect(try book.entries("P-1").suffix(2) == ["E18a 7000", "E18c 5000"])
        #expect(try book.balance(.refundsPayable) == 0)
    }

    @Test("T34 lost in part")
    func t34part() throws {
        let book = try Self.funded()
        _ = try book.tell(.disputeOpened, "P-1", 12_000)
        _ = try book.tell(.disputeLost, "P-1", 4_000)
        try book.expect("P-1", .disputed, "A 12000 C 12000 Do 8000 Dl 4000")
        _ = try book.tell(.disputeWon, "P-1", days: 2)
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 Dl 4000")
    }
}

import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about what a campaign does with all its payments, each through the commands.
@Suite("Payment rows: campaigns") struct CampaignRowsTests {
    @Test("T41 a backer cancels: a saved method is let go, what was captured is paid back")
    func t41() throws {
        let book = try PaymentBook()
        _ = try book.session("2026-03-30T12:00:00Z").cancelPledge("P-1", in: nil)
        try book.expect("P-1", .canceled, "", ["canceled"])
        #expect(try book.pledge("P-1") == .canceled)
        var terms = PaymentBook.Terms()
        terms.collect = "on-pledge"
        let paid = try PaymentBook(terms)
        try paid.expect("P-1", .captured, "A 12000 C 12000", ["E03 12000-30"])
        _ = try paid.session("2026-03-31T12:00:00Z").cancelPledge("P-1", in: nil)
        try paid.expect(
            "P-1", .refunded, "A 12000 C 12000 R 12000",
            ["E03 12000-30", "canceled", "E13 12000", "E14 12000"])
    }

    @Test("T42 releasing lets go and pays back; what is disputed does not hold up the end")
    func t42() throws {
        var terms = PaymentBook.Terms()
        terms.collect = "on-pledge"
        terms.goal = "1000.00"
        let book = try PaymentBook(terms)
        _ = try book.session("2026-03-31T12:00:00Z").tell(
            .disputeOpened, of: "P-2", PaymentFact(reference: "dp_1"), in: nil)
        book.gateway.answer("P-3", .refund, .answerLost)
        try book.close()
        #expect(try book.state() == .releasing)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
        try book.expect("P-2", .disputed, "A 12000 C 12000 Do 12000")
        try book.expect("P-3", .unknown, "A 13200 C 13200 Rp 13200")
        try book.close(days: 1)
        try book.expect("P-3", .refunded, "A 13200 C 13200 R 13200")
        #expect(try book.state() == .unfunded)
        // Won after the end: the refund is asked for by a person, who is told so.
        _ = try book.tell(.disputeWon, "P-2", days: 40)
        let reviews = try book.reconcile(after: 41 * PaymentBook.day).reviews
        #expect(reviews.map(\.reason) == [.moneyWithoutPledge])
        try book.ask(.refund(.everything), "P-2", days: 41)
        try book.expect("P-2", .refunded, "A 12000 C 12000 R 12000")
        #expect(try book.balance(.refundableDeposits) == 0)
    }

    @Test("T43 collecting charges each saved method, and is funded when the goal is collected")
    func t43() throws {
        var terms = PaymentBook.Terms()
        terms.goal = "370.00"
        let book = try PaymentBook(terms)
        book.gateway.answer("P-2", .charge, .declined(hard: false))
        try book.close()
        #expect(try book.state() == .collecting)
        try book.expect("P-2", .failed, "", ["declined 12000"])
        try book.close(days: 2)
        #expect(try book.state() == .funded)
        try book.expect("P-2", .captured, "A 12000 C 12000", ["declined 12000", "E03 12000-30"])
        // E08 takes the goods of all three: 90 + 90 + 100.
        #expect(try book.balance(.refundableDeposits) == 0)
        #expect(try book.balance(.contract) == 28_000)
    }

    @Test("T44 a launched run makes the campaign fulfilling, when the collected money allows it")
    func t44() throws {
        var terms = PaymentBook.Terms()
        terms.stock = 0
        let book = try PaymentBook(terms)
        try book.close()
        for who in ["P-1", "P-2", "P-3"] { _ = try book.tell(.disputeOpened, who) }
        #expect(throws: (any Error).self) {
            try book.session(after: 2 * PaymentBook.day).launchRun("run-1", units: .total(5))
        }
        _ = try book.tell(.disputeWon, "P-1")
        _ = try book.session(after: 2 * PaymentBook.day).launchRun("run-1", units: .total(5))
        #expect(try book.state() == .fulfilling)
        try book.check()
    }
}

import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about money going back, each through the commands and the book.
@Suite("Payment rows: refunds") struct RefundRowsTests {
    static let paid = "E03 12000-30"

    /// All three are paid and the campaign is funded: P-1 before success, by E03.
    static func funded() throws -> PaymentBook {
        let book = try PaymentBook()
        try book.close()
        return book
    }

    @Test("T22, T23 a refund of everything, and said again it does nothing")
    func t22() throws {
        let book = try Self.funded()
        let plan = try book.session(after: 3600).planPayment(.refund(.everything), of: "P-1", in: nil)
        #expect(plan.amount == 12_000 && plan.steps.count == 1)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid])
        try book.ask(.refund(.everything), "P-1")
        try book.expect(
            "P-1", .refunded, "A 12000 C 12000 R 12000", [Self.paid, "E13s 12000", "E14 12000"])
        #expect(try book.ask(.refund(.everything), "P-1").plan.steps.isEmpty)
        #expect(book.gateway.sent.count { $0.contains("refund") } == 1)
        #expect(try book.balance(.refundsPayable) == 0)
    }

    @Test("T22 by amount: parts by largest remainder over what is left, and the last takes exactly the rest")
    func t22amount() throws {
        let book = try Self.funded()
        try book.ask(.refund(.amount(1_001)), "P-1")
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 R 1001")
        // The same amount on the same day is the same request, unless it is said to be another.
        #expect(try book.ask(.refund(.amount(1_001)), "P-1").plan.isRepeated)
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 R 1001")
        try book.ask(.refund(.amount(1_001)), "P-1", again: true)
        try book.ask(.refund(.amount(1_001)), "P-1", days: 2)
        try book.ask(.refund(.everything), "P-1", days: 2)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
        let entries = try book.folder.book.read {
            try $0.entries(campaign: 1, kinds: [.refundCommittedAfterSuccess]).map(\.entry.parts)
        }
        #expect(entries.first == EntryParts(goods: 751, shipping: 83, tax: 167))
        #expect(entries.reduce(.zero, +) == EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000))
    }

    @Test(
        "T22 by line: a tier or an add-on at what it cost the backer",
        arguments: [
            ("bulb", 1, 600), ("bulb", nil, 1_200), ("one", nil, 10_800),
        ] as [(String, Int64?, Int64)])
    func t22line(id: String, units: Int64?, amount: Int64) throws {
        let book = try Self.funded()
        try book.ask(.refund(.lines([RefundLine(id: id, units: units)])), "P-3")
        try book.expect("P-3", .partiallyRefunded, "A 13200 C 13200 R \(amount)")
        #expect(throws: LineRefusal.self) {
            try book.ask(.refund(.lines([RefundLine(id: "lamp")])), "P-3")
        }
        #expect(throws: LineRefusal.self) {
            try book.ask(.refund(.lines([RefundLine(id: "bulb", units: 3)])), "P-3")
        }
    }

    @Test("T22 of recorded money is committed and waits for a person; T23 by a person")
    func t22recorded() throws {
        var terms = PaymentBook.Terms()
        terms.via = "recorded"
        let book = try PaymentBook(terms)
        _ = try book.tell(.paid, "P-1", 12_000, reference: "T1", days: -1)
        try book.ask(.refund(.amount(2_000)), "P-1", days: -1)
        try book.expect(
            "P-1", .refundPending, "A 12000 C 12000 Rp 2000", ["E03 12000", "E13 2000"])
        #expect(try book.reconcile(after: 0).reviews.map(\.reason) == [.refundToMake])
        let done = try book.tell(.refunded(fromOwnAccount: true), "P-1", days: 0)
        #expect(done.transition == 23)
        try book.expect(
            "P-1", .partiallyRefunded, "A 12000 C 12000 R 2000", ["E03 12000", "E13 2000", "E14b 2000"])
        #expect(try book.balance(.bank) == -2_000)
        #expect(try book.reconcile(after: 0).reviews.isEmpty)
    }

    @Test("T24, T50 a refund that failed stays owed, and is sent again under a new key")
    func t24() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .declined(hard: true))
        try book.ask(.refund(.amount(5_000)), "P-1")
        try book.expect("P-1", .refundOwed, "A 12000 C 12000 Rp 5000", [Self.paid, "E13s 5000"])
        #expect(try book.payment("P-1").flags.contains(.needsReview))
        let reviews = try book.reconcile(after: 2 * PaymentBook.day).reviews
        #expect(reviews.map(\.reason) == [.refundOwed] && reviews[0].amount == 5_000)
        let plan = try book.session(after: 2 * PaymentBook.day).planRetry("P-1", of: nil)
        #expect(plan.isRefund && plan.amount == 5_000)
        _ = try book.session(after: 2 * PaymentBook.day).retryPayment("P-1", of: nil)
        try book.expect(
            "P-1", .partiallyRefunded, "A 12000 C 12000 R 5000", [Self.paid, "E13s 5000", "E14 5000"])
        #expect(book.gateway.sent.suffix(2) == ["P-1/1/refund/1 5000", "P-1/1/refund/2 5000"])
    }

    @Test("T24 told by a person: a refund that was under way has failed")
    func t24told() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .pending)
        try book.ask(.refund(.amount(5_000)), "P-1")
        #expect(try book.tell(.refundFailed, "P-1").transition == 24)
        try book.expect("P-1", .refundOwed, "A 12000 C 12000 Rp 5000", [Self.paid, "E13s 5000", "noted"])
        #expect(try book.tell(.refundFailed, "P-1").entries.isEmpty)
    }

    @Test("T25 a refund that the processor keeps waiting is an alarm after a day")
    func t25() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .pending)
        try book.ask(.refund(.everything), "P-1")
        try book.expect("P-1", .refundPending, "A 12000 C 12000 Rp 12000", [Self.paid, "E13s 12000"])
        #expect(try book.reconcile(after: 2 * PaymentBook.day - 1).reviews.isEmpty)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.map(\.reason) == [.refundDelayed])
        book.gateway.finish("P-1", .refund, as: .done, at: SampleCampaigns.instant(PaymentBook.closes))
        #expect(try book.reconcile(after: 3 * PaymentBook.day).reviews.isEmpty)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
    }

    @Test("T26 a refund without an answer stays committed and never gets a second key")
    func t26() throws {
        let book = try Self.funded()
        book.gateway.answer("P-1", .refund, .answerLost)
        try book.ask(.refund(.amount(5_000)), "P-1")
        try book.expect("P-1", .unknown, "A 12000 C 12000 Rp 5000", [Self.paid, "E13s 5000"])
        book.gateway.isSilent = true
        #expect(throws: PaymentRefusal.self) { try book.ask(.refund(.amount(100)), "P-1") }
        book.gateway.isSilent = false
        // The same request carries on where the first one stopped.
        #expect(try book.ask(.refund(.amount(5_000)), "P-1").plan.isRepeated)
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 R 5000")
        #expect(book.gateway.sent.count { $0.contains("refund") } == 1)
    }

    @Test("T27 more than is refundable is refused with both figures, and nothing is sent")
    func t27() throws {
        let book = try Self.funded()
        let sent = book.gateway.sent
        let message = refusal { try book.ask(.refund(.amount(12_001)), "P-1") }
        #expect(message.contains("EUR 120.01") && message.contains("EUR 120.00"), "\(message)")
        #expect(book.gateway.sent == sent)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid])
    }

    @Test("T28 a refund made in the processor's dashboard is taken; beyond what is refundable it conflicts")
    func t28() throws {
        let book = try Self.funded()
        #expect(
            try book.tell(.refunded(fromOwnAccount: false), "P-1", 4_000, reference: "re_1").transition == 28)
        try book.expect(
            "P-1", .partiallyRefunded, "A 12000 C 12000 R 4000", [Self.paid, "E13s 4000", "E14 4000"])
        #expect(
            try book.tell(.refunded(fromOwnAccount: false), "P-1", 4_000, reference: "re_1").transition == 36)
        // An equal one with its own reference is another.
        _ = try book.tell(.refunded(fromOwnAccount: false), "P-1", 4_000, reference: "re_2")
        let last = try book.tell(.refunded(fromOwnAccount: false), "P-1", 5_000, reference: "re_3")
        #expect(last.excess == 1_000)
        try book.expect("P-1", .conflicted, "A 12000 C 12000 R 12000 X 1000")
        #expect(try book.entries("P-1").suffix(4) == ["E13s 4000", "E14 4000", "E19r 1000", "noted 1000"])
        #expect(try book.balance(.receivable) == 1_000)
    }

    @Test("T51 a refund that came back is owed again")
    func t51() throws {
        let book = try Self.funded()
        try book.ask(.refund(.everything), "P-1")
        #expect(try book.tell(.refundReturned, "P-1", 12_000, reference: "re_9").transition == 51)
        try book.expect(
            "P-1", .refundOwed, "A 12000 C 12000 Rp 12000",
            [Self.paid, "E13s 12000", "E14 12000", "E15 12000"])
        #expect(try book.tell(.refundReturned, "P-1", 12_000, reference: "re_9").transition == 36)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.map(\.reason) == [.refundOwed])
        try book.ask(.refund(.everything), "P-1", days: 2)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
        #expect(book.gateway.sent.last == "P-1/1/refund/2 12000")
    }
}

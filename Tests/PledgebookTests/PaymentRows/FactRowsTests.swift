import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about facts that do not fit, that come again or out of order, and about what
/// nobody knows; each through the commands and the book.
@Suite("Payment rows: facts, doubts and settlements") struct FactRowsTests {
    static let paid = "E03 12000-30"

    @Test("T35 another amount: the lesser of asked and done is booked, the rest is in suspense or noted")
    func t35amount() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .doneBy(12_500))
        book.gateway.answer("P-2", .charge, .doneBy(11_000))
        try book.close()
        try book.expect("P-1", .conflicted, "A 12000 C 12000 X 500", [Self.paid, "E25 500"])
        try book.expect("P-2", .conflicted, "A 11000 C 11000 X 1000", ["E03 11000-30", "noted 1000"])
        #expect(try book.balance(.suspenseIn) == 500)
        #expect(throws: PaymentRefusal.self) { try book.ask(.refund(.amount(100)), "P-1") }
        #expect(try book.reconcile(after: 3600).reviews.map(\.reason) == [.conflicted, .conflicted])
    }

    @Test("T35 another currency is a memo only, from the gateway and from a person")
    func t35currency() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .doneIn("USD"))
        try book.close()
        try book.expect("P-1", .conflicted, "X 12000", ["noted 12000"])
        _ = try book.tell(.paid, "P-2", 5_000, reference: "W1", currency: "USD")
        try book.expect("P-2", .conflicted, "A 12000 C 12000 X 5000")
        #expect(try book.entries("P-2").last == "noted 5000")
        #expect(try book.balance(.suspenseIn) == 0)
    }

    @Test("T35 a fact that is not in the table: money stands in suspense")
    func t35unknown() throws {
        let book = try PaymentBook()
        try book.close()
        _ = try book.tell(.paid, "P-1", 2_500, reference: "T9")
        try book.expect("P-1", .conflicted, "A 12000 C 12000 X 2500", [Self.paid, "E25 2500"])
        _ = try book.tell(.disputeWon, "P-2", 700, reference: "dp")
        try book.expect("P-2", .conflicted, "A 12000 C 12000 X 700", [Self.paid, "E25 700"])
    }

    @Test("T36 the same fact again changes nothing; with its own reference an equal one is another")
    func t36() throws {
        let book = try PaymentBook()
        try book.close()
        let fact = { (reference: String, day: String?) in
            try book.tell(
                .refunded(fromOwnAccount: false), "P-1", 1_000, reference: reference, day: day, days: 3)
        }
        #expect(try fact("re_1", nil).transition == 28)
        #expect(try fact("re_1", nil).transition == 36)
        #expect(try fact("", "2026-04-02").transition == 28)
        #expect(try fact("", "2026-04-02").transition == 36)
        #expect(try fact("", "2026-04-03").transition == 28)
        try book.expect("P-1", .partiallyRefunded, "A 12000 C 12000 R 3000")
    }

    @Test("T37 the same key with the same figures gives the stored result")
    func t37() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .answerLost)
        try book.close()
        // The answer is read from what the gateway stored: one charge, one entry.
        try book.reconcile(after: 60)
        try book.reconcile(after: 120, everything: true)
        try book.expect("P-1", .captured, "A 12000 C 12000", ["E03s 12000-30"])
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1") } == 1)
    }

    @Test("T38 the same key with other figures is refused by the gateway, and nothing is booked")
    func t38() throws {
        let book = try PaymentBook()
        try book.close()
        // A book from before the closing asks with the keys that were used, for another amount.
        let restored = try PaymentBook()
        try restored.folder.damage("UPDATE pledge SET goods = goods + 100 WHERE reference = 'P-1'")
        var session = try restored.session(after: 0)
        let script = book.gateway
        session.interposed = { _ in ScriptedGateway(script: script) }
        #expect(throws: GatewayScript.KeyReused.self) { try session.closeCampaign(nil) }
        #expect(try restored.entries("P-1").isEmpty)
        #expect(try restored.payment("P-1").captured == 0)
    }

    @Test("T39 facts out of order give the same in the end, and an older failure undoes no newer success")
    func t39() throws {
        let book = try PaymentBook()
        try book.close()
        #expect(try book.tell(.declined(forGood: true), "P-1").transition == 39)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid])
        let other = try PaymentBook()
        try other.close()
        for (each, order) in [(book, [1, 2, 3]), (other, [3, 1, 2])] {
            for step in order {
                switch step {
                case 1: _ = try each.tell(.refunded(fromOwnAccount: false), "P-1", 2_000, reference: "re_1")
                case 2: _ = try each.tell(.disputeOpened, "P-1", 3_000, reference: "dp_1")
                default: _ = try each.tell(.refunded(fromOwnAccount: false), "P-1", 1_500, reference: "re_2")
                }
            }
            try each.expect("P-1", .disputed, "A 12000 C 12000 R 3500 Do 3000")
        }
        for account in Account.allCases {
            #expect(try book.balance(account) == (try other.balance(account)), "\(account.path)")
        }
    }

    @Test("T40 two processes at once: one has the gateway, the other is refused and changes nothing")
    func t40() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-2", .charge, .declined(hard: false))
        try book.close()
        let before = try book.entries("P-1")
        do {
            let lock = try GatewayLock(
                book: book.folder.book.path, campaign: try #require(CampaignID("lamp")))
            defer { withExtendedLifetime(lock) {} }
            let busy = SessionError.gatewayBusy(campaign: "lamp")
            #expect(throws: busy) { try book.ask(.refund(.everything), "P-1") }
            #expect(throws: busy) { try book.tell(.disputeOpened, "P-1") }
            #expect(throws: busy) { try book.reconcile(after: 60) }
            #expect(throws: busy) { try book.session(after: 60).retryPayment("P-2", of: nil) }
            #expect(throws: busy) {
                try book.session(after: 60).settlePayment(of: "P-1", as: .returned, because: "x", in: nil)
            }
        }
        try book.expect("P-1", .captured, "A 12000 C 12000", before)
        try book.ask(.refund(.everything), "P-1")
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
    }

    @Test(
        "T46 money that belongs to no payment stands in suspense until it is taken back",
        arguments: [true, false])
    func t46(isIn: Bool) throws {
        let book = try PaymentBook()
        try book.close()
        let session = try book.session(after: 3600)
        let fact = PaymentFact(amount: 2_500, reference: "ch_88")
        let entry = try #require(try session.recordOrphan(fact, isIn: isIn, in: nil))
        #expect(PaymentBook.words(entry) == (isIn ? "E25 2500" : "E25o 2500"))
        #expect(try session.recordOrphan(fact, isIn: isIn, in: nil) == nil)
        #expect(try book.balance(isIn ? .suspenseIn : .suspenseOut) == 2_500)
        let reviews = try book.reconcile(after: 7200).reviews
        #expect(reviews.map(\.reason) == [.orphan] && reviews[0].reference == "\(entry.number)")
        _ = try book.session(after: 7200).reverseEntry(entry.number, because: "it was P-1's", in: nil)
        #expect(try book.reconcile(after: 7200).reviews.isEmpty)
        #expect(try book.balance(isIn ? .suspenseIn : .suspenseOut) == 0)
        try book.check()
    }

    @Test("T46 our success that the processor's statement does not have is marked for review")
    func t46missing() throws {
        let book = try PaymentBook()
        try book.close()
        #expect(try book.tell(.missing, "P-1", reference: "po_1").transition == 46)
        #expect(try book.tell(.missing, "P-1", reference: "po_1").entries.isEmpty)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid, "noted"])
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.map(\.reason) == [.marked])
        _ = try book.session(after: 2 * PaymentBook.day).settlePayment(
            of: "P-1", as: .returned, because: "it was in the next one", in: nil)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.isEmpty)
        try book.check()
    }

    @Test("T47 asked at 1 m, 5 m, 30 m, 2 h, 12 h, then daily; after 7 days it needs a person")
    func t47() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .answerLost)
        try book.close()
        book.gateway.isSilent = true
        let minute: Int64 = 60
        let hour: Int64 = 3600
        // Just before each instant nothing is asked; at it, once.
        for moment in [minute, 5 * minute, 30 * minute, 2 * hour, 12 * hour, 24 * hour, 48 * hour] {
            #expect(try book.reconcile(after: moment - 1).asked == 0, "\(moment)")
            #expect(try book.reconcile(after: moment).asked == 1, "\(moment)")
            #expect(try book.reconcile(after: moment).asked == 0, "\(moment)")
        }
        #expect(try book.reconcile(after: 48 * hour, everything: true).asked == 1)
        let week = 7 * PaymentBook.day
        #expect(try book.reconcile(after: week - 1).reviews.isEmpty)
        #expect(try !book.payment("P-1").flags.contains(.needsReview))
        let found = try book.reconcile(after: week)
        #expect(found.reviews.map(\.reason) == [.unknownTooLong] && found.marked == 1)
        #expect(found.waiting.count == 1)
        #expect(try book.payment("P-1").flags.contains(.needsReview))
        try book.expect("P-1", .unknown, "", [])
        book.gateway.isSilent = false
        let last = try book.reconcile(after: week + PaymentBook.day)
        #expect(last.waiting.isEmpty && last.count.captured == 1)
        try book.expect("P-1", .captured, "A 12000 C 12000", ["E03s 12000-30"])
    }

    // MARK: T52

    /// P-1 was charged 5.00 too much.
    private static func tooMuch() throws -> PaymentBook {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .doneBy(12_500))
        try book.close()
        return book
    }

    private func settle(_ book: PaymentBook, _ who: String, _ choice: SettlementChoice) throws
        -> PaymentSettlement
    {
        try book.session(after: 2 * PaymentBook.day).settlePayment(
            of: who, as: choice, because: "looked at it", in: nil)
    }

    @Test("T52 what came beyond went back: E25 is reversed")
    func t52returned() throws {
        let book = try Self.tooMuch()
        #expect(try book.session(after: 60).planSettlement(of: "P-1", as: .returned, in: nil).excess == 500)
        _ = try settle(book, "P-1", .returned)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.paid, "E25 500", "-E25 500"])
        #expect(try book.balance(.suspenseIn) == 0)
        #expect(try settle(book, "P-1", .returned).isSettled)
        let reason = try book.folder.book.read { try $0.sessions(campaign: 1).last?.reason }
        #expect(reason == "looked at it")
    }

    @Test("T52 what came beyond is paid back: E25 is reversed, taken as paid, and T22 follows")
    func t52refunded() throws {
        let book = try Self.tooMuch()
        let done = try settle(book, "P-1", .refunded)
        #expect(done.after.state == .partiallyRefunded)
        try book.expect(
            "P-1", .partiallyRefunded, "A 12500 C 12500 R 500",
            [Self.paid, "E25 500", "-E25 500", "E03s 500", "E13s 500", "E14 500"])
        #expect(book.gateway.sent.last == "P-1/1/refund/1 500")
    }

    @Test("T52 what came beyond is kept: it is the backer's payment after all")
    func t52kept() throws {
        let book = try Self.tooMuch()
        _ = try settle(book, "P-1", .kept)
        try book.expect("P-1", .captured, "A 12500 C 12500", [Self.paid, "E25 500", "-E25 500", "E03s 500"])
    }

    @Test("T52 what a refund paid too much is given up (E19w), or stays a claim")
    func t52claims() throws {
        let book = try RefundRowsTests.funded()
        for who in ["P-1", "P-2"] {
            _ = try book.tell(.refunded(fromOwnAccount: false), who, 13_000, reference: "re_\(who)")
        }
        _ = try settle(book, "P-1", .givenUp)
        try book.expect("P-1", .refunded, "A 12000 C 12000 R 12000")
        #expect(try book.entries("P-1").suffix(4) == ["E19r 1000", "noted 1000", "-noted 1000", "E19w 1000"])
        _ = try settle(book, "P-2", .returned)
        try book.expect("P-2", .refunded, "A 12000 C 12000 R 12000")
        #expect(try book.balance(.receivable) == 1_000)
        #expect(try book.balance(.chargebacks) == 1_000)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.map(\.reason) == [.claim])
        _ = try settle(book, "P-2", .givenUp)
        #expect(try book.balance(.receivable) == 0)
        #expect(try book.reconcile(after: 2 * PaymentBook.day).reviews.isEmpty)
        try book.check()
    }

    @Test("T52 money that went out beyond all that was captured is claimed, or given up")
    func t52out() throws {
        let book = try RefundRowsTests.funded()
        for who in ["P-1", "P-2"] { _ = try book.tell(.disputeOpened, who, 13_000, reference: "dp_\(who)") }
        try book.expect("P-1", .conflicted, "A 12000 C 12000 Do 12000 X 1000")
        _ = try settle(book, "P-1", .claimed)
        try book.expect("P-1", .disputed, "A 12000 C 12000 Do 12000")
        #expect(try book.entries("P-1").suffix(3) == ["E25o 1000", "-E25o 1000", "E19r 1000"])
        _ = try settle(book, "P-2", .givenUp)
        #expect(try book.entries("P-2").suffix(3) == ["-E25o 1000", "E19r 1000", "E19w 1000"])
        #expect(try book.balance(.receivable) == 1_000)
        #expect(try book.balance(.suspenseOut) == 0)
        try book.check()
    }

    @Test("T52 nothing is kept that did not come, and a reason is asked for")
    func t52refused() throws {
        let book = try RefundRowsTests.funded()
        _ = try book.tell(.disputeOpened, "P-1", 13_000, reference: "dp_1")
        #expect(throws: SessionError.self) { try settle(book, "P-1", .kept) }
        #expect(throws: SessionError.self) {
            try book.session(after: 60).settlePayment(of: "P-1", as: .returned, because: " ", in: nil)
        }
        try book.expect("P-1", .conflicted, "A 12000 C 12000 Do 12000 X 1000")
    }
}

import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// T53: a deposit and a balance are two payments of one pledge, each going the whole way.
@Suite("Payment rows: deposits and balances") struct DepositRowsTests {
    static let day = PaymentBook.day
    /// 30 % of EUR 120.00.
    static let deposit = "E03s 3600-30"

    static func book(
        via: String = "rehearsal", deposit: String = "\"deposit_percent\": \"30\"",
        collect: String = "at-close",
        due: String = ""
    ) throws -> PaymentBook {
        var terms = PaymentBook.Terms()
        terms.basis = "pledged"
        terms.collect = collect
        terms.via = via
        terms.prepayment = ", \"plan\": \"deposit\", \(deposit)\(due)"
        return try PaymentBook(terms)
    }

    /// Closed, funded, and the deposits paid.
    static func funded(_ prepare: (GatewayScript) -> Void = { _ in }) throws -> PaymentBook {
        let book = try book()
        prepare(book.gateway)
        try book.close()
        return book
    }

    static func ask(_ book: PaymentBook, _ who: String? = nil, days: Int64 = 10) throws {
        _ = try book.session(after: days * day).requestBalances(who, of: nil)
    }

    static func ship(_ book: PaymentBook, days: Int64 = 20) throws {
        let text = "pledge_id,shipped_on,sku,quantity\nP-1,2026-04-05,LAMP,1\n"
        _ = try book.session(after: days * day).shipPledges(Array(text.utf8), file: "ship.csv")
    }

    @Test("the deposit is what the plan says, and is collected at the close")
    func deposits() throws {
        let book = try Self.book()
        #expect(try book.session(after: 0).planClosing(nil).chargeableAmount == 3_600 + 3_600 + 3_960)
        try book.close()
        #expect(try book.state() == .funded)
        try book.expect("P-1", .captured, "A 3600 C 3600", [Self.deposit])
        try book.expect("P-3", .captured, "A 3960 C 3960", ["E03s 3960-30"])
        let fixed = try Self.book(deposit: "\"deposit_amount\": \"50.00\"")
        try fixed.close()
        try fixed.expect("P-1", .captured, "A 5000 C 5000", ["E03s 5000-30"])
        let much = try Self.book(deposit: "\"deposit_amount\": \"125.00\"", collect: "on-pledge")
        try much.expect("P-1", .captured, "A 12000 C 12000", ["E03 12000-30"])
        try much.expect("P-3", .captured, "A 12500 C 12500", ["E03 12500-30"])
    }

    @Test("T53 a balance is asked for once, as a payment of its own, and charged")
    func t53() throws {
        let book = try Self.funded()
        let plan = try book.session(after: 10 * Self.day).planBalances(nil, of: nil)
        #expect(plan.asked == Tally(amount: 8_400 + 8_400 + 9_240, count: 3))
        try Self.ask(book)
        try book.expect("P-1", .captured, "A 3600 C 3600")
        try book.expect("P-1/2", .captured, "A 8400 C 8400", ["balanceDue 8400", "E03s 8400-30"])
        try book.expect("P-3/2", .captured, "A 9240 C 9240", ["balanceDue 9240", "E03s 9240-30"])
        #expect(book.gateway.sent.last == "P-3/2/charge/1 9240")
        let parts = try book.folder.book.read {
            try $0.entries(campaign: 1, kinds: [.captured, .capturedAfterSuccess]).map(\.entry)
        }.filter { $0.subject == "P-1" }.map(\.parts)
        #expect(parts.reduce(.zero, +) == EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000, fee: 60))
        try Self.ask(book, days: 11)
        #expect(book.gateway.sent.count == 6)
        #expect(try book.session(after: 12 * Self.day).planBalances(nil, of: nil).asked.isEmpty)
    }

    @Test("T53 one by one, and not before the campaign has succeeded or the promised day")
    func t53early() throws {
        let book = try Self.book()
        #expect(throws: SessionError.self) { try Self.ask(book, days: -1) }
        try book.close()
        try Self.ask(book, "P-2")
        try book.expect("P-2/2", .captured, "A 8400 C 8400")
        try book.expect("P-1", .captured, "A 3600 C 3600", [Self.deposit])
        let other = try book.folder.book.read { records in
            let pledge = try #require(try records.pledge(campaign: 1, reference: "P-3"))
            return try records.payments(campaign: 1, pledge: pledge.number)
        }
        #expect(other.map(\.instalment) == [1])
        let dated = try Self.book(due: ", \"balance_due\": \"2026-05-01\"")
        try dated.close()
        let due = try dated.session(after: Self.day).standing(of: nil).due
        #expect(
            due.contains(
                .askBalance(from: CalendarDay("2026-05-01"), Tally(amount: 26_040, count: 3))))
        #expect(throws: SessionError.self) { try Self.ask(dated, days: 29) }
        try Self.ask(dated, days: 31)
        try dated.expect("P-1/2", .captured, "A 8400 C 8400")
    }

    @Test("nothing ships while money is owed; a deposit holds its units all the same")
    func ships() throws {
        let book = try Self.funded()
        let refused = refusal { try Self.ship(book) }
        #expect(refused.contains("EUR 84.00 is owed"), "\(refused)")
        #expect(refused.contains("payment balance P-1"), "\(refused)")
        try book.check()
        try Self.ask(book)
        try Self.ship(book)
        #expect(try book.pledge("P-1") == .delivered)
        #expect(try book.balance(.sales) == 9_000)
        try book.check()
    }

    @Test("a balance that fails is tried again in its own window, and given up at its end with its pledge")
    func retried() throws {
        let book = try Self.funded {
            $0.answer("P-1", .charge, .done, .declined(hard: false), .declined(hard: false))
            $0.answer("P-2", .charge, .done, .declined(hard: true))
        }
        try Self.ask(book, days: 10)
        try book.expect("P-1/2", .failed, "", ["balanceDue 8400", "declined 8400"])
        let standing = try book.session(after: 10 * Self.day).standing(of: nil)
        let began = SampleCampaigns.instant(PaymentBook.closes).adding(seconds: 10 * Self.day)
        #expect(standing.money.balances.open == Tally(amount: 16_800, count: 2))
        #expect(
            standing.due.contains(
                .retry(from: began.adding(seconds: 2 * Self.day), Tally(amount: 8_400, count: 1))))
        #expect(
            standing.due.contains(
                .drop(from: began.adding(seconds: 7 * Self.day), Tally(amount: 16_800, count: 2))))
        try book.close(days: 11)
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1/2") } == 1)
        try book.close(days: 12)
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1/2") } == 2)
        try book.close(days: 14)
        try book.expect("P-1/2", .captured, "A 8400 C 8400")
        try book.close(days: 17)
        try book.expect("P-2/2", .dropped, "", ["balanceDue 8400", "declined 8400", "dropped"])
        #expect(try book.pledge("P-2") == .dropped)
        try book.expect("P-2", .captured, "A 3600 C 3600")
        // Its deposit waits for a person.
        let reviews = try book.reconcile(after: 18 * Self.day).reviews
        #expect(reviews.map(\.reason) == [.moneyWithoutPledge] && reviews[0].reference == "P-2")
        #expect(throws: SessionError.self) { try book.session(after: 18 * Self.day).finishCampaign(nil) }
        try book.ask(.refund(.everything), "P-2", days: 18)
        try book.expect("P-2", .refunded, "A 3600 C 3600 R 3600")
    }

    @Test("another card, a retry by hand, an answer that was lost: each payment has its own requests")
    func requests() throws {
        let book = try Self.funded {
            $0.answer("P-1", .charge, .done, .declined(hard: true))
            $0.answer("P-2", .charge, .done, .answerLost)
        }
        try Self.ask(book)
        try book.expect("P-2/2", .unknown, "")
        try book.reconcile(after: 10 * Self.day + 60)
        try book.expect("P-2/2", .captured, "A 8400 C 8400")
        let session = try book.session(after: 11 * Self.day)
        _ = try session.saveMethod("pm_new", of: "P-1", in: nil)
        try book.expect("P-1/2", .methodSaved, "")
        _ = try session.retryPayment("P-1", of: nil)
        try book.expect("P-1/2", .captured, "A 8400 C 8400")
        #expect(book.gateway.sent.last == "P-1/2/charge/2 8400")
    }

    @Test("refunds go newest instalment first, and never take from one what the other has")
    func refunds() throws {
        let book = try Self.funded()
        try Self.ask(book)
        try book.ask(.refund(.amount(8_000)), "P-1", days: 11)
        try book.expect("P-1/2", .partiallyRefunded, "A 8400 C 8400 R 8000")
        try book.expect("P-1", .captured, "A 3600 C 3600")
        try book.ask(.refund(.amount(1_000)), "P-1", days: 12)
        try book.expect("P-1/2", .refunded, "A 8400 C 8400 R 8400")
        try book.expect("P-1", .partiallyRefunded, "A 3600 C 3600 R 600")
        #expect(book.gateway.sent.suffix(2) == ["P-1/2/refund/2 400", "P-1/1/refund/1 600"])
        // The same again on the same day is the same, although it was split.
        #expect(try book.ask(.refund(.amount(1_000)), "P-1", days: 12).plan.isRepeated)
        #expect(throws: PaymentRefusal.self) { try book.ask(.refund(.amount(3_001)), "P-1", days: 13) }
        try book.ask(.refund(.everything), "P-1", days: 13)
        try book.expect("P-1", .refunded, "A 3600 C 3600 R 3600")
        for account in [Account.contract, .contractShipping] {
            #expect(try book.balance(account) >= 0)
        }
    }

    @Test("a person tells of one payment by its name; disputes take the newest that is paid")
    func disputes() throws {
        let book = try Self.funded()
        try Self.ask(book)
        _ = try book.tell(.disputeOpened, "P-1", reference: "dp_2", days: 11)
        try book.expect("P-1/2", .disputed, "A 8400 C 8400 Do 8400")
        _ = try book.tell(.disputeOpened, "P-1/1", reference: "dp_1", days: 11)
        try book.expect("P-1", .disputed, "A 3600 C 3600 Do 3600")
        #expect(try book.tell(.disputeOpened, "P-1/1", reference: "dp_1", days: 12).transition == 36)
        _ = try book.tell(.disputeLost, "P-1/2", days: 20)
        _ = try book.tell(.disputeWon, "P-1/1", days: 20)
        try book.expect("P-1/2", .disputeLost, "A 8400 C 8400 Dl 8400")
        try book.expect("P-1", .captured, "A 3600 C 3600")
        #expect(throws: SessionError.self) { try book.tell(.disputeOpened, "P-1/3", days: 21) }
    }

    @Test("canceling gives both back, the newest first; a balance that was only asked for is let go")
    func canceled() throws {
        let book = try Self.funded {
            $0.answer("P-2", .charge, .done, .declined(hard: false))
        }
        try Self.ask(book)
        for who in ["P-1", "P-2"] {
            _ = try book.session(after: 11 * Self.day).cancelPledge(who, in: nil, override: "moved away")
        }
        try book.expect("P-1/2", .refunded, "A 8400 C 8400 R 8400")
        try book.expect("P-1", .refunded, "A 3600 C 3600 R 3600")
        try book.expect("P-2/2", .canceled, "")
        try book.expect("P-2", .refunded, "A 3600 C 3600 R 3600")
        #expect(
            book.gateway.sent.suffix(3) == [
                "P-1/2/refund/1 8400", "P-1/1/refund/1 3600", "P-2/1/refund/1 3600",
            ])
        #expect(try book.balance(.contract) == 10_000)
    }

    @Test("recorded money fills the payments in their order, whatever comes at once")
    func recorded() throws {
        let book = try Self.book(via: "recorded")
        _ = try book.tell(.paid, "P-1", 3_600, reference: "T1", days: -1)
        _ = try book.tell(.paid, "P-2", 12_000, reference: "T2", days: -1)
        try book.expect("P-1", .captured, "A 3600 C 3600", ["E03 3600"])
        try book.expect("P-2", .captured, "A 3600 C 3600")
        try book.expect("P-2/2", .captured, "A 8400 C 8400", ["balanceDue 8400", "E03 8400"])
        #expect(try book.tell(.paid, "P-2", 12_000, reference: "T2", days: -1).transition == 36)
        try book.close()
        try Self.ask(book)
        try book.expect("P-1/2", .pledged, "", ["balanceDue 8400"])
        let told = try book.tell(.paid, "P-1", 8_500, reference: "T3", days: 11)
        #expect(told.excess == 100)
        try book.expect("P-1/2", .conflicted, "A 8400 C 8400 X 100")
        let entry = try #require(told.entries.first)
        _ = try book.session(after: 11 * Self.day).reverseEntry(entry.number, because: "typed wrong", in: nil)
        try book.expect("P-1/2", .pledged, "")
        _ = try book.tell(.paid, "P-1", reference: "T4", days: 12)
        try book.expect("P-1/2", .captured, "A 8400 C 8400")
        // Both were paid back by one transfer.
        let back = try book.tell(.refunded(fromOwnAccount: true), "P-1", 12_000, reference: "R1", days: 13)
        #expect(back.excess == 0)
        try book.expect("P-1/2", .refunded, "A 8400 C 8400 R 8400")
        try book.expect("P-1", .refunded, "A 3600 C 3600 R 3600")
    }

    @Test("what is left of a price that was paid in part is a further payment, also without a deposit")
    func rest() throws {
        var terms = PaymentBook.Terms()
        terms.via = "recorded"
        let book = try PaymentBook(terms)
        _ = try book.tell(.paid, "P-1", 5_000, reference: "T1", days: -1)
        _ = try book.tell(.paid, "P-2", 12_000, reference: "T0", days: -1)
        try book.close()
        // Nobody has asked for the rest: more money may be a mistake.
        #expect(throws: SessionError.self) {
            try book.session(after: Self.day).recordPayment(
                of: "P-1", PaymentFact(amount: 7_000, reference: "T2"), in: nil)
        }
        try Self.ask(book, "P-1")
        _ = try book.tell(.paid, "P-1", 7_000, reference: "T2", days: 11)
        try book.expect("P-1", .captured, "A 5000 C 5000")
        try book.expect("P-1/2", .captured, "A 7000 C 7000")
        _ = try book.tell(.paid, "P-1/2", 100, reference: "T3", days: 11)
        try book.expect("P-1/2", .conflicted, "A 7000 C 7000 X 100")
    }

    @Test("a fact about both payments is taken back for both")
    func reversed() throws {
        let book = try Self.book(via: "recorded")
        let told = try book.tell(.paid, "P-1", 12_000, reference: "T1", days: -1)
        let entry = try #require(told.entries.first)
        _ = try book.session(after: -3600).reverseEntry(entry.number, because: "another's", in: nil)
        try book.expect("P-1", .pledged, "")
        try book.expect("P-1/2", .pledged, "")
        #expect(try book.balance(.clearing) == 0)
    }

    @Test("payments that are owed age from the day on which they were asked for")
    func ages() throws {
        let book = try Self.funded { $0.answer("P-1", .charge, .done, .declined(hard: true)) }
        try Self.ask(book, "P-1", days: 10)
        let session = try book.session(after: 15 * Self.day)
        var listed: [String] = []
        try session.forEachPayment(of: session.campaign(nil)) { payment in
            let since = payment.owedSince.map { " \($0)" } ?? ""
            listed.append("\(payment.reference) \(payment.due)\(since)")
        }
        #expect(listed == ["P-1 3600", "P-1/2 8400 2026-04-10", "P-2 3600", "P-3 3960"])
    }

    @Test("an unfunded campaign gives deposits back")
    func unfunded() throws {
        var terms = PaymentBook.Terms()
        terms.basis = "pledged"
        terms.goal = "1000.00"
        terms.collect = "on-pledge"
        terms.prepayment = ", \"plan\": \"deposit\", \"deposit_percent\": \"30\""
        let book = try PaymentBook(terms)
        try book.expect("P-1", .captured, "A 3600 C 3600", ["E03 3600-30"])
        try book.close()
        #expect(try book.state() == .unfunded)
        try book.expect("P-1", .refunded, "A 3600 C 3600 R 3600")
    }
}

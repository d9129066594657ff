import Accounting
import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite("Entries taken back") struct ReversalTests {
    @Test("a payout is taken back with all its entries, whichever is named")
    func payout() throws {
        for place in 0..<7 {
            let book = try SmallBook()
            try book.collectAll()
            let before = try book.balances()
            let payout = try book.session().recordPayout(
                CashFact(amount: 44_040, day: CalendarDay("2026-04-14"), reference: "KS-1"),
                PayoutParts(platformFees: 2_400, processorFees: 1_560), in: nil)
            let done = try book.session().reverseEntry(
                payout.entries[place].number, because: "typed twice", in: nil)
            #expect(done.taken == payout.entries)
            #expect(done.entries.map(\.kind) == payout.entries.reversed().map(\.kind))
            #expect(done.entries.map(\.reverses) == payout.entries.reversed().map(\.number))
            #expect(done.entries.allSatisfy { $0.day == CalendarDay("2026-04-14") })
            let after = try book.balances()
            for account in Account.allCases {
                #expect(after.balance(of: account) == before.balance(of: account))
            }
            // It can be recorded again, as it was.
            _ = try book.session().recordPayout(
                CashFact(amount: 44_040, day: CalendarDay("2026-04-14"), reference: "KS-1"),
                PayoutParts(platformFees: 2_400, processorFees: 1_560), in: nil)
            #expect(
                try book.session().cashMovements(nil).movements.map(\.reversedBy) == [
                    done.entries[6].number, nil,
                ])
        }
    }

    @Test("the reason is kept with the session, its digest is signed")
    func reason() throws {
        let book = try SmallBook()
        let own = try book.session().recordCash(.own, CashFact(amount: 500), in: nil)
        let done = try book.session().reverseEntry(own.entries[0].number, because: "wrong campaign", in: nil)
        let digest = SHA256Digest.hex(of: Array("wrong campaign".utf8))
        #expect(done.entries[0].detail == "why=\(digest);rev=6")
        let sessions = try book.book.read { try $0.sessions(campaign: 1) }
        #expect(sessions.map(\.reason) == [nil, nil, nil, "wrong campaign"])
        let view = try book.session().entry(6, in: nil)
        #expect(view.reversedBy == 7 && view.fact == [6])
        #expect(
            view.postings.map(\.account) == [.bank, .owner] && view.postings.map(\.amount) == [500, -500])
        #expect(try book.balances().balance(of: .bank) == 0)
    }

    @Test("what cannot be reversed is refused: no such entry, a reversal, twice, what nobody told, no reason")
    func refused() throws {
        let book = try SmallBook()
        let session = book.session()
        _ = try session.recordCash(.own, CashFact(amount: 500), in: nil)  // 6
        _ = try session.reverseEntry(6, because: "x", in: nil)  // 7
        for (number, words) in [
            (99, "has no entry 99; the last is 7"), (7, "takes back entry 6"),
            (6, "reversed already, by entry 7"),
            (1, "`pledgebook campaign cancel --because TEXT`"), (2, "`pledgebook pledge cancel WHO`"),
        ] as [(Int64, String)] {
            let message = refusal { _ = try session.reverseEntry(number, because: "x", in: nil) }
            #expect(message.contains(words), "\(message)")
        }
        #expect(refusal { _ = try session.reverseEntry(6, because: " ", in: nil) }.contains("--because"))
        #expect(try book.entries().count == 7)
    }

    @Test("a payment and a refund are taken back, newest first, and the payment follows")
    func payment() throws {
        let book = try SmallBook()
        let session = book.session()
        let paid = try session.recordPayment(of: "A", PaymentFact(amount: 12_000, reference: "T"), in: nil)
        let refund = try session.recordRefund(of: "A", PaymentFact(amount: 5_000), in: nil)
        let message = refusal { _ = try session.reverseEntry(paid.entries[0].number, because: "x", in: nil) }
        #expect(message.contains("entry 8 (E14, Refund done"), "\(message)")
        let plan = try session.reverseEntry(refund.entries[1].number, because: "x", in: nil, dryRun: true)
        #expect(plan.entries.count == 2 && plan.payment?.state == .captured)
        #expect(try book.payment("A")?.state == .partiallyRefunded)
        _ = try session.reverseEntry(refund.entries[1].number, because: "x", in: nil)
        #expect(try book.payment("A")?.state == .captured)
        _ = try book.balances()
        _ = try session.reverseEntry(paid.entries[0].number, because: "x", in: nil)
        #expect(try book.payment("A") == Payment())
        let books = try book.balances()
        #expect(books.rows.allSatisfy { $0.debit == 0 && $0.credit == 0 })
        // The same reference can be recorded again.
        let again = try session.recordPayment(of: "A", PaymentFact(amount: 12_000, reference: "T"), in: nil)
        #expect(again.entries.count == 1)
    }

    @Test("a conflicted payment is taken back with its excess")
    func conflicted() throws {
        let book = try SmallBook()
        let session = book.session()
        let fact = PaymentFact(amount: 12_500, reference: "T", acceptsExcess: true)
        let paid = try session.recordPayment(of: "A", fact, in: nil)
        _ = try session.reverseEntry(paid.entries[1].number, because: "x", in: nil)
        #expect(try book.payment("A") == Payment())
        _ = try session.recordPayment(of: "A", PaymentFact(amount: 12_000, reference: "T"), in: nil)
        let beyond = PaymentFact(amount: 12_700, acceptsExcess: true)
        let refund = try session.recordRefund(of: "A", beyond, in: nil)
        #expect(refund.payment.state == .conflicted)
        _ = try session.reverseEntry(refund.entries[0].number, because: "x", in: nil)
        #expect(try book.payment("A")?.state == .captured)
        #expect(try book.balances().balance(of: .receivable) == 0)
    }

    @Test("a payment that a payout has settled, or that the campaign's success took, is stood on")
    func stoodOn() throws {
        let book = try SmallBook()
        try book.collectAll()  // 6…9
        // Entries 10, 11 and 12.
        _ = try book.session("2026-03-31T12:00:00Z").recordPayout(CashFact(amount: 48_000), in: nil)
        var message = refusal { _ = try book.session().reverseEntry(6, because: "x", in: nil) }
        #expect(message.contains("entry 12 (E06a"), "\(message)")
        _ = try book.session().reverseEntry(12, because: "x", in: nil)
        _ = try book.session().closeCampaign(nil)
        message = refusal { _ = try book.session().reverseEntry(6, because: "x", in: nil) }
        #expect(message.contains("(E08, Campaign succeeded"), "\(message)")
        _ = try book.balances()
    }

    @Test("a supplier's deposit that was applied, and a debt that was paid, are stood on")
    func supplier() throws {
        let book = try SmallBook()
        try book.launchRun(units: 2)
        let session = book.session()
        _ = try session.recordCash(.supplier, CashFact(amount: 2_400), in: nil)  // 6
        try book.receive(units: 2, cost: 8_000, applied: 2_400)  // 7, 8
        let message = refusal { _ = try session.reverseEntry(6, because: "x", in: nil) }
        #expect(message.contains("entry 8 (E20d"), "\(message)")
        let paid = try session.recordCash(.supplier, CashFact(amount: 5_600), in: nil)  // 9
        _ = try session.reverseEntry(paid.entries[0].number, because: "x", in: nil)
        #expect(try book.balances().balance(of: .suppliers) == -5_600)
    }
}

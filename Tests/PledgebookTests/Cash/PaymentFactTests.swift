import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Payments that a person knows of") struct PaymentFactTests {
    @Test("who is a reference, an e-mail address or a name; several are listed")
    func who() throws {
        let book = try SmallBook()
        let session = book.session()
        try book.book.read { (records: Records) throws -> Void in
            for who in ["B", " b@example.org ", "B@EXAMPLE.ORG", "bo"] {
                #expect(try session.pledge(who, campaign: 1, in: records).reference == "B")
            }
            #expect(throws: SessionError.severalPledges("Ana", ["A", "D"])) {
                try session.pledge("Ana", campaign: 1, in: records)
            }
            for who in ["", "nobody", "E"] {
                #expect(throws: SessionError.unknownPledge(who)) {
                    try session.pledge(who, campaign: 1, in: records)
                }
            }
        }
    }

    @Test("money in is booked once (T21, T36)")
    func captured() throws {
        let book = try SmallBook()
        let session = book.session("2026-03-30T12:00:00Z")
        let fact = PaymentFact(amount: 12_000, day: CalendarDay("2026-03-20"), reference: "T1")
        let done = try session.recordPayment(of: "A", fact, in: nil)
        #expect(done.transition == 21 && done.entries.map(\.kind) == [.captured])
        #expect(done.entries[0].parts == EntryParts(goods: 10_000, tax: 2_000))
        #expect(done.entries[0].day == CalendarDay("2026-03-20"))
        let again = try session.recordPayment(of: "A", fact, in: nil)
        #expect(again.entries.isEmpty && again.transition == 36)
        #expect(try book.payment("A")?.state == .captured)
        #expect(try book.balances().balance(of: .refundableDeposits) == -10_000)
        let message = refusal {
            _ = try session.recordPayment(of: "A", PaymentFact(amount: 11_000, reference: "T1"), in: nil)
        }
        #expect(message.contains("EUR 120.00, as entry 6") && message.contains("EUR 110.00"), "\(message)")
    }

    @Test("after success it is E03s; a decline fails it")
    func context() throws {
        let book = try SmallBook()
        try book.collectAll()
        let late = try SmallBook()
        for who in ["A", "B", "C"] {
            _ = try late.session().recordPayment(
                of: who, PaymentFact(amount: 12_000, reference: "1"), in: nil)
        }
        let declined = try late.session().recordPayment(of: "D", PaymentFact(), declined: true, in: nil)
        #expect(declined.entries.map(\.kind) == [.declined] && declined.payment.state == .failed)
        #expect(
            try late.session().recordPayment(of: "D", PaymentFact(), declined: true, in: nil).entries.isEmpty)
        let paid = try late.session().recordPayment(of: "D", PaymentFact(reference: "2"), in: nil)
        #expect(paid.entries.map(\.kind) == [.captured] && paid.entries[0].parts.amount == 12_000)
        _ = try book.session().closeCampaign(nil)
        #expect(try book.session().campaign(nil).record.state == .funded)
        _ = try book.session().recordRefund(of: "A", PaymentFact(amount: 600), in: nil)
        #expect(try book.balances().balance(of: .contract) == -39_500)
    }

    @Test("more than is due is refused unless it is confirmed, and then conflicted (T35)")
    func tooMuch() throws {
        let book = try SmallBook()
        var fact = PaymentFact(amount: 12_500, reference: "T1")
        let message = refusal { _ = try book.session().recordPayment(of: "A", fact, in: nil) }
        #expect(message.contains("EUR 125.00") && message.contains("EUR 120.00 is due"), "\(message)")
        fact.acceptsExcess = true
        let done = try book.session().recordPayment(of: "A", fact, in: nil)
        #expect(done.entries.map(\.kind) == [.captured, .unmatchedIn] && done.excess == 500)
        #expect(done.payment.state == .conflicted)
        #expect(try book.balances().balance(of: .suspenseIn) == -500)
    }

    @Test(
        "a refund made outside is committed and done, from the processor or the maker's own account (T28)",
        arguments: [(false, EntryKind.refunded, -6_000), (true, .refundedFromOwn, 0)]
            as [(Bool, EntryKind, Int64)])
    func refundedOutside(own: Bool, kind: EntryKind, clearing: Int64) throws {
        let book = try SmallBook()
        try book.collectAll()
        let fact = PaymentFact(amount: 6_000, reference: "R1")
        let done = try book.session().recordRefund(of: "B", fact, fromOwnAccount: own, in: nil)
        #expect(done.entries.map(\.kind) == [.refundCommitted, kind])
        #expect(
            done.entries.map(\.parts) == [
                EntryParts(goods: 5_000, tax: 1_000), EntryParts(goods: 5_000, tax: 1_000),
            ])
        #expect(try book.session().recordRefund(of: "B", fact, fromOwnAccount: own, in: nil).entries.isEmpty)
        #expect(try book.payment("B")?.state == .partiallyRefunded)
        let books = try book.balances()
        #expect(books.balance(of: .clearing) == 48_000 + clearing)
        #expect(books.balance(of: .bank) == -6_000 - clearing)
        #expect(books.balance(of: .refundsPayable) == 0)
        // The rest, exactly; then nothing is left.
        let rest = try book.session().recordRefund(of: "B", PaymentFact(), fromOwnAccount: own, in: nil)
        #expect(rest.payment.state == .refunded && rest.entries[1].parts.amount == 6_000)
        #expect(
            refusal { _ = try book.session().recordRefund(of: "B", PaymentFact(), in: nil) }.contains(
                "is left"))
        _ = try book.balances()
    }

    @Test("a refund above what is refundable is refused with both figures, or confirmed: a claim (E19r)")
    func refundedTooMuch() throws {
        let book = try SmallBook()
        try book.collectAll()
        var fact = PaymentFact(amount: 13_000, reference: "R1")
        let message = refusal { _ = try book.session().recordRefund(of: "B", fact, in: nil) }
        #expect(message.contains("EUR 130.00") && message.contains("EUR 120.00 is refundable"), "\(message)")
        fact.acceptsExcess = true
        #expect(throws: SessionError.self) {
            try book.session().recordRefund(of: "B", fact, fromOwnAccount: true, in: nil)
        }
        let done = try book.session().recordRefund(of: "B", fact, in: nil)
        #expect(done.entries.map(\.kind) == [.refundCommitted, .refunded, .claimFromRefund, .noted])
        #expect(try book.balances().balance(of: .receivable) == 1_000)
        #expect(
            refusal { _ = try book.session().recordRefund(of: "A", PaymentFact(amount: 0), in: nil) }
                .contains("An amount of 0"))
    }

    @Test("a refund that was under way is completed (T23) and its operation succeeds")
    func underWay() throws {
        let book = try SmallBook()
        // One of four pays: the goal is missed, and releasing asks for a refund that a person has to make.
        _ = try book.session("2026-03-30T12:00:00Z").recordPayment(
            of: "A", PaymentFact(amount: 12_000, reference: "T"), in: nil)
        _ = try book.session("2026-04-20T12:00:00Z").closeCampaign(nil)
        #expect(try book.payment("A")?.state == .refundPending)
        #expect(try book.session().campaign(nil).record.state == .releasing)
        let done = try book.session().recordRefund(of: "A", PaymentFact(), fromOwnAccount: true, in: nil)
        #expect(done.transition == 23 && done.entries.map(\.kind) == [.refundedFromOwn])
        #expect(try book.payment("A")?.state == .refunded)
        let open = try book.book.read { try $0.openOperations(campaign: 1) }
        #expect(open.isEmpty)
        #expect(try book.balances().balance(of: .refundsPayable) == 0)
        #expect(try book.session().closeCampaign(nil).campaign.record.state == .unfunded)
    }

    @Test("nothing is recorded for a pledge without money, or one that a gateway charges")
    func refused() throws {
        let book = try SmallBook()
        #expect(
            refusal { _ = try book.session().recordRefund(of: "A", PaymentFact(), in: nil) }.contains(
                "Nothing was collected"))
    }
}

import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

@Suite("Notices to backers") struct NoticeTests {
    private static let day = PaymentBook.day

    private static func words(_ book: PaymentBook, days: Int64, openOnly: Bool = true) throws -> [String] {
        try book.session(after: days * day).notices(nil, openOnly: openOnly).map { notice in
            let state =
                switch notice.state {
                case .open: ""
                case .sent(let day): " sent \(day)"
                case .outdated: " outdated"
                }
            return "\(notice.number) \(notice.kind) \(notice.reference) \(notice.amount)\(state)"
        }
    }

    @Test("a failed card is reminded once in each period of the window, with its next try and its end")
    func reminders() throws {
        let book = try PaymentBook()
        let soft = GatewayScript.Answer.declined(hard: false)
        book.gateway.answer("P-1", .charge, soft, soft, soft, soft)
        book.gateway.answer("P-2", .charge, .declined(hard: true))
        book.gateway.answer("P-3", .charge, .needsBacker)
        try book.close()
        let first = ["1 payment-failed P-1 12000", "2 new-card P-2 12000", "3 confirm-payment P-3 13200"]
        #expect(try Self.words(book, days: 0) == first)
        let closes = SampleCampaigns.instant(PaymentBook.closes)
        let notices = try book.session(after: 0).notices(nil, openOnly: true)
        #expect(notices.map(\.nextTry) == [closes.adding(seconds: 2 * Self.day), nil, nil])
        #expect(notices.allSatisfy { $0.ends == closes.adding(seconds: 7 * Self.day) })
        #expect(notices[0].email == "b1@example.org")
        try book.close(days: 0)
        try book.close(days: 1)
        #expect(try Self.words(book, days: 1) == first)
        #expect(try book.session(after: Self.day).standing(of: nil).due.contains(.sendNotices(3)))
        try book.close(days: 2)
        // The new ones say the same as those that nobody has sent.
        #expect(try Self.words(book, days: 2).count == 3)
        #expect(try Self.words(book, days: 2).first == "4 payment-failed P-1 12000")
        // A period that was missed is not made up for.
        try book.close(days: 6)
        #expect(try Self.words(book, days: 6).count == 3)
        #expect(try Self.words(book, days: 6).first == "7 payment-failed P-1 12000")
        try book.close(days: 7)
        #expect(try Self.words(book, days: 7).isEmpty)
        #expect(try Self.words(book, days: 7, openOnly: false).count == 9)
        try book.check()
    }

    @Test("a late close begins its window late; a platform asks its own backers")
    func noTime() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .declined(hard: false))
        try book.close(days: 8)
        #expect(try Self.words(book, days: 8, openOnly: false) == ["1 payment-failed P-1 12000"])
        try book.close(days: 15)
        #expect(try Self.words(book, days: 15, openOnly: false).count == 1)
        var terms = PaymentBook.Terms()
        terms.via = "recorded"
        let elsewhere = try PaymentBook(terms)
        _ = try elsewhere.tell(.paid, "P-2", 12_000, reference: "T", days: -1)
        _ = try elsewhere.tell(.declined(forGood: false), "P-1", days: -1)
        try elsewhere.close()
        #expect(try Self.words(elsewhere, days: 0, openOnly: false).isEmpty)
    }

    @Test("what was paid since is outdated, and what was sent is not sent again")
    func sent() throws {
        let book = try PaymentBook()
        for who in ["P-1", "P-2", "P-3"] { book.gateway.answer(who, .charge, .declined(hard: false)) }
        try book.close()
        let session = try book.session(after: 60)
        #expect(try session.markSent([2], in: nil, dryRun: true) == 1)
        #expect(try Self.words(book, days: 0).count == 3)
        #expect(try session.markSent([2], on: CalendarDay("2026-03-31"), in: nil) == 1)
        #expect(try session.markSent([2], in: nil) == 0)
        #expect(throws: SessionError.self) { try session.markSent([9], in: nil) }
        #expect(throws: SessionError.self) {
            try session.markSent([1], on: CalendarDay("2026-04-30"), in: nil)
        }
        _ = try session.retryPayment("P-3", of: nil)
        #expect(
            try Self.words(book, days: 0, openOnly: false) == [
                "1 payment-failed P-1 12000", "2 payment-failed P-2 12000 sent 2026-03-31",
                "3 payment-failed P-3 13200 outdated",
            ])
        #expect(try session.markSent(nil, in: nil) == 1)
        #expect(try Self.words(book, days: 0).isEmpty)
        try book.check()
    }

    @Test("a balance that nobody charges is asked for by a notice, and one that fails by a reminder")
    func balances() throws {
        let elsewhere = try DepositRowsTests.book(via: "recorded")
        for who in ["P-1", "P-2", "P-3"] {
            _ = try elsewhere.tell(.paid, who, reference: "T-\(who)", days: -1)
        }
        try elsewhere.close()
        try DepositRowsTests.ask(elsewhere)
        #expect(
            try Self.words(elsewhere, days: 10) == [
                "1 balance-due P-1/2 8400", "2 balance-due P-2/2 8400", "3 balance-due P-3/2 9240",
            ])
        _ = try elsewhere.tell(.paid, "P-1", reference: "T9", days: 11)
        #expect(try Self.words(elsewhere, days: 11).count == 2)
        try elsewhere.close(days: 12)
        #expect(try Self.words(elsewhere, days: 12).count == 2)
        let book = try DepositRowsTests.funded {
            $0.answer("P-1", .charge, .done, .declined(hard: false))
        }
        try DepositRowsTests.ask(book)
        #expect(try Self.words(book, days: 10) == ["1 payment-failed P-1/2 8400"])
    }
}

import Accounting
import Imports
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about money coming in, each through the commands and the book.
@Suite("Payment rows: charging") struct ChargingRowsTests {
    @Test("T01 a pledge that is placed has no payment row, and nothing posts")
    func t01() throws {
        let book = try PaymentBook()
        try book.expect("P-1", .methodSaved, "", [])
        #expect(try book.folder.book.read { try $0.payments(campaign: 1, pledge: 2).isEmpty })
        #expect(try book.balance(.clearing) == 0)
    }

    @Test("T02 another method makes a payment that failed for good chargeable again")
    func t02() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .declined(hard: true))
        try book.close()
        try book.expect("P-1", .failed, "", ["declined 12000"])
        #expect(throws: SessionError.self) { try book.session(after: 60).planRetry("P-1", of: nil) }
        let session = try book.session(after: 120)
        #expect(try session.saveMethod("pm_new", of: "P-1", in: nil, dryRun: true).state == .methodSaved)
        try book.expect("P-1", .failed, "")
        let saved = try session.saveMethod("pm_new", of: "P-1", in: nil)
        #expect(saved.state == .methodSaved && !saved.isSame)
        #expect(try session.saveMethod("pm_new", of: "P-1", in: nil).isSame)
        try book.expect("P-1", .methodSaved, "", ["declined 12000", "methodSaved"])
        _ = try session.retryPayment("P-1", of: nil)
        #expect(book.gateway.sent.last == "P-1/1/charge/2 12000")
        try book.expect(
            "P-1", .captured, "A 12000 C 12000", ["declined 12000", "methodSaved", "E03s 12000-30"])
        #expect(throws: PaymentRefusal.self) { try session.saveMethod("pm_3", of: "P-1", in: nil) }
        #expect(throws: SessionError.self) {
            try session.saveMethod("4242424242424242", of: "P-2", in: nil)
        }
    }

    @Test("T02 a corrected row of our own CSV gives another method too")
    func t02imported() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .declined(hard: true))
        try book.close()
        let path = book.folder.path + "/pledges.csv"
        let rows = String(decoding: try BookFolder.bytes(path), as: UTF8.self).replacing("pm_1", with: "pm_9")
        try book.folder.write(Array(rows.utf8), to: path)
        var options = ImportOptions()
        options.update = true
        let summary = try book.session(after: 3600).importPledges(
            sourceFiles(at: path), name: "pledges.csv", into: nil, options: options,
            observer: ImportObserver())
        #expect(summary.changed == 1, "\(summary.problems)")
        // What comes in after the close is charged at once.
        try book.expect("P-1", .captured, "A 12000 C 12000")
        #expect(try book.entries("P-1").suffix(2) == ["methodSaved", "E03s 12000-30"])
    }

    @Test("T03 a charge is open before it is sent, and blocks every other request")
    func t03() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .pending)
        try book.close()
        try book.expect("P-1", .authorizing, "", [])
        #expect(throws: PaymentRefusal.self) { try book.ask(.capture(nil), "P-1") }
        #expect(throws: SessionError.self) { try book.session(after: 60).planRetry("P-1", of: nil) }
        #expect(throws: PaymentRefusal.self) {
            try book.session(after: 60).saveMethod("pm_9", of: "P-1", in: nil)
        }
        #expect(book.gateway.sent.filter { $0.hasPrefix("P-1") } == ["P-1/1/charge/1 12000"])
    }

    @Test("T05, T48 the backer has to act; when the charge went on by itself, a person tells of it")
    func t05() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .needsBacker)
        try book.close()
        try book.expect("P-1", .actionRequired, "", [])
        let told = try book.tell(.paid, "P-1", 12_000, reference: "ch_77", fee: 30)
        #expect(told.transition == 48)
        try book.expect("P-1", .captured, "A 12000 C 12000", ["E03s 12000-30"])
        #expect(try book.tell(.paid, "P-1", 12_000, reference: "ch_77").transition == 36)
    }

    @Test(
        "T06 a decline stops for good or is tried again on schedule; a person tells it of recorded money",
        arguments: [false, true])
    func t06(hard: Bool) throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .declined(hard: hard))
        try book.close()
        try book.expect("P-1", .failed, "", ["declined 12000"])
        try book.close(days: 1)
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1") } == 1)
        try book.close(days: 2)
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1") } == (hard ? 1 : 2))
        try book.expect("P-1", hard ? .failed : .captured, hard ? "" : "A 12000 C 12000")
        var terms = PaymentBook.Terms()
        terms.via = "recorded"
        let elsewhere = try PaymentBook(terms)
        #expect(try elsewhere.tell(.declined(forGood: hard), "P-1").transition == 6)
        try elsewhere.expect("P-1", .failed, "", ["declined"])
        #expect(try elsewhere.payment("P-1").ending == (hard ? .failedHard : .failedSoft))
    }

    @Test("T07 a time-out is neither success nor failure: it blocks everything until the gateway has said")
    func t07() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .answerLost)
        try book.close()
        try book.expect("P-1", .unknown, "", [])
        book.gateway.isSilent = true
        try book.close(days: 3)
        try book.expect("P-1", .unknown, "", [])
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1") } == 1)
        #expect(throws: SessionError.self) { try book.session(after: 60).planRetry("P-1", of: nil) }
        #expect(throws: PaymentRefusal.self) { try book.ask(.void, "P-1") }
    }

    @Test("T08 asked: done, declined, sent again with the same key, or too old to be sent again")
    func t08() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .answerLost)
        book.gateway.answer("P-2", .charge, .lostOnTheWay, .declined(hard: false))
        book.gateway.answer("P-3", .charge, .lostOnTheWay)
        try book.close()
        try book.reconcile(after: 60)
        try book.expect("P-1", .captured, "A 12000 C 12000", ["E03 12000-30"])
        try book.expect("P-2", .failed, "", ["declined 12000"])
        try book.expect("P-3", .captured, "A 13200 C 13200", ["E03 13200-30"])
        #expect(
            book.gateway.sent.filter { !$0.hasPrefix("P-1") } == [
                "P-2/1/charge/1 12000", "P-3/1/charge/1 13200", "P-2/1/charge/1 12000",
                "P-3/1/charge/1 13200",
            ])
        let late = try PaymentBook()
        late.gateway.answer("P-1", .charge, .lostOnTheWay)
        try late.close()
        try late.reconcile(after: 86_400)
        try late.expect("P-1", .failed, "", [])
        #expect(try late.payment("P-1").ending == .abandoned)
        #expect(late.gateway.sent.count { $0.hasPrefix("P-1") } == 1)
    }

    @Test("T08 a key is as old as its first sending, however often it was asked about")
    func t08ages() throws {
        let book = try PaymentBook()
        book.gateway.answer("P-1", .charge, .lostOnTheWay)
        try book.close()
        book.gateway.isSilent = true
        try book.reconcile(after: 20 * 3600)
        try book.expect("P-1", .unknown, "", [])
        book.gateway.isSilent = false
        try book.reconcile(after: 30 * 3600)
        #expect(book.gateway.sent.count { $0.hasPrefix("P-1") } == 1, "its key is older than a day")
        #expect(try book.payment("P-1").ending == .abandoned)
        try book.expect("P-1", .failed, "", [])
    }

    @Test(
        "T21 money that nobody asked for is taken, late where it is",
        arguments: ["method saved", "failed", "dropped", "canceled"])
    func t21(before: String) throws {
        let book = try PaymentBook()
        switch before {
        case "failed": book.gateway.answer("P-1", .charge, .declined(hard: true))
        case "dropped": book.gateway.answer("P-1", .charge, .declined(hard: true))
        case "canceled": _ = try book.session("2026-03-30T12:00:00Z").cancelPledge("P-1", in: nil)
        default: break
        }
        if before != "method saved" { try book.close() }
        if before == "dropped" { try book.close(days: 7) }
        let days: Int64 = before == "method saved" ? -1 : 8
        let told = try book.tell(.paid, "P-1", 12_000, reference: "TRANSFER-1", days: days)
        #expect(told.transition == 21)
        let isLate = before == "dropped" || before == "canceled"
        #expect(told.payment.flags.contains(.late) == isLate)
        try book.expect("P-1", .captured, "A 12000 C 12000")
        #expect(try book.entries("P-1").last == (before == "method saved" ? "E03 12000" : "E03s 12000"))
        let reviews = try book.reconcile(after: 8 * PaymentBook.day).reviews
        #expect(reviews.map(\.reason) == (isLate ? [.moneyWithoutPledge] : []))
    }

    @Test("T48 a charge brings its hold with it")
    func t48() throws {
        let book = try PaymentBook()
        try book.close()
        try book.expect("P-1", .captured, "A 12000 C 12000", ["E03 12000-30"])
        try book.expect("P-3", .captured, "A 13200 C 13200", ["E03 13200-30"])
        let parts = try book.folder.book.read { try $0.entries(campaign: 1, kinds: [.captured]) }[0].entry
            .parts
        #expect(parts == EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000, fee: 30))
        #expect(try book.balance(.clearing) == 37_200 - 90)
        #expect(try book.state() == .funded)
    }

    @Test("T49 what is not collected when the retry window is over is dropped", arguments: [false, true])
    func t49(hard: Bool) throws {
        let book = try PaymentBook()
        book.gateway.answer(
            "P-1", .charge, .declined(hard: hard), .declined(hard: false), .declined(hard: false),
            .declined(hard: false))
        try book.close()
        for days in [2, 4, 6] as [Int64] { try book.close(days: days) }
        try book.expect("P-1", .failed, "")
        #expect(try book.pledge("P-1") == .placed)
        try book.close(days: 7)
        try book.expect("P-1", .dropped, "")
        #expect(try book.pledge("P-1") == .dropped)
        #expect(try book.entries("P-1").last == "dropped")
    }
}

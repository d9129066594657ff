import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

/// Pledges that a platform collects in parts: what came is booked, file by file, to the cent.
///
/// 86.00 is 66.67 + 5.00 net and 14.33 tax at 20 %; parts are split by largest remainder over what is left.
@Suite("Pledges that are paid in parts") struct UpdatePartsTests {
    private struct Row {
        var number = 1
        var status = "collected"
        var due = ""
        var paid = ""
        var amount = "86.00"

        var text: String {
            "\(number),90\(number),Ada \(number),b\(number)@post.example,DE,€6.00,Standard,€80.00,2,"
                + "€\(amount),\"2026/03/05, 10:00\",,\(status),,\(due),\(paid)\n"
        }
    }

    private static func file(_ rows: Row...) -> String {
        "Backer Number,Backer UID,Backer Name,Email,Shipping Country,Shipping Amount,Reward Title,Backing "
            + "Minimum,Reward ID,Pledge Amount,Pledged At,Fulfillment Status,Pledged Status,Notes,Amount Due,"
            + "Amount Paid\n" + rows.map(\.text).joined()
    }

    /// State and captured of each payment of KS-1, in order.
    private static func payments(_ book: UpdateBook) throws -> [String] {
        let number = try book.pledge("KS-1").number
        return try book.folder.book.read { try $0.payments(campaign: 1, pledge: number) }.map {
            "\($0.payment.state) \($0.payment.captured) \($0.payment.refunded)"
        }
    }

    @Test("part by part, each as a payment of its own; the same file again changes nothing")
    func parts() throws {
        let book = try UpdateBook()
        let first = Self.file(
            Row(due: "€56.00", paid: "€30.00"), Row(number: 2, status: "pledged", due: "€86.00"))
        let told = try book.take(first, at: "2026-04-02T12:00:00Z")
        #expect((told.placed, told.collected, told.collectedCount) == (2, 3_000, 1))
        #expect(
            told.remarks.first {
                $0.contains("1 row is paid in part: EUR 30.00 of EUR 86.00 is booked as paid")
            }?.contains("rows.csv:2.") == true, "\(told.remarks)")
        #expect(try book.entries("KS-1") == ["captured 2026-03-31 2326+174+500"])
        #expect(try book.payment("KS-2") == nil)
        #expect(try book.balance(.clearing) == 3_000)
        #expect(try book.take(first, at: "2026-04-02T13:00:00Z").same == 2)

        let second = Self.file(
            Row(due: "€26.00", paid: "€60.00"), Row(number: 2, status: "pledged", due: "€86.00"))
        let more = try book.take(second, at: "2026-04-20T12:00:00Z", update: true, on: "2026-04-19")
        #expect((more.changed, more.collected, more.contradictions) == (1, 3_000, 0))
        #expect(more.changes.first?.text == "paid EUR 30.00 → EUR 60.00, answers")
        #expect(
            try book.entries("KS-1").dropFirst() == [
                "balanceDue 2026-04-19 0+0+0", "captured 2026-04-19 2325+175+500",
            ])
        #expect(try book.take(second, at: "2026-04-20T13:00:00Z", update: true).same == 2)
        // An older file takes nothing back.
        let older = try book.take(first, at: "2026-04-21T12:00:00Z", update: true)
        #expect((older.contradictions, older.collected, older.refunded) == (1, 0, 0))

        let third = Self.file(Row(), Row(number: 2, status: "pledged", due: "€86.00"))
        let last = try book.take(third, at: "2026-05-20T12:00:00Z", update: true)
        #expect((last.collected, last.contradictions) == (2_600, 0))
        #expect(last.changes.first?.text == "status paid in part → collected")
        #expect(try Self.payments(book) == ["captured 3000 0", "captured 3000 0", "captured 2600 0"])
        #expect(try book.balance(.clearing) == 8_600)
        #expect(try book.differences() == [])
        #expect(try book.take(third, at: "2026-05-21T12:00:00Z", update: true).same == 2)
    }

    @Test("what a later file calls dropped goes back part by part, the newest first")
    func dropped() throws {
        let book = try UpdateBook()
        try book.take(Self.file(Row(due: "€56.00", paid: "€30.00")), at: "2026-04-02T12:00:00Z")
        // What is paid is what is not due, where no column says it.
        try book.take(
            Self.file(Row(status: "errored", due: "€26.00")), at: "2026-04-20T12:00:00Z", update: true)
        #expect(try Self.payments(book) == ["captured 3000 0", "captured 3000 0"])
        let told = try book.take(
            Self.file(Row(status: "dropped", due: "€26.00")), at: "2026-05-20T12:00:00Z", update: true)
        #expect((told.refunded, told.contradictions) == (6_000, 0))
        #expect(try Self.payments(book) == ["refunded 3000 3000", "refunded 3000 3000"])
        #expect(try book.pledge("KS-1").state == .dropped)
        #expect(try book.balance(.clearing) == 0)
        #expect(try book.differences() == [])
    }

    @Test("a dispute is about all parts, and is won for all of them")
    func disputed() throws {
        let book = try UpdateBook()
        try book.take(Self.file(Row(due: "€56.00", paid: "€30.00")), at: "2026-04-02T12:00:00Z")
        try book.take(Self.file(Row()), at: "2026-04-20T12:00:00Z", update: true)
        try book.take(Self.file(Row(status: "disputed")), at: "2026-05-20T12:00:00Z", update: true)
        #expect(try Self.payments(book) == ["disputed 3000 0", "disputed 5600 0"])
        #expect(try book.balance(.disputed) == 8_600)
        try book.take(Self.file(Row()), at: "2026-06-20T12:00:00Z", update: true)
        #expect(try Self.payments(book) == ["captured 3000 0", "captured 5600 0"])
        // Now a part of it goes back: from the newest payment.
        try book.take(Self.file(Row(amount: "80.00")), at: "2026-07-20T12:00:00Z", update: true)
        #expect(try Self.payments(book) == ["captured 3000 0", "partiallyRefunded 5600 600"])
        #expect(try book.balance(.clearing) == 8_000)
        #expect(try book.differences() == [])
    }

    @Test("a part of it gives no units and closes no campaign by itself; all of it does")
    func units() throws {
        let book = try UpdateBook()
        try book.take(
            Self.file(Row(due: "€56.00", paid: "€30.00"), Row(number: 2), Row(number: 3)),
            at: "2026-04-02T12:00:00Z")
        _ = try book.session("2026-04-08T12:00:00Z").closeCampaign(nil)
        #expect(try book.pledge("KS-1").state == .placed)
        _ = try book.session("2026-04-09T12:00:00Z").launchRun(
            "run-1", units: .total(3), overrideReason: "a test")
        func units(_ reference: String) throws -> Int {
            let number = try book.pledge(reference).number
            return try book.folder.book.read { try $0.allocations(campaign: 1, pledge: number).count }
        }
        #expect(try (units("KS-1"), units("KS-2")) == (0, 1))
        try book.take(
            Self.file(Row(), Row(number: 2), Row(number: 3)), at: "2026-04-20T12:00:00Z", update: true)
        #expect(try units("KS-1") == 1)
        #expect(try book.differences() == [])
    }

    @Test("an import that told of a first part can be taken back, one that told of a further part cannot")
    func undone() throws {
        let book = try UpdateBook()
        try book.take(Self.file(Row(due: "€56.00", paid: "€30.00")), at: "2026-04-02T12:00:00Z")
        _ = try book.session("2026-04-03T12:00:00Z").undoImport(1, because: "a test", in: nil)
        #expect(try book.balance(.clearing) == 0)
        try book.take(Self.file(Row(due: "€56.00", paid: "€30.00")), at: "2026-04-04T12:00:00Z")
        try book.take(Self.file(Row()), at: "2026-04-20T12:00:00Z", update: true)
        let problem = #expect(throws: SessionError.self) {
            try book.session("2026-04-21T12:00:00Z").undoImport(3, because: "a test", in: nil)
        }
        #expect(
            problem?.message.contains("KS-1 has moved since: a further payment") == true, "\(problem as Any)")
        #expect(try book.differences() == [])
    }
}

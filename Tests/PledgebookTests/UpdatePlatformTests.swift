import Accounting
import Crowdfunding
import Parsing
import Storage
import Testing

@testable import Pledgebook

/// What a platform's later files bring: figures by hand.
///
/// 86.00 is 66.67 + 5.00 net and 14.33 tax at 20 %.
@Suite("Updates from a platform's later files") struct UpdatePlatformTests {
    private static let header =
        "Backer Number,Backer UID,Backer Name,Email,Shipping Country,Shipping Amount,Reward Title,Reward "
        + "Minimum,Reward ID,Pledge Amount,Pledged At,Rewards Sent?,Pledged Status,Notes,Survey "
        + "Response,Shipping Name,Shipping Address 1\n"

    private struct Row {
        var number: Int
        var amount = "86.00"
        var status = "pledged"
        var reward = "2"
        var at = "2026/03/05, 10:00"
        var street = ""
        var email: String?

        var text: String {
            let title = reward == "1" ? "Early" : "Standard"
            return
                "\(number),90\(number),Ada \(number),\(email ?? "b\(number)@post.example"),"
                + "DE,€6.00,\(title),€1.00,"
                + "\(reward),€\(amount),\"\(at)\",,\(status),,,Ada,\(street)\n"
        }
    }

    private static func file(_ rows: [Row]) -> String { header + rows.map(\.text).joined() }

    private static let live = (1...6).map { Row(number: $0) }

    private static func book() throws -> UpdateBook {
        let book = try UpdateBook()
        let summary = try book.take(file(live), at: "2026-03-28T12:00:00Z")
        try #require(summary.placed == 6 && summary.amount == 51_600, "\(summary.problems)")
        return book
    }

    @Test("errored, dropped at the end of the window, and collected after all")
    func collectedAfterDrop() throws {
        let book = try Self.book()
        var rows = Self.live.map { row in
            var row = row
            row.status = "collected"
            return row
        }
        rows[0].status = "errored"
        try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        _ = try book.session("2026-04-02T13:00:00Z").closeCampaign(nil)
        _ = try book.session("2026-04-20T12:00:00Z").closeCampaign(nil)
        #expect(try book.pledge("KS-1").state == .dropped)
        rows[0].status = "collected"
        try book.take(Self.file(rows), at: "2026-04-21T12:00:00Z", update: true)
        #expect(try book.payment("KS-1") == .captured)
        #expect(try book.pledge("KS-1").state == .placed)
        #expect(try book.differences() == [])
    }

    @Test("with another mapping the same file tells something else")
    func anotherMapping() throws {
        let book = try UpdateBook([("\"2\": \"standard\"", "\"2\": \"thanks\"")])
        let text = Self.file(Self.live)
        try book.take(text, at: "2026-03-28T12:00:00Z")
        let thanks = try book.pledge("KS-1").tier
        #expect(try book.take(text, at: "2026-03-28T13:00:00Z").same == 6)
        try book.amend([], at: "2026-03-28T14:00:00Z")
        let again = try book.take(text, at: "2026-03-28T15:00:00Z", update: true)
        #expect(again.changed == 6)
        #expect(try book.pledge("KS-1").tier != thanks)
        #expect(try book.take(text, at: "2026-03-28T16:00:00Z", update: true).same == 6)
        #expect(try book.differences() == [])
    }

    @Test("pledged, charging, settled: closing day first, the day of the file after; twice changes nothing")
    func sequence() throws {
        let book = try Self.book()
        var rows = Self.live
        for index in 0..<4 { rows[index].status = "collected" }
        rows[4].status = "errored"
        rows[5].status = "canceled"
        let charging = try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        #expect(charging.changed == 6 && charging.changesAreBooked && charging.collected == 34_400)
        #expect(charging.changes.first?.text == "status pledged → collected")
        #expect(try book.entries("KS-1") == ["captured 2026-03-31 6667+500+1433"])
        #expect(try book.entries("KS-5") == ["declined 2026-04-02 0+0+0"])
        #expect(try book.entries("KS-6") == ["canceled 2026-04-02 0+0+0"])
        #expect(try book.taken(.tier, "standard") == 5)

        rows[0].status = "dropped"
        rows[1].amount = "76.00"
        rows[2].status = "disputed"
        rows[4].status = "collected"
        let settled = try book.take(
            Self.file(rows), at: "2026-04-15T12:00:00Z", update: true, on: "2026-04-14")
        #expect(settled.changed == 4 && settled.same == 2 && settled.contradictions == 0)
        #expect(
            try book.entries("KS-1").dropFirst() == [
                "refundCommitted 2026-04-14 6667+500+1433", "refunded 2026-04-14 6667+500+1433",
                "dropped 2026-04-14 0+0+0",
            ])
        // 10.00 of 86.00 by largest remainder: 7.75, 0.58, 1.67.
        #expect(
            try book.entries("KS-2").dropFirst() == [
                "refundCommitted 2026-04-14 775+58+167", "refunded 2026-04-14 775+58+167",
            ])
        #expect(try book.entries("KS-3").dropFirst() == ["disputeOpened 2026-04-14 6667+500+1433"])
        #expect(try book.entries("KS-5").last == "captured 2026-04-14 6667+500+1433")
        #expect(try book.taken(.tier, "standard") == 4)
        // 5 × 86.00 − 86.00 − 10.00 − 86.00 in dispute.
        #expect(try book.balance(.clearing) == 24_800)

        let head = try book.record().head
        let again = try book.take(Self.file(rows), at: "2026-04-16T12:00:00Z", update: true)
        #expect(again.same == 6 && again.changed == 0)
        #expect(try book.record().head == head)
        #expect(try book.differences() == [])
    }

    @Test("without --update the differences are shown, new rows are booked, and money of that file waits")
    func shown() throws {
        let book = try Self.book()
        var rows = Self.live + [Row(number: 7)]
        rows[0].status = "collected"
        let shown = try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z")
        #expect(shown.placed == 1 && shown.changed == 1 && !shown.changesAreBooked)
        #expect(try book.entries("KS-1") == [])
        let booked = try book.take(Self.file(rows), at: "2026-04-03T12:00:00Z", update: true)
        #expect(booked.same == 6 && booked.changed == 1)
        #expect(try book.entries("KS-1") == ["captured 2026-03-31 6667+500+1433"])
        #expect(try book.differences() == [])
    }

    @Test("a dry run says what would change and changes nothing")
    func dryRun() throws {
        let book = try Self.book()
        var rows = Self.live
        rows[0].status = "collected"
        let head = try book.record().head
        let plan = try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true, dryRun: true)
        #expect(plan.changed == 1 && !plan.changesAreBooked)
        #expect(try book.record().head == head)
    }

    @Test("an upgrade before collection is priced anew and moves places")
    func upgrade() throws {
        let book = try Self.book()
        var rows = Self.live
        rows[0].reward = "1"
        rows[0].amount = "56.00"
        let done = try book.take(Self.file(rows), at: "2026-03-29T12:00:00Z", update: true)
        #expect(done.changes.map(\.text) == ["tier standard → early, amount EUR 86.00 → EUR 56.00"])
        // 56.00: tax 56 × 20 ÷ 120 = 9.33, of goods 50.00 → 8.33, of shipping 6.00 → 1.00.
        #expect(try book.entries("KS-1") == ["changed 2026-03-29 4167+500+933"])
        #expect(try book.pledge("KS-1").total == 5_600)
        #expect(try book.taken(.tier, "early") == 1)
        #expect(try book.taken(.tier, "standard") == 5)
        #expect(try book.differences() == [])
    }

    @Test("a backer who cancels and comes back takes the place again")
    func comesBack() throws {
        let book = try Self.book()
        var rows = Self.live
        rows[0].status = "canceled"
        try book.take(Self.file(rows), at: "2026-03-29T12:00:00Z", update: true)
        #expect(try book.pledge("KS-1").state == .canceled)
        rows[0].status = "collected"
        try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        #expect(try book.pledge("KS-1").state == .placed)
        #expect(try book.taken(.tier, "standard") == 6)
        #expect(try book.payment("KS-1") == .captured)
        #expect(try book.differences() == [])
    }

    @Test("what contradicts the book is listed, and money beyond what was due stands in suspense")
    func contradictions() throws {
        let book = try Self.book()
        var rows = Self.live
        for index in rows.indices { rows[index].status = "collected" }
        try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        rows[0].status = "pledged"
        rows[1].amount = "90.00"
        let told = try book.take(Self.file(rows), at: "2026-04-03T12:00:00Z", update: true)
        #expect(told.contradictions == 2)
        #expect(
            told.changes.map(\.text) == [
                "status collected → pledged (contradicts the book)", "collected EUR 86.00 → EUR 90.00",
            ])
        #expect(try book.entries("KS-1").count == 1)
        #expect(try book.entries("KS-2").last == "unmatchedIn 2026-04-03 0+0+0 other 400")
        #expect(try book.payment("KS-2") == .conflicted)
        #expect(try book.differences() == [])
    }

    @Test("address and e-mail address follow the file, and no entry is written for them")
    func backer() throws {
        let book = try Self.book()
        var rows = Self.live
        rows[0].street = "Lime Street 1"
        rows[0].email = "new@post.example"
        let head = try book.record().head
        let done = try book.take(Self.file(rows), at: "2026-03-29T12:00:00Z", update: true)
        #expect(done.changes.map(\.text) == ["e-mail address, address"])
        #expect(try book.record().head == head)
        let number = try book.record().number
        let found = try book.folder.book.read { try $0.backers(campaign: number, who: "new@post.example") }
        #expect(found.first?.address?.contains("Lime Street 1") == true)
        #expect(try book.take(Self.file(rows), at: "2026-03-29T12:00:00Z", update: true).same == 6)
    }

    /// What was asked for, what the file tells went back; what is paid back and owed then.
    static let partRefunds: [(ask: Int64, told: String, refunded: Int64, committed: Int64, PaymentState)] = [
        (8_600, "0.00", 8_600, 0, .refunded), (8_600, "56.00", 3_000, 5_600, .refundOwed),
        (4_000, "46.00", 4_000, 0, .partiallyRefunded), (4_000, "56.00", 3_000, 1_000, .refundOwed),
        (4_000, "26.00", 6_000, 0, .partiallyRefunded),
    ]

    @Test("a refund that a file tells of settles what is pending, whole or in part", arguments: partRefunds)
    func partRefund(ask: Int64, told: String, refunded: Int64, committed: Int64, state: PaymentState) throws {
        let book = try Self.book()
        var rows = Self.live
        for index in rows.indices { rows[index].status = "collected" }
        try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        _ = try book.session("2026-04-03T12:00:00Z").carryOut(
            .refund(.amount(ask)), of: "KS-1", in: nil)
        rows[0].amount = told
        if told == "0.00" { rows[0].status = "dropped" }
        let told = try book.take(Self.file(rows), at: "2026-04-04T12:00:00Z", update: true)
        #expect(told.contradictions == 0)
        let payment = try book.payments("KS-1")[0]
        #expect((payment.refunded, payment.committed) == (refunded, committed))
        #expect(payment.excess == 0 && payment.state == state && payment.operation == nil)
        #expect(try book.differences() == [])
        // The rest goes back too, and the next file tells of all of it.
        guard committed > 0 else { return }
        rows[0].amount = ask == 8_600 ? "0.00" : "46.00"
        if ask == 8_600 { rows[0].status = "dropped" }
        #expect(try book.take(Self.file(rows), at: "2026-04-05T12:00:00Z", update: true).contradictions == 0)
        #expect(try book.payments("KS-1")[0].refunded == ask)
        #expect(try book.payments("KS-1")[0].committed == 0)
        #expect(try book.differences() == [])
    }

    @Test("a key that is another pledge's by its hash is never taken for it")
    func collision() throws {
        let book = try Self.book()
        let number = try book.record().number
        try book.folder.damage(
            "UPDATE pledge SET source_key = '999' WHERE campaign = \(number) AND reference = 'KS-1'")
        var rows = Self.live
        rows[0].status = "collected"
        #expect(throws: BookError.hashCollision) {
            try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        }
    }
}

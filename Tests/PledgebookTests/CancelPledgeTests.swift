import Accounting
import Crowdfunding
import Gateways
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite("Canceling a pledge") struct CancelPledgeTests {
    private static let header =
        "pledge_id,email,country,tier,pledged_at,payment_method,payment_reference,status\n"

    private static func row(
        _ id: String, _ tier: String = "standard", method: String = "recorded", status: String = "",
        at: String = "2026-03-05T10:00:00+01:00"
    ) -> String {
        "\(id),\(id.lowercased())@post.example,DE,\(tier),\(at),\(method),tok-\(id),\(status)\n"
    }

    private static func book(
        _ rows: [String], _ changes: [(String, String)] = [], at moment: String = "2026-03-10T12:00:00Z"
    ) throws -> UpdateBook {
        let book = try UpdateBook(changes)
        let summary = try book.take(header + rows.joined(), at: moment)
        try #require(summary.placed == Int64(rows.count), "\(summary.problems)")
        return book
    }

    @Test("a saved method is let go, the place is free, and twice is once (T41)")
    func saved() throws {
        let book = try Self.book([Self.row("P-1", "early", method: "rehearsal")])
        let done = try book.session("2026-03-11T12:00:00Z").cancelPledge("p-1@post.example", in: nil)
        #expect(done.before == .methodSaved && done.after == .canceled && !done.wasCanceled)
        #expect(try book.taken(.tier, "early") == 0)
        #expect(try book.entries("P-1") == ["canceled 2026-03-11 0+0+0"])
        let head = try book.record().head
        #expect(try book.session("2026-03-11T12:00:00Z").cancelPledge("P-1", in: nil).wasCanceled)
        #expect(try book.record().head == head)
        #expect(try book.differences() == [])
    }

    @Test("captured by the rehearsal's processor: paid back in full, as its truth says")
    func captured() throws {
        let book = try Self.book(
            [Self.row("P-1", method: "rehearsal"), Self.row("P-2", method: "rehearsal")],
            [("at-close", "on-pledge")])
        #expect(try book.truth().captured == 17_200)
        let done = try book.session("2026-03-11T12:00:00Z").cancelPledge("P-1", in: nil)
        #expect(done.after == .refunded && done.refunded == 8_600 && done.owed == 0)
        #expect(
            try book.entries("P-1") == [
                "captured 2026-03-10 6667+500+1433", "canceled 2026-03-11 0+0+0",
                "refundCommitted 2026-03-11 6667+500+1433", "refunded 2026-03-11 6667+500+1433",
            ])
        #expect(try book.truth().refunded == 8_600)
        #expect(try book.pledge("P-1").state == .canceled)
        #expect(try book.balance(.refundableDeposits) + book.balance(.contractShipping) == 7_167)
        #expect(try book.differences() == [])
    }

    @Test("recorded money is owed until somebody says that it is paid back")
    func recorded() throws {
        let book = try Self.book([Self.row("P-1", status: "collected")])
        let done = try book.session("2026-03-11T12:00:00Z").cancelPledge("P-1", in: nil)
        #expect(done.after == .refundPending && done.owed == 8_600 && done.isRecorded)
        #expect(try book.session("2026-03-12T12:00:00Z").cancelPledge("P-1", in: nil).owed == 8_600)
        #expect(try book.differences() == [])
    }

    @Test("in the last day the total stays above the goal, unless a person says why")
    func lastDay() throws {
        let book = try Self.book([Self.row("P-1"), Self.row("P-2")])
        let session = try book.session("2026-03-31T12:00:00Z")
        let refusal = CancellationRefusal.belowGoal(
            left: Money(minorUnits: 8_600, currency: try book.record().currency),
            goal: Money(minorUnits: 10_000, currency: try book.record().currency))
        #expect(throws: refusal) { try session.cancelPledge("P-1", in: nil) }
        #expect(throws: refusal) { try session.cancelPledge("P-1", in: nil, override: "  ") }
        #expect(try book.pledge("P-1").state == .placed)
        let done = try session.cancelPledge("P-1", in: nil, override: "Ordered twice")
        #expect(done.overridden == refusal)
        let number = try book.record().number
        let (entry, sessions) = try book.folder.book.read { records in
            (
                try records.entries(campaign: number, kinds: [.canceled]).first,
                try records.sessions(campaign: number)
            )
        }
        // SHA-256 of “Ordered twice”.
        #expect(
            entry?.entry.detail == "why=" + hexText(SHA256Digest.of(Array("Ordered twice".utf8))))
        #expect(sessions.last?.reason == "Ordered twice")
        #expect(try book.differences() == [])
    }

    @Test("after the campaign's end the rule refuses, and an unknown name is said")
    func refusals() throws {
        let book = try Self.book([Self.row("P-1")])
        #expect(throws: CancellationRefusal.self) {
            try book.session("2026-04-01T12:00:00Z").cancelPledge("P-1", in: nil)
        }
        #expect(throws: SessionError.unknownPledge("nobody")) {
            try book.session("2026-03-11T12:00:00Z").cancelPledge("nobody", in: nil)
        }
    }
}

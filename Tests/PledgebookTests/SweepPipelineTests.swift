import Accounting
import Crowdfunding
import Gateways
import Storage
import Testing

@testable import Pledgebook

/// Windows are signed and read ahead; what another process writes in between is not lost, and what was signed
/// is signed again behind it.
@Suite("Sweeps with two windows under way") struct SweepPipelineTests {
    private static func rows(_ count: Int) -> String {
        "pledge_id,email,country,tier,pledged_at,payment_method,payment_reference,status\n"
            + (1...count).map {
                "P-\($0),b\($0)@post.example,DE,standard,2026-03-05T10:00:00+01:00,rehearsal,tok-\($0),\n"
            }.joined()
    }

    /// A session whose every window is accompanied by an entry of somebody else.
    private static func meddled(_ book: UpdateBook, _ moment: String) throws -> Session {
        var session = try book.session(moment)
        let other = try Book(opening: book.folder.book.path)
        var apart = Session(
            book: other, master: session.master, now: session.now, operatorName: "finance", version: "1",
            command: "cash record own")
        apart.interposed = nil
        let meddler = apart
        session.interposed = {
            // While a window is on its way, somebody else writes to the same book.
            MeddledGateway(
                $0,
                before: { _ in
                    _ = try meddler.recordCash(.own, CashFact(amount: 100, again: true), in: nil)
                })
        }
        return session
    }

    private static func own(_ book: UpdateBook) throws -> Int64 {
        let number = try book.record().number
        return try book.folder.book.read {
            Int64(try $0.entries(campaign: number, kinds: [.ownMoney]).count)
        }
    }

    @Test("charges", arguments: [2, 3, 4, 9])
    func charges(count: Int) throws {
        let book = try UpdateBook()
        try book.take(Self.rows(count), at: "2026-03-10T12:00:00Z")
        let result = try Self.meddled(book, "2026-04-01T12:00:00Z").closeCampaign(nil)
        let truth = try book.truth()
        #expect(result.count.capturedAmount == truth.captured && truth.captured > 0)
        #expect(try Self.own(book) == Int64((count + 1) / 2))
        #expect(try book.differences() == [])
    }

    @Test("refunds", arguments: [1, 2, 3, 9])
    func refunds(count: Int) throws {
        let book = try UpdateBook([("at-close", "on-pledge")])
        try book.take(Self.rows(count), at: "2026-03-10T12:00:00Z")
        let taken = try book.truth().captured
        let done = try Self.meddled(book, "2026-03-12T12:00:00Z").cancelCampaign(nil, because: "No factory")
        #expect(done.campaign.record.state == .canceled)
        #expect(try book.truth().refunded == taken && taken > 0)
        #expect(done.count.refundedAmount == taken)
        #expect(try book.balance(.refundsPayable) == 0)
        #expect(try Self.own(book) > 0)
        #expect(try book.differences() == [])
    }
}

import Accounting
import Crowdfunding
import Gateways
import Storage
import Testing

@testable import Pledgebook

@Suite("Collecting at once, calling off, finishing") struct CancelCampaignTests {
    private static let header =
        "pledge_id,email,country,tier,pledged_at,payment_method,payment_reference,status\n"

    private static func rows(
        _ numbers: ClosedRange<Int>, _ tier: String = "standard", method: String = "rehearsal",
        status: String = "",
        at: String = "2026-03-05T10:00:00+01:00"
    ) -> String {
        header
            + numbers.map {
                "P-\($0),b\($0)@post.example,DE,\(tier),\(at),\(method),tok-\($0),\(status)\n"
            }.joined()
    }

    private static let onPledge = [("at-close", "on-pledge")]

    /// Money that the books say was captured, by the payments' rows.
    private static func captured(_ book: UpdateBook) throws -> Int64 {
        let number = try book.record().number
        return try book.folder.book.read { try $0.totals(campaign: number).reduce(0) { $0 + $1.captured } }
    }

    @Test("on pledge: charged after the import, booked as the processor's own truth says")
    func onPledge() throws {
        let book = try UpdateBook(Self.onPledge)
        let summary = try book.take(Self.rows(1...200), at: "2026-03-10T12:00:00Z")
        let truth = try book.truth()
        #expect(summary.chargeable == 200)
        #expect(summary.charged.capturedAmount == truth.captured && truth.captured > 0)
        #expect(try Self.captured(book) == truth.captured)
        #expect(try book.record().state == .live)
        let again = try book.take(Self.rows(1...200), at: "2026-03-10T13:00:00Z")
        #expect(again.same == 200)
        #expect(try book.truth().captured == truth.captured)
        #expect(try book.differences() == [])
    }

    @Test("killed between windows, then imported again: nothing is taken twice", arguments: [0, 1, 3])
    func killed(windows: Int) throws {
        let book = try UpdateBook(Self.onPledge)
        #expect(throws: MeddledGateway.Died.self) {
            try book.take(Self.rows(1...12), at: "2026-03-10T12:00:00Z") {
                MeddledGateway.dying($0, after: windows)
            }
        }
        #expect(try Self.captured(book) < book.truth().captured)
        try book.take(Self.rows(1...12), at: "2026-03-10T12:05:00Z")
        let truth = try book.truth()
        #expect(try Self.captured(book) == truth.captured)
        #expect(truth.captured <= 12 * 8_600 && truth.captured > 8 * 8_600)
        #expect(try book.differences() == [])
    }

    @Test("killed while closing, and closed again: nothing is taken twice", arguments: [0, 1, 2])
    func killedClosing(windows: Int) throws {
        let book = try UpdateBook()
        try book.take(Self.rows(1...9), at: "2026-03-10T12:00:00Z")
        var session = try book.session("2026-04-01T12:00:00Z")
        session.interposed = { MeddledGateway.dying($0, after: windows) }
        #expect(throws: MeddledGateway.Died.self) { try session.closeCampaign(nil) }
        _ = try book.session("2026-04-01T12:10:00Z").closeCampaign(nil)
        let truth = try book.truth()
        #expect(try Self.captured(book) == truth.captured && truth.captured > 5 * 8_600)
        #expect(try book.record().state == .funded)
        #expect(try book.differences() == [])
    }

    @Test("a late pledge of our own CSV is charged at once; money that moves elsewhere is not")
    func late() throws {
        let book = try UpdateBook()
        try book.take(Self.rows(1...4), at: "2026-03-10T12:00:00Z")
        _ = try book.session("2026-04-01T12:00:00Z").closeCampaign(nil)
        let before = try book.truth().captured
        let late = try book.take(
            Self.rows(5...5, at: "2026-04-10T10:00:00+02:00"), at: "2026-04-10T12:00:00Z")
        #expect(late.chargeable == 1 && late.charged.capturedAmount == 8_600)
        #expect(try book.truth().captured == before + 8_600)
        #expect(try book.entries("P-5") == ["capturedAfterSuccess 2026-04-10 6667+500+1433"])
        #expect(try book.differences() == [])
    }

    @Test(
        "called off: everything goes back; carried on after a kill, once", arguments: [nil, 0, 1] as [Int?])
    func calledOff(windows: Int?) throws {
        let book = try UpdateBook(Self.onPledge)
        try book.take(Self.rows(1...7), at: "2026-03-10T12:00:00Z")
        let taken = try book.truth().captured
        if let windows {
            var session = try book.session("2026-03-12T12:00:00Z")
            session.interposed = { MeddledGateway.dying($0, after: windows) }
            #expect(throws: MeddledGateway.Died.self) {
                try session.cancelCampaign(nil, because: "No factory")
            }
            #expect(try book.record().state == .releasing)
        }
        let done = try book.session("2026-03-12T12:05:00Z").cancelCampaign(nil, because: "No factory")
        #expect(done.campaign.record.state == .canceled)
        #expect(try book.truth().refunded == taken && taken > 0)
        #expect(try book.balance(.refundableDeposits) == 0 && book.balance(.refundsPayable) == 0)
        #expect(try book.balance(.contractShipping) == 0)
        let head = try book.record().head
        let id = try book.record().id
        #expect(try book.session("2026-03-13T12:00:00Z").cancelCampaign(id, because: "Again").count.isEmpty)
        #expect(try book.record().head == head)
        #expect(try book.differences() == [])
    }

    @Test("recorded money holds up the end of a campaign that is called off")
    func recordedHoldsUp() throws {
        let book = try UpdateBook()
        try book.take(Self.rows(1...2, method: "recorded", status: "collected"), at: "2026-03-10T12:00:00Z")
        let done = try book.session("2026-03-12T12:00:00Z").cancelCampaign(nil, because: "No factory")
        #expect(done.campaign.record.state == .releasing && done.count.pendingAmount == 17_200)
        #expect(try book.record().releaseTo == .canceled)
        #expect(try book.differences() == [])
    }

    @Test("neither without a reason nor after success")
    func refused() throws {
        let book = try UpdateBook()
        try book.take(Self.rows(1...4), at: "2026-03-10T12:00:00Z")
        #expect(throws: SessionError.self) {
            try book.session("2026-03-12T12:00:00Z").cancelCampaign(nil, because: " ")
        }
        _ = try book.session("2026-04-01T12:00:00Z").closeCampaign(nil)
        #expect(throws: SessionError.self) {
            try book.session("2026-04-02T12:00:00Z").cancelCampaign(nil, because: "Too late")
        }
    }

    @Test("finishing names what is unshipped and open, and passes when nothing is")
    func finish() throws {
        let book = try UpdateBook()
        try book.take(Self.rows(1...7, method: "recorded", status: "collected"), at: "2026-03-10T12:00:00Z")
        try book.take(Self.rows(8...8, method: "recorded"), at: "2026-03-10T12:00:00Z")
        #expect(throws: SessionError.self) { try book.session("2026-04-01T12:00:00Z").finishCampaign(nil) }
        _ = try book.session("2026-04-01T12:00:00Z").closeCampaign(nil)
        #expect(
            throws: SessionError.refused(
                "lamp cannot be finished yet: 7 unshipped (P-1, P-2, P-3, P-4, P-5 …), 1 open (P-8).")
        ) { try book.session("2026-04-01T13:00:00Z").finishCampaign(nil) }
        let thanks = try UpdateBook([("\"goal\": \"100.00\"", "\"goal\": \"5.00\"")])
        try thanks.take(
            Self.rows(1...1, "thanks", method: "recorded", status: "collected"), at: "2026-03-10T12:00:00Z")
        _ = try thanks.session("2026-04-01T12:00:00Z").closeCampaign(nil)
        let done = try thanks.session("2026-04-02T12:00:00Z").finishCampaign(nil)
        #expect(done.record.state == .finished)
        #expect(try thanks.differences() == [])
    }
}

import Accounting
import Imports
import Testing

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// What simulations have found, each by itself.
@Suite("Found by simulation") struct FoundTests {
    private static let opens = SampleCampaigns.instant("2026-03-02T09:00:00Z")

    /// A campaign that charges on pledge, with two pledges that are charged.
    ///
    /// Killed or not, the same import again finishes it.
    private static func charged(killing point: KillPoint? = nil) throws -> MortalBook {
        let mortal = try MortalBook()
        let text = """
            { "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
              "opens_at": "\(opens)", "closes_at": "2026-03-31T18:00:00Z", "funding": { "goal": "1000.00" },
              "prepayment": { "collect": "on-pledge" },
              "tiers": [{ "id": "thanks", "title": "Thanks", "price": "20.00" }] }
            """
        _ = try mortal.session(at: opens).launch(checkCampaign(Array(text.utf8), file: "lamp.json"), seed: 1)
        let rows = """
            pledge_id,email,country,tier,pledged_at,payment_method,payment_reference
            P-1,a@post.example,DE,thanks,2026-03-02T10:00:00Z,rehearsal,pm_1
            P-2,b@post.example,DE,thanks,2026-03-02T11:00:00Z,rehearsal,pm_2

            """
        let path = try mortal.write(rows)
        let moment = opens.adding(seconds: 86_400)
        func take(_ session: Session) throws {
            _ = try session.importPledges(
                at: path, into: nil, options: ImportOptions(), observer: ImportObserver())
        }
        if try mortal.run(at: moment, killing: point, take) { try take(mortal.session(at: moment)) }
        try #require(try mortal.truth().totals().captured == 4000)
        return mortal
    }

    @Test("a refund that a canceled pledge is owed goes out when the campaign gives everything back")
    func owedToCanceled() throws {
        let mortal = try Self.charged()
        let canceled = Self.opens.adding(seconds: 2 * 86_400)
        // The refund never leaves, and days later its key is too old to be sent again.
        #expect(
            try mortal.run(at: canceled, killing: .gateway(0, part: 0)) {
                _ = try $0.cancelPledge("P-1", in: nil)
            })
        let later = mortal.session(at: canceled.adding(seconds: 3 * 86_400))
        let result = try later.cancelCampaign(nil, because: "test")
        #expect(result.campaign.record.state == .canceled)
        #expect(try later.checkBook(campaign: nil).isSound)
        #expect(try later.compareWithTruth(nil).differences == [])
        #expect(try mortal.truth().totals().refunded == 4000)
    }

    @Test("a charge that was left open and then succeeds leaves the payment as one that was not")
    func resumedEnding() throws {
        let endings = try [nil, KillPoint.gateway(0, part: 2)].map { point in
            let mortal = try Self.charged(killing: point)
            return try mortal.book.read { records in
                var endings: [PaymentEnding] = []
                try records.forEachPayment(campaign: 1) { endings.append($0.payment.ending) }
                return endings
            }
        }
        #expect(endings[0] == endings[1] && endings[0].count == 2)
    }
}

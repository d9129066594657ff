import Accounting
import Crowdfunding
import Imports
import Testing

@testable import Pledgebook
@testable import Storage

/// A close is killed at every one of its commits; said again, its end is written once, with its checkpoint.
@Suite("A closing that was stopped") struct InterruptedClosingTests {
    static let closes = SampleCampaigns.instant("2026-03-31T18:00:00Z")

    /// Twelve pledges of EUR 20.00 on the rehearsal gateway.
    private static func book(goal: String) throws -> MortalBook {
        let mortal = try MortalBook()
        let text = """
            { "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
              "opens_at": "2026-03-01T00:00:00Z", "closes_at": "2026-03-31T18:00:00Z",
              "funding": { "goal": "\(goal)", "goal_basis": "pledged" },
              "tiers": [{ "id": "one", "title": "One", "price": "20.00" }] }
            """
        let launch = SampleCampaigns.instant("2026-03-01T00:00:00Z")
        _ = try mortal.session(at: launch).launch(checkCampaign(Array(text.utf8), file: "lamp.json"), seed: 3)
        let rows = (1...12).map {
            "P-\($0),b\($0)@post.example,one,1,2026-03-02T10:00:00Z,rehearsal,pm_\($0)\n"
        }
        let head = "pledge_id,email,tier,quantity,pledged_at,payment_method,payment_reference\n"
        let path = try mortal.write(head + rows.joined())
        let summary = try mortal.session(at: closes.adding(seconds: -3600)).importPledges(
            sourceFiles(at: path), name: "pledges.csv", into: nil, options: ImportOptions(),
            observer: ImportObserver())
        try #require(summary.placed == 12)
        return mortal
    }

    /// As the command does: what was stopped at its last step is ended, everything else carried on.
    private static func close(_ session: Session) throws {
        if try session.endInterruptedClosing(nil) { return }
        let state = try session.campaign(nil).record.state
        guard state != .unfunded, state != .canceled else { return }
        _ = try session.closeCampaign(nil)
    }

    private static func cancel(_ session: Session) throws {
        _ = try session.cancelCampaign(nil, because: "test")
    }

    private struct End: Equatable {
        var state: CampaignState
        var closed: Int
        var isAttested: Bool
    }

    private static func end(_ mortal: MortalBook) throws -> End {
        try mortal.book.read { records in
            let record = try records.campaigns()[0]
            return End(
                state: record.state, closed: try records.entries(campaign: 1, kinds: [.campaignClosed]).count,
                isAttested: try records.lastCheckpoint(campaign: 1)?.number == record.head)
        }
    }

    @Test(
        "its end and its checkpoint are written once, wherever it stopped",
        arguments: [
            ("100.00", "campaign close"), ("9000.00", "campaign close"), ("100.00", "campaign cancel"),
        ])
    func stopped(goal: String, command: String) throws {
        let act = command == "campaign close" ? Self.close : Self.cancel
        let now = command == "campaign close" ? Self.closes : Self.closes.adding(seconds: -60)
        let whole = try Self.book(goal: goal)
        whole.command = command
        try act(whole.session(at: now))
        let expected = try Self.end(whole)
        #expect(expected.closed == 1 && expected.isAttested)
        var kills = 0
        while true {
            let mortal = try Self.book(goal: goal)
            mortal.command = command
            guard try mortal.run(at: now, killing: .commit(kills), act) else { break }
            kills += 1
            try act(mortal.session(at: now))
            #expect(try Self.end(mortal) == expected, "killed at commit \(kills - 1)")
            try act(mortal.session(at: now))
            #expect(try Self.end(mortal) == expected, "said a third time")
            #expect(try mortal.session(at: now).checkBook(campaign: nil).isSound)
            try #require(kills < 100)
        }
        #expect(kills >= 3, "\(kills) commits only")
    }
}

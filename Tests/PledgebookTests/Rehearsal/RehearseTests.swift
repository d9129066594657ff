import Accounting
import Crowdfunding
import Gateways
import Glibc
import Storage
import Testing

@testable import Pledgebook

@Suite("A campaign rehearsed in throw-away books") struct RehearseTests {
    private static func plan(
        _ behavior: RehearsalBehavior, seed: UInt64, runs: Int = 1, pledges: Int = 60,
        _ terms: ClosingBook.Terms = ClosingBook.Terms()
    ) throws -> RehearsalPlan {
        RehearsalPlan(
            campaign: try checkCampaign(Array(ClosingBook.text(terms).utf8), file: "lamp.json"),
            behavior: behavior, pledges: pledges, seed: seed, runs: runs)
    }

    private static func calm(_ cancellations: String = "0") -> RehearsalBehavior {
        var behavior = RehearsalBehavior.realistic
        behavior.cancellations = Percentage(cancellations) ?? .zero
        behavior.declinedSoft = .zero
        behavior.declinedHard = .zero
        behavior.needsBacker = .zero
        behavior.faults = [:]
        return behavior
    }

    @Test("without a fault everything that is pledged is collected on the closing day") func calm() throws {
        let result = try #require(try rehearse(Self.plan(Self.calm(), seed: 3)).first)
        #expect(result.faults == [])
        #expect(result.state == .funded && result.collected == result.pledged && result.collected > 0)
        #expect(result.droppedCount == 0 && result.refunded == 0 && result.canceledCount == 0)
        #expect(result.decidedOn == CalendarDay("2026-03-31") && result.lastCollectedOn == result.decidedOn)
        #expect(result.lastRefundedOn == nil)
    }

    @Test("a goal that is missed pays everything back") func missed() throws {
        let terms = ClosingBook.Terms(goal: 100_000_000, basis: "pledged")
        let result = try #require(try rehearse(Self.plan(Self.calm("10"), seed: 3, terms)).first)
        #expect(result.faults == [] && result.state == .unfunded && result.collected == 0)
        #expect((1...15).contains(result.canceledCount))
    }

    @Test("the same seed gives the same results, in another order of runs too; another one does not")
    func repeats() throws {
        var rough = RehearsalBehavior.realistic
        for fault in RehearsalFault.allCases { rough.faults[fault] = Percentage("4") }
        func texts(_ seed: UInt64, _ runs: Int) throws -> [String] {
            try rehearse(Self.plan(rough, seed: seed, runs: runs)).map { "\($0)" }
        }
        let all = try texts(20, 3)
        #expect(try texts(20, 3) == all)
        #expect(try texts(21, 2) == Array(all[1...]))
        #expect(Set(all).count == 3)
    }

    @Test("what the processor did and the book does not know is found and named")
    func differences() throws {
        let book = try ClosingBook(count: 40)
        try book.close(hours: 0)
        let session = try book.session(hours: 1)
        #expect(try session.compareWithTruth(nil).differences == [])
        var gateway = try book.truth()
        let pledge = try #require(try book.folder.book.read { try $0.pledges(campaign: 1) }.first)
        let charge = Operation(
            pledge: pledge.number, reference: pledge.reference, instalment: 1, kind: .charge, attempt: 9,
            amount: 500, method: "pm", target: "")
        _ = try gateway.perform(
            [charge], prefix: "rehearsal/lamp", currency: SampleCampaigns.currency("EUR"), at: session.now)
        #expect(
            try session.compareWithTruth(nil).differences == [
                "the processor did 1 things of which the book knows nothing"
            ])
        try book.folder.damage(
            """
            INSERT OR REPLACE INTO operation VALUES (1, \(pledge.number), 1, 2, 1, 500, 5, 0, 0);
            UPDATE entry SET goods = goods + 1 WHERE kind = 130 AND pledge = \(pledge.number)
            """)
        let found = try session.compareWithTruth(nil).differences
        #expect(found.contains { $0.hasPrefix("\(pledge.reference) operation charge 1 is failedHard") })
        #expect(found.contains { $0.hasPrefix("\(pledge.reference) taken: the book says") })
    }

    @Test("a campaign that moves real money has no such record") func real() throws {
        try RunBook.with { book in
            #expect(throws: SessionError.self) { try book.session().compareWithTruth(nil) }
        }
    }
}

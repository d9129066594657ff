import Accounting
import Testing

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

@Suite("Closing a campaign") struct CloseTests {
    private static let retryEnd: Int64 = 7 * 24

    /// How the pledges of a seed play out, whatever the goal.
    private struct Course {
        var pledged: Int64 = 0
        var units: Int64 = 0
        var atOnce: Int64 = 0
        var inTheEnd: Int64 = 0

        init() throws {
            let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all"))
            let standing = try book.session(hours: 0).planClosing(nil).standing
            (pledged, units) = (standing.pledged, standing.units)
            atOnce = try book.close(hours: 0).standing.collected
            for hours in [48, 96, 144] as [Int64] {
                inTheEnd = try book.close(hours: hours).standing.collected
            }
            try #require(atOnce < inTheEnd && inTheEnd < pledged, "the seed has no soft and hard declines")
        }
    }

    @Test("before the end nothing is closed and nothing is written")
    func tooEarly() throws {
        let book = try ClosingBook(count: 20)
        let before = try book.dump()
        let early = try book.session(ClosingBook.closes.adding(seconds: -1))
        for close in [{ _ = try early.closeCampaign(nil) }, { _ = try early.planClosing(nil) }] {
            do {
                try close()
                Issue.record("closed")
            } catch SessionError.notYet { #expect(try book.dump() == before) }
        }
        #expect(try book.truth().totals().requests == 0)
        #expect(try book.close(hours: 0).before == .live)
    }

    @Test("planning writes nothing and says what closing then does")
    func plan() throws {
        let book = try ClosingBook()
        let before = try book.dump()
        let plan = try book.session(hours: 0).planClosing(nil)
        #expect(try book.dump() == before)
        #expect(plan.pledges == 200)
        #expect(plan.chargeable == 200)
        #expect(plan.chargeableAmount == plan.standing.pledged)
        let result = try book.close(hours: 0)
        let tried =
            result.count.captured + result.count.failedSoft + result.count.failedHard
            + result.count.needBacker
        #expect(tried + result.count.unknown == plan.chargeable)
        #expect(result.count.capturedAmount == result.standing.collected)
    }

    @Test(
        "with the basis pledged it is funded at once, and what failed is still tried",
        arguments: [0, 1] as [Int64])
    func pledgedBasis(beyond: Int64) throws {
        let course = try Course()
        let book = try ClosingBook(ClosingBook.Terms(goal: course.pledged + beyond, basis: "pledged"))
        let result = try book.close(hours: 0)
        guard beyond == 0 else {
            #expect(result.campaign.record.state == .unfunded)
            #expect(try book.truth().totals().requests == 0)
            return
        }
        #expect(result.campaign.record.state == .funded)
        #expect(result.standing.collected == course.atOnce)
        #expect(try book.close(hours: 48).count.captured > 0)
        #expect(try book.count(.captured) == 0)
        #expect(try book.count(.campaignFunded) == 1)
        let last = try book.close(hours: Self.retryEnd + 24)
        #expect(last.campaign.record.state == .funded)
        #expect(last.count.dropped > 0)
    }

    @Test(
        "with the basis collected it is funded when the goal is collected, not before",
        arguments: [0, 1] as [Int64])
    func collectedBasis(beyond: Int64) throws {
        let course = try Course()
        let book = try ClosingBook(ClosingBook.Terms(goal: course.atOnce + beyond))
        let first = try book.close(hours: 0)
        #expect(first.standing.collected == course.atOnce)
        #expect(first.campaign.record.state == (beyond == 0 ? .funded : .collecting))
        #expect(first.becameContract > 0 || beyond == 1)
        guard beyond == 1 else { return }
        guard case .undecided(.retryWindowRunning) = first.decision else {
            Issue.record("\(first.decision as Any)")
            return
        }
        #expect(try book.close(hours: 47).campaign.record.state == .collecting)
        var states: [CampaignState] = []
        for hours in [48, 96, 144] as [Int64] {
            states.append(try book.close(hours: hours).campaign.record.state)
        }
        #expect(states.last == .funded)
        #expect(try book.count(.campaignFunded) == 1)
        #expect(try book.count(.succeeded) == 1)
        #expect(try book.count(.captured) > 0)
    }

    @Test("a goal that is missed in the end pays everything back, and only then is it unfunded")
    func missed() throws {
        let course = try Course()
        let book = try ClosingBook(ClosingBook.Terms(goal: course.inTheEnd + 1))
        for hours in [0, 48, 96, 144] as [Int64] {
            #expect(try book.close(hours: hours).campaign.record.state == .collecting)
        }
        #expect(try book.truth().totals().captured == course.inTheEnd)
        let last = try book.close(hours: Self.retryEnd)
        #expect(last.campaign.record.state == .unfunded)
        let totals = try book.truth().totals()
        #expect(totals.refunded == totals.captured)
        #expect(last.standing.collected == 0)
        try everythingIsReleased(book)
        #expect(throws: SessionError.self) { try book.session(hours: 200).closeCampaign(nil) }
    }

    @Test(
        "too little pledged, or too few units: nothing is charged and everything is let go",
        arguments: [true, false])
    func missedAtTheClose(byUnits: Bool) throws {
        let terms =
            byUnits ? ClosingBook.Terms(minimumUnits: 100_000) : ClosingBook.Terms(goal: 99_999_999)
        let book = try ClosingBook(terms, count: 100)
        let result = try book.close(hours: 0)
        #expect(result.campaign.record.state == .unfunded)
        #expect(result.count.released == 100)
        #expect(result.count.captured == 0)
        #expect(try book.truth().totals().requests == 0)
        try everythingIsReleased(book)
    }

    @Test("units count when they are collected, where collected money counts")
    func minimumUnitsCollected() throws {
        let course = try Course()
        let book = try ClosingBook(ClosingBook.Terms(minimumUnits: Int(course.units)))
        let first = try book.close(hours: 0)
        #expect(first.standing.units == course.units)
        #expect(first.standing.unitsCollected < course.units)
        #expect(first.campaign.record.state == .collecting)
        #expect(try book.close(hours: Self.retryEnd).campaign.record.state == .unfunded)
        try everythingIsReleased(book)
    }

    @Test("keep-it-all is funded whatever came in")
    func keepItAll() throws {
        let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all", goal: 99_999_999), count: 100)
        #expect(try book.close(hours: 0).campaign.record.state == .funded)
        #expect(try book.truth().totals().captured > 0)
        #expect(try book.truth().totals().refunded == 0)
    }

    @Test("failed charges are tried every 48 hours within seven days, and dropped after that")
    func retries() throws {
        let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all"), count: 300, seed: 11)
        var attempts: [Int] = []
        for hours in [0, 47, 48, 49, 96, 167] as [Int64] {
            let before = try book.truth().totals().requests
            try book.close(hours: hours)
            attempts.append(try book.truth().totals().requests - before)
        }
        #expect(attempts[0] == 300)
        #expect(attempts[1] == 0)
        #expect(attempts[2] > 0)
        #expect(attempts[3] == 0)
        let failed = try book.folder.book.read { try $0.totals(campaign: 1) }.filter {
            $0.payment != .captured
        }
        let last = try book.close(hours: Self.retryEnd)
        #expect(last.count.dropped == failed.reduce(0) { $0 + $1.count })
        #expect(last.count.captured == 0)
        #expect(try book.count(.dropped) == Int(last.count.dropped))
        try placesAreThoseHeld(book)
    }

    @Test("closing again does nothing again", arguments: [0, 48, 192] as [Int64])
    func twice(hours: Int64) throws {
        let book = try ClosingBook()
        try book.close(hours: 0)
        if hours > 0 { try book.close(hours: hours) }
        let before = try book.dump()
        let requests = try book.truth().totals().requests
        for _ in 1...2 {
            let again = try book.close(hours: hours)
            #expect(again.entries == 0)
            #expect(again.count.isEmpty)
            #expect(try book.dump() == before)
        }
        #expect(try book.truth().totals().requests == requests)
    }

    @Test("a campaign without a single pledge ends unfunded")
    func noPledges() throws {
        let folder = try BookFolder()
        try folder.launch("aurora-lamp", at: "2026-03-01T12:00:00Z")
        let result = try folder.session(at: "2026-04-01T12:00:00Z").closeCampaign(nil)
        #expect(result.campaign.record.state == .unfunded)
        #expect(try folder.session(at: "2026-04-01T12:00:00Z").checkBook(campaign: nil).isSound)
    }

    @Test("who talks to the gateway is alone with it")
    func gatewayLock() throws {
        let book = try ClosingBook(count: 20)
        let before = try book.dump()
        let lock = try GatewayLock(book: book.folder.book.path, campaign: book.definition.id)
        #expect(throws: SessionError.gatewayBusy(campaign: "lamp")) { try book.close(hours: 0) }
        withExtendedLifetime(lock) {}
        #expect(try book.dump() == before)
    }

    @Test("a lock that is let go can be taken")
    func gatewayLockIsLetGo() throws {
        let book = try ClosingBook(count: 20)
        do { _ = try GatewayLock(book: book.folder.book.path, campaign: book.definition.id) }
        #expect(try book.close(hours: 0).count.captured > 0)
    }

    @Test("a clock before the last entry is refused")
    func clock() throws {
        let book = try ClosingBook(count: 20)
        try book.close(hours: 10)
        let before = try book.dump()
        #expect(throws: SessionError.self) { try book.session(hours: 9).closeCampaign(nil) }
        #expect(try book.dump() == before)
    }

    /// Nothing is held, open or owed, and no place is taken.
    private func everythingIsReleased(_ book: ClosingBook) throws {
        for total in try book.folder.book.read({ try $0.totals(campaign: 1) }) {
            let state = try #require(total.payment)
            #expect([.canceled, .refunded, .dropped].contains(state), "\(total)")
            #expect(total.captured == total.refunded)
        }
        #expect(try book.folder.book.read { try $0.openOperations(campaign: 1) } == [])
        try placesAreThoseHeld(book)
    }

    /// What an offer says is taken is what pledges hold.
    private func placesAreThoseHeld(_ book: ClosingBook) throws {
        try book.folder.book.read { records in
            let numbers = try records.offerNumbers(.tier, campaign: 1)
            let taken = try records.taken(.tier, campaign: 1)
            let held = try records.tierTotals(campaign: 1)
            for (id, number) in numbers {
                #expect(taken[id] == held.first { $0.tier == Int(number) }?.quantity ?? 0, "\(id)")
            }
        }
    }
}

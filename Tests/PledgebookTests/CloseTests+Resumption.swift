import Accounting
import Testing

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// A gateway whose window dies at one point, as a process does that is killed.
struct DyingGateway: PaymentGateway {
    enum Point: CaseIterable { case beforeAll, halfWay, afterAll }
    struct Died: Error {}

    var inner: any PaymentGateway
    let point: Point
    /// Windows that are carried out before that.
    var left: Int

    var code: Int { inner.code }
    var name: String { inner.name }
    var window: Int { 50 }
    var keyLifetime: Int64 { inner.keyLifetime }
    var multicapture: Bool { inner.multicapture }

    mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) throws -> [GatewayOutcome] {
        left -= 1
        if left >= 0 { return try inner.perform(operations, prefix: prefix, currency: currency, at: now) }
        let count =
            switch point {
            case .beforeAll: 0
            case .halfWay: operations.count / 2
            case .afterAll: operations.count
            }
        _ = try inner.perform(Array(operations.prefix(count)), prefix: prefix, currency: currency, at: now)
        throw Died()
    }

    mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) throws -> GatewayOutcome {
        try inner.find(operation, prefix: prefix, at: now)
    }
}

@Suite("Carrying a closing on") struct CloseResumptionTests {
    private static let windows = [0, 1, 3]

    /// What the same pledges bring without a crash.
    private static func undisturbed() throws -> Int64 {
        try ClosingBook(ClosingBook.Terms(rule: "keep-it-all")).close(hours: 0).standing.collected
    }

    /// Moves the campaign on and carries out a part of a sweep, until the gateway dies.
    private static func die(
        _ book: ClosingBook, hours: Int64, to state: CampaignState, at point: DyingGateway.Point,
        after windows: Int,
        _ sweep: (inout OperationWindows) throws -> Void
    ) throws {
        let session = try book.session(hours: hours)
        try session.write(book.definition.id) { _, journal in
            journal.record.closedAt = journal.record.closedAt ?? session.now
            journal.record.state = state
            if state == .releasing { journal.record.releaseTo = .unfunded }
            journal.write(state == .collecting ? .campaignCollecting : .campaignReleasing)
        }
        var sweeper = try OperationWindows(session, campaign: session.campaign(nil))
        sweeper.gateway = DyingGateway(inner: sweeper.gateway, point: point, left: windows)
        #expect(throws: DyingGateway.Died.self) { try sweep(&sweeper) }
        let open = try book.folder.book.read { try $0.openOperations(campaign: 1) }
        #expect(open.count { $0.state == .open } > 30, "nothing was left open: the crash came too late")
    }

    @Test(
        "charges whose answer was lost are made once, whenever the process died",
        arguments: DyingGateway.Point.allCases,
        windows)
    func charges(point: DyingGateway.Point, windows: Int) throws {
        let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all"))
        try Self.die(book, hours: 0, to: .collecting, at: point, after: windows) { try $0.collect() }
        let result = try book.close(hours: 1)
        #expect(result.campaign.record.state == .funded)
        #expect(result.standing.unknown == 0)
        #expect(result.standing.collected == (try Self.undisturbed()))
        #expect(try book.folder.book.read { try $0.openOperations(campaign: 1) } == [])
        let before = try book.dump()
        try book.close(hours: 1)
        #expect(try book.dump() == before)
    }

    @Test("refunds whose answer was lost are made once", arguments: DyingGateway.Point.allCases, windows)
    func refunds(point: DyingGateway.Point, windows: Int) throws {
        let pledged = try ClosingBook().session(hours: 0).planClosing(nil).standing.pledged
        let book = try ClosingBook(ClosingBook.Terms(goal: pledged))
        let collected = try book.close(hours: 0).standing.collected
        try Self.die(book, hours: 2, to: .releasing, at: point, after: windows) { try $0.release() }
        let result = try book.close(hours: 3)
        #expect(result.campaign.record.state == .unfunded)
        let totals = try book.truth().totals()
        #expect(totals.captured == collected)
        #expect(totals.refunded == collected)
    }

    @Test("dying again while carrying on loses nothing")
    func diesTwice() throws {
        let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all"))
        try Self.die(book, hours: 0, to: .collecting, at: .beforeAll, after: 1) { try $0.collect() }
        for point in DyingGateway.Point.allCases {
            let session = try book.session(hours: 1)
            var sweeper = try OperationWindows(session, campaign: session.campaign(nil))
            sweeper.gateway = DyingGateway(inner: sweeper.gateway, point: point, left: 0)
            // Once all of the window has arrived, there is nothing to send again.
            try? sweeper.resolve()
        }
        #expect(try book.close(hours: 2).standing.collected == (try Self.undisturbed()))
    }

    @Test("what never arrived is not sent again when its key is too old; what arrived is found all the same")
    func keysGrowOld() throws {
        let book = try ClosingBook(ClosingBook.Terms(rule: "keep-it-all"))
        try Self.die(book, hours: 0, to: .collecting, at: .halfWay, after: 1) { try $0.collect() }
        let sent = try book.truth().totals().requests
        let lost = try Self.operations(book).count - sent
        try #require(sent > 50 && lost > 20, "\(sent) arrived, \(lost) did not")
        try book.close(hours: 30)
        #expect(try Self.operations(book).count { $0.state == .abandoned } == lost)
        try book.close(hours: 8 * 24)
        #expect(try book.count(.dropped) >= lost)
    }

    private static func operations(_ book: ClosingBook) throws -> [OperationRecord] {
        try book.folder.book.read { records in
            let pledges = try records.pledges(campaign: 1)
            return try pledges.flatMap { try records.operations(campaign: 1, pledge: $0.number) }
        }
    }
}

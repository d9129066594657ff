import Accounting
import Testing

@testable import Crowdfunding

/// Delays, cancellations, and what is taken back.
@Suite("Changes of a launched run") struct RunChangeTests {
    private static let day = ProductionRunTests.day
    private static func launched() throws -> ProductionRun {
        try ProductionRunTests.launched([(0, 300), (1, 100)])
    }

    @Test("a delay moves the day and says how late it is against the launch; earlier is possible too")
    func delay() throws {
        var run = try Self.launched()
        let first = known(run.firstExpected)
        #expect(try run.delay(to: first.adding(days: 20), today: Self.day) == first)
        #expect(run.slip == 20 && run.expectedOn == first.adding(days: 20))
        #expect(try run.delay(to: first.adding(days: -3), today: Self.day) == first.adding(days: 20))
        #expect(run.slip == -3 && run.firstExpected == first)
        #expect(run.datedDay(today: Self.day, closing: Self.day) == first.adding(days: -3))
        #expect(ProductionRun(Sample.plan("run-1", sku: "LAMP")).slip == 0)
    }

    @Test("no delay into the past, of what is not launched, or of what has ended")
    func noDelay() throws {
        var run = try Self.launched()
        let before = run
        let late = Self.day.adding(days: 9)
        #expect(throws: RunRefusal.expectedInPast(run: "run-1", Self.day, today: late)) {
            try run.delay(to: Self.day, today: late)
        }
        #expect(run == before)
        var planned = ProductionRun(Sample.plan("run-1", sku: "LAMP"))
        #expect(throws: RunRefusal.notPossible(run: "run-1", from: .planned, to: .received)) {
            try planned.delay(to: late, today: Self.day)
        }
        try run.cancel()
        #expect(run.state == .canceled && run.units.map(\.writtenOff) == [300, 100])
        #expect(run.datedDay(today: Self.day, closing: Self.day) == nil)
        #expect(throws: RunRefusal.nothingExpected(run: "run-1", .canceled)) {
            try run.delay(to: late, today: Self.day)
        }
    }

    @Test("a count that is taken back is outstanding again, and never more than was counted")
    func takeBack() throws {
        var run = try Self.launched()
        try run.receive([(0, 300), (1, 100)])
        #expect(run.state == .received)
        for wrong in [[(0, 301)], [(2, 1)], [(0, -1)]] as [[(sku: Int, units: Int64)]] {
            let before = run
            #expect(throws: RunRefusal.unknownUnits(run: "run-1")) { try run.takeBack(wrong) }
            #expect(run == before)
        }
        try run.takeBack([(0, 40)])
        #expect(run.state == .launched && run.unitsOutstanding == 40)
        try run.receive([(0, 40)])
        #expect(run.state == .received)
        try run.close(owed: 0, currency: ProductionRunTests.euro)
        #expect(throws: RunRefusal.notPossible(run: "run-1", from: .closed, to: .planned)) {
            try run.takeBack([(0, 1)])
        }
    }

    @Test("a run whose end is taken back waits for what was written off, or is received")
    func reopen() throws {
        var run = try Self.launched()
        #expect(throws: RunRefusal.notPossible(run: "run-1", from: .launched, to: .planned)) {
            try run.reopen([])
        }
        try run.receive([(0, 300)])
        try run.close(owed: 0, currency: ProductionRunTests.euro, writesOffShort: true)
        for wrong in [[(1, 101)], [(0, 1)], [(7, 1)], [(1, -1)]] as [[(sku: Int, units: Int64)]] {
            #expect(throws: RunRefusal.unknownUnits(run: "run-1")) { try run.reopen(wrong) }
            #expect(run.state == .closed)
        }
        try run.reopen([(1, 100)])
        #expect(run.state == .launched && run.unitsOutstanding == 100)
        try run.receive([(1, 100)])
        try run.close(owed: 0, currency: ProductionRunTests.euro)
        try run.reopen([])
        #expect(run.state == .received)
    }

    static let refusals: [(RunRefusal, String)] = [
        (.notPossible(run: "r", from: .planned, to: .closed), "not launched yet"),
        (
            .notPossible(run: "r", from: .closed, to: .launched),
            "launched already, with other units, and is closed"
        ),
        (.notPossible(run: "r", from: .closed, to: .canceled), "is closed and cannot become canceled"),
        (.aboveCapacity(run: "r", units: 11, capacity: 10), "makes 10 units at most; 11 are asked for"),
        (.nothingOrdered(run: "r"), "would make nothing"), (.unknownUnits(run: "r"), "does not make that"),
        (.unitsOutstanding(run: "r", units: 3, ordered: 9), "waits for 3 of 9 units"),
        (
            .supplierUnpaid(run: "r", owed: Money(minorUnits: 500, currency: ProductionRunTests.euro)),
            "still owes its supplier EUR 5.00"
        ),
        (.nothingExpected(run: "r", .closed), "is closed: nothing of it is expected any more"),
        (
            .expectedInPast(run: "r", day, today: day.adding(days: 1)),
            "2026-04-08 is in the past, today is 2026-04-09"
        ),
    ]

    @Test("each refusal says what stands in the way, and is a refusal", arguments: refusals)
    func refusal(_ refusal: RunRefusal, says: String) {
        #expect(refusal.message.contains(says))
        #expect(refusal.exitCode == .refused)
    }
}

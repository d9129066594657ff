import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Receiving and closing a production run")
struct RunSupplyTests {
    /// Launched: 3 red and 2 blue lamps at EUR 30.00, deposit EUR 45.00 paid.
    private static func launched(_ body: (RunBook) throws -> Void) throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            try book.post(.supplierDeposit, run: "run-1", other: 4_500)
            try body(book)
        }
    }

    @Test("books goods at cost and lets the deposit pay first")
    func receives() throws {
        try Self.launched { book in
            let first = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 3]))
            #expect((first.cost, first.depositApplied, first.owed) == (9_000, 4_500, 4_500))
            #expect(first.state == .launched)
            #expect(first.short.map { "\($0.sku):\($0.units)" } == ["LAMP-BLUE:2"])
            let second = try book.session().receiveRun("run-1", .total(2))
            #expect((second.cost, second.depositApplied, second.owed) == (6_000, 0, 10_500))
            #expect(second.state == .received)
            // 600 of it are the bulbs in stock at launch.
            #expect(try book.balance(.inventory) == 15_600)
            #expect(try book.balance(.suppliers) == 10_500)
            #expect(try book.balance(.supplierDeposits) == 0)
            #expect(
                try book.entries(.runReceived).map(\.detail) == [
                    "units=LAMP-RED:3;run=run-1", "units=LAMP-BLUE:2;run=run-1",
                ])
        }
    }

    @Test("counts a delivery note once")
    func sameNote() throws {
        try Self.launched { book in
            _ = try book.session().receiveRun("run-1", .total(5), reference: "DN-1")
            let head = try book.session().campaign(nil).record.head
            let again = try book.session().receiveRun("run-1", .total(5), reference: "DN-1")
            #expect(again.wasCounted)
            #expect(try book.session().campaign(nil).record.head == head)
            // More than was ordered comes with a note of its own.
            #expect(throws: SessionError.self) {
                try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 1]))
            }
            let more = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 1]), reference: "DN-2")
            #expect(more.over.map { "\($0.sku):\($0.units)" } == ["LAMP-RED:1"])
        }
    }

    @Test(
        "refuses what the run does not make, and a number that does not say which",
        arguments: [
            UnitCount.bySKU(["BULB": 1]), .bySKU(["LAMP": 1]), .total(4), .total(0), .bySKU(["LAMP-RED": 0]),
        ])
    func refusesCounts(count: UnitCount) throws {
        try Self.launched { book in
            let head = try book.session().campaign(nil).record.head
            #expect(throws: SessionError.self) { try book.session().receiveRun("run-1", count) }
            #expect(try book.session().campaign(nil).record.head == head)
        }
    }

    @Test("refuses a planned run, and a day that has not come")
    func refusesEarly() throws {
        try RunBook.with { book in
            #expect(throws: RunRefusal.notPossible(run: "run-1", from: .planned, to: .received)) {
                try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 1]))
            }
            _ = try book.session().launchRun("run-1")
            #expect(throws: SessionError.self) {
                try book.session().receiveRun("run-1", .total(5), on: CalendarDay("2026-04-11"))
            }
        }
    }

    @Test("closes only what is complete and paid; the last in the queue waits again, and no unit is lost")
    func closesShort() throws {
        try Self.launched { book in
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 3, "LAMP-BLUE": 1]))
            #expect(throws: RunRefusal.unitsOutstanding(run: "run-1", units: 1, ordered: 5)) {
                try book.session().closeRun("run-1")
            }
            #expect(throws: RunRefusal.self) { try book.session().closeRun("run-1", short: true) }
            try book.post(.supplierPaid, run: "run-1", other: 7_500)

            let plan = try book.session().closeRun("run-1", short: true, dryRun: true)
            #expect(try book.entries(.runClosed).isEmpty)
            let done = try book.session().closeRun("run-1", short: true)
            for closing in [plan, done] {
                #expect(closing.writtenOff.map { "\($0.sku):\($0.units)" } == ["LAMP-BLUE:1"])
                #expect((closing.pledgesWaiting, closing.unitsWaiting) == (1, 1))
                #expect((closing.owed, closing.depositLeft) == (0, 0))
            }
            #expect(try book.entries(.unitsWrittenOff).map(\.detail) == ["units=LAMP-BLUE:1;run=run-1"])
            // P-4 pledged before P-2.
            #expect(
                try book.allocations() == [
                    "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-4 LAMP-BLUE run-1 1/0",
                    "P-4 LAMP-RED run-1 1/0",
                ])
            #expect(try book.session().closeRun("run-1").wasClosed)
            let next = try #require(try book.session().runList().runs.last)
            #expect((next.waiting, next.units.map(\.waiting), next.open) == (1, [0, 1], 0))

            let second = try book.session().launchRun("run-2")
            #expect(second.units.map { "\($0.sku):\($0.units)" } == ["LAMP-RED:0", "LAMP-BLUE:1"])
            #expect(try book.allocations().contains("P-2 LAMP-BLUE run-2 1/0"))
            #expect(try book.entries(.campaignFulfilling).count == 1)
        }
    }

    @Test("closes with a debt for a reason only, and pays from the deposit that is left")
    func closesOwing() throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.session().receiveRun("run-1", .total(5))
            // The deposit was recorded late.
            try book.post(.supplierDeposit, run: "run-1", other: 4_500)
            do {
                _ = try book.session().closeRun("run-1")
                Issue.record("closed a run that is not paid")
            } catch let refusal as RunRefusal {
                #expect(refusal.message.contains("EUR 105.00"))
            }
            let done = try book.session().closeRun("run-1", overrideReason: "paid in May")
            #expect(done.owed == 10_500)
            #expect(try book.balance(.suppliers) == 10_500)
            #expect(try book.balance(.supplierDeposits) == 0)
        }
    }

    @Test("gives units beyond the order to who waits")
    func over() throws {
        try RunBook.with([("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 1, \"capacity\": 3")])
        { book in
            _ = try book.session().launchRun("run-1")
            #expect(try !book.allocations().contains("P-2 LAMP-BLUE run-1 1/0"))
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 2, "LAMP-BLUE": 2]))
            #expect(try book.allocations().contains("P-2 LAMP-BLUE run-1 1/0"))
        }
    }
}

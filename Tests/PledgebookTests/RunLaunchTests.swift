import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Launching a production run")
struct RunLaunchTests {
    @Test("orders the units waiting, spreads open ones, and covers the queue by SKU")
    func launches() throws {
        try RunBook.with { book in
            let plan = try book.session().planRunLaunch("run-1")
            #expect(plan.units.map { "\($0.sku):\($0.units)" } == ["LAMP-RED:3", "LAMP-BLUE:2"])
            #expect(plan.unitsWaiting == 5)
            #expect(plan.unitsOpen == 1)
            #expect(plan.netCollected == 54_900)
            #expect((plan.cost, plan.deposit, plan.balance) == (15_000, 4_500, 10_500))
            #expect(
                plan.belowMinimum.map { "\($0.line.sku) \($0.line.units)<\($0.minimum)" } == ["LAMP-BLUE 2<3"]
            )
            #expect(try book.allocations().isEmpty)

            let done = try book.session().launchRun("run-1")
            #expect((done.unitsCovered, done.pledgesCovered) == (4, 3))
            #expect(
                try book.allocations() == [
                    "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-2 LAMP-BLUE run-1 1/0",
                    "P-4 LAMP-BLUE run-1 1/0", "P-4 LAMP-RED run-1 1/0",
                ])
            let entry = try #require(try book.entries(.runLaunched).first)
            #expect(entry.run == "run-1")
            #expect(
                entry.detail
                    == "units=LAMP-RED:3,LAMP-BLUE:2;cost=15000;deposit=4500;expected=2026-06-09;run=run-1")
            #expect(try book.entries(.campaignFulfilling).count == 1)
            #expect(try book.session().campaign(nil).record.state == .fulfilling)
        }
    }

    @Test("does nothing the second time, and refuses another number")
    func repeats() throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            let head = try book.session().campaign(nil).record.head
            let again = try book.session().launchRun("run-1")
            #expect(again.wasLaunched)
            #expect(again.unitsCovered == 4)
            #expect(try book.session().campaign(nil).record.head == head)
            #expect(try book.session().launchRun("run-1", units: .total(5)).wasLaunched)
            #expect(throws: RunRefusal.notPossible(run: "run-1", from: .launched, to: .launched)) {
                try book.session().launchRun("run-1", units: .total(6))
            }
        }
    }

    @Test("refuses below the threshold, naming both figures, unless a reason is given")
    func threshold() throws {
        try RunBook.with([("\"300.00\"", "\"600.00\"")]) { book in
            do {
                _ = try book.session().launchRun("run-1", overrideReason: "  ")
                Issue.record("launched below its threshold")
            } catch let refusal as RunRefusal {
                #expect(refusal.message.contains("EUR 549.00 of EUR 600.00 net collected"))
            }
            #expect(try book.session().campaign(nil).record.state == .funded)
            _ = try book.session().launchRun("run-1", overrideReason: "the factory closes in May")
            let detail = try #require(try book.entries(.runLaunched).first).detail
            // printf 'the factory closes in May' | sha256sum
            #expect(
                EntryDetail.value("override", in: detail)
                    == "7d340036c7f8c5711dd573ca4cc09a330bb839ec0d6051b439645652ddf0ac62")
            let session = try book.book.read { records in
                try records.sessions(campaign: book.session().campaign(nil, in: records).record.number).last
            }
            #expect(session?.reason == "the factory closes in May")
        }
    }

    @Test(
        "takes explicit units, by number or by SKU",
        arguments: [
            (["10"], ["LAMP-RED:5", "LAMP-BLUE:5"]),
            (["LAMP-BLUE=4,LAMP-RED=1"], ["LAMP-RED:1", "LAMP-BLUE:4"]),
        ])
    func explicit(words: [String], units: [String]) throws {
        try RunBook.with([("\"capacity\": 6", "\"capacity\": 60")]) { book in
            let plan = try book.session().planRunLaunch("run-1", units: UnitCount(words))
            #expect(plan.units.map { "\($0.sku):\($0.units)" } == units)
        }
    }

    @Test("never orders more than the supplier makes")
    func capacity() throws {
        try RunBook.with([("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 2, \"capacity\": 3")])
        { book in
            // The first three in the queue: P-1 red, P-4 red and blue.
            let plan = try book.session().planRunLaunch("run-1")
            #expect(plan.units.map(\.units) == [2, 1])
            #expect(throws: RunRefusal.aboveCapacity(run: "run-1", units: 4, capacity: 3)) {
                try book.session().planRunLaunch("run-1", units: .total(4))
            }
            _ = try book.session().launchRun("run-1")
            #expect(
                try book.allocations() == [
                    "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-4 LAMP-BLUE run-1 1/0",
                    "P-4 LAMP-RED run-1 1/0",
                ])
            // P-2 and the open unit of P-3 wait for the second run.
            let next = try #require(try book.session().runList().runs.last)
            #expect((next.id, next.waiting, next.open) == ("run-2", 2, 1))
        }
    }

    @Test("names runs that there are")
    func unknown() throws {
        try RunBook.with { book in
            do {
                _ = try book.session().launchRun("run-9")
                Issue.record("launched a run that is not planned")
            } catch let error as SessionError {
                #expect(error.message == "The campaign has no run “run-9”. It has: run-1, run-2.")
                #expect(error.exitCode == .badInput)
            }
        }
    }

    @Test("shows planned runs with what waits for each")
    func lists() throws {
        try RunBook.with { book in
            let list = try book.session().runList()
            #expect(
                list.runs.map { "\($0.id) \($0.state) \($0.waiting) \($0.minimum)" } == [
                    "run-1 planned 5 4", "run-2 planned 0 1",
                ])
            #expect(list.runs[0].expected == CalendarDay("2026-06-09"))
            #expect(list.runs[0].shortfall == nil)
            #expect(list.runs[0].units.map(\.waiting) == [2, 2])
            #expect(list.runs[0].open == 1)
        }
    }

    @Test(
        "reads counts as people type them",
        arguments: [
            (["400"], UnitCount.total(400)), (["A=1", "b=2"], .bySKU(["A": 1, "b": 2])),
            (["A=1,b=2"], .bySKU(["A": 1, "b": 2])), (["A=1", "A=2"], nil), (["-1"], nil), (["A="], nil),
            ([], nil),
            (["A=1=2"], nil), (["99999999999"], nil), (["1", "2"], nil), (["=3"], nil),
        ] as [([String], UnitCount?)])
    func counts(words: [String], count: UnitCount?) {
        #expect(UnitCount(words) == count)
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite("Delaying and canceling a production run")
struct RunDelayTests {
    private static let first = known("2026-06-09")
    private static let later = known("2026-10-05")

    private static func known(_ day: String) -> CalendarDay {
        guard let day = CalendarDay(day) else { preconditionFailure("\(day) is no day") }
        return day
    }

    private static func launched(_ body: (RunBook) throws -> Void) throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            try body(book)
        }
    }

    @Test("moves the day by one entry, names who is touched and who is late, and takes no unit from anybody")
    func moves() throws {
        try Self.launched { book in
            let before = try book.allocations()
            let plan = try book.session().delayRun(
                "run-1", to: Self.later, because: "the mold broke", dryRun: true)
            #expect(try book.entries(.runDelayed).isEmpty)
            let done = try book.session().delayRun("run-1", to: Self.later, because: "the mold broke")
            for delay in [plan, done] {
                #expect((delay.from, delay.to, delay.first) == (Self.first, Self.later, Self.first))
                #expect((delay.days, delay.slip, delay.wasSo) == (118, 118, false))
                #expect((delay.pledges, delay.units) == (3, 4))
                // They were promised September.
                #expect(delay.late == ["P-1", "P-2", "P-4"])
            }
            let why = SHA256Digest.hex(of: Array("the mold broke".utf8))
            #expect(
                try book.entries(.runDelayed).map(\.detail) == [
                    "expected=2026-10-05;was=2026-06-09;why=\(why);run=run-1"
                ])
            #expect(try book.allocations() == before)
            let run = try book.session().runShow("run-1").run
            #expect((run.expected, run.slip) == (Self.later, 118))
            #expect(run.slips.map(\.reason) == ["the mold broke"] && run.slips.map(\.days) == [118])
            #expect(try book.differences() == [])
        }
    }

    @Test(
        "said again it is one slip; another day is another; the last can be taken back, then the one before")
    func again() throws {
        try Self.launched { book in
            _ = try book.session().delayRun("run-1", to: Self.known("2026-07-01"), because: "the mold broke")
            #expect(
                try book.session().delayRun("run-1", to: Self.known("2026-07-01"), because: "so it is").wasSo)
            let back = try book.session().delayRun("run-1", to: Self.known("2026-06-20"), because: "mended")
            #expect((back.days, back.slip, back.late) == (-11, 11, []))
            #expect(try book.entries(.runDelayed).count == 2)
            let slips = try book.session().runShow("run-1").run.slips
            let message = refusal { _ = try book.reverse(slips[0].entry) }
            #expect(message.contains("entry \(slips[1].entry) (Production run delayed"), "\(message)")
            for (index, day) in [(1, "2026-07-01"), (0, "2026-06-09")] {
                #expect(try book.reverse(slips[index].entry).run == .launched)
                #expect(try book.session().runShow("run-1").run.expected == Self.known(day))
                #expect(try book.differences() == [])
            }
            #expect(try book.session().runShow("run-1").run.slips == [])
        }
    }

    @Test("a day that is not the journal's is found")
    func damaged() throws {
        try Self.launched { book in
            _ = try book.session().delayRun("run-1", to: Self.later, because: "the mold broke")
            try book.damage("UPDATE run SET expected_day = expected_day - 1")
            let found = try book.session().checkBook(campaign: nil).differences
            #expect(found.map(\.column) == ["expected_day"])
        }
    }

    @Test("is refused where nothing is expected, in the past, and without a reason")
    func refusals() throws {
        try RunBook.with { book in
            func delay(_ day: String = "2026-10-05", _ reason: String = "x") -> String {
                refusal { _ = try book.session().delayRun("run-1", to: Self.known(day), because: reason) }
            }
            #expect(delay().contains("is not launched yet"))
            _ = try book.session().launchRun("run-1")
            #expect(delay("2026-04-09").contains("2026-04-09 is in the past, today is 2026-04-10"))
            #expect(delay("2026-10-05", " ").contains("--because"))
            _ = try book.session().receiveRun("run-1", .total(5))
            #expect(delay().contains("is received: nothing of it is expected"))
            #expect(try book.entries(.runDelayed).isEmpty)
        }
    }

    @Test("a canceled run gives its units up; who held them waits at their place, and is first in the next")
    func cancels() throws {
        try Self.launched { book in
            let plan = try book.session().cancelRun("run-1", dryRun: true)
            #expect(try book.entries(.runCanceled).isEmpty)
            let done = try book.session().cancelRun("run-1", because: "the factory has closed")
            for canceled in [plan, done] {
                #expect(canceled.units.map { "\($0.sku):\($0.units)" } == ["LAMP-BLUE:2", "LAMP-RED:3"])
                #expect((canceled.pledgesWaiting, canceled.unitsWaiting) == (3, 4))
            }
            #expect(try book.run("run-1") == "canceled LAMP-BLUE 2/0/2 LAMP-RED 3/0/3")
            #expect(try book.allocations() == ["P-2 BULB stock 1/0"])
            #expect(try book.differences() == [])
            #expect(try book.session().cancelRun("run-1").wasCanceled)
            let next = try book.session().launchRun("run-2", units: .bySKU(["LAMP-RED": 1]))
            #expect((next.unitsWaiting, next.unitsCovered) == (5, 1))
            #expect(try book.allocations().contains("P-1 LAMP-RED run-2 1/0"))
            #expect(try book.differences() == [])
        }
    }

    @Test("a cancellation is taken back: the run is launched, and everyone holds what they held")
    func takenBack() throws {
        try Self.launched { book in
            let before = try (book.allocations(), book.run("run-1"))
            _ = try book.session().cancelRun("run-1")
            let done = try book.reverse(try book.last(.runCanceled))
            #expect(done.taken.map(\.kind) == [.unitsWrittenOff, .runCanceled] && done.run == .launched)
            #expect(try (book.allocations(), book.run("run-1")) == before)
            #expect(try book.differences() == [])
        }
    }

    @Test("what came or was paid stands in the way, by name")
    func inTheWay() throws {
        try Self.launched { book in
            _ = try book.session().recordCash(.supplier, CashFact(amount: 4_500), in: nil)
            var message = refusal { _ = try book.session().cancelRun("run-1") }
            #expect(
                message.contains("entry 22 (Supplier deposit paid, EUR 45.00) stands in the way"),
                "\(message)")
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 1]))
            message = refusal { _ = try book.session().cancelRun("run-1") }
            #expect(
                message.contains("entry 23 (Production run received, LAMP-RED 1) stand in the way"),
                "\(message)")
            #expect(message.contains("`pledgebook entry reverse 23`"), "\(message)")
            _ = try book.reverse(23)
            _ = try book.reverse(22)
            #expect(try book.session("2026-05-04T12:00:00Z").cancelRun("run-1").unitsWaiting == 4)
            #expect(try book.differences() == [])
        }
    }

    @Test("a run that is planned only is taken out of the file, and one that is closed stays closed")
    func cancelRefused() throws {
        try RunBook.with { book in
            #expect(refusal { _ = try book.session().cancelRun("run-1") }.contains("campaign amend"))
            _ = try book.session().launchRun("run-1")
            _ = try book.session().closeRun("run-1", short: true)
            let message = refusal { _ = try book.session().cancelRun("run-1") }
            #expect(message == "“run-1” is closed and cannot become canceled.")
        }
    }
}

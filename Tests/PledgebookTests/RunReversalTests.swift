import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Counts, parcels and runs taken back")
struct RunReversalTests {
    /// The run's row, the allocations, the states of all pledges, and every balance.
    private struct Standing: Equatable {
        var run: String?
        var allocations: [String]
        var states: [PledgeState?]
        var balances: [Account: Int64]

        init(_ book: RunBook) throws {
            run = try book.run("run-1")
            allocations = try book.allocations()
            states = try (1...6).map { try book.state(of: "P-\($0)") }
            balances = try book.balances()
        }
    }

    /// Launched with 3 red and 2 blue lamps, the deposit of EUR 45.00 paid.
    private static func launched(_ body: (RunBook) throws -> Void) throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.session().recordCash(.supplier, CashFact(amount: 4_500), in: nil)
            try body(book)
        }
    }

    @Test("a count is taken back with its cost and the deposit, whichever entry is named; no unit is lost")
    func count() throws {
        for kind in [EntryKind.runReceived, .goodsReceived, .depositApplied] {
            try Self.launched { book in
                let before = try Standing(book)
                _ = try book.session().receiveRun("run-1", .total(5), reference: "DN-1")
                #expect(try book.run("run-1") == "received LAMP-BLUE 2/2/0 LAMP-RED 3/3/0")
                let done = try book.reverse(try book.last(kind))
                #expect(done.taken.map(\.kind) == [.runReceived, .goodsReceived, .depositApplied])
                #expect(done.entries.map(\.reverses) == done.taken.reversed().map(\.number))
                #expect(done.run == .launched)
                #expect(try Standing(book) == before)
                #expect(try book.differences() == [])
                // The same note counts again, and nothing else was taken back.
                let again = try book.session("2026-05-04T12:00:00Z").receiveRun(
                    "run-1", .bySKU(["LAMP-RED": 3, "LAMP-BLUE": 1]), reference: "DN-1")
                #expect(!again.wasCounted && again.state == .launched && again.depositApplied == 4_500)
                #expect(try book.differences() == [])
            }
        }
    }

    @Test("units beyond the order go back to who waited")
    func over() throws {
        let change = ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 1, \"capacity\": 3")
        try RunBook.with([change]) { book in
            _ = try book.session().launchRun("run-1")
            let before = try Standing(book)
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 2, "LAMP-BLUE": 2]))
            #expect(try book.allocations().contains("P-2 LAMP-BLUE run-1 1/0"))
            _ = try book.reverse(try book.last(.runReceived))
            #expect(try Standing(book) == before)
            #expect(try book.differences() == [])
        }
    }

    @Test("a parcel is taken back with its cost, and the same row ships again")
    func parcel() throws {
        for kind in [EntryKind.delivered, .costOfDelivered] {
            try Self.launched { book in
                _ = try book.session().receiveRun("run-1", .total(5))
                let before = try Standing(book)
                let row = "P-1,2026-05-01,LAMP-RED,1,DHL,T-1"
                #expect(try book.ship(row).delivered == 1)
                let done = try book.reverse(try book.last(kind))
                #expect(done.taken.map(\.kind) == [.delivered, .costOfDelivered])
                #expect(done.entries.allSatisfy { $0.day == CalendarDay("2026-05-01") })
                #expect(done.pledge == .placed && done.run == nil)
                #expect(try Standing(book) == before)
                #expect(try book.differences() == [])
                let again = try book.session("2026-05-04T12:00:00Z").shipPledges(
                    Array("pledge_id,shipped_on,sku,quantity,carrier,tracking\n\(row)\n".utf8), file: "p.csv")
                #expect((again.same, again.units, again.delivered) == (0, 1, 1))
                #expect(try book.differences() == [])
            }
        }
    }

    @Test("a row that left from stock and from two runs is one fact")
    func row() throws {
        let many = "P-7,g@post.example,DE,one,5,LAMP-RED:5,2026-03-02T08:00:00+01:00,collected"
        let change = ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 1, \"capacity\": 3")
        try RunBook.with([change], rows: [many]) { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.session().launchRun("run-2")
            _ = try book.session().receiveRun("run-1", .total(3))
            _ = try book.session().receiveRun("run-2", .bySKU(["LAMP-RED": 4, "LAMP-BLUE": 2]))
            let before = try Standing(book)
            #expect(try book.ship("P-7,2026-05-01,LAMP-RED,5,,").units == 5)
            let done = try book.reverse(try book.last(.costOfDelivered))
            #expect(
                done.taken.map(\.kind) == [.delivered, .costOfDelivered, .delivered, .costOfDelivered])
            #expect(done.taken.map(\.run) == ["run-1", "run-1", "run-2", "run-2"])
            #expect(try Standing(book) == before)
            #expect(try book.differences() == [])
            #expect(
                try book.session("2026-05-04T12:00:00Z").entry(done.taken[2].number, in: nil).fact.count == 4)
        }
    }

    @Test("a launch without anything on it is taken back: the run is planned, and can be launched anew")
    func launch() throws {
        try RunBook.with { book in
            let funded = try Standing(book)
            _ = try book.session().launchRun("run-1", units: .total(6))
            let done = try book.reverse(try book.last(.runLaunched))
            #expect(done.taken.map(\.kind) == [.runLaunched, .campaignFulfilling])
            #expect(done.run == .planned)
            #expect(try book.session().campaign(nil).record.state == .funded)
            // Stock was given out by the launch, and stays where it is.
            var expected = funded
            expected.allocations = ["P-2 BULB stock 1/0"]
            #expect(try Standing(book) == expected)
            #expect(try book.differences() == [])
            let again = try book.session("2026-05-04T12:00:00Z").launchRun("run-1")
            #expect(again.unitsOrdered == 5 && !again.wasLaunched)
            #expect(try book.session().campaign(nil).record.state == .fulfilling)
            #expect(try book.differences() == [])
        }
    }

    @Test("while another run is launched the campaign is fulfilling")
    func launches() throws {
        let change = ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 1, \"capacity\": 3")
        try RunBook.with([change]) { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.session().launchRun("run-2")
            let first = try #require(try book.entries(.runLaunched).first?.number)
            #expect(try book.reverse(first).taken.map(\.kind) == [.runLaunched])
            #expect(try book.session().campaign(nil).record.state == .fulfilling)
            // The second run makes two blue ones; who is first in the queue moved up into it.
            #expect(
                try book.allocations() == [
                    "P-2 BULB stock 1/0", "P-2 LAMP-BLUE run-2 1/0", "P-4 LAMP-BLUE run-2 1/0",
                ])
            #expect(try book.differences() == [])
            let second = try #require(try book.entries(.runLaunched).first { $0.run == "run-2" }?.number)
            #expect(try book.reverse(second).taken.map(\.kind) == [.campaignFulfilling, .runLaunched])
            #expect(try book.session().campaign(nil).record.state == .funded)
            #expect(try book.differences() == [])
        }
    }

    @Test("a run's end is taken back: what was written off may come after all")
    func close() throws {
        try Self.launched { book in
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 3, "LAMP-BLUE": 1]))
            _ = try book.session().recordCash(.supplier, CashFact(amount: 7_500), in: nil)
            let before = try Standing(book)
            _ = try book.session().closeRun("run-1", short: true)
            for kind in [EntryKind.unitsWrittenOff, .runClosed] {
                let done = try book.reverse(try book.last(kind))
                #expect(done.taken.map(\.kind) == [.unitsWrittenOff, .runClosed])
                #expect(try Standing(book) == before)
                #expect(try book.differences() == [])
                _ = try book.session("2026-05-03T12:00:00Z").closeRun("run-1", short: true)
            }
            #expect(try book.differences() == [])
        }
    }

    /// What is done after the entry, the entry's kind, and what the refusal names.
    private static let stood: [(String, EntryKind, [String], @Sendable (RunBook) throws -> Void)] = [
        (
            "a parcel on its count", .runReceived, ["E22, Delivered"],
            { _ = try $0.ship("P-1,2026-05-01,LAMP-RED,1,,") }
        ),
        (
            "what the supplier was paid on the count that it was owed for", .goodsReceived, ["E21"],
            { _ = try $0.session().recordCash(.supplier, CashFact(amount: 10_500), in: nil) }
        ),
        ("a count on the launch", .runLaunched, ["E20d"], { _ in }),
        (
            "the closing on a count", .runReceived, ["run closed"],
            {
                _ = try $0.session().recordCash(.supplier, CashFact(amount: 10_500), in: nil)
                _ = try $0.session().closeRun("run-1")
                // What was paid is stood on as well.
                let message = refusal { [book = $0] in _ = try book.reverse(try book.last(.supplierPaid)) }
                #expect(message.contains("run closed"), "\(message)")
            }
        ),
        (
            "a later parcel of the same pledge on the first", .delivered, ["E22, Delivered"],
            {
                _ = try $0.ship("P-4,2026-05-01,LAMP-RED,1,,")
                _ = try $0.ship("P-4,2026-05-01,LAMP-BLUE,1,,")
            }
        ),
        (
            "a parcel on the stock that it came from", .stockAtLaunch, ["E22, Delivered"],
            { _ = try $0.ship("P-2,2026-05-01,BULB,1,,") }
        ),
    ]

    @Test("what a later entry stands on is refused, and that entry is named", arguments: stood.indices)
    func stoodOn(index: Int) throws {
        let (name, kind, words, after) = Self.stood[index]
        try Self.launched { book in
            _ = try book.session().receiveRun("run-1", .total(5))
            try after(book)
            let head = try book.session().campaign(nil).record.head
            let number = try #require(
                try book.entries(kind).first { $0.reverses == nil && !$0.detail.isEmpty }?.number)
            let message = refusal { _ = try book.reverse(number) }
            for word in words + ["cannot be reversed", "stands on it"] {
                #expect(message.contains(word), "\(name): \(message)")
            }
            #expect(try book.session().campaign(nil).record.head == head)
            #expect(try book.differences() == [])
        }
    }

    @Test("what is no fact of a person's is refused with what to do instead")
    func instead() throws {
        try Self.launched { book in
            for (kind, words) in [
                (.campaignFulfilling, "Reverse that launch"), (.delivered, "contains nothing to ship"),
                (.campaignFunded, "by the campaign's rule"), (.dropped, "`pledgebook payment record WHO"),
                (.succeeded, "backers' money has followed"),
            ] as [(EntryKind, String)] {
                let message = refusal { _ = try book.reverse(try book.last(kind)) }
                #expect(message.contains(words), "\(message)")
            }
        }
    }

    @Test("stock that was not there is taken back before it ships")
    func stock() throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.reverse(try book.last(.stockAtLaunch))
            #expect(try !book.allocations().contains { $0.contains("BULB") })
            #expect(try book.balance(.inventory) == 0)
            #expect(try book.differences() == [])
        }
    }

    @Test("a finished campaign stands on its parcels and runs, and is fulfilling again when that is reversed")
    func finished() throws {
        // P-3 never chose a color, and is canceled.
        try Self.launched { book in
            _ = try book.session("2026-04-11T12:00:00Z").cancelPledge("P-3", in: nil, override: "no answer")
            _ = try book.session("2026-04-11T12:00:00Z").recordRefund(of: "P-3", PaymentFact(), in: nil)
            _ = try book.session("2026-04-20T12:00:00Z").receiveRun("run-1", .total(5))
            _ = try book.ship(
                "P-1,2026-05-01,LAMP-RED,1,,", "P-2,2026-05-01,LAMP-BLUE,1,,", "P-2,2026-05-01,BULB,1,,",
                "P-4,2026-05-01,LAMP-RED,1,,", "P-4,2026-05-01,LAMP-BLUE,1,,")
            let late = try book.session("2026-05-02T12:00:00Z")
            _ = try late.recordCash(.supplier, CashFact(amount: 10_500), in: nil)
            _ = try late.closeRun("run-1")
            _ = try late.finishCampaign(nil)
            for kind in [EntryKind.runClosed, .delivered] {
                let message = refusal { _ = try book.reverse(try book.last(kind)) }
                #expect(message.contains("(Campaign finished, 2026-05-02) stands on it"), "\(message)")
            }
            _ = try book.reverse(try book.last(.campaignFinished))
            #expect(try book.session().campaign(nil).record.state == .fulfilling)
            #expect(try book.differences() == [])
            _ = try book.reverse(try book.last(.delivered))
            let message = refusal { _ = try book.session("2026-05-04T12:00:00Z").finishCampaign(nil) }
            #expect(message.contains("1 unshipped (P-4)"), "\(message)")
            #expect(try book.differences() == [])
        }
    }

    @Test("a place that went to somebody else is not taken back from them")
    func placeIsGone() throws {
        let limit = ("\"title\": \"One lamp\", \"price\"", "\"title\": \"One lamp\", \"limit\": 5, \"price\"")
        try RunBook.with([limit]) { book in
            _ = try book.session("2026-04-11T12:00:00Z").cancelPledge(
                "P-1", in: nil, override: "asked by mail")
            let rows = """
                pledge_id,email,country,tier,quantity,choices,pledged_at,status
                P-8,h@post.example,DE,one,2,LAMP-RED:2,2026-03-07T10:00:00+01:00,collected

                """
            try book.write(rows, to: "pledges.csv")
            let summary = try book.session("2026-04-12T12:00:00Z").importPledges(
                at: "\(book.folder)/pledges.csv", into: nil, options: ImportOptions(),
                observer: ImportObserver())
            try #require(summary.placed == 1, "\(summary.problems)")
            let message = refusal { _ = try book.reverse(try book.last(.canceled)) }
            #expect(message.contains("“one” has no place left for P-1"), "\(message)")
        }
    }
}

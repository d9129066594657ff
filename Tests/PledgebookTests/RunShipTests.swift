import Accounting
import Crowdfunding
import Imports
import Parsing
import Storage
import Testing

@testable import Pledgebook

@Suite("Shipping what runs bring")
struct RunShipTests {
    private static let head = "pledge_id,shipped_on,sku,quantity,carrier,tracking\n"

    /// Three red and two blue lamps are counted in; three bulbs were in stock.
    private static func received(_ body: (RunBook) throws -> Void) throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            _ = try book.session().receiveRun("run-1", .total(5))
            try body(book)
        }
    }

    private static func ship(_ book: RunBook, _ rows: String...) throws -> ShipmentSummary {
        let text = head + rows.map { $0 + "\n" }.joined()
        return try book.session("2026-05-02T12:00:00Z").shipPledges(Array(text.utf8), file: "parcels.csv")
    }

    @Test("books what one lamp earned and cost, and completes the pledge")
    func one() throws {
        try Self.received { book in
            let done = try Self.ship(book, "P-1,2026-05-01,LAMP-RED,1,Deutsche Post,RR1DE")
            // EUR 106.00 with 20 % in it: 17.67 tax, of which 16.67 were in the goods.
            #expect(done.earned == EntryParts(goods: 8_333, shipping: 500))
            #expect((done.cost, done.units, done.delivered) == (3_000, 1, 1))
            #expect(try book.state(of: "P-1") == .delivered)
            let entry = try #require(try book.shipments().first)
            #expect(entry.day == CalendarDay("2026-05-01"))
            #expect(entry.reference == "RR1DE")
            #expect(entry.detail == "units=LAMP-RED:1;carrier=Deutsche-Post;run=run-1")
            #expect(entry.run == "run-1")
            #expect(try book.entries(.costOfDelivered).map(\.parts) == [EntryParts(other: 3_000)])
            // Beside it, what contains no item was delivered when the campaign succeeded.
            let itemless = try book.entries(.delivered).filter { $0.detail.isEmpty }.map(\.parts.goods)
            #expect(try book.balance(.sales) == 8_333 + itemless.reduce(0, +))
            #expect(try book.allocations().contains("P-1 LAMP-RED run-1 1/1"))
        }
    }

    @Test("earns shares by what units are worth; the last delivery takes what is left")
    func shares() throws {
        try Self.received { book in
            // EUR 206.00: 34.33 tax, goods 166.67, shipping 5.00. Two lamps of the same worth.
            let red = try Self.ship(book, "P-4,2026-05-01,LAMP-RED,1,,")
            #expect(red.earned == EntryParts(goods: 8_334, shipping: 250))
            #expect(red.delivered == 0)
            #expect(try book.state(of: "P-4") == .placed)
            let blue = try Self.ship(book, "P-4,2026-05-02,LAMP-BLUE,1,,")
            #expect(blue.earned == EntryParts(goods: 8_333, shipping: 250))
            #expect(try book.state(of: "P-4") == .delivered)
            // EUR 126.00: 21.00 tax, goods 100.00, shipping 5.00. A bulb is 200 of the 3,200 that the set
            // costs.
            let bulb = try Self.ship(book, "P-2,2026-05-01,BULB,1,,")
            #expect(bulb.earned == EntryParts(goods: 625, shipping: 31))
            #expect(bulb.cost == 200)
            let lamp = try Self.ship(book, "P-2,2026-05-01,LAMP-BLUE,1,,")
            #expect(lamp.earned == EntryParts(goods: 9_375, shipping: 469))
            #expect(try book.shipments()[2].run == nil)
        }
    }

    @Test("a row again changes nothing, in another file or in the same")
    func again() throws {
        try Self.received { book in
            let row = "P-4,2026-05-01,LAMP-RED,1,DHL,T-1"
            #expect(try Self.ship(book, row, row).same == 1)
            let head = try book.session().campaign(nil).record.head
            let done = try Self.ship(book, row)
            #expect((done.same, done.units) == (1, 0))
            #expect(try book.session().campaign(nil).record.head == head)
            #expect(try book.shipments().count == 1)
        }
    }

    @Test("names every bad row with its place, and ships nothing")
    func bad() throws {
        try Self.received { book in
            let head = try book.session().campaign(nil).record.head
            do {
                _ = try Self.ship(
                    book, "P-1,2026-05-01,LAMP-RED,1,,",  // good
                    "P-9,2026-05-01,LAMP-RED,1,,",  // no such pledge
                    "P-4,2026-05-09,LAMP-RED,1,,",  // tomorrow and later
                    "P-4,2026-05-01,LAMP-GREEN,1,,",  // no such SKU
                    "P-4,2026-05-01,BULB,1,,",  // not in the pledge
                    "P-4,2026-05-01,LAMP-RED,2,,",  // more than it holds
                    "P-3,2026-05-01,LAMP-RED,1,,",  // not chosen
                    "P-6,2026-05-01,LAMP-RED,1,,",  // not paid
                    "P-4,yesterday,LAMP-RED,0,,", "P-2,2026-05-01,LAMP,1,,")
                Issue.record("shipped a file with bad rows")
            } catch let problem as FileProblem {
                let lines = problem.diagnostics.map { "\($0.line):\($0.column) \($0.message)" }
                #expect(
                    lines == [
                        "3:1 there is no pledge of that reference", "4:5 2026-05-09 is in the future",
                        "5:16 the campaign has no SKU of that name", "6:16 the pledge does not contain BULB",
                        "7:25 1 of 2 units are allocated to the pledge and not shipped yet",
                        "8:16 the backer has not chosen yet", "9:1 the pledge was dropped",
                        "10:5 shipped_on is not a day",
                        "10:24 the quantity is not a whole number above 0", "11:16 LAMP comes in variants",
                    ])
                #expect(problem.diagnostics.allSatisfy { !$0.remedy.isEmpty })
            }
            #expect(try book.session().campaign(nil).record.head == head)
            #expect(try book.state(of: "P-1") == .placed)
        }
    }

    @Test("ships only what is counted in")
    func countedIn() throws {
        try RunBook.with { book in
            _ = try book.session().launchRun("run-1")
            #expect(throws: FileProblem.self) { try Self.ship(book, "P-1,2026-05-01,LAMP-RED,1,,") }
            _ = try book.session().receiveRun("run-1", .bySKU(["LAMP-RED": 1]))
            _ = try Self.ship(book, "P-1,2026-05-01,LAMP-RED,1,,")
            #expect(throws: FileProblem.self) { try Self.ship(book, "P-4,2026-05-01,LAMP-RED,1,,") }
        }
    }

    @Test("ships from stock before any run is launched")
    func stock() throws {
        try RunBook.with { book in
            let done = try Self.ship(book, "P-2,2026-05-01,BULB,1,,")
            #expect((done.units, done.cost) == (1, 200))
            #expect(try book.balance(.inventory) == 400)
        }
    }

    @Test("does not ship what is disputed")
    func disputed() throws {
        try Self.received { book in
            try book.book.write { records in
                let session = try book.session()
                let campaign = try session.campaign(nil, in: records)
                let journal = try JournalWriter(session, record: campaign.record, in: records)
                let pledge = try #require(
                    try records.pledge(campaign: campaign.record.number, reference: "P-1"))
                let payments = try records.payments(campaign: campaign.record.number, pledge: pledge.number)
                var payment = try #require(payments.first).payment
                payment.disputed = 10_600
                journal.write(
                    .disputeOpened, pledge: (pledge.number, "P-1"), instalment: 1, parts: pledge.parts)
                journal.put(payment, pledge: pledge.number)
                try journal.finish()
            }
            do {
                _ = try Self.ship(book, "P-1,2026-05-01,LAMP-RED,1,,")
                Issue.record("shipped a disputed pledge")
            } catch let problem as FileProblem {
                #expect(problem.diagnostics.map(\.message) == ["the payment is disputed"])
            }
        }
    }

    @Test("delivers what contains no item, once")
    func itemless() throws {
        try Self.received { book in
            try book.session().deliverItemless()
            #expect(try book.state(of: "P-5") == .delivered)
            #expect(try book.entries(.delivered).map(\.parts) == [EntryParts(goods: 500)])
            #expect(try book.session().deliverItemless() == 0)
        }
    }

    @Test("leaves exactly what is not delivered when everything else is")
    func end() throws {
        try Self.received { book in
            try book.session().deliverItemless()
            _ = try Self.ship(
                book, "P-1,2026-05-01,LAMP-RED,1,,", "P-2,2026-05-01,LAMP-BLUE,1,,",
                "P-2,2026-05-01,BULB,1,,",
                "P-4,2026-05-01,LAMP-RED,1,,", "P-4,2026-05-01,LAMP-BLUE,1,,")
            // P-3 has not chosen: goods 83.33, shipping 5.00.
            #expect(try book.balance(.contract) == 8_333)
            #expect(try book.balance(.contractShipping) == 500)
            #expect(try book.balance(.sales) == 8_333 + 10_000 + 16_667 + 500)
            #expect(try book.balance(.tax) == 1_767 + 2_100 + 3_433 + 1_767)
            // One red lamp and two bulbs are left.
            #expect(try book.balance(.inventory) == 3_000 + 400)
            #expect(try book.balance(.costOfGoods) == 12_200)
            let run = try book.session().runShow("run-1").run
            #expect((run.waiting, run.shipped, run.pledges) == (0, 4, 3))
            let check = try book.session().checkBook(campaign: nil)
            #expect(check.differences.map(\.description) == [])
        }
    }

    @Test(
        "refuses a file that is no shipment file",
        arguments: [
            "", "pledge_id,shipped_on,sku\nP-1,2026-05-01,LAMP-RED\n",
            "pledge_id,shipped_on,sku,quantity,weight\n",
        ])
    func header(text: String) throws {
        try Self.received { book in
            #expect(throws: FileProblem.self) {
                try book.session().shipPledges(Array(text.utf8), file: "parcels.csv")
            }
        }
    }
}

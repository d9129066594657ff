import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Units that are freed go to who is next, in the same transaction")
struct RunQueueTests {
    /// Two red lamps and one blue for three units; P-2 and P-3 wait.
    private static func short(
        rows: [String] = [], _ body: (RunBook) throws -> Void
    ) throws {
        let change = ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 2, \"capacity\": 3")
        try RunBook.with([change], rows: rows) { book in
            _ = try book.session().launchRun("run-1")
            try #require(
                try book.allocations() == [
                    "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-4 LAMP-BLUE run-1 1/0",
                    "P-4 LAMP-RED run-1 1/0",
                ])
            try body(book)
        }
    }

    @Test("a canceled pledge's units go to who waits, and nobody else's move")
    func canceled() throws {
        try Self.short { book in
            _ = try book.session("2026-04-11T12:00:00Z").cancelPledge(
                "P-4", in: nil, override: "asked by mail")
            #expect(
                try book.allocations() == [
                    "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-2 LAMP-BLUE run-1 1/0",
                ])
            #expect(try book.differences() == [])
        }
    }

    @Test("a cancellation that is taken back gives them to the first in the queue again")
    func canceledByMistake() throws {
        try Self.short { book in
            let before = (try book.allocations(), try book.balances())
            _ = try book.session("2026-04-11T12:00:00Z").cancelPledge(
                "P-4", in: nil, override: "asked by mail")
            let done = try book.reverse(try book.last(.canceled))
            #expect(done.taken.map(\.kind) == [.canceled, .refundCommittedAfterSuccess])
            #expect(done.pledge == .placed && done.payment?.state == .captured)
            #expect(try book.state(of: "P-4") == .placed)
            #expect(try (book.allocations(), book.balances()) == before)
            #expect(try book.differences() == [])
            // And it can be canceled again.
            _ = try book.session("2026-05-04T12:00:00Z").cancelPledge("P-4", in: nil, override: "asked again")
            #expect(try book.differences() == [])
        }
    }

    @Test("money that came back is stood on by nothing; money that went back stands on the cancellation")
    func paidBack() throws {
        try Self.short { book in
            _ = try book.session("2026-04-11T12:00:00Z").cancelPledge(
                "P-4", in: nil, override: "asked by mail")
            _ = try book.session("2026-04-12T12:00:00Z").recordRefund(of: "P-4", PaymentFact(), in: nil)
            let message = refusal { _ = try book.reverse(try book.last(.canceled)) }
            #expect(message.contains("E14, Refund done"), "\(message)")
            _ = try book.reverse(try book.last(.refunded))
            _ = try book.reverse(try book.last(.canceled))
            #expect(try book.allocations().contains("P-4 LAMP-RED run-1 1/0"))
            #expect(try book.differences() == [])
        }
    }

    @Test("who pays late has the place of the pledge's time, and the last in the queue waits again")
    func paidLate() throws {
        // P-0 pledged first, is not collected yet, and may still be: the campaign keeps trying for 30 days.
        let late = "P-0,z@post.example,DE,one,1,LAMP-RED:1,2026-03-02T09:30:00+01:00,errored"
        let changes = [
            ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 2, \"capacity\": 3"),
            ("\"retry_days\": 0", "\"retry_days\": 30"),
        ]
        try RunBook.with(changes, rows: [late]) { book in
            _ = try book.session().launchRun("run-1")
            #expect(try book.allocations().contains("P-4 LAMP-RED run-1 1/0"))
            _ = try book.session("2026-04-11T12:00:00Z").recordPayment(of: "P-0", PaymentFact(), in: nil)
            #expect(
                try book.allocations() == [
                    "P-0 LAMP-RED run-1 1/0", "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0",
                    "P-4 LAMP-BLUE run-1 1/0",
                ])
            #expect(try book.differences() == [])
            // Paid by mistake: everything is as it was.
            _ = try book.reverse(try book.last(.capturedAfterSuccess))
            #expect(try book.allocations().contains("P-4 LAMP-RED run-1 1/0"))
            #expect(try book.differences() == [])
        }
    }

    @Test("units of a pledge that a later file cancels are given on by the import")
    func updated() throws {
        try Self.short { book in
            let rows = """
                pledge_id,email,country,tier,quantity,choices,pledged_at,status
                P-4,d@post.example,DE,one,2,LAMP-RED:1;LAMP-BLUE:1,2026-03-03T10:00:00+01:00,canceled

                """
            try book.write(rows, to: "pledges.csv")
            var options = ImportOptions()
            options.update = true
            let summary = try book.session("2026-04-11T12:00:00Z").importPledges(
                at: "\(book.folder)/pledges.csv", into: nil, options: options, observer: ImportObserver())
            #expect(summary.changed == 1, "\(summary.problems)")
            #expect(try book.allocations().contains("P-2 LAMP-BLUE run-1 1/0"))
            #expect(try book.differences() == [])
        }
    }

    static let damages = [
        ("UPDATE allocation SET pledge = 5 WHERE pledge = 3 AND sku = 'LAMP-RED'", "P-1 LAMP-RED run-1"),
        ("DELETE FROM allocation WHERE sku = 'LAMP-BLUE'", "P-4 LAMP-BLUE run-1"),
        ("UPDATE allocation SET run = '' WHERE sku = 'LAMP-BLUE'", "P-4 LAMP-BLUE run-1"),
        ("UPDATE allocation SET quantity = 2 WHERE sku = 'BULB'", "P-2 BULB stock"),
    ]

    @Test("who holds what follows from the journal, and book check says so", arguments: damages)
    func replayed(sql: String, key: String) throws {
        try Self.short { book in
            #expect(try book.differences() == [])
            try book.damage(sql)
            let found = try book.session().checkBook(campaign: nil).differences
            #expect(
                found.contains { $0.table == "allocation" && $0.key == key && $0.column == "quantity" },
                "\(found.map(\.description))")
        }
    }
}

import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Reports

@Suite("Deferred revenue, refunds, fees") struct DeferredTests {
    @Test("the four backers' contract liability rolls forward to nothing")
    func rollForward() throws {
        let report = try Deferred(campaign: Sample.campaign(), totals: Sample.fourBackers(), by: .quarter)
        #expect(
            report.text == """
                Deferred revenue · halyard-65 · EUR · January to September 2026 · journal 2,114 (Zk3vQ…)
                                                            Q1       Q2    Q3
                opening                                   0.00   400.00  0.00
                  reclassified                          400.00     0.00  0.00
                  refunds                                 0.00  -100.00  0.00
                  chargebacks                             0.00  -100.00  0.00
                  recognized                              0.00  -200.00  0.00
                closing                                 400.00     0.00  0.00
                  of it Liabilities:Contract            400.00     0.00  0.00
                  of it Liabilities:Contract:Shipping     0.00     0.00  0.00
                What is owed to backers in goods and shipping, net of tax: earned when it ships. Days are \
                those \
                of Europe/Berlin.

                """)
        let csv = String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self)
            .split(separator: "\n")
        #expect(csv.count == 7)
        let cells = csv.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
        #expect(Set(cells).count == 1)
        #expect(
            csv[3].hasPrefix("halyard-65,2026-04-01,2026-06-30,EUR,2010,Liabilities:Contract,400.00,40000,"))
    }

    /// One unit in every part of a kind, before and after: whatever touches the accounts is in the table.
    @Test("every kind that touches the liability moves it in the table", arguments: EntryKind.allCases)
    func complete(kind: EntryKind) throws {
        let parts = EntryParts(goods: 1, shipping: 10, tax: 100, fee: 1_000, other: 10_000)
        let report = try Deferred(
            campaign: Sample.campaign(), totals: [Sample.total("2026-04-02", kind, parts)])
        #expect(report.rows.count == 2)
    }

    @Test("a movement that is missing from the table is found")
    func refused() throws {
        let euro = try #require(Currency("EUR"))
        #expect(
            throws: ReportError.liabilityDoesNotAgree(
                account: .contract, period: try Sample.period("2026-01-01", "2026-12-31"),
                reckoned: Money(minorUnits: 0, currency: euro),
                held: Money(minorUnits: 40_000, currency: euro))
        ) {
            let totals = try Sample.fourBackers().filter { $0.kind == .succeeded }
            _ = try Deferred(
                campaign: Sample.campaign(), totals: totals, by: .year, period: nil, table: { _ in [] })
        }
    }

    static func text(
        _ subject: Register.Subject, _ totals: [DailyTotal]? = nil, period: Period? = nil,
        places: [EntryKind: Register.Place]? = nil, format: ReportFormat = .text
    ) throws -> String {
        let entries = try JournalTests.entries()
        let totals = totals ?? JournalTests.totals(entries)
        let campaign = try Sample.campaign()
        let register =
            places.map { Register(subject, campaign: campaign, totals: totals, period: period, places: $0) }
            ?? Register(subject, campaign: campaign, totals: totals, period: period)
        let sink = ByteSink()
        try register.write(as: format, entries: { body in for entry in entries { try body(entry) } }) {
            sink.bytes += $0
        }
        return String(decoding: sink.bytes, as: UTF8.self)
    }

    @Test("refunds, each as it was promised and paid")
    func refunds() throws {
        let csv = try Self.text(.refunds, format: .csv(decimalComma: false)).split(separator: "\n")
        let header = "day,entry,event,text,pledge,country,goods,shipping,tax,amount,amount_minor,currency,"
        #expect(csv[0] == header + "reference,campaign,journal")
        #expect(csv.count == 3)
        #expect(csv[1].hasPrefix("2026-01-13,13,promised,Refund committed,P-B,DE,100.00,0.00,20.00,120.00,"))
        #expect(csv[2].hasPrefix("2026-01-14,14,paid,Refund done,P-B,DE,-100.00,0.00,-20.00,-120.00,"))
        let march = try Self.text(.refunds, period: Sample.period("2026-01-01", "2026-01-13"))
        #expect(
            march.contains(
                "\ntotal                                                                  120.00\n"))
    }

    @Test("fees, each with whom it went to")
    func fees() throws {
        let lines = try Self.text(.fees).split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines[1].hasPrefix("day         entry  to         for"))
        #expect(lines[6].hasPrefix("2026-01-10     10  platform   Platform fee due"))
        #expect(lines[7].hasPrefix("2026-01-15     15  dispute    Dispute opened"))
        #expect(lines[9].hasPrefix("total"))
        #expect(lines[9].hasSuffix("61.72"))
    }

    @Test(
        "a register whose entries and accounts differ is refused",
        arguments: [Register.Subject.refunds, .fees])
    func registerRefused(subject: Register.Subject) throws {
        #expect(throws: ReportError.self) { try Self.text(subject, []) }
        #expect(throws: ReportError.self) {
            let account: Account = subject == .fees ? .processorFees : .refundsPayable
            _ = try Self.text(
                subject, places: [.captured: Register.Place(word: "x", account: account, sign: 1)])
        }
    }
}

/// Takes what a report writes.
private final class ByteSink {
    var bytes: [UInt8] = []
}

import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Reports

@Suite("Tax report") struct TaxReportTests {
    struct Fact: Sendable {
        var day: String
        var kind: EntryKind
        var parts: EntryParts
        var country = "DE"
        var rate = "20"
        var untaxed: Int64 = 0
        var isRemittedByPlatform = false
    }

    static let returned = EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000)
    static let sale = EntryParts(goods: 9_000, shipping: 1_000, tax: 2_000, fee: 193)
    static let facts = [
        Fact(day: "2026-03-31", kind: .captured, parts: sale),
        Fact(day: "2026-03-31", kind: .captured, parts: sale),
        // A bonus of 5.00 lies in goods and is not taxed.
        Fact(
            day: "2026-03-31", kind: .captured, parts: EntryParts(goods: 9_500, shipping: 1_000, tax: 2_000),
            untaxed: 500),
        Fact(
            day: "2026-03-31", kind: .captured, parts: EntryParts(goods: 7_000, shipping: 500), country: "US",
            rate: "0"),
        Fact(day: "2026-04-02", kind: .capturedAfterSuccess, parts: sale, country: "FR"),
        Fact(
            day: "2026-04-20", kind: .refundCommittedAfterSuccess,
            parts: returned),
        Fact(
            day: "2026-04-21", kind: .refunded, parts: returned),
        Fact(
            day: "2026-05-03", kind: .disputeLostAfterSuccess,
            parts: returned),
        Fact(
            day: "2026-06-10", kind: .delivered, parts: EntryParts(goods: 9_000, shipping: 1_000),
            country: "FR"),
        Fact(day: "2026-07-10", kind: .taxRemitted, parts: EntryParts(other: 4_000), country: "", rate: ""),
    ]

    static func report(
        _ facts: [Fact] = facts, by length: PeriodLength = .month, period: Period? = nil,
        totals: [DailyTotal]? = nil, point: TaxRules.Point = .receipt,
        kinds: ((EntryKind, TaxRules.Point) -> Int64?)? = nil
    ) throws -> TaxReport {
        let added = try totals ?? facts.map { try Sample.total($0.day, $0.kind, $0.parts) }
        let source: TaxReport.Source = { body in
            for (index, fact) in facts.enumerated() {
                let entry = JournalEntry(
                    number: Int64(index + 1), kind: fact.kind, at: Timestamp(seconds: 0),
                    day: try #require(CalendarDay(fact.day)), parts: fact.parts)
                try body(
                    TaxedEntry(
                        entry, country: fact.country, rate: Percentage(fact.rate), untaxed: fact.untaxed,
                        isRemittedByPlatform: fact.isRemittedByPlatform))
            }
        }
        let campaign = try Sample.campaign()
        guard let kinds else {
            return try TaxReport(
                campaign: campaign, totals: added, point: point, by: length, period: period, entries: source)
        }
        return try TaxReport(
            campaign: campaign, totals: added, point: point, by: length, period: period, entries: source,
            kinds: kinds)
    }

    static func lines(_ report: TaxReport) -> [String] {
        String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self)
            .split(separator: "\n")
            .map { String($0.replacing(",EUR,halyard-65,2114:Zk3vQ", with: "")) }
    }

    @Test("by month, country and rate; what is given back stands in rows of its own")
    func months() throws {
        #expect(
            try Self.lines(Self.report()) == [
                "period,country,rate,point,collected_by,net,net_minor,tax,tax_minor,gross,gross_minor,"
                    + "entries,currency,campaign,journal",
                "2026-03,DE,20,receipt,maker,300.00,30000,60.00,6000,360.00,36000,3",
                "2026-03,DE,0,receipt,maker,5.00,500,0.00,0,5.00,500,1",
                "2026-03,US,0,receipt,maker,75.00,7500,0.00,0,75.00,7500,1",
                "2026-04,DE,20,receipt,maker,-100.00,-10000,-20.00,-2000,-120.00,-12000,1",
                "2026-04,FR,20,receipt,maker,100.00,10000,20.00,2000,120.00,12000,1",
                "2026-05,DE,20,receipt,maker,-100.00,-10000,-20.00,-2000,-120.00,-12000,1",
            ])
    }

    @Test("by quarter, by year, and of some days")
    func periods() throws {
        #expect(try Self.report(by: .quarter).rows.map { $0.period.code(.quarter) }.first == "2026-Q1")
        #expect(
            try Self.report(by: .year).rows.map { $0.period.code(.year) } == [
                "2026", "2026", "2026", "2026", "2026",
            ])
        let april = try Self.report(by: .quarter, period: Sample.period("2026-04-01", "2026-04-30"))
        #expect(april.rows.map(\.tax) == [-2_000, 2_000])
        #expect(Self.lines(april)[1].hasPrefix("2026-04-01–2026-04-30,DE,20,"))
    }

    @Test("the text has a total")
    func text() throws {
        let lines = try Self.report(by: .year).text.split(separator: "\n")
        #expect(lines[0] == "Tax · halyard-65 · EUR · journal 2,114 (Zk3vQ…)")
        #expect(lines[1] == "period  country  rate  collected by      net     tax    gross  entries")
        #expect(lines.dropLast().last == "total                                 280.00   40.00   320.00")
    }

    @Test("on delivery, sales count when goods go out")
    func delivery() throws {
        let facts = [
            Fact(day: "2026-03-31", kind: .captured, parts: EntryParts(goods: 12_000)),
            Fact(day: "2026-06-10", kind: .delivered, parts: EntryParts(goods: 10_000, tax: 2_000)),
        ]
        let report = try Self.report(facts, point: .delivery)
        #expect(report.rows.map(\.net) == [10_000])
        #expect(report.rows.map(\.tax) == [2_000])
    }

    @Test("a reversal of a sale is a negative row; tax that a platform remits is named")
    func others() throws {
        var sale = Self.facts[0]
        var back = sale
        back.parts = -sale.parts
        #expect(try Self.report([sale, back]).rows.map(\.tax) == [2_000, -2_000])
        sale.parts.tax = 0
        sale.isRemittedByPlatform = true
        #expect(try Self.lines(Self.report([sale]))[1].hasPrefix("2026-03,DE,0,receipt,platform,100.00,"))
    }

    @Test("the base of a part that fits no rate is what the tax says, never more than the net")
    func oddBase() throws {
        let odd = Fact(
            day: "2026-03-31", kind: .captured, parts: EntryParts(goods: 10_000, tax: 1_000), untaxed: 100)
        #expect(try Self.report([odd]).rows.map(\.net) == [5_000, 5_000])
        let more = Fact(day: "2026-03-31", kind: .captured, parts: EntryParts(goods: 1_000, tax: 1_000))
        #expect(try Self.report([more]).rows.map(\.net) == [1_000])
    }

    @Test("it is refused where account 2030 or the daily totals say otherwise")
    func refused() throws {
        let euro = try #require(Currency("EUR"))
        func money(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: euro) }
        #expect(throws: ReportError.taxDoesNotAgree(isNet: false, rows: money(6_000), books: money(4_000))) {
            try Self.report(kinds: { kind, _ in
                switch kind {
                case .captured, .capturedAfterSuccess: 1
                case .refundCommittedAfterSuccess: -1
                default: nil
                }
            })
        }
        var totals = try Self.facts.map { try Sample.total($0.day, $0.kind, $0.parts) }
        totals[0] = try Sample.total(
            "2026-03-31", .captured, EntryParts(goods: 9_001, shipping: 1_000, tax: 2_000))
        #expect(
            throws: ReportError.taxDoesNotAgree(isNet: true, rows: money(28_000), books: money(28_001))
        ) { try Self.report(totals: totals) }
    }
}

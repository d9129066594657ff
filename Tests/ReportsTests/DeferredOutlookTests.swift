import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Reports

@Suite("Deferred revenue, current and later") struct DeferredOutlookTests {
    /// A pledge of 100.00 goods and 10.00 shipping, paid before success, with two units.
    private static func paid(_ pledge: Int64, _ day: String = "2026-03-02") throws -> LiabilityEntry {
        try entry(.captured, pledge, day, EntryParts(goods: 10_000, shipping: 1_000))
    }

    private static func entry(
        _ kind: EntryKind, _ pledge: Int64?, _ day: String, _ parts: EntryParts, units: Int64 = 0,
        reverses: Int64? = nil
    ) throws -> LiabilityEntry {
        LiabilityEntry(
            JournalEntry(
                number: 1, kind: kind, pledge: pledge, subject: "", instalment: 1, run: nil,
                at: Timestamp(seconds: 0), day: try #require(CalendarDay(day)), parts: parts,
                reverses: reverses, reference: "", detail: ""), deliveredUnits: units)
    }

    private static func expected(_ pledge: Int64, _ day: String?) throws -> ExpectedPledge {
        ExpectedPledge(
            pledge: pledge, units: 2, expectedOn: try day.map { try #require(CalendarDay($0)) })
    }

    private static func outlook(
        _ entries: [LiabilityEntry], _ pledges: [ExpectedPledge], through last: String = "2026-12-31"
    ) throws -> DeferredOutlook {
        try DeferredOutlook(through: try #require(CalendarDay(last))) { visit in
            for entry in entries { try visit(entry) }
        } pledges: { visit in
            for pledge in pledges { try visit(pledge) }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var expectedOn: String?
        var goods: (Int64, Int64)
        var shipping: (Int64, Int64)
        var units: Int64
        var more: [(EntryKind, String, EntryParts, Int64, Int64?)] = []
        var testDescription: String { name }
    }

    private static let half = EntryParts(goods: 5_000, shipping: 500)
    private static let whole = EntryParts(goods: 10_000, shipping: 1_000)

    static let rows: [Row] = [
        Row(
            name: "within twelve months", expectedOn: "2027-12-31", goods: (10_000, 0), shipping: (1_000, 0),
            units: 2),
        Row(
            name: "a day later", expectedOn: "2028-01-01", goods: (0, 10_000), shipping: (0, 1_000),
            units: 2),
        Row(name: "no day", expectedOn: nil, goods: (10_000, 0), shipping: (1_000, 0), units: 2),
        Row(
            name: "half of it delivered", expectedOn: "2028-01-01", goods: (0, 5_000), shipping: (0, 500),
            units: 1, more: [(.delivered, "2026-06-01", half, 1, nil)]),
        Row(
            name: "delivered after the last day", expectedOn: "2028-01-01", goods: (0, 10_000),
            shipping: (0, 1_000), units: 2, more: [(.delivered, "2027-01-01", half, 1, nil)]),
        Row(
            name: "a delivery that was taken back", expectedOn: "2028-01-01", goods: (0, 10_000),
            shipping: (0, 1_000), units: 2,
            more: [
                (.delivered, "2026-06-01", half, 1, nil),
                (.delivered, "2026-06-02", EntryParts(goods: -5_000, shipping: -500), -1, 2),
            ]),
        Row(
            name: "paid back", expectedOn: "2028-01-01", goods: (0, 0), shipping: (0, 0), units: 0,
            more: [(.refundCommittedAfterSuccess, "2026-06-01", whole, 0, nil)]),
        Row(
            name: "lost in a dispute", expectedOn: "2028-01-01", goods: (0, 0), shipping: (0, 0), units: 0,
            more: [(.disputeLostAfterSuccess, "2026-06-01", whole, 0, nil)]),
    ]

    @Test("what one pledge is owed", arguments: rows)
    func onePledge(row: Row) throws {
        var entries = [try Self.paid(7)]
        for (kind, day, parts, units, reverses) in row.more {
            entries.append(try Self.entry(kind, 7, day, parts, units: units, reverses: reverses))
        }
        let outlook = try Self.outlook(entries, [Self.expected(7, row.expectedOn)])
        #expect([outlook.goods.current, outlook.goods.later] == [row.goods.0, row.goods.1])
        #expect([outlook.shipping.current, outlook.shipping.later] == [row.shipping.0, row.shipping.1])
        #expect(outlook.unitsOpen == row.units)
        #expect(outlook.currentUntil.description == "2027-12-31")
    }

    @Test("a leap day's year ends on the last of February")
    func leapDay() throws {
        let outlook = try Self.outlook([], [], through: "2028-02-29")
        #expect(outlook.currentUntil.description == "2029-02-28")
    }

    private static func report(success: String = "2026-03-31") throws -> Deferred {
        try Deferred(
            campaign: Sample.campaign(),
            totals: [
                Sample.total("2026-03-02", .captured, EntryParts(goods: 20_000, shipping: 2_000), count: 2),
                Sample.total(success, .succeeded, EntryParts(goods: 20_000)),
            ], by: .quarter, period: Sample.period("2026-01-01", "2026-06-30"))
    }

    @Test("the last period's row has it, and the text a line")
    func shown() throws {
        let entries = [try Self.paid(7), try Self.paid(9)]
        let pledges = [try Self.expected(7, "2026-10-01"), try Self.expected(9, "2028-10-01")]
        let report = try Self.report().parted(by: Self.outlook(entries, pledges, through: "2026-06-30"))
        let csv = String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let columns = try ["current", "later", "units_open"].map {
            name in try #require(csv[0].firstIndex { $0 == name })
        }
        #expect(csv[1...2].allSatisfy { row in columns.allSatisfy { row[$0].isEmpty } })
        #expect(columns.map { csv[3][$0] } == ["100.00", "100.00", "4"])
        #expect(columns.map { csv[4][$0] } == ["10.00", "10.00", ""])
        #expect(
            report.text.contains("\nat the end of 2026-06-30: current 110.00 · later 110.00 · 4 units open\n")
        )
        #expect(report.text.contains("Current is what is expected by 2027-06-30, as things stand today."))
    }

    @Test("before success goods are a deposit, not a promise")
    func deposits() throws {
        let entries = [try Self.paid(7), try Self.paid(9)]
        let pledges = [try Self.expected(7, nil), try Self.expected(9, nil)]
        let report = try Self.report(success: "2026-07-01")
            .parted(by: Self.outlook(entries, pledges, through: "2026-06-30"))
        #expect(report.shares[.contract] == nil)
        #expect(report.shares[.contractShipping]?.current == 2_000)
    }

    @Test("pledges that owe other sums than the accounts hold are refused")
    func refused() throws {
        let outlook = try Self.outlook([Self.paid(7)], [Self.expected(7, nil)], through: "2026-06-30")
        let euro = try #require(Currency("EUR"))
        #expect(
            throws: ReportError.liabilityDoesNotAgree(
                account: .contract, period: try Sample.period("2026-04-01", "2026-06-30"),
                reckoned: Money(minorUnits: 10_000, currency: euro),
                held: Money(minorUnits: 20_000, currency: euro))
        ) { try Self.report().parted(by: outlook) }
    }
}

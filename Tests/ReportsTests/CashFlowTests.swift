import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Reports

@Suite("Cash flow") struct CashFlowTests {
    @Test("the screen, as a maker sees it")
    func screen() throws {
        let report = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.keyboard(),
            period: Sample.period("2026-04-01", "2026-07-31"))
        #expect(
            report.text == """
                Cash flow · halyard-65 · EUR · bank basis · April to July 2026 · journal 2,114 (Zk3vQ…)
                                                    April        May       June       July       total
                opening                              0.00  72,489.54  79,070.24  78,857.24        0.00
                  CF01 receipts from backers   100,780.80   6,948.00       0.00       0.00  107,728.80
                  CF02 refunds                       0.00    -154.90       0.00       0.00     -154.90
                  CF03 chargebacks                   0.00       0.00    -193.00       0.00     -193.00
                  CF05 processor fees           -3,140.22    -212.40     -20.00       0.00   -3,372.62
                  CF06 platform fees            -5,039.04       0.00       0.00       0.00   -5,039.04
                  CF07 supplier deposits       -11,712.00       0.00       0.00       0.00  -11,712.00
                  CF10 tax remitted                  0.00       0.00       0.00  -8,900.12   -8,900.12
                operating                       80,889.54   6,580.70    -213.00  -8,900.12   78,357.12
                  CF20 tooling                  -8,400.00       0.00       0.00       0.00   -8,400.00
                investing                       -8,400.00       0.00       0.00       0.00   -8,400.00
                change                          72,489.54   6,580.70    -213.00  -8,900.12   69,957.12
                closing                         72,489.54  79,070.24  78,857.24  69,957.12   69,957.12
                This is the campaign's money, not the company's bank balance. Days are those of Europe/Berlin.

                """)
    }

    @Test("four backers end at 46.28 on either basis", arguments: CashBasis.allCases)
    func fourBackers(basis: CashBasis) throws {
        let report = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.fourBackers(), basis: basis, by: .year)
        let column = try #require(report.columns.first)
        #expect(report.columns.count == 1)
        #expect(column.opening == 0)
        #expect(
            column.movements.map(\.amount) == [
                48_000, -12_000, -24_000, 12_000, -3_772, -2_400, -2_400, -5_600, -1_200, -4_000, 0, 0, 0,
            ])
        #expect(column.closing == 4_628)
        #expect(amountText(column.closing, 2) == "46.28")
        #expect(report.text.contains("\nclosing                          46.28\n"))
    }

    @Test("money at the processor is cash on the processor basis only")
    func bases() throws {
        let april = try Sample.period("2026-03-01", "2026-04-30")
        let bank = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.fourBackers(), basis: .bank, period: april)
        #expect(bank.columns.map(\.closing) == [0, 42_428])
        let processor = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.fourBackers(), basis: .processor, period: april)
        // 480.00 − 7.72; then − 24.00 − 24.00 − 120.00 − 240.00 − 30.00
        #expect(processor.columns.map(\.closing) == [47_228, 3_428])
        #expect(processor.text.contains("Money at the processor counts as cash."))
        #expect(processor.columns[0].movements.map(\.entries) == [4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("what is owed back is what backers can ask for, at most the cash")
    func owedBack() throws {
        let totals = [
            try Sample.total("2026-03-02", .captured, EntryParts(goods: 40_000, fee: 700), count: 4),
            try Sample.total("2026-03-30", .succeeded, EntryParts(goods: 40_000), count: 4),
            try Sample.total("2026-03-31", .refundCommittedAfterSuccess, EntryParts(goods: 10_000)),
        ]
        let days = try CashFlow(
            campaign: Sample.campaign(), totals: totals, basis: .processor, by: .day,
            period: Sample.period("2026-03-01", "2026-03-31"))
        // 393.00 are there of 400.00 owed; nothing is owed back after success; 100.00 after the commitment.
        #expect([0, 1, 28, 29, 30].map { days.columns[$0].owedBack } == [0, 39_300, 39_300, 0, 10_000])
        let bank = try CashFlow(campaign: Sample.campaign(), totals: totals, by: .day)
        #expect(bank.columns.allSatisfy { $0.owedBack == 0 })
    }

    @Test("until the campaign is funded all that backers paid is owed back: goods, shipping and tax")
    func owedBackBefore() throws {
        let paid = EntryParts(goods: 40_000, shipping: 3_000, tax: 8_000)
        let part = EntryParts(goods: 4_000, shipping: 300, tax: 800)
        let totals = [
            try Sample.total("2026-03-02", .captured, paid, count: 4),
            try Sample.total("2026-03-03", .refundCommitted, part),
            try Sample.total("2026-03-04", .refunded, part),
            try Sample.total("2026-03-05", .campaignFunded, .zero),
            try Sample.total("2026-03-05", .succeeded, EntryParts(goods: 36_000)),
        ]
        let days = try CashFlow(
            campaign: Sample.campaign(), totals: totals, basis: .processor, by: .day,
            period: Sample.period("2026-03-02", "2026-03-05"))
        #expect(days.columns.map(\.owedBack) == [51_000, 51_000, 45_900, 0])
        #expect(days.text.contains("  CF93 of which owed back to backers    510.00"))
    }

    @Test("weeks go over the end of a year, and the first and last are cut")
    func weeks() throws {
        let totals = try Sample.others([
            ("2026-12-27", .ownMoney, 100), ("2026-12-28", .ownMoney, 200), ("2027-01-03", .ownMoney, 400),
            ("2027-01-04", .ownMoney, 800), ("2027-01-12", .ownMoney, 1_600),
        ])
        let report = try CashFlow(
            campaign: Sample.campaign(), totals: totals, by: .week,
            period: Sample.period("2026-12-28", "2027-01-12"))
        #expect(report.columns.map(\.period.first.description) == ["2026-12-28", "2027-01-04", "2027-01-11"])
        #expect(report.columns.map(\.period.last.description) == ["2027-01-03", "2027-01-10", "2027-01-12"])
        #expect(report.columns.map(\.opening) == [100, 700, 1_500])
        #expect(report.columns.map(\.closing) == [700, 1_500, 3_100])
        #expect(
            report.text.hasPrefix(
                """
                Cash flow · halyard-65 · EUR · bank basis · 28 December 2026 to 12 January 2027 · journal \
                2,114 (Zk3vQ…)
                                                 2026-W53  2027-W01  11 Jan–12 Jan 2027  total

                """))
        let whole = try CashFlow(campaign: Sample.campaign(), totals: totals, by: .week)
        #expect(whole.period == (try Sample.period("2026-12-21", "2027-01-17")))
    }

    @Test(
        "without a period it covers whole periods of the journal",
        arguments: [
            (.day, "2026-04-14", "2026-07-10", 88), (.week, "2026-04-13", "2026-07-12", 13),
            (.month, "2026-04-01", "2026-07-31", 4), (.quarter, "2026-04-01", "2026-09-30", 2),
            (.year, "2026-01-01", "2026-12-31", 1),
        ] as [(PeriodLength, String, String, Int)])
    func everything(length: PeriodLength, first: String, last: String, count: Int) throws {
        let report = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.keyboard().reversed(), by: length)
        #expect(report.period == (try Sample.period(first, last)))
        #expect(report.columns.count == count)
        #expect(report.columns.last?.closing == 6_995_712)
        #expect(report.columns.reduce(0) { $0 + $1.sum() } == 6_995_712)
    }

    @Test("a reversal takes back what was booked, also in another month")
    func reversal() throws {
        let totals = try Sample.others([
            ("2026-04-30", .supplierDeposit, 5_000), ("2026-05-02", .supplierDeposit, -5_000),
        ])
        let report = try CashFlow(campaign: Sample.campaign(), totals: totals)
        #expect(report.columns.map { $0.movements[6].amount } == [-5_000, 5_000])
        #expect(report.columns.map(\.closing) == [-5_000, 0])
        let canceled = [try Sample.total("2026-04-30", .supplierDeposit, .zero, count: 2)]
        let both = try CashFlow(campaign: Sample.campaign(), totals: canceled)
        #expect(both.columns[0].movements[6] == CashFlow.Movement(amount: 0, entries: 2))
        #expect(both.text.contains("  CF07 supplier deposits    0.00\n"))
    }

    @Test("a currency without minor digits has none")
    func yen() throws {
        let totals = try Sample.others([("2026-04-30", .ownMoney, 1_234_567)])
        let report = try CashFlow(
            campaign: Sample.campaign("kumo-note", currency: "JPY", zone: "Asia/Tokyo"), totals: totals)
        #expect(
            report.text == """
                Cash flow · kumo-note · JPY · bank basis · April 2026 · journal 2,114 (Zk3vQ…)
                                                     April
                opening                                  0
                  CF30 own money and financing   1,234,567
                financing                        1,234,567
                change                           1,234,567
                closing                          1,234,567
                This is the campaign's money, not the company's bank balance. Days are those of Asia/Tokyo.

                """)
        let csv = String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self)
        #expect(csv.contains("JPY,financing,CF30,own money and financing,1234567,1234567,1,2114:Zk3vQ\n"))
    }

    @Test("periods without an entry have all their rows")
    func empty() throws {
        let report = try CashFlow(campaign: Sample.campaign(), totals: [])
        #expect(report.period == (try Sample.period("2026-08-01", "2026-08-31")))
        let table = report.table
        #expect(table.rows.count == 17)
        #expect(
            table.rows.map { $0[5] }
                == [
                    "CF90", "CF01", "CF02", "CF03", "CF04", "CF05", "CF06", "CF07", "CF08", "CF09", "CF10",
                    "CF11", "CF20", "CF30", "CF91", "CF92", "CF93",
                ].map { ReportCell.text($0) })
        #expect(table.rows.allSatisfy { $0[7] == .amount(0) && $0[8] == .integer(0) })
        let later = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.keyboard(),
            period: Sample.period("2030-01-01", "2030-01-31"))
        #expect(later.columns.map(\.opening) == [6_995_712])
        #expect(later.columns.map(\.closing) == [6_995_712])
    }

    @Test("more than twelve periods stand in blocks, the total in the last")
    func blocks() throws {
        let report = try CashFlow(
            campaign: Sample.campaign(), totals: Sample.keyboard(),
            period: Sample.period("2026-01-01", "2027-02-28"))
        let parts = report.text.split(separator: "\n\n")
        #expect(parts.count == 2)
        #expect(!parts[0].contains("total"))
        #expect(
            parts[1].hasPrefix("                               January 2027  February 2027       total\n"))
    }

    @Test("a rehearsal says so, in every form")
    func rehearsal() throws {
        let report = try CashFlow(campaign: Sample.campaign(isRehearsal: true), totals: Sample.keyboard())
        #expect(report.text.hasPrefix("Cash flow · halyard-65 · rehearsal, no real money · EUR"))
        #expect(report.headText.contains("rehearsal, no real money"))
        #expect(String(decoding: report.bytes(as: .json), as: UTF8.self).contains("\"rehearsal\": true"))
    }

    @Test("a line that is missing is found")
    func brokenLines() throws {
        let euro = try #require(Currency("EUR"))
        // The platform's fee of 5,039.04 is on no line.
        let expected = ReportError.cashDoesNotAgree(
            period: try Sample.period("2026-04-01", "2026-04-30"),
            reckoned: Money(minorUnits: 7_752_858, currency: euro),
            held: Money(minorUnits: 7_248_954, currency: euro))
        #expect(throws: expected) {
            try CashFlow(
                campaign: Sample.campaign(), totals: Sample.keyboard(), basis: .bank,
                by: .month, period: nil, lines: { $0 == .platformFees ? [] : $0.sources($1) },
                rules: { $0.postings })
        }
    }

    @Test("a rule that is missing is found")
    func brokenRules() throws {
        let error = #expect(throws: ReportError.self) {
            try CashFlow(
                campaign: Sample.campaign(), totals: Sample.keyboard(), basis: .bank, by: .month, period: nil,
                lines: { $0.sources($1) }, rules: { $0 == .taxRemitted ? [] : $0.postings })
        }
        #expect(error?.exitCode == .fault)
        #expect(
            error?.message == """
                The cash-flow report was not written: from 2026-07-01 to 2026-07-31 opening cash and \
                movements make EUR 69,957.12, but closing cash is EUR 78,857.24. Run `pledgebook book check` \
                to find where the books differ.
                """)
    }

    @Test("what nobody could read or hold is refused")
    func limits() throws {
        #expect(throws: ReportError.tooManyPeriods(count: 3_652_059, limit: 3_660)) {
            try CashFlow(
                campaign: Sample.campaign(), totals: [], by: .day,
                period: Sample.period("0001-01-01", "9999-12-31"))
        }
        #expect(throws: ReportError.tooLarge) {
            try CashFlow(
                campaign: Sample.campaign(),
                totals: Sample.others([("2026-04-01", .ownMoney, .max), ("2026-04-02", .ownMoney, .max)]))
        }
    }
}

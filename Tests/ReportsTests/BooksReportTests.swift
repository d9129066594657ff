import Accounting
import Crowdfunding
import Testing

@testable import Reports
@testable import Storage

/// Takes what a report writes.
private final class Sink {
    var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

@Suite("Trial balance, ledger, funding") struct BooksReportTests {
    @Test("trial balance of the four backers")
    func trialBalance() throws {
        let report = try TrialBalanceReport(
            campaign: Sample.campaign(), totals: Sample.fourBackers(),
            period: Sample.period("2026-03-01", "2026-03-31"))
        #expect(
            report.text == """
                Trial balance · halyard-65 · EUR · March 2026 · journal 2,114 (Zk3vQ…)
                number  account                           debit  credit
                1100    Assets:Processor:Clearing        472.28    0.00
                2000    Liabilities:Deposits:Refundable    0.00    0.00
                2010    Liabilities:Contract               0.00  400.00
                2030    Liabilities:Tax                    0.00   80.00
                5100    Expenses:Fees:Processor            7.72    0.00
                        total                            480.00  480.00
                Balances are those at the end of 2026-03-31. Days are those of Europe/Berlin.

                """)
        let csv = String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self)
        #expect(
            csv.hasPrefix(
                """
                campaign,as_of,account,account_name,debit,debit_minor,credit,credit_minor,currency,journal
                halyard-65,2026-03-31,1100,Assets:Processor:Clearing,472.28,47228,0.00,0,EUR,2114:Zk3vQ

                """))
        let end = try TrialBalanceReport(campaign: Sample.campaign(), totals: Sample.fourBackers())
        let left = end.rows.filter { $0.balance != 0 }.map { "\($0.account.rawValue) \($0.balance)" }
        #expect(
            left == [
                "1000 4628", "4000 -20000", "5000 8000", "5010 1200", "5100 772", "5110 2400", "5210 3000",
            ])
    }

    @Test("a trial balance with a leg missing is refused")
    func unbalanced() throws {
        let euro = try #require(Currency("EUR"))
        #expect(
            throws: ReportError.booksDoNotBalance(
                debits: Money(minorUnits: 48_000, currency: euro),
                credits: Money(minorUnits: 40_000, currency: euro))
        ) {
            try TrialBalanceReport(
                campaign: Sample.campaign(), totals: Array(Sample.fourBackers().prefix(1)), period: nil,
                legs: { PostingLeg.legs(of: $0).filter { $0.account != .tax } })
        }
    }

    static func entries() throws -> [LedgerEntry] {
        let at = Timestamp(seconds: 1_775_000_000)
        let day = try #require(CalendarDay("2026-03-31"))
        let next = try #require(CalendarDay("2026-04-02"))
        return [
            LedgerEntry(JournalEntry(number: 1, kind: .placed, pledge: 1, subject: "KS-1", at: at, day: day)),
            LedgerEntry(
                JournalEntry(
                    number: 2, kind: .captured, pledge: 1, subject: "KS-1", instalment: 1, at: at, day: day,
                    parts: EntryParts(goods: 10_000, tax: 2_000, fee: 193), reference: "=py_1"),
                country: "DE", taxRate: "20"),
            LedgerEntry(
                JournalEntry(
                    number: 3, kind: .supplierDeposit, run: "run-1", at: at, day: next,
                    parts: EntryParts(other: 500))),
            LedgerEntry(
                JournalEntry(
                    number: 4, kind: .supplierDeposit, run: "run-1", at: at, day: next,
                    parts: EntryParts(other: -500), reverses: 3)),
        ]
    }

    static func totals() throws -> [DailyTotal] {
        [
            try Sample.total("2026-03-31", .placed, .zero),
            try Sample.total("2026-03-31", .captured, EntryParts(goods: 10_000, tax: 2_000, fee: 193)),
            try Sample.total("2026-04-02", .supplierDeposit, .zero, count: 2),
        ]
    }

    static func write(
        _ report: LedgerReport, as format: ReportFormat, _ entries: [LedgerEntry]
    ) throws -> String {
        let sink = Sink()
        do {
            try report.write(as: format, entries: { body in for entry in entries { try body(entry) } }) {
                sink.bytes += $0
            }
        } catch {
            #expect(sink.bytes.isEmpty)
            throw error
        }
        return sink.text
    }

    @Test("ledger, a row a leg; a reversal changes sides; memos have none")
    func ledger() throws {
        let report = LedgerReport(campaign: try Sample.campaign(), totals: try Self.totals())
        #expect(
            try Self.write(report, as: .csv(decimalComma: false), Self.entries()) == """
                day,entry,document,account,account_name,debit,credit,currency,text,campaign,pledge,run,\
                country,tax_rate
                2026-03-31,2,'=py_1,1100,Assets:Processor:Clearing,100.00,,EUR,Payment \
                captured,halyard-65,KS-1,,DE,20
                2026-03-31,2,'=py_1,2000,Liabilities:Deposits:Refundable,,100.00,EUR,Payment \
                captured,halyard-65,KS-1,,DE,20
                2026-03-31,2,'=py_1,1100,Assets:Processor:Clearing,20.00,,EUR,Payment \
                captured,halyard-65,KS-1,,DE,20
                2026-03-31,2,'=py_1,2030,Liabilities:Tax,,20.00,EUR,Payment captured,halyard-65,KS-1,,DE,20
                2026-03-31,2,'=py_1,5100,Expenses:Fees:Processor,1.93,,EUR,Payment \
                captured,halyard-65,KS-1,,DE,20
                2026-03-31,2,'=py_1,1100,Assets:Processor:Clearing,,1.93,EUR,Payment \
                captured,halyard-65,KS-1,,DE,20
                2026-04-02,3,halyard-65:3,1300,Assets:SupplierDeposits,5.00,,EUR,Supplier deposit \
                paid,halyard-65,,run-1,,
                2026-04-02,3,halyard-65:3,1000,Assets:Bank,,5.00,EUR,Supplier deposit paid,halyard-65,,run-1,,
                2026-04-02,4,halyard-65:4,1300,Assets:SupplierDeposits,,5.00,EUR,Supplier deposit \
                paid,halyard-65,,run-1,,
                2026-04-02,4,halyard-65:4,1000,Assets:Bank,5.00,,EUR,Supplier deposit paid,halyard-65,,run-1,,

                """)
        let april = LedgerReport(
            campaign: try Sample.campaign(), totals: try Self.totals(),
            period: try Sample.period("2026-04-01", "2026-04-30"))
        let text = try Self.write(april, as: .text, Self.entries())
        #expect(text.hasPrefix("Ledger · halyard-65 · EUR · April 2026 · journal 2,114 (Zk3vQ…)\nday "))
        #expect(text.split(separator: "\n").count == 7)
        let json = try Self.write(april, as: .json, Self.entries())
        #expect(json.contains("\"debit\": \"5.00\", \"credit\": null"))
    }

    @Test("a ledger whose entries and totals differ is refused, and nothing is written")
    func ledgerDiffers() throws {
        let report = LedgerReport(campaign: try Sample.campaign(), totals: try Self.totals())
        let euro = try #require(Currency("EUR"))
        #expect(
            throws: ReportError.accountDoesNotAgree(
                account: .bank, entries: Money(minorUnits: -500, currency: euro), totals: .zero(euro))
        ) {
            try Self.write(report, as: .csv(decimalComma: false), Array(Self.entries().dropLast()))
        }
        let broken = LedgerReport(campaign: try Sample.campaign(), totals: try Self.totals(), period: nil) {
            PostingLeg.legs(of: $0).filter { $0.account != .processorFees }
        }
        #expect(
            throws: ReportError.entryDoesNotBalance(
                entry: 2, debits: Money(minorUnits: 12_000, currency: euro),
                credits: Money(minorUnits: 12_193, currency: euro))
        ) {
            try Self.write(broken, as: .json, Self.entries())
        }
    }

    static func funding(
        _ payments: PaymentSums, totals: [DailyTotal], pledgedAtClose: Int64? = nil
    ) throws -> Funding {
        func pledges(_ state: PledgeState, _ payment: PaymentState?, _ count: Int64, _ amount: Int64)
            -> PledgeTotal
        {
            PledgeTotal(
                state: state, payment: payment, gateway: 1, count: count, quantity: count, amount: amount)
        }
        return try Funding(
            campaign: Sample.campaign(), goal: 30_000,
            decision: Funding.Decision(state: .funded, decidedOn: CalendarDay("2026-03-31")),
            pledges: [
                pledges(.delivered, .captured, 2, 24_000), pledges(.placed, .refunded, 1, 12_000),
                pledges(.placed, .disputeLost, 1, 12_000), pledges(.placed, .failed, 3, 3_300),
                pledges(.dropped, .failed, 1, 900), pledges(.canceled, nil, 7, 7_000),
                pledges(.placed, .unknown, 1, 1_000),
            ], payments: payments,
            runs: [
                RunRecord(
                    id: "run-1", state: .launched, launchedOn: CalendarDay(number: 20_600),
                    expectedOn: CalendarDay(number: 20_700), unitCost: 4_000, deposit: 2_400,
                    units: [RunUnits(sku: "lamp", ordered: 5, received: 1, writtenOff: 3)]),
                RunRecord(
                    id: "run-2", state: .canceled, launchedOn: CalendarDay(number: 20_600),
                    expectedOn: CalendarDay(number: 20_700), unitCost: 4_000, deposit: 0,
                    units: [RunUnits(sku: "lamp", ordered: 100)]),
            ], totals: totals, pledgedAtClose: pledgedAtClose)
    }

    @Test("funding of the four backers")
    func funding() throws {
        let report = try Self.funding(
            PaymentSums(captured: 48_000, refunded: 12_000, lost: 12_000), totals: Sample.fourBackers())
        #expect(
            report.text == """
                Funding · halyard-65 · EUR · journal 2,114 (Zk3vQ…)
                                         amount  pledges   of goal
                goal                     300.00
                pledged                  532.00        9  177.33 %
                card failed               33.00        3
                dropped                    9.00        1
                not known yet             10.00        1
                collected                480.00
                  paid back              120.00
                  lost in disputes       120.00
                net collected            240.00            80.00 %
                  fees                    61.72
                net available            178.28
                committed to suppliers    80.00
                Decision: funded on 2026-03-31.
                Pledged is what was promised and not canceled, dropped pledges among it. Net collected is \
                before fees, with tax in it. Days are those of Europe/Berlin.

                """)
        let rows = String(decoding: report.bytes(as: .csv(decimalComma: false)), as: UTF8.self).split(
            separator: "\n")
        #expect(rows.count == 2)
        #expect(rows[0].split(separator: ",").count == rows[1].split(separator: ",").count)
        #expect(rows[1].hasPrefix("halyard-65,EUR,300.00,30000,532.00,53200,0.00,0,480.00,48000,33.00,3300,"))
        #expect(rows[1].hasSuffix(",177.33,80.00,9,3,1,1,funded on 2026-03-31,2114:Zk3vQ"))
    }

    @Test("what is in dispute and owed back is taken off once")
    func fundingDisputedTwice() throws {
        // 480.00 came; 120.00 of them are promised back, and the same 120.00 are in dispute.
        let totals = [
            try Sample.total("2026-03-02", .captured, EntryParts(goods: 40_000, tax: 8_000), count: 4),
            try Sample.total("2026-04-20", .refundCommitted, EntryParts(goods: 10_000, tax: 2_000)),
            try Sample.total("2026-04-22", .disputeOpened, EntryParts(goods: 10_000, tax: 2_000)),
        ]
        let report = try Self.funding(
            PaymentSums(captured: 48_000, committed: 12_000, disputed: 12_000, disputedTwice: 12_000),
            totals: totals)
        #expect(report.netCollected == 36_000)
        #expect(
            report.text.contains(
                """
                collected                       480.00
                  to be paid back               120.00
                  disputed                      120.00
                    of it paid back, or to be   120.00
                net collected                   360.00           120.00 %
                """))
    }

    @Test("pledged is what was promised and not canceled; of what gave everything back, what it was then")
    func fundingPledged() throws {
        #expect(
            try Self.funding(PaymentSums(), totals: []).pledged == Funding.Tally(amount: 53_200, pledges: 9))
        let past = try Self.funding(PaymentSums(), totals: [], pledgedAtClose: 9_900)
        #expect(past.pledged == Funding.Tally(amount: 9_900))
        #expect(past.text.contains("\npledged                   99.00           33.00 %\n"))
    }

    @Test("every share is rounded down, so that 100 % means the goal")
    func shares() throws {
        let report = try Self.funding(PaymentSums(), totals: [])
        #expect(report.percentOfGoal(29_999) == 9_999)
        #expect(report.percentOfGoal(30_000) == 10_000)
        #expect(report.percentOfGoal(-1) == -1)
    }

    @Test("funding whose payments and journal differ is refused")
    func fundingDiffers() throws {
        let euro = try #require(Currency("EUR"))
        #expect(
            throws: ReportError.collectedDoesNotAgree(
                payments: Money(minorUnits: 36_000, currency: euro),
                journal: Money(minorUnits: 24_000, currency: euro))
        ) {
            try Self.funding(PaymentSums(captured: 48_000, refunded: 12_000), totals: Sample.fourBackers())
        }
    }
}

import Accounting
import Crowdfunding
import Parsing
import Storage
import Testing

@testable import Reports

@Suite("Forms of reports") struct ReportFormTests {
    /// One month of the keyboard.
    static func april() throws -> CashFlow {
        try CashFlow(
            campaign: Sample.campaign(), totals: Sample.keyboard(),
            period: Sample.period("2026-04-01", "2026-04-30"))
    }

    @Test("CSV is one header line and rows")
    func csv() throws {
        #expect(
            String(decoding: try Self.april().bytes(as: .csv(decimalComma: false)), as: UTF8.self) == """
                campaign,period_start,period_end,currency,section,line_code,line,amount,amount_minor,\
                entries,journal
                halyard-65,2026-04-01,2026-04-30,EUR,opening,CF90,opening cash,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF01,receipts from \
                backers,100780.80,10078080,1,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF02,refunds,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF03,chargebacks,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF04,chargebacks reversed,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF05,processor \
                fees,-3140.22,-314022,1,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF06,platform \
                fees,-5039.04,-503904,1,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF07,supplier \
                deposits,-11712.00,-1171200,1,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF08,supplier balances,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF09,freight,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF10,tax remitted,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,operating,CF11,unexplained,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,investing,CF20,tooling,-8400.00,-840000,1,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,financing,CF30,own money and \
                financing,0.00,0,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,change,CF91,net change,72489.54,7248954,5,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,closing,CF92,closing cash,72489.54,7248954,0,2114:Zk3vQ
                halyard-65,2026-04-01,2026-04-30,EUR,memo,CF93,of which owed back to \
                backers,0.00,0,0,2114:Zk3vQ

                """)
    }

    @Test("with decimal commas there are semicolons and a byte order mark")
    func decimalComma() throws {
        let bytes = try Self.april().bytes(as: .csv(decimalComma: true))
        #expect(bytes.prefix(12).elementsEqual([0xEF, 0xBB, 0xBF] + Array("campaign;".utf8)))
        let lines = String(decoding: bytes.dropFirst(3), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 18)
        #expect(
            lines[6]
                == "halyard-65;2026-04-01;2026-04-30;EUR;operating;CF05;processor "
                + "fees;-3140,22;-314022;1;2114:Zk3vQ"
        )
        #expect(!lines.contains { $0.contains(",") && !$0.contains(";") })
    }

    @Test("the head names the last checkpoint: text, standard error beside CSV, JSON")
    func checkpoint() throws {
        var campaign = try Sample.campaign()
        let root = [UInt8](repeating: 0xFB, count: 32)
        campaign.checkpoint = CheckpointHead(number: 2_100, root: root, text: "+/v7")
        let report = try TrialBalanceReport(campaign: campaign, totals: Sample.fourBackers())
        let words = "journal 2,114 (Zk3vQ…) · checkpoint 2,100 (-_v7-…)\n"
        #expect(report.text.contains(words))
        #expect(report.headText.contains(words))
        let json = String(decoding: report.bytes(as: .json), as: UTF8.self)
        #expect(json.contains("\"checkpoint\": {\n      \"entry\": 2100,\n      \"root\": \"+/v7\"\n    },"))
    }

    @Test("JSON has amounts as strings and the head as an object")
    func json() throws {
        let text = String(decoding: try Self.april().bytes(as: .json), as: UTF8.self)
        #expect(
            text.hasPrefix(
                """
                {
                  "head": {
                    "report": "cash-flow",
                    "campaign": "halyard-65",
                    "title": "Halyard 65 mechanical keyboard",
                    "currency": "EUR",
                    "rehearsal": false,
                    "zone": "Europe/Berlin",
                    "basis": "bank",
                    "from": "2026-04-01",
                    "to": "2026-04-30",
                    "by": "month",
                    "journal": {
                      "entry": 2114,
                      "tag": "Zk3vQ"
                    },
                    "checkpoint": null,
                    "notes": [
                      "This is the campaign's money, not the company's bank balance."
                    ]
                  },
                  "rows": [
                    {"campaign": "halyard-65", "period_start": "2026-04-01", "period_end": "2026-04-30", \
                "currency": "EUR", "section": "opening", "line_code": "CF90", "line": "opening cash", \
                "amount": "0.00", "amount_minor": 0, "entries": 0, "journal": "2114:Zk3vQ"},

                """))
        let document = try JSONDocument.parse(Array(text.utf8), file: "report.json").get()
        guard case .object(let members) = document.root.value else { Issue.record("no object"); return }
        #expect(members.map(\.key) == ["head", "rows"])
        guard case .array(let rows) = members[1].value.value else { Issue.record("no list"); return }
        #expect(rows.count == 17)
    }

    @Test("the head goes beside CSV")
    func head() throws {
        #expect(
            try Self.april().headText == """
                Cash flow · halyard-65 · EUR · bank basis · April 2026 · journal 2,114 (Zk3vQ…)
                This is the campaign's money, not the company's bank balance. Days are those of Europe/Berlin.

                """)
    }

    /// Cells that a spreadsheet, a terminal or a JSON reader could take for something else.
    static func odd(_ text: String) throws -> ReportTable {
        ReportTable(
            head: ReportHead(name: "odd", title: "Odd", campaign: try Sample.campaign()),
            columns: [
                ReportColumn("text", .text, heading: "text"),
                ReportColumn("amount", .amount, hasMinor: true, heading: "amount"),
                ReportColumn("share", .percent, heading: "share"),
            ], rows: [[.text(text), .amount(-5), .percent(-1)], [.text("b"), .empty, .empty]])
    }

    struct Odd: Report { let table: ReportTable }

    @Test(
        "text is guarded and quoted, numbers are not",
        arguments: [
            ("=1+1", "'=1+1"), ("+49", "'+49"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""), ("＝1", "'＝1"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a;b", "a;b"),
        ])
    func guarded(text: String, cell: String) throws {
        let bytes = Odd(table: try Self.odd(text)).bytes(as: .csv(decimalComma: false))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "text,amount,amount_minor,share\n\(cell),-0.05,-5,-0.01\nb,,,\n")
    }

    @Test("empty cells are null, control characters escaped")
    func oddJSON() throws {
        let text = String(decoding: Odd(table: try Self.odd("a\u{1}\"")).bytes(as: .json), as: UTF8.self)
        #expect(
            text.hasSuffix(
                """
                    {"text": "a\\u0001\\"", "amount": "-0.05", "amount_minor": -5, "share": "-0.01"},
                    {"text": "b", "amount": null, "amount_minor": null, "share": null}
                  ]
                }

                """))
    }

    @Test("columns line up by what a terminal shows")
    func aligned() throws {
        let lines = Odd(table: try Self.odd("東京\u{1B}[2J")).text.split(separator: "\n")
        #expect(
            lines[1...3].joined(separator: "\n") == """
                text      amount    share
                東京\u{FFFD}[2J   -0.05  -0.01 %
                b
                """)
    }

    @Test(
        "widths in columns of a terminal",
        arguments: [
            ("", 0), ("abc", 3), ("München", 7), ("Mu\u{308}nchen", 7), ("東京", 4), ("ｶﾅ", 2), ("ＡＢ", 4),
            ("서울", 4), ("😀", 2), ("👩‍🚀", 2), ("❤️", 2), ("é", 1), ("…", 1), ("🇩🇪", 2),
        ])
    func widths(text: String, width: Int) {
        #expect(displayWidth(text) == width, "\(text)")
    }

    @Test(
        "how the head names a period",
        arguments: [
            ("2026-01-01", "2026-12-31", "2026"), ("2025-01-01", "2026-12-31", "2025 to 2026"),
            ("2026-04-01", "2026-04-30", "April 2026"), ("2026-04-01", "2026-07-31", "April to July 2026"),
            ("2025-11-01", "2026-02-28", "November 2025 to February 2026"),
            ("2026-04-03", "2026-04-03", "3 April 2026"),
            ("2026-04-03", "2026-07-07", "3 April to 7 July 2026"),
            ("2025-12-03", "2026-01-07", "3 December 2025 to 7 January 2026"),
            ("2024-02-01", "2024-02-28", "1 February to 28 February 2024"),
            ("9999-12-01", "9999-12-31", "December 9999"),
        ])
    func phrases(first: String, last: String, phrase: String) throws {
        #expect(try Sample.period(first, last).phrase == phrase)
    }
}

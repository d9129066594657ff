import Accounting
import Crowdfunding
import Foundation
import Testing

@testable import Reports
@testable import Storage

/// The programs that read our journals.
private enum Oracles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let python = root.appending(path: ".build/venv/bin/python").path
    static let script = root.appending(path: "Tests/journal_oracles.py").path
    static let fourBackers = root.appending(path: "Tests/Fixtures/four-backers/expected.journal").path

    static let areThere =
        (try? run(["/usr/bin/env", "hledger", "--version"]))?.status == 0
        && (try? run(["/usr/bin/env", "ledger", "--version"]))?.status == 0
        && (try? run([python, "-c", "import beancount"]))?.status == 0

    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let told = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: told, as: UTF8.self))
    }
}

@Suite("Journals for hledger, ledger and beancount") struct JournalTests {
    /// The worked example of the manual, an entry a day as the expected journal has them.
    static func entries() throws -> [LedgerEntry] {
        let capture = EntryParts(goods: 10_000, tax: 2_000, fee: 193)
        let disputed = EntryParts(goods: 10_000, tax: 2_000, fee: 1_500)
        let returned = EntryParts(goods: 10_000, tax: 2_000)
        let delivered = EntryParts(goods: 10_000)
        func other(_ amount: Int64) -> EntryParts { EntryParts(other: amount) }
        let facts: [(EntryKind, String, EntryParts)] = [
            (.captured, "A", capture), (.captured, "B", capture), (.captured, "C", capture),
            (.captured, "D", capture), (.payoutCreated, "", other(47_228)),
            (.payoutArrived, "", other(47_228)), (.payoutReceipts, "", other(48_000)),
            (.payoutProcessorFees, "", other(772)), (.succeeded, "", EntryParts(goods: 40_000)),
            (.platformFeeDue, "", EntryParts(fee: 2_400)), (.platformFeePaid, "", other(2_400)),
            (.supplierDeposit, "", other(2_400)), (.refundCommittedAfterSuccess, "B", returned),
            (.refunded, "B", returned), (.disputeOpened, "C", disputed), (.disputeOpened, "D", disputed),
            (.disputeWon, "D", returned), (.disputeLostAfterSuccess, "C", returned),
            (.payoutRefunds, "", other(12_000)), (.payoutChargebacks, "", other(24_000)),
            (.payoutChargebacksReversed, "", other(12_000)), (.payoutProcessorFees, "", other(3_000)),
            (.goodsReceived, "", other(8_000)), (.depositApplied, "", other(2_400)),
            (.supplierPaid, "", other(5_600)), (.delivered, "A", delivered),
            (.costOfDelivered, "A", other(4_000)), (.carrierOwed, "", other(600)),
            (.delivered, "D", delivered), (.costOfDelivered, "D", other(4_000)),
            (.carrierOwed, "", other(600)), (.carrierPaid, "", other(1_200)),
            (.taxRemitted, "", other(4_000)),
        ]
        let first = try #require(CalendarDay("2026-01-01"))
        return facts.enumerated().map { index, fact in
            LedgerEntry(
                JournalEntry(
                    number: Int64(index + 1), kind: fact.0, pledge: fact.1.isEmpty ? nil : 1,
                    subject: fact.1.isEmpty ? "" : "P-\(fact.1)", at: Timestamp(seconds: 1_767_250_800),
                    day: first.adding(days: min(index, 30)), parts: fact.2, reference: "; (a) “b” \"c\""),
                country: fact.1.isEmpty ? "" : "DE", taxRate: fact.2.tax == 0 ? "" : "20")
        }
    }

    static func totals(_ entries: [LedgerEntry]) -> [DailyTotal] {
        entries.map { DailyTotal(day: $0.entry.day, kind: $0.entry.kind, count: 1, parts: $0.entry.parts) }
    }

    static func journal(
        _ format: JournalFormat, _ entries: [LedgerEntry], campaign: ReportCampaign? = nil,
        period: Period? = nil, chart: AccountChart = .standard
    ) throws -> String {
        let report = LedgerReport(
            campaign: try campaign ?? Sample.campaign(), totals: totals(entries), period: period, chart: chart
        )
        let sink = Sink()
        try report.write(as: format, entries: { body in for entry in entries { try body(entry) } }) {
            sink.bytes += $0
        }
        return String(decoding: sink.bytes, as: UTF8.self)
    }

    /// The accounts as the expected journal names them.
    static func expectedChart() throws -> AccountChart {
        let roots = ["assets", "liabilities", "equity", "income", "expenses"]
        let rows = Account.allCases.map {
            "\($0.rawValue),\($0.rawValue),\(roots[$0.rawValue / 1000 - 1]):\($0.rawValue)\n"
        }
        return try AccountChart(csv: Array(("account,number,name\n" + rows.joined()).utf8), file: "chart.csv")
    }

    @Test("a pledge by its reference, two spaces before an amount, every leg with all digits, no free text")
    func forms() throws {
        let entries = try Array(Self.entries().prefix(1))
        let head = """
            Ledger · halyard-65 · EUR · journal 2,114 (Zk3vQ…)
            """
        #expect(
            try Self.journal(.hledger, entries) == """
                ; \(head)
                ; Days are those of Europe/Berlin.

                commodity 1000.00 EUR
                account Assets:Processor:Clearing
                    ; number: 1100
                account Liabilities:Deposits:Refundable
                    ; number: 2000
                account Liabilities:Contract:Shipping
                    ; number: 2015
                account Liabilities:Tax
                    ; number: 2030
                account Expenses:Fees:Processor
                    ; number: 5100

                2026-01-01 (halyard-65:1) E03 Payment captured
                    ; pledge: P-A
                    ; country: DE
                    ; tax-rate: 20
                    Assets:Processor:Clearing  100.00 EUR
                    Liabilities:Deposits:Refundable  -100.00 EUR
                    Assets:Processor:Clearing  20.00 EUR
                    Liabilities:Tax  -20.00 EUR
                    Expenses:Fees:Processor  1.93 EUR
                    Assets:Processor:Clearing  -1.93 EUR

                """)
    }

    @Test("ledger's tags and beancount's accounts are declared before they are used")
    func otherForms() throws {
        let entries = try Array(Self.entries().prefix(1))
        let ledger = try Self.journal(.ledger, entries)
        #expect(ledger.contains("\ncommodity EUR\n    format 1000.00 EUR\ntag pledge\ntag run\n"))
        let beancount = try Self.journal(.beancount, entries)
        #expect(beancount.contains("\n2026-01-01 open Assets:Processor:Clearing EUR\n  number: \"1100\"\n"))
        #expect(
            beancount.hasSuffix(
                """

                2026-01-01 * "E03 Payment captured"
                  entry: "halyard-65:1"
                  pledge: "P-A"
                  country: "DE"
                  tax-rate: "20"
                  Assets:Processor:Clearing  100.00 EUR
                  Liabilities:Deposits:Refundable  -100.00 EUR
                  Assets:Processor:Clearing  20.00 EUR
                  Liabilities:Tax  -20.00 EUR
                  Expenses:Fees:Processor  1.93 EUR
                  Assets:Processor:Clearing  -1.93 EUR

                """))
    }

    @Test(
        "the four backers end as the expected journal does, posting by posting",
        .enabled(
            if: Oracles.areThere,
            "skipped: hledger, ledger or beancount is missing; scripts/setup brings them"))
    func fourBackers() throws {
        let entries = try Self.entries()
        try inFolder { folder in
            for format in JournalFormat.allCases {
                try write(Self.journal(format, entries), folder, "journal.\(format.rawValue)")
            }
            let balance = try TrialBalanceReport(campaign: Sample.campaign(), totals: Self.totals(entries))
            try write(
                String(decoding: balance.bytes(as: .csv(decimalComma: false)), as: UTF8.self), folder,
                "trial-balance.csv")
            let agreed = try Oracles.run([Oracles.python, Oracles.script, folder.path])
            #expect(agreed.output == "hledger, ledger and beancount agree on 7 accounts\n")
            #expect(agreed.status == 0)

            try write(
                Self.journal(.hledger, entries, chart: Self.expectedChart()), folder, "theirs.journal")
            let ours = try postings(folder.appending(path: "theirs.journal").path)
            let expected = try postings(Oracles.fourBackers)
            #expect(ours == expected)
            #expect(expected.count == 98)
        }
    }

    @Test(
        "a journal that differs from the trial balance by a cent is found",
        .enabled(
            if: Oracles.areThere,
            "skipped: hledger, ledger or beancount is missing; scripts/setup brings them"))
    func planted() throws {
        var entries = try Self.entries()
        let totals = Self.totals(entries)
        entries[31].entry.parts.other += 1
        try inFolder { folder in
            for format in JournalFormat.allCases {
                try write(Self.journal(format, entries), folder, "journal.\(format.rawValue)")
            }
            let balance = try TrialBalanceReport(campaign: Sample.campaign(), totals: totals)
            try write(
                String(decoding: balance.bytes(as: .csv(decimalComma: false)), as: UTF8.self), folder,
                "trial-balance.csv")
            let found = try Oracles.run([Oracles.python, Oracles.script, folder.path])
            #expect(found.status == 1)
            for name in JournalFormat.allCases {
                #expect(
                    found.output.contains("\(name.rawValue): Assets:Bank: we say 46.28, it says 46.27\n"),
                    "\(found.output)")
            }
        }
    }

    @Test("a currency without minor digits, a reversal, and days that are left out")
    func yen() throws {
        var entries = try Array(Self.entries().prefix(2))
        entries[1].entry.parts = -entries[0].entry.parts
        entries[1].entry.reverses = 1
        let campaign = try Sample.campaign(currency: "JPY")
        let text = try Self.journal(.hledger, entries, campaign: campaign)
        #expect(text.contains("\ncommodity 1000. JPY\n"))
        #expect(text.contains("    ; reverses: halyard-65:1\n    Assets:Processor:Clearing  -10000 JPY\n"))
        let first = try Self.journal(
            .beancount, entries, campaign: campaign, period: Sample.period("2026-01-01", "2026-01-01"))
        #expect(first.contains("2026-01-01 * "))
        #expect(!first.contains("2026-01-02"))
    }

    static let charts: [(String, String)] = [
        ("", "chart.csv:1:1: error: the file is empty"),
        ("account,number\n1000,1\n", "chart.csv:1:1: error: the column name is missing"),
        ("account,number,name\n1001,1,Bank\n", "chart.csv:2:1: error: “1001” is no account of the book"),
        (
            "account,number,name\n1000,1,Bank\n1000,2,Till\n",
            "chart.csv:3:1: error: account 1000 stands here a second time"
        ),
        ("account,number,name\n1000,,Bank\n", "chart.csv:2:1: error: the number or the name is empty"),
        ("account,number,name\n1000,1,My  bank\n", "has two together"),
        ("account,number,name\n1000,1,(Bank)\n", "begins with one of"),
        ("account,number,name\n1000,1,Bank;\n", "or one of \" | ;"),
    ]

    @Test("a chart with a fault is refused with its place", arguments: charts)
    func badChart(text: String, fault: String) throws {
        let problems = #expect(throws: ChartProblems.self) {
            try AccountChart(csv: Array(text.utf8), file: "chart.csv")
        }
        #expect(problems?.message.contains(fault) == true, "\(problems?.message ?? "")")
    }

    @Test("nothing is written by a chart that leaves an account out, or with a name that beancount refuses")
    func narrowChart() throws {
        let entries = try Array(Self.entries().prefix(1))
        let bank = try AccountChart(csv: Array("account,number,name\n1000,1,Bank\n".utf8), file: "c")
        #expect(
            throws: ReportError.accountsNotInChart([
                .clearing, .refundableDeposits, .contractShipping, .tax, .processorFees,
            ])
        ) { try Self.journal(.ledger, entries, chart: bank) }
        let expected = try Self.expectedChart()
        #expect(throws: ReportError.noBeancountName("assets:1100")) {
            try Self.journal(.beancount, entries, chart: expected)
        }
        let names: [(String, Bool)] = [
            ("Assets:Bank", true), ("Assets:1800-Bank", true), ("Assets:Größe", true), ("Assets", false),
            ("Bank:Assets", false), ("Assets:bank", false), ("Assets:My bank", false),
            ("Assets::Bank", false),
        ]
        for (name, isTaken) in names {
            #expect(AccountChart.Entry(number: "1", name: name).isBeancountName == isTaken, "\(name)")
        }
    }

    /// Transaction, day, account and amount of every posting, as hledger reads them.
    private func postings(_ path: String) throws -> [String] {
        let told = try Oracles.run(["/usr/bin/env", "hledger", "-f", path, "register", "-O", "csv"])
        #expect(told.status == 0, "\(told.output)")
        return told.output.split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return [0, 1, 4, 5].map { String(cells[$0]) }.joined(separator: " ")
        }
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pledgebook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func write(_ text: String, _ folder: URL, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }
}

/// Takes what a report writes.
private final class Sink {
    var bytes: [UInt8] = []
}

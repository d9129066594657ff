import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Every posting of the journal, a row a leg",
        discussion: """
            A journal holds numbers, days, kinds and pledges' references, and no name. --accounts goes by an \
            adviser's chart: a CSV file with the columns account (ours), number and name (theirs).

            Example:
              pledgebook report ledger --period 2026-Q2 --format csv --output ledger.csv
              pledgebook report ledger --format hledger --output lamp.journal
            """)

    @OptionGroup var days: ReportDays
    @Option(help: ArgumentHelp("A chart of accounts in place of ours, CSV", valueName: "file"))
    var accounts: String?
    @OptionGroup var output: LedgerOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report ledger")
        let chart = try accounts.map { try AccountChart(csv: InputFile.read($0), file: visible($0)) }
        try here.session.withPostedEntries(here.campaign().definition.id) { source, entries in
            let report = LedgerReport(
                campaign: source.reportCampaign, totals: source.totals, period: try days.days(of: source),
                chart: chart ?? .standard)
            let lines: LedgerReport.Source = { body in
                try entries { posted in
                    let rate = posted.entry.parts.tax == 0 ? nil : posted.taxRate
                    try body(
                        LedgerEntry(posted.entry, country: posted.country, taxRate: rate?.description ?? ""))
                }
            }
            try output.write(head: report.headText) { sink in
                if let journal = output.format.journal {
                    return try report.write(as: journal, entries: lines, to: sink)
                }
                let form = output.format.table ?? .text
                try report.write(
                    as: form.report(decimalComma: output.target.hasDecimalComma), entries: lines, to: sink)
            }
        }
    }
}

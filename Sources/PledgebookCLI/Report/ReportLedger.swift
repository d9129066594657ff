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
            let lines = withTaxRates(entries, of: source.campaign.definition.tax)
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

    /// The entries, each with its country and the rate that is in force there.
    private func withTaxRates(_ entries: @escaping PostedEntries, of rates: TaxRules) -> LedgerReport.Source {
        { body in
            try entries { entry, destination in
                let country = destination ?? ""
                let rate = entry.parts.tax == 0 ? "" : rates.rate(for: country)?.description ?? ""
                try body(LedgerEntry(entry, country: country, taxRate: rate))
            }
        }
    }
}

extension TaxRules {
    /// The rate for a country: its own, the union's, or everyone's.
    fileprivate func rate(for country: String) -> Percentage? {
        if let own = rates[country] { return own }
        if Country.memberStates.contains(country), let union = rates[Country.europeanUnion] { return union }
        return rates[Country.everywhere]
    }
}

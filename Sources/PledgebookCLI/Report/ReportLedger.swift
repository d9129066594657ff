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
            Example:
              pledgebook report ledger --period 2026-Q2 --format csv --output ledger.csv
            """)

    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report ledger")
        try here.session.withPostedEntries(here.campaign().definition.id) { source, entries in
            let rates = source.campaign.definition.tax
            let report = LedgerReport(
                campaign: source.reportCampaign, totals: source.totals, period: try days.days(of: source))
            try output.write(head: report.headText) { sink in
                try report.write(
                    as: output.reportFormat,
                    entries: { body in
                        try entries { entry, destination in
                            let country = destination ?? ""
                            let rate = entry.parts.tax == 0 ? "" : rates.rate(for: country)?.description ?? ""
                            try body(LedgerEntry(entry, country: country, taxRate: rate))
                        }
                    }, to: sink)
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

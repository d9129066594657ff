import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportTax: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tax",
        abstract: "What tax came due, by period, country and rate; refunds are negative rows",
        discussion: """
            Example:
              pledgebook report tax --by quarter --format csv --output tax.csv
            """)

    @Option(help: ArgumentHelp("Rows: month, quarter or year", valueName: "length"))
    var by: PeriodLength = .month
    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard by != .day, by != .week else { throw ValidationError("--by is month, quarter or year.") }
    }

    func run() throws {
        let here = try Environment(options, for: .reading, "report tax")
        try here.session.withPostedEntries(here.campaign().definition.id) { source, entries in
            try output.write(
                TaxReport(
                    campaign: source.reportCampaign, totals: source.totals,
                    point: source.campaign.definition.tax.point, by: by, period: try days.days(of: source)
                ) { body in
                    try entries { posted in
                        try body(
                            TaxedEntry(
                                posted.entry, country: posted.country, rate: posted.taxRate,
                                untaxed: posted.untaxed, isRemittedByPlatform: posted.isRemittedByPlatform))
                    }
                })
        }
    }
}

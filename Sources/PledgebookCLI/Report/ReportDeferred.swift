import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportDeferred: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deferred",
        abstract: "How what is owed to backers in goods came about and went (contract liability)",
        discussion: """
            Example:
              pledgebook report deferred --by quarter
            """)

    @Option(help: ArgumentHelp("Rows: day, week, month, quarter or year", valueName: "length"))
    var by: PeriodLength = .month
    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report deferred")
        let source = try here.session.reportSource(here.campaign().definition.id)
        try output.write(
            Deferred(
                campaign: source.reportCampaign, totals: source.totals, by: by, period: days.days(of: source))
        )
    }
}

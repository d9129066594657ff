import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportCashFlow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cash-flow",
        abstract: "Where cash came from and went to (direct method, IAS 7 and ASC 230)",
        discussion: """
            Example:
              pledgebook report cash-flow --by month --from 2026-04 --to 2026-07
              pledgebook report cash-flow --format csv --output cash-flow.csv
            """)

    @Option(help: ArgumentHelp("Columns: day, week, month, quarter or year", valueName: "length"))
    var by: PeriodLength = .month
    @Option(
        help: ArgumentHelp(
            "What counts as cash: bank, or processor for money that lies there too",
            valueName: "basis"))
    var basis: CashBasis = .bank
    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report cash-flow")
        let source = try here.session.reportSource(here.campaign().definition.id)
        try output.write(
            CashFlow(
                campaign: source.reportCampaign, totals: source.totals, basis: basis, by: by,
                period: days.days(of: source)))
    }
}

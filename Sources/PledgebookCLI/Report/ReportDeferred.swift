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
        try here.session.withExpectedPledges(here.campaign().definition.id) { source, entries, pledges in
            let deferred = try Deferred(
                campaign: source.reportCampaign, totals: source.totals, by: by, period: days.days(of: source))
            let last = deferred.period.last
            let outlook = try DeferredOutlook(through: last) { visit in
                try entries(last) { try visit(LiabilityEntry($0, deliveredUnits: $1)) }
            } pledges: { visit in
                try pledges {
                    try visit(ExpectedPledge(pledge: $0.number, units: $0.units, expectedOn: $0.expectedOn))
                }
            }
            try output.write(deferred.parted(by: outlook))
        }
    }
}

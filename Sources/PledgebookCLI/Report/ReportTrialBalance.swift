import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportTrialBalance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial-balance",
        abstract: "What every account holds; debits are credits",
        discussion: """
            Example:
              pledgebook report trial-balance --period 2026-04
            """)

    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report trial-balance")
        let source = try here.session.reportSource(here.campaign().definition.id)
        try output.write(
            TrialBalanceReport(
                campaign: source.reportCampaign, totals: source.totals, period: days.days(of: source)))
    }
}

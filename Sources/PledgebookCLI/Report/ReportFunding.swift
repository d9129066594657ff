import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportFunding: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funding",
        abstract: "Where a campaign stands against its goal",
        discussion: """
            Example:
              pledgebook report funding
            """)

    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "report funding")
        let source = try here.session.reportSource(
            here.campaign().definition.id, countingPledges: true)
        try output.write(
            Funding(
                campaign: source.reportCampaign, goal: source.campaign.definition.funding.goal,
                decision: Funding.Decision(state: source.state, decidedOn: source.decidedOn),
                pledges: source.pledges, payments: source.payments, runs: source.runs, totals: source.totals,
                pledgedAtClose: source.pledgedAtClose))
    }
}

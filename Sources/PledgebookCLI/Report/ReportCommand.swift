import ArgumentParser

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Reports that tie out",
        discussion: """
            Example:
              pledgebook report cash-flow --by month
            """,
        subcommands: [
            ReportCashFlow.self,
            ReportFunding.self,
            ReportTrialBalance.self,
            ReportLedger.self,
            ReportTax.self,
            ReportDeferred.self,
            ReportRefunds.self,
            ReportFees.self,
        ])
}

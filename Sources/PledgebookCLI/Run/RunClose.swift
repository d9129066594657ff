import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunClose: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "close",
            abstract: "Close a run of which everything is received or written off and paid",
            discussion: """
                With --short, what has not come is written off, and the last in the queue wait again.

                Example:
                  pledgebook run close run-1 --short --dry-run
                """)

        @Argument(help: "The run, for example run-1") var id: String
        @Flag(help: "Write off what has not come") var short = false
        @Option(
            name: .customLong("override"),
            help: ArgumentHelp(
                "Close it while the supplier is owed money, for this reason", valueName: "reason"))
        var overrideReason: String?
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .writing, "run close")
            let campaign = try here.campaign().id
            let plan = try here.session.closeRun(
                id, short: short, overrideReason: overrideReason, dryRun: true, campaign: campaign)
            guard !plan.wasClosed else {
                return Output.line("\(id) was closed already: nothing was changed.")
            }
            show(plan)
            guard try confirmation.proceeds("Close \(id)?") else { return }
            _ = try here.session.closeRun(
                id, short: short, overrideReason: overrideReason, campaign: campaign)
            Output.line("\nClosed \(id).")
        }

        private func show(_ plan: RunClosing) {
            func money(_ minorUnits: Int64) -> String {
                Money(minorUnits: minorUnits, currency: plan.currency).description
            }
            Output.line("Close \(id)?\n")
            for line in plan.writtenOff { Output.line("  written off  \(line.sku)  \(grouped(line.units))") }
            if plan.unitsWaiting > 0 {
                Output.line(
                    "  wait again   \(counted(plan.pledgesWaiting, "pledge")), "
                        + "\(counted(plan.unitsWaiting, "unit"))"
                )
            }
            Output.line("  owed         \(money(plan.owed))\(plan.overridden == nil ? "" : " (overridden)")")
            if plan.depositLeft > 0 {
                Output.line("  deposit      \(money(plan.depositLeft)) is still with the supplier")
            }
        }
    }
}

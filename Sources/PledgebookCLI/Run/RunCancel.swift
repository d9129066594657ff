import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunCancel: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Give up a launched run of which nothing came and for which nothing was paid",
            discussion: """
                Who held its units waits for the next run, at the place they had. A run of which something \
                came or was paid is closed with run close --short.

                Example:
                  pledgebook run cancel run-2 --because "The factory has closed"
                """)

        @Argument(help: "The run, for example run-2") var id: String
        @Option(help: ArgumentHelp("Why; kept in the book, its digest is signed", valueName: "text"))
        var because: String?
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .writing, "run cancel")
            let campaign = try here.campaign().id
            let plan = try here.session.cancelRun(id, because: because, dryRun: true, campaign: campaign)
            guard !plan.wasCanceled else {
                return Output.line("\(id) was canceled already: nothing was changed.")
            }
            Output.line("Cancel \(id)?\n")
            for line in plan.units { Output.line("  not made    \(line.sku)  \(grouped(line.units))") }
            Output.line(
                "  wait again  \(counted(plan.pledgesWaiting, "pledge")), "
                    + "\(counted(plan.unitsWaiting, "unit"))")
            guard try confirmation.proceeds("Cancel \(id)?") else { return }
            _ = try here.session.cancelRun(id, because: because, campaign: campaign)
            Output.line("\nCanceled \(id).")
            if plan.unitsWaiting > 0 {
                Output.next([
                    "pledgebook run list   which run makes what now waits again; where none does, add one to "
                        + "the campaign file and say `pledgebook campaign amend FILE`"
                ])
            }
        }
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunDelay: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delay",
            abstract: "Move the day on which a launched run's goods are expected",
            discussion: """
                Nobody loses a place or moves to another run by it. The reason is kept in the book.

                Example:
                  pledgebook run delay run-1 --to 2026-09-18 --because "The mold broke"
                """)

        @Argument(help: "The run, for example run-1") var id: String
        @Option(help: ArgumentHelp("When the goods are expected now", valueName: "day")) var to: CalendarDay
        @Option(help: ArgumentHelp("Why; kept in the book, its digest is signed", valueName: "text"))
        var because: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .writing, "run delay")
            let campaign = try here.campaign().id
            let plan = try here.session.delayRun(
                id, to: to, because: because, dryRun: true, campaign: campaign)
            guard !plan.wasSo else {
                return Output.line("\(id) is expected on \(to) already: nothing was changed.")
            }
            show(plan)
            guard try confirmation.proceeds("Move \(id)?") else { return }
            _ = try here.session.delayRun(id, to: to, because: because, campaign: campaign)
            Output.line("\nMoved \(id): expected \(to)\(DateWords.slip(plan.slip)).")
        }

        private func show(_ plan: Pledgebook.RunDelay) {
            let later = plan.days > 0 ? "later" : "earlier"
            Output.line("Move \(id) to \(to)?\n")
            Output.line("  expected   \(plan.from) until now: \(counted(abs(plan.days), "day")) \(later)")
            if plan.from != plan.first {
                Output.line("  at first   \(plan.first)")
            }
            Output.line(
                "  touches    \(counted(plan.pledges, "pledge")), \(counted(plan.units, "unit")) not shipped")
            guard !plan.late.isEmpty else { return }
            let shown = plan.late.prefix(10).joined(separator: ", ")
            let more = plan.late.count > 10 ? " and \(grouped(plan.late.count - 10)) more" : ""
            Output.line(
                "  late       \(counted(plan.late.count, "pledge")) beyond the month that was promised: "
                    + "\(visible(shown))\(more)")
        }
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

extension RunCommand {
    struct RunLaunch: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "launch",
            abstract: "Order a run from its supplier and give its units to who is next in the queue",
            discussion: """
                Without --units the units waiting are ordered, at least the minimum and at most the \
                capacity. Nothing is booked: deposit and balance are when they are paid (cash record \
                supplier).

                Example:
                  pledgebook run launch run-1
                  pledgebook run launch run-1 --units HAL-SLATE=262,HAL-FOG=173,HAL-RUST=147
                """)

        @Argument(help: "The run, for example run-1") var id: String
        @Option(help: ArgumentHelp("What to order: one number, or one for each SKU", valueName: "N|SKU=N,…"))
        var units: String?
        @Option(
            name: .customLong("override"),
            help: ArgumentHelp("Launch it below its threshold, for this reason", valueName: "reason"))
        var overrideReason: String?
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: confirmation.dryRun ? .reading : .writing, "run launch")
            let campaign = try here.campaign().id
            let count = try units.map { try unitCount([$0]) }
            let plan = try here.session.planRunLaunch(
                id, units: count, overrideReason: overrideReason, campaign: campaign)
            guard !plan.wasLaunched else {
                return Output.line(
                    "\(id) was launched already, with \(counted(plan.unitsOrdered, "unit")): nothing was "
                        + "changed."
                )
            }
            show(plan)
            guard try confirmation.proceeds("Launch \(id)?") else { return }
            let done = try here.session.launchRun(
                id, units: count, overrideReason: overrideReason, campaign: campaign)
            Output.line(
                "\nLaunched \(id): \(counted(done.unitsOrdered, "unit")), expected \(done.expected). "
                    + "\(counted(done.unitsCovered, "unit is", "units are")) allocated to "
                    + "\(counted(done.pledgesCovered, "pledge"))."
            )
            if done.deposit > 0 {
                let deposit = Money(minorUnits: done.deposit, currency: done.currency).plain
                Output.next([
                    "pledgebook cash record supplier \(deposit)"
                        + " --run \(id) -c \(campaign)   when you have paid the deposit"
                ])
            }
        }

        private func show(_ plan: Pledgebook.RunLaunch) {
            Output.line("Launch \(id) with \(visible(plan.supplier))?\n")
            let skus = plan.units.map(\.sku.count).max() ?? 0
            let titles = plan.units.map { displayWidth(visible($0.title)) }.max() ?? 0
            for line in plan.units {
                Output.line(
                    "  \(Screen.left(line.sku, skus))  \(Screen.left(visible(line.title), titles))  "
                        + grouped(line.units))
            }
            Output.line(
                "  ordered    \(counted(plan.unitsOrdered, "unit")), \(grouped(plan.unitsWaiting)) waiting")
            if plan.unitsOpen > 0 {
                Output.line(
                    "  open       \(counted(plan.unitsOpen, "unit is", "units are")) not chosen yet; "
                        + "places are kept")
            }
            Output.line("  cost       \(money(plan.cost, plan))")
            Output.line(
                "  deposit    \(money(plan.deposit, plan)) due now, \(money(plan.balance, plan)) on receipt")
            Output.line("  expected   \(plan.expected)")
            for (line, minimum) in plan.belowMinimum {
                Output.line(
                    "  note       \(line.sku): \(grouped(line.units)) is below the variant's minimum of "
                        + "\(grouped(minimum))"
                )
            }
            if let shortfall = plan.shortfall {
                Output.line("  overridden \(shortfall.text(in: plan.currency))")
            }
        }

        private func money(_ minorUnits: Int64, _ plan: Pledgebook.RunLaunch) -> String {
            Money(minorUnits: minorUnits, currency: plan.currency).description
        }
    }
}

/// Units as they are typed.
///
/// - Throws: `CommandProblem` for what is neither a number nor `SKU=N`.
func unitCount(_ words: [String]) throws -> UnitCount {
    guard let count = UnitCount(words) else {
        throw CommandProblem(
            "“\(visible(words.joined(separator: " ")))” is no count of units. Write one number, or SKU=N for "
                + "each SKU."
        )
    }
    return count
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunReceive: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "receive",
            abstract: "Count units of a run in, short or over",
            discussion: """
                The goods are booked at cost, and the deposit pays for them first. With --reference the same \
                delivery note is never counted twice.

                Example:
                  pledgebook run receive run-1 400
                  pledgebook run receive run-1 HAL-SLATE=262 HAL-FOG=170 --reference DN-7781 --on 2026-07-28
                """)

        @Argument(help: "The run, for example run-1") var id: String
        @Argument(
            help: ArgumentHelp("What was counted: one number, or one for each SKU", valueName: "N|SKU=N"))
        var counts: [String]
        @Option(help: ArgumentHelp("The delivery note's number", valueName: "text")) var reference: String?
        @Option(help: ArgumentHelp("The day on which they came (today)", valueName: "day")) var on:
            CalendarDay?
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .writing, "run receive")
            let campaign = try here.campaign().id
            let done = try here.session.receiveRun(
                id, try unitCount(counts), reference: reference ?? "", on: on, campaign: campaign)
            guard !done.wasCounted else {
                return Output.line("That delivery of \(id) was counted already: nothing was changed.")
            }
            func money(_ minorUnits: Int64) -> String {
                Money(minorUnits: minorUnits, currency: done.currency).description
            }
            let units = done.counted.reduce(0) { $0 + $1.units }
            Output.line("Received \(counted(units, "unit")) of \(id): \(money(done.cost)).")
            for line in done.counted { Output.line("  \(line.sku)  \(grouped(line.units))") }
            for line in done.short { Output.line("  \(line.sku)  \(grouped(line.units)) still to come") }
            for line in done.over {
                Output.line("  \(line.sku)  \(grouped(line.units)) more than was ordered")
            }
            Output.line(
                "  deposit applied \(money(done.depositApplied)), owed to the supplier \(money(done.owed))")
            Output.next(next(done, of: campaign))
        }

        private func next(_ done: RunReceipt, of campaign: CampaignID) -> [String] {
            var commands: [String] = []
            if done.owed > 0 {
                let owed = Money(minorUnits: done.owed, currency: done.currency).plain
                commands.append(
                    "pledgebook cash record supplier \(owed) --run \(id) -c \(campaign)   once you have paid"
                )
            }
            if done.state == .received {
                commands.append("pledgebook pledge ship FILE -c \(campaign)")
                commands.append("pledgebook run close \(id) -c \(campaign)")
            }
            return commands
        }
    }
}

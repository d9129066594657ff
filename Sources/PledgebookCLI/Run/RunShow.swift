import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunShow: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show one production run: units, money, dates",
            discussion: """
                Example:
                  pledgebook run show run-1
                """)

        @Argument(help: "The run, for example run-1") var id: String
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .reading, "run show")
            let (list, run) = try here.session.runShow(id, campaign: try here.campaign().id)
            func money(_ minorUnits: Int64) -> String {
                Money(minorUnits: minorUnits, currency: list.currency).description
            }
            Output.line(Output.bold("\(run.id) · \(visible(run.title)) · \(run.state.rawValue)"))
            Output.line("  supplier   \(visible(run.supplier)), \(money(run.unitCost)) a unit")
            if let day = run.launchedOn { Output.line("  launched   \(day)") }
            Output.line("  expected   \(run.expectedWords)")
            for slip in run.slips {
                let why = slip.reason.map { ": \(visible($0))" } ?? ""
                Output.line("  moved      \(slip.toldOn) from \(slip.from) to \(slip.to)\(why)")
            }
            if run.state == .planned {
                let capacity = run.capacity.map { ", at most \(grouped($0))" } ?? ""
                Output.line(
                    "  waiting    \(grouped(run.waiting)) of at least \(grouped(run.minimum))\(capacity)")
                if run.open > 0 {
                    Output.line(
                        "  open       \(counted(run.open, "unit")) whose variant is not chosen")
                }
                Output.line("  threshold  " + (run.shortfall.map { $0.text(in: list.currency) } ?? "met"))
            } else {
                Output.line("  pledges    \(grouped(run.pledges)) wait for \(counted(run.waiting, "unit"))")
                Output.line("  shipped    \(grouped(run.shipped))")
                Output.line("  committed  \(money(run.committed)), deposit \(money(run.deposit))")
                let balance = run.supplierBalance
                Output.line(
                    "  supplier   paid \(money(balance.paid)), deposit left \(money(balance.depositLeft)),"
                        + " owed \(money(balance.owed))")
            }
            Output.line("")
            var table = Table([.text("sku"), .text("title")] + Self.columns(of: run))
            table.rows = run.units.map { unit in
                let counts =
                    run.state == .planned ? [unit.waiting] : [unit.ordered, unit.received, unit.writtenOff]
                return [unit.sku, unit.title] + counts.map { grouped($0) }
            }
            for line in table.lines(header: true) { Output.line("  " + line) }
            Output.next(Self.next(run, list))
        }

        private static func columns(of run: RunOverview) -> [Table.Column] {
            let names = run.state == .planned ? ["waiting"] : ["ordered", "received", "written_off"]
            return names.map { .number($0) }
        }

        private static func next(_ run: RunOverview, _ list: Pledgebook.RunList) -> [String] {
            switch run.state {
            case .planned:
                return run.shortfall == nil && list.state.hasSucceeded
                    ? ["pledgebook run launch \(run.id) -c \(list.campaign)"] : []
            case .launched: return ["pledgebook run receive \(run.id) UNITS -c \(list.campaign)"]
            case .received: return ["pledgebook run close \(run.id) -c \(list.campaign)"]
            case .closed, .canceled: return []
            }
        }
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension RunCommand {
    struct RunList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the campaign's production runs, what waits for them and when they are expected",
            discussion: """
                Example:
                  pledgebook run list
                """)

        @OptionGroup var format: FormatOption
        @OptionGroup var options: SharedOptions

        func run() throws {
            let here = try Environment(options, for: .reading, "run list")
            let list = try here.session.runList(campaign: try here.campaign().id)
            guard !list.runs.isEmpty || format.format != .text else {
                return Output.line("The campaign file plans no production runs.")
            }
            var table = Table([
                .text("run"), .text("state"), .text("item"), .number("waiting"), .number("minimum"),
                .number("capacity"), .text("expected"),
            ])
            table.rows = list.runs.map { run in
                [
                    run.id, run.state.rawValue, run.item, grouped(run.waiting), grouped(run.minimum),
                    run.capacity.map { grouped($0) } ?? (format.format == .text ? "–" : ""),
                    format.format == .text ? run.expectedWords : run.expected?.description ?? "",
                ]
            }
            table.write(format.format)
            guard format.format == .text, list.state.hasSucceeded else { return }
            Output.next(
                list.runs.filter { $0.state == .planned && $0.shortfall == nil }.map {
                    "pledgebook run launch \($0.id) -c \(list.campaign)"
                })
        }
    }
}

extension RunOverview {
    /// `2026-07-28 if launched today`, `2026-07-31, 52 days late`.
    var expectedWords: String {
        guard let expected else { return "–" }
        return state == .planned ? "\(expected) if launched today" : "\(expected)\(DateWords.slip(slip))"
    }
}

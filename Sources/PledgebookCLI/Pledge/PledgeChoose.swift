import ArgumentParser
import Crowdfunding
import Pledgebook

struct PledgeChoose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "choose",
        abstract: "Take a backer's choice of color, size or layout",
        discussion: """
            The choice takes the place of what was chosen of the same items before. It is one entry, costs \
            nothing and no place in the queue. Units that are given up go to who is next; what was chosen \
            may have to be waited for.

            Example:
              pledgebook pledge choose KS-412 HAL-FOG HAL-RUST
              pledgebook pledge choose KS-412 HAL-FOG:2
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @Argument(
        help: ArgumentHelp("A variant's SKU, and how many where it is not one", valueName: "sku[:n]"))
    var choices: [String]
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func validate() throws {
        for text in choices where UnitChoice(text) == nil {
            throw ValidationError("“\(visible(text))” is no choice: write SKU, or SKU:2.")
        }
    }

    func run() throws {
        let here = try Environment(options, for: .writing, "pledge choose")
        let id = try here.campaign().definition.id
        let wanted = choices.compactMap { UnitChoice($0) }
        let plan = try here.session.choose(who, wanted, in: id, dryRun: true)
        guard !plan.isSame else {
            return Output.line("\(visible(plan.reference)) has chosen that already; nothing was changed.")
        }
        Output.line("Choose for \(visible(plan.reference))?")
        write(plan)
        guard try confirmation.proceeds("Take the choice?") else { return }
        let done = try here.session.choose(plan.reference, wanted, in: id)
        Output.line("\nChosen for \(visible(done.reference)): \(words(done.after, open: done.open)).")
    }

    private func write(_ plan: PledgeChoice) {
        let chosen = plan.before.reduce(0) { $0 + $1.units }
        let all = plan.after.reduce(0) { $0 + $1.units } + plan.open
        var rows = [
            ["until now", words(plan.before, open: max(all - chosen, 0))],
            ["now", words(plan.after, open: plan.open)],
        ]
        if plan.reserved != plan.reservedBefore {
            rows.append([
                "reserved", "\(counted(plan.reserved, "unit")), \(grouped(plan.reservedBefore)) before",
            ])
        }
        for line in Screen.grid(rows, numbers: []) { Output.line(line) }
    }

    /// `1 Fog · 1 Rust · 1 open`.
    private func words(_ chosen: [UnitsOf], open: Int64) -> String {
        var words = chosen.map { "\(grouped($0.units)) \(visible($0.title))" }
        if open > 0 { words.append("\(grouped(open)) open") }
        return words.isEmpty ? "nothing" : words.joined(separator: " · ")
    }
}

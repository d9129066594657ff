import Accounting
public import ArgumentParser
import Crowdfunding
public import Pledgebook

extension PledgeStanding: ExpressibleByArgument {}

struct PledgeList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pledges in the order in which they were booked",
        discussion: """
            Example:
              pledgebook pledge list --state card-failed
            """)

    @Flag(help: "Only pledges whose color, size or layout is still to be chosen") var openChoice = false
    @Flag(help: "Only pledges that cannot ship yet: without a choice, or with a gap in the address")
    var missing = false
    @Option(
        help: ArgumentHelp("Only pledges that stand so: paid, card-failed, dropped …", valueName: "state"))
    var state: PledgeStanding?
    @OptionGroup var format: FormatOption
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "pledge list")
        let campaign = try here.campaign()
        let columns: [Table.Column] = [
            .text("pledge"), .text("name"), .text("email"), .text("tier"), .number("quantity"),
            .amount("total"),
            .text("currency"), .text("pledged_on"), .text("state"), .number("open_choices"),
        ]
        var table = Table(missing ? columns + [.text("missing")] : columns)
        try here.session.forEachPledge(
            of: campaign, openChoice: openChoice, standing: state, missing: missing
        ) { pledge in
            let row = [
                pledge.reference, pledge.name, pledge.email, pledge.tier ?? "", grouped(pledge.quantity),
                pledge.total.grouped, pledge.total.currency.code, pledge.pledgedOn.description,
                pledge.standing.rawValue, grouped(pledge.openChoices),
            ]
            table.rows.append(missing ? row + [pledge.missing.joined(separator: "; ")] : row)
        }
        guard !table.rows.isEmpty || format.format != .text else { return Output.line("No pledge is so.") }
        table.write(format.format)
    }
}

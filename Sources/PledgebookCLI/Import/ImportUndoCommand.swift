import ArgumentParser
import Crowdfunding
import Pledgebook

struct ImportUndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take a whole import back, with a reason",
        discussion: """
            Pledges that it placed are canceled, those that it changed are as they were, and money that the \
            file told of is taken back: all of it, or nothing where a pledge has moved since. Afterwards the \
            file may be imported again.

            Example:
              pledgebook import undo 2 --because "the report of another campaign"
            """)

    @Argument(help: "The import's number, from `import list`") var number: Int
    @Option(help: ArgumentHelp("Why; kept in the book, its digest is signed", valueName: "text"))
    var because: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .writing, "import undo")
        let campaign = try environment.campaign()
        let session = environment.session
        let plan = try session.undoImport(number, because: because, in: campaign.id, dryRun: true)
        let file = plan.file
        Output.line(
            "Undo import \(file.number) of \(campaign.day(of: file.at)), \(visible(file.name))?"
                + " By \(counted(plan.entries.count, "entry", "entries")):")
        var table = Table([.text("what"), .number("count"), .text("amount")])
        if plan.canceled > 0 {
            table.rows.append([
                "  pledges canceled", grouped(plan.canceled), "\(campaign.money(plan.amount))",
            ])
        }
        if plan.restored > 0 { table.rows.append(["  pledges as they were", grouped(plan.restored), ""]) }
        if plan.payments > 0 {
            table.rows.append([
                "  payments taken back", grouped(plan.payments), "\(campaign.money(plan.collected))",
            ])
        }
        for line in table.lines(header: false) { Output.line(line) }
        if plan.restored > 0 {
            Output.line("  Names, addresses and answers stay as the file told them.")
        }
        guard try confirmation.proceeds("Undo it?") else { return }
        let done = try session.undoImport(number, because: because, in: campaign.id)
        Output.line(
            "Undone by entries \(done.entries.lowerBound) to \(done.entries.upperBound). "
                + "The file may be imported again.")
    }
}

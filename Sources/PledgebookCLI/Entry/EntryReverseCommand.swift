import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct EntryReverseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse",
        abstract: "Take back what a person or a file told, with a reason",
        discussion: """
            Money at the bank, payments that were recorded, counts, parcels, launches, delays and ends of \
            runs, canceled pledges. What was told together, such as a payout and its lines, is taken back \
            together. What a gateway did and what a later entry stands on is refused.

            Example:
              pledgebook entry reverse 12 --because "typed twice"
            """)

    @Argument(help: "The entry's number")
    var number: Int64
    @Option(help: ArgumentHelp("Why; kept in the book, its digest is signed", valueName: "text"))
    var because: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .writing, "entry reverse")
        let campaign = try environment.campaign()
        let session = environment.session
        let plan = try session.reverseEntry(number, because: because, in: campaign.id, dryRun: true)
        Output.line("These entries are taken back:")
        for entry in plan.taken { Output.line(entry.line(plan.currency)) }
        let subject = visible(plan.taken[0].subject)
        if let state = plan.pledge { Output.line("\(subject) is \(state) then.") }
        if let payment = plan.payment {
            Output.line("The payment of \(subject) is \(payment.state.label) then.")
        }
        if let state = plan.run, let run = plan.taken.compactMap(\.run).first {
            Output.line("\(run) is \(state) then.")
        }
        guard try confirmation.proceeds("Take them back?") else { return }
        let done = try session.reverseEntry(number, because: because, in: campaign.id)
        let numbers = done.entries.map { String($0.number) }
        Output.line(
            "Reversed by \(numbers.count == 1 ? "entry" : "entries") \(numbers.joined(separator: ", ")).")
    }
}

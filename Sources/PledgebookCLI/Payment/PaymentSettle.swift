import Accounting
public import ArgumentParser
import Crowdfunding
public import Pledgebook

struct PaymentSettle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Settle a payment that contradicts the book, with a reason",
        discussion: """
            --as says what becomes of what came beyond the book, or went out beyond it:
              returned   it did not stay: it went back, or came back
              kept       it is the backer's payment after all
              refunded   the same, and it is paid back at once
              claimed    the backer owes what went out
              given-up   what the backer owes is given up
            A payment that is only marked for review is looked at: its marks go. The reason is kept in \
            the book.

            Example:
              pledgebook payment settle P-1042 --as refunded --because "the backer paid twice"
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name") var who: String
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("What becomes of the difference, as explained above", valueName: "choice"))
    var choice: SettlementChoice = .returned
    @Option(help: ArgumentHelp("Why; kept in the book, its digest is signed", valueName: "text"))
    var because: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let here = try Environment(shared, for: .writing, "payment settle")
        let campaign = try here.campaign()
        let plan = try here.session.planSettlement(of: who, as: choice, in: campaign.id)
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        guard !plan.isSettled else {
            return Output.line("\(visible(plan.reference)): nothing is left to settle; nothing was changed.")
        }
        Output.line("Settle \(visible(plan.reference)), which is \(plan.before.label)?")
        let figures = [
            ("came in and is in suspense", plan.unmatchedIn),
            ("went out and is in suspense", plan.unmatchedOut), ("is only noted", plan.noted),
            ("is owed by the backer", plan.claims), ("will be given up", plan.givenUp),
            ("will be paid back", plan.refunded),
        ]
        for line in Screen.grid(
            figures.filter { $0.1 != 0 }.map { [$0.0, campaign.money($0.1).description] }, numbers: [1])
        {
            Output.line(line)
        }
        let isLooked = plan.excess == 0 && plan.givenUp == 0
        Output.line(
            "  so: \(isLooked ? "looked at, its marks go" : choice.rawValue); the payment is "
                + "\(plan.after.state.label) then")
        guard try confirmation.proceeds("Settle it?") else { return }
        let done = try here.session.settlePayment(
            of: who, as: choice, because: because, in: campaign.id)
        Output.line("")
        for entry in done.entries { Output.line(entry.line(campaign.currency)) }
        Output.line(PaymentRequestWords(here, campaign).standing(done.reference, done.after))
    }
}

extension SettlementChoice: ExpressibleByArgument {}

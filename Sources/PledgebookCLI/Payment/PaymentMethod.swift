import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentMethod: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "method",
        abstract: "Give a payment another saved method",
        discussion: """
            TOKEN is what the processor calls the method that the backer saved; a card number is never \
            taken. The payment is charged with it when it is due, or at once with `payment retry`.

            Example:
              pledgebook payment method P-1042 pm_7Kd20
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name") var who: String
    @Argument(help: "The processor's token") var token: String
    @Flag(help: "Show what would be changed and change nothing") var dryRun = false
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let here = try Environment(shared, for: .writing, "payment method")
        let id = try here.campaign().id
        let done = try here.session.saveMethod(token, of: who, in: id, dryRun: dryRun)
        if done.isSame {
            return Output.line("\(visible(done.reference)) has that method already; nothing was changed.")
        }
        Output.line("\(visible(done.reference)): \(done.state.label).")
        if dryRun { Output.line("This was the plan (--dry-run): nothing was changed.") }
    }
}

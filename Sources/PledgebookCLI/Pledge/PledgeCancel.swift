import ArgumentParser
import Crowdfunding
import Pledgebook

struct PledgeCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a pledge by the campaign's rules",
        discussion: """
            A saved card is let go, a hold is voided, what was collected is paid back in full. The pledge's \
            place is free again. What the campaign's rule refuses may be overridden with a reason, which is \
            kept.

            Example:
              pledgebook pledge cancel P-1042
              pledgebook pledge cancel P-1042 --override "Ordered twice by mistake" --yes
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @Option(help: ArgumentHelp("Why the campaign's rule does not hold here", valueName: "reason"))
    var override: String?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "pledge cancel")
        let id = try here.campaign().definition.id
        let plan = try here.session.planCancellation(who, in: id, override: override)
        Output.line("Cancel \(visible(plan.reference)) · \(plan.amount) · \(plan.before.label)")
        if plan.wasCanceled { Output.line("  It is canceled already; only what is left of it is done.") }
        if let rule = plan.overridden { Output.line("  Overrides: \(rule.message)") }
        guard try confirmation.proceeds("Cancel the pledge?") else { return }
        let done = try here.session.cancelPledge(plan.reference, in: id, override: override)
        Output.line("\nCanceled \(visible(done.reference)); its payment is \(done.after.label).")
        let paid = done.campaign.money(done.refunded)
        if done.refunded > 0 { Output.line("  paid back     \(paid)") }
        guard done.owed > 0 else { return }
        Output.line("  to pay back   \(done.campaign.money(done.owed))")
        Output.next([
            done.isRecorded
                ? "pledgebook payment refund \(visible(done.reference)) --done -c \(id)"
                : "pledgebook pledge cancel \(visible(done.reference)) -c \(id)"
        ])
    }
}

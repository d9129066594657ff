import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Charge failed cards again: those that are due, or one now",
        discussion: """
            Without WHO it does what `campaign close` would do now. With WHO it also sends a refund that \
            failed once more.

            Example:
              pledgebook payment retry
              pledgebook payment retry P-1042 --yes
            """)

    @Argument(help: "A reference, an e-mail address or a name; else all that are due") var who: String?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "payment retry")
        let campaign = try here.campaign()
        let id = campaign.definition.id
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        guard let who else { return try retryDue(here, campaign) }
        let plan = try here.session.planRetry(who, of: id)
        Output.line(
            "\(plan.isRefund ? "Pay back" : "Charge") \(visible(plan.reference)) again? "
                + "\(campaign.money(plan.amount)), now.")
        guard try confirmation.proceeds(plan.isRefund ? "Pay back?" : "Charge?") else { return }
        let done = try here.session.retryPayment(who, of: id)
        Output.line("\(plan.reference): \(words(done.count, of: campaign)).")
        try next(here, id)
    }

    private func retryDue(_ here: Environment, _ campaign: LoadedCampaign) throws {
        guard campaign.state != .live else {
            throw CommandProblem(
                "\(campaign.definition.id) is live: cards are charged at its close.", .refused)
        }
        let outlook = try here.session.retryOutlook(campaign)
        guard outlook.due.count > 0 else {
            Output.line("No card is due to be tried again.")
            return try next(here, campaign.definition.id)
        }
        Output.line(
            "Charge \(counted(outlook.due.count, "card")) again? \(campaign.money(outlook.due.amount)), now.")
        guard try confirmation.proceeds("Charge?") else { return }
        let result = try here.session.closeCampaign(campaign.definition.id)
        let after = try here.session.standing(of: campaign.definition.id)
        for line in ClosingResultWords(result, after: after).lines where line != Screen.rehearsal {
            Output.line(line)
        }
        Output.next(DueWords(after).lines(after.due))
    }

    private func next(_ here: Environment, _ id: CampaignID) throws {
        let after = try here.session.standing(of: id)
        Output.next(DueWords(after).lines(after.due))
    }

    private func words(_ count: SweepCount, of campaign: LoadedCampaign) -> String {
        if count.refunded > 0 { return "paid back \(campaign.money(count.refundedAmount))" }
        if count.captured > 0 { return "paid \(campaign.money(count.capturedAmount))" }
        if count.failedHard > 0 { return "card failed for good" }
        if count.failedSoft > 0 { return "card failed" }
        if count.needBacker > 0 { return "needs the backer" }
        if count.unknown > 0 { return "in doubt: `pledgebook payment reconcile` asks the gateway" }
        if count.pending > 0 { return "the gateway works on it" }
        return "nothing was left to charge"
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one payment: its amounts, its requests, its entries",
        discussion: """
            WHO is a pledge's reference, or its backer's e-mail address or name.

            Example:
              pledgebook payment show P-1042
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "payment show")
        let pledge = try here.session.pledgeDetails(who, of: here.campaign().definition.id)
        if pledge.campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let payment = pledge.payment
        Output.line(
            Screen.line(
                "\(pledge.reference) · \(PaymentStateName.word(payment.state)) · "
                    + PaymentWords.standing(pledge.state, payment),
                "\(pledge.campaign.definition.id), \(pledge.campaign.state.rawValue)"))
        for line in amounts(pledge) { Output.line(line) }
        for line in requests(pledge) { Output.line(line) }
        let rows = pledge.history.filter { $0.amount != 0 || $0.kind == .declined }.map { event in
            [
                "entry \(grouped(event.number))", event.day.description,
                (event.isReversal ? "taken back: " : "") + event.kind.title, money(event.amount, pledge),
            ]
        }
        if !rows.isEmpty { for line in [""] + Screen.grid(rows, numbers: [3]) { Output.line(line) } }
    }

    private func amounts(_ pledge: PledgeDetails) -> [String] {
        let payment = pledge.payment
        let figures = [
            ("captured", payment.captured), ("refunded", payment.refunded),
            ("refund owed", payment.committed),
            ("disputed", payment.disputed), ("lost", payment.lost), ("net collected", payment.netCollected),
            ("refundable", payment.refundable),
        ]
        let rows =
            [["due", money(pledge.total, pledge)]]
            + figures.filter { $0.1 != 0 }.map { [$0.0, money($0.1, pledge)] }
        return Screen.grid(rows, numbers: [1])
    }

    private func requests(_ pledge: PledgeDetails) -> [String] {
        guard !pledge.payment.attempts.isEmpty else { return [] }
        let dates = DateWords(pledge.campaign.offsets, now: pledge.now)
        let rows = pledge.payment.attempts.map { attempt in
            [
                "\(attempt.kind) \(attempt.attempt)", dates.full(attempt.at), answer(attempt.state),
                money(attempt.amount, pledge),
            ]
        }
        return [""] + Screen.grid(rows, numbers: [3])
    }

    private func answer(_ state: OperationState) -> String {
        switch state {
        case .open: "sent"
        case .pending: "the gateway works on it"
        case .unknown: "no answer"
        case .succeeded: "done"
        case .failedSoft: "declined"
        case .failedHard: "declined for good"
        case .abandoned: "never arrived"
        }
    }

    private func money(_ minorUnits: Int64, _ pledge: PledgeDetails) -> String {
        pledge.campaign.money(minorUnits).description
    }
}

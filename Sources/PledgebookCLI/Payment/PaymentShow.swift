import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a pledge's payments: amounts, requests, and everything that happened",
        discussion: """
            WHO is a pledge's reference, or its backer's e-mail address or name.

            Example:
              pledgebook payment show P-1042
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "payment show")
        let details = try here.session.paymentDetails(who, of: here.campaign().definition.id)
        if details.campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        for (index, payment) in details.payments.enumerated() {
            if index > 0 { Output.line("") }
            show(payment, details, withCampaign: index == 0)
        }
        let words = PaymentHistoryWords(details: details)
        let rows = details.history.map(words.row)
        for line in [""] + Screen.grid(rows, numbers: []) { Output.line(line) }
    }

    private func show(_ payment: PaymentStanding, _ details: PaymentDetails, withCampaign: Bool) {
        let standing = PaymentWords.standing(
            details.pledge, payment.payment, isRecorded: details.gateway == 1)
        let name =
            "\(visible(payment.reference)) · \(PaymentStateName.word(payment.payment.state)) · \(standing)"
        Output.line(
            withCampaign
                ? Screen.line(name, "\(details.campaign.definition.id), \(details.campaign.state.rawValue)")
                : name)
        for line in amounts(payment, details) { Output.line(line) }
        for line in marks(payment, details) { Output.line(line) }
        for line in requests(payment, details) { Output.line(line) }
    }

    private func amounts(_ standing: PaymentStanding, _ details: PaymentDetails) -> [String] {
        let payment = standing.payment
        let held = payment.captured > 0 || payment.authorized > payment.voided ? payment.capturable : 0
        let figures = [
            ("held", held), ("captured", payment.captured), ("refunded", payment.refunded),
            ("refund owed", payment.committed), ("disputed", payment.disputed), ("lost", payment.lost),
            ("in conflict", payment.excess), ("net collected", payment.netCollected),
            ("refundable", payment.refundable), ("claims", standing.claims),
        ]
        let rows =
            [["due", money(standing.price, details)]]
            + figures.filter { $0.1 != 0 }.map { [$0.0, money($0.1, details)] }
        return Screen.grid(rows, numbers: [1])
    }

    private func marks(_ standing: PaymentStanding, _ details: PaymentDetails) -> [String] {
        let dates = DateWords(details.campaign.offsets, now: details.now)
        var words: [String] = []
        let flags = standing.payment.flags
        if flags.contains(.needsReview) { words.append("marked for review") }
        if flags.contains(.late) { words.append("came late") }
        if flags.contains(.inquiry) { words.append("the bank asks about it") }
        if standing.payment.capturable > 0, let end = standing.payment.captureBefore {
            words.append("held until \(dates.full(end))")
        }
        if let asks = standing.asksAt { words.append("the gateway is asked on \(dates.full(asks))") }
        return words.map { "  " + $0 }
    }

    private func requests(_ standing: PaymentStanding, _ details: PaymentDetails) -> [String] {
        guard !standing.attempts.isEmpty else { return [] }
        let dates = DateWords(details.campaign.offsets, now: details.now)
        let rows = standing.attempts.map { attempt in
            [
                "\(attempt.kind) \(attempt.attempt)", dates.full(attempt.at),
                answer(attempt.state, isRecorded: details.gateway == 1),
                money(attempt.amount, details),
            ]
        }
        return [""] + Screen.grid(rows, numbers: [3])
    }

    /// What moves elsewhere waits for the person who says that it has moved.
    private func answer(_ state: OperationState, isRecorded: Bool) -> String {
        switch state {
        case .pending where isRecorded: "waits for you"
        case .failedHard where isRecorded: "not done as asked"
        case .open: "sent"
        case .pending: "the gateway works on it"
        case .unknown: "no answer"
        case .succeeded: "done"
        case .failedSoft: "declined"
        case .failedHard: "declined for good"
        case .abandoned: "never arrived"
        }
    }

    private func money(_ minorUnits: Int64, _ details: PaymentDetails) -> String {
        details.campaign.money(minorUnits).description
    }
}

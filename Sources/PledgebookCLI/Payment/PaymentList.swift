import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

/// A payment's state as the list takes and writes it: `refund-owed`.
struct PaymentStateName: ExpressibleByArgument {
    let state: PaymentState

    init(_ state: PaymentState) { self.state = state }

    init?(argument: String) {
        guard let found = PaymentState.allCases.first(where: { Self.word($0) == argument.lowercased() })
        else {
            return nil
        }
        state = found
    }

    static var allValueStrings: [String] { PaymentState.allCases.map(word) }

    /// The case's name with hyphens.
    static func word(_ state: PaymentState) -> String {
        var word = ""
        for letter in "\(state)" { word += letter.isUppercase ? "-" + letter.lowercased() : String(letter) }
        return word
    }
}

struct PaymentList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List payments in the order of their pledges, and how long they have been owed",
        discussion: """
            A pledge that was paid in part has a further payment for the rest, named P-1042/2. `since` and \
            `days` say since when a payment has been due and is not paid.

            Example:
              pledgebook payment list --state failed
              pledgebook payment list --owed
              pledgebook payment list --format csv
            """)

    @Option(
        help: ArgumentHelp("Only payments that stand so: captured, failed, refund-owed …", valueName: "state")
    )
    var state: [PaymentStateName] = []
    @Flag(help: "Only what is due and not paid") var owed = false
    @OptionGroup var format: FormatOption
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "payment list")
        let campaign = try here.campaign()
        if campaign.isRehearsal {
            format.format == .text
                ? Output.line(Output.bold(Screen.rehearsal)) : Output.talk(Screen.rehearsal)
        }
        var table = Table([
            .text("pledge"), .text("state"), .amount("due"), .amount("captured"), .amount("refunded"),
            .amount("refund_owed"), .amount("disputed"), .text("currency"), .text("since"), .number("days"),
        ])
        let wanted = state.isEmpty ? nil : Set(state.map(\.state))
        let today = campaign.day(of: here.session.now)
        try here.session.forEachPayment(of: campaign, states: wanted) { payment in
            if owed, payment.owedSince == nil { return }
            let amounts = [
                payment.due, payment.captured, payment.refunded, payment.committed, payment.disputed,
            ]
            table.rows.append(
                [payment.reference, PaymentStateName.word(payment.state)]
                    + amounts.map { campaign.money($0).grouped } + [campaign.definition.currency.code]
                    + [
                        payment.owedSince?.description ?? "",
                        payment.owedSince.map { String(max(0, today.number - $0.number)) } ?? "",
                    ])
        }
        guard !table.rows.isEmpty || format.format != .text else { return Output.line("No payment is so.") }
        table.write(format.format)
    }
}

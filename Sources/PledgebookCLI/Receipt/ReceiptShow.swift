import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct ReceiptShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a backer promised, paid and got back, with the signed receipts",
        discussion: """
            Example:
              pledgebook receipt show P-1
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name") var who: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "receipt show")
        let campaign = try here.campaign()
        for (index, pledge) in try here.session.receipts(of: who, in: campaign).enumerated() {
            if index > 0 { Output.line("") }
            write(pledge, of: campaign)
        }
    }

    private func write(_ pledge: PledgeReceipts, of campaign: LoadedCampaign) {
        let name = pledge.name.isEmpty ? "" : " · \(visible(pledge.name))"
        Output.line("\(pledge.reference)\(name) · \(campaign.definition.title)")
        var sums = Table([.text("what"), .amount("amount")])
        sums.rows = [
            ["  promised", pledge.promised.description], ["  received", pledge.received.description],
            ["  paid back", pledge.refunded.description],
        ]
        for line in sums.lines(header: false) { Output.line(line) }
        Output.line("")
        var table = Table([.number("number"), .text("day"), .text("what"), .amount("amount")])
        table.rows = pledge.facts.map {
            [
                grouped($0.number), $0.day.description, $0.title,
                $0.amount.minorUnits == 0 ? "" : $0.amount.grouped,
            ]
        }
        for line in table.lines(header: false) { Output.line("  " + line) }
        Output.line("")
        for fact in pledge.facts { Output.line(fact.receipt) }
    }
}

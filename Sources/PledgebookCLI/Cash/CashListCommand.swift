import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CashListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "What was recorded at the bank",
        discussion: """
            Example:
              pledgebook cash list
            """)

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .reading, "cash list")
        let campaign = try environment.campaign()
        let (_, movements, bank) = try environment.session.cashMovements(campaign.id)
        if movements.isEmpty {
            Output.advise("Nothing was recorded yet: `pledgebook cash record payout AMOUNT --on DATE`.")
        }
        let amounts = movements.map { campaign.money($0.amount).grouped }
        let width = amounts.map(\.count).max() ?? 0
        for (movement, amount) in zip(movements, amounts) {
            let space = String(repeating: " ", count: width - amount.count)
            let what = movement.what.padded(to: 8)
            var words = [movement.run, movement.reference.isEmpty ? nil : movement.reference].compactMap(
                \.self)
            if let entry = movement.reversedBy { words.append("reversed by \(entry)") }
            let more = words.isEmpty ? "" : "  " + words.joined(separator: " · ")
            Output.line("\(movement.day)  \(what)  \(space)\(amount)  entry \(movement.number)\(more)")
        }
        Output.line("bank by the journal: \(campaign.money(bank))")
    }
}

extension String {
    /// The text with spaces behind it, at least so many characters long.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

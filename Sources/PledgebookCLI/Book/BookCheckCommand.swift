import ArgumentParser
import Crowdfunding
import Pledgebook

/// Replays the journal and compares; named so that it does not hide what it prints.
struct BookCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Replay the journal and compare every row with it",
        discussion: """
            Recomputes every receipt's signature, replays every campaign's journal, and compares pledges, \
            payments, places, runs, daily sums and states with it; then has SQLite check its file. Changes \
            nothing. Exits with 1 when something differs.

            Example:
              pledgebook book check
              pledgebook book check --campaign aurora-lamp
            """)

    @OptionGroup var options: SharedOptions

    func run() throws {
        let environment = try Environment(options, for: .checking, "book check")
        let check = try environment.session.checkBook(campaign: options.campaign)
        for campaign in check.campaigns { Output.line(line(campaign)) }
        if check.campaigns.isEmpty, check.fileFaults.isEmpty { Output.line("The book has no campaign yet.") }
        for fault in check.fileFaults { Output.line("The file: \(visible(fault)).") }
        for difference in check.differences {
            let campaign = difference.campaign.isEmpty ? "" : "\(difference.campaign): "
            Output.line("  \(campaign)\(visible(difference.description))")
        }
        let hidden = check.differenceCount - check.differences.count
        if hidden > 0 { Output.line("  … and \(grouped(hidden)) more") }
        for campaign in check.campaigns {
            guard let entry = campaign.firstDifference else { continue }
            Output.line(
                "  \(campaign.id): the first entry where they part is \(entry); see `pledgebook entry show "
                    + "\(entry)`.")
        }
        advise(check, environment)
        if !check.isSound { throw ExitCode(ExitStatus.refused.rawValue) }
    }

    /// `aurora-lamp: 13 entries, chain whole, 6 pledges and 5 payments: all agree with the journal`.
    private func line(_ campaign: Pledgebook.CampaignCheck) -> String {
        let chain =
            switch campaign.chain {
            case .whole: "chain whole"
            case .broken: "CHAIN BROKEN"
            case .keyMissing: "chain not proven (no key)"
            case .otherKey: "chain not proven (another key)"
            case .vouched(let last): "chain whole, to \(grouped(last)) by what the present key signed of it"
            }
        let verdict =
            campaign.differenceCount == 0
            ? "all agree with the journal"
            : "\(counted(campaign.differenceCount, "difference")) from the journal"
        return "\(campaign.id): \(counted(campaign.entries, "entry", "entries")), \(chain), "
            + "\(counted(campaign.pledges, "pledge")) and \(counted(campaign.payments, "payment")): "
            + verdict
    }

    private func advise(_ check: BookCheck, _ environment: Environment) {
        let key = environment.keyPath
        if check.campaigns.contains(where: { $0.chain == .keyMissing }) {
            Output.note(
                "There is no key at \(key): numbers and sums were checked, signatures were not. An entry "
                    + "that was changed together with all that follows from it would not be seen.")
        }
        if check.campaigns.contains(where: { $0.chain == .otherKey }) {
            Output.note(
                "The key at \(key) did not sign this book, or not all of it. Name the right one with "
                    + "--key-file."
            )
        }
        if check.differenceCount > 0 || !check.fileFaults.isEmpty {
            Output.note(
                check.campaigns.contains { $0.chain == .broken } || !check.fileFaults.isEmpty
                    ? "Keep this file as it is, and go back to a backup that passes `pledgebook book check`."
                        + " The journal and the receipts you exported say what is missing since."
                    : "The journal is whole: `pledgebook book rebuild FILE` makes a new book from it. Keep "
                        + "this file as it is.")
        }
    }
}

import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignAmend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend",
        abstract: "Change a campaign that is under way, where no promise is broken",
        discussion: """
            The file holds the whole campaign as it shall be; its id says which.

            Example:
              pledgebook campaign amend campaigns/aurora-lamp/campaign.json --dry-run
            """)

    @Argument(help: "The campaign file as it shall be") var file: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let checked = try checkCampaign(InputFile.read(file), file: file)
        let here = try Environment(place, for: .writing, "campaign amend")
        let plan = try here.session.amend(checked, dryRun: true)
        guard !plan.changes.isEmpty else {
            return Output.line("\(plan.campaign) is so already: nothing changes.")
        }
        Output.line("Amend \(plan.campaign)")
        for change in plan.changes { Output.line("  " + visible(change)) }
        guard try confirmation.proceeds("Amend \(plan.campaign)?") else { return }
        let done = try here.session.amend(checked, dryRun: false)
        Output.line(
            "\nAmended \(done.campaign): \(counted(done.changes.count, "change")), definition "
                + "\(done.digest.prefix(12))."
        )
    }
}

/// `1 change`, `2 changes`, with thousands separators.
func counted(_ count: some BinaryInteger, _ word: String, _ plural: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? word : plural ?? word + "s")"
}

/// `1,200`.
func grouped(_ count: some BinaryInteger) -> String {
    var text = ""
    let digits = String(count)
    for (index, digit) in digits.enumerated() {
        let rest = digits.count - index
        if index > 0, rest.isMultiple(of: 3), text != "-" { text += "," }
        text.append(digit)
    }
    return text
}

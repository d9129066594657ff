import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignLaunch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "Enter a campaign into the book",
        discussion: """
            From then on what backers are promised stands; changes go through `campaign amend`.

            Example:
              pledgebook campaign launch campaigns/aurora-lamp/campaign.json --yes
            """)

    @Argument(help: "The campaign file") var file: String
    @Option(help: ArgumentHelp("What the rehearsal gateway draws its declines from", valueName: "number"))
    var seed: UInt64 = 1
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let checked = try checkCampaign(InputFile.read(file), file: file)
        let definition = checked.definition
        let here = try Environment(place, for: .writing, "campaign launch")
        try here.session.checkLaunch(definition)
        describe(checked, now: here.session.now)
        guard try confirmation.proceeds("Launch \(definition.id)?") else { return }
        let launch = try here.session.launch(checked, seed: seed)
        Output.line("\nLaunched \(definition.id), definition \(launch.digest.prefix(12)).")
        Output.next([
            "pledgebook pledge import pledges.csv -c \(definition.id)",
            "pledgebook campaign show \(definition.id)",
        ])
    }

    private func describe(_ checked: CheckedCampaign, now: Timestamp) {
        let words = CampaignWords(checked.definition)
        let definition = checked.definition
        var table = Table([.text("what"), .text("value")])
        table.rows = [
            ["  opens", definition.opensAt.map { CampaignWords.local($0, checked.offsets) } ?? "now"],
            ["  closes", CampaignWords.local(definition.closesAt, checked.offsets)],
            ["  decided by", words.rule],
            ["  charged", words.payment],
            ["  offers", words.contents],
        ]
        Output.line("Launch \(definition.id) · \(definition.title) · \(definition.currency)")
        for line in table.lines(header: false) { Output.line(line) }
        if definition.closesAt <= now {
            Output.line("  It has closed already: only a platform's export fits in.")
        }
    }
}

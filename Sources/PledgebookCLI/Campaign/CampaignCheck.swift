import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read campaign files and report every problem, or the defaults in use",
        discussion: """
            Needs no book and changes nothing.

            Example:
              pledgebook campaign check campaigns/aurora-lamp/campaign.json
            """)

    @Argument(help: ArgumentHelp("Campaign files", valueName: "file")) var files: [String]

    func run() throws {
        var areGood = true
        for file in files {
            do {
                let checked = try checkCampaign(InputFile.read(file), file: file)
                describe(checked.definition, file)
            } catch let problem as any UserFacingError {
                _ = Failure.report(problem)
                areGood = false
            }
        }
        guard areGood else { throw ExitCode(ExitStatus.badInput.rawValue) }
    }

    private func describe(_ definition: CampaignDefinition, _ file: String) {
        Output.line("\(visible(file)): \(definition.id) is right: \(CampaignWords(definition).contents).")
        guard !definition.defaults.isEmpty else { return }
        Output.line("  Not said, so these count:")
        var table = Table([.text("path"), .text("value")])
        table.rows = definition.defaults.map { [$0.path, $0.value] }
        for line in table.lines(header: false) { Output.line("    " + line) }
    }
}

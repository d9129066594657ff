import ArgumentParser

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Invented data to try things with",
        discussion: """
            Example:
              pledgebook sample pledges --campaign campaigns/aurora-lamp/campaign.json --count 100 --seed 1
            """,
        subcommands: [
            SamplePledgesCommand.self
        ])
}

import ArgumentParser

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Production runs: orders to factories",
        discussion: """
            Example:
              pledgebook run list
            """,
        subcommands: [
            RunList.self, RunShow.self, RunLaunch.self, RunDelay.self, RunReceive.self, RunClose.self,
            RunCancel.self,
        ])
}

import ArgumentParser

struct BackerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backer",
        abstract: "Backers: names, addresses, answers; everything personal",
        discussion: """
            Example:
              pledgebook backer show ana@example.org
            """,
        subcommands: [BackerShow.self, BackerChangeCommand.self])
}

import ArgumentParser

struct CashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cash",
        abstract: "Money at the bank that a person knows of",
        discussion: """
            Example:
              pledgebook cash list
            """,
        subcommands: [CashRecordCommand.self, CashListCommand.self])
}

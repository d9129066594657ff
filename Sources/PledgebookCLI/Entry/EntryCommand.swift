import ArgumentParser

struct EntryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entry",
        abstract: "Journal entries, one by one",
        discussion: """
            Example:
              pledgebook entry show 12
            """,
        subcommands: [EntryShowCommand.self, EntryReverseCommand.self])
}

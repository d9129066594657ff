import ArgumentParser

struct BookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "The book: one file with everything in it",
        discussion: """
            Example:
              pledgebook book info
            """,
        subcommands: [
            BookCheckCommand.self,
            BookInfo.self,
            BookBackup.self,
            BookLock.self,
            BookRebuildCommand.self,
        ])
}

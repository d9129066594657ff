import ArgumentParser

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "The key that signs receipts",
        discussion: """
            Example:
              pledgebook key show
            """,
        subcommands: [
            KeyShow.self,
            KeyExport.self,
            KeyRotate.self,
        ])
}

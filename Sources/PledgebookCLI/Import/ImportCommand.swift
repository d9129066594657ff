import ArgumentParser

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "The files that were imported, and taking one back",
        discussion: """
            Files are imported with `pledgebook pledge import FILE`.

            Example:
              pledgebook import list
              pledgebook import undo 2 --because "the report of another campaign" --dry-run
            """,
        subcommands: [ImportListCommand.self, ImportShowCommand.self, ImportUndoCommand.self])
}

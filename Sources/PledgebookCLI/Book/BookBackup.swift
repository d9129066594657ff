import ArgumentParser
import Pledgebook

struct BookBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the book into a new file, also while others write to it",
        discussion: """
            Nothing is replaced. The key is not in the book: keep a copy of it in another place.

            Example:
              pledgebook book backup monday.sqlite
            """)

    @Argument(help: "The file to write") var file: String
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, for: .reading, "book backup")
        try here.backup(to: file)
        Output.line(
            "The book is copied to \(visible(file)). The key is not in it: keep a copy of \(here.keyPath) "
                + "too."
        )
    }
}

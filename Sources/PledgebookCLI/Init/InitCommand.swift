import ArgumentParser

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a book and its key",
        discussion: """
            An existing key file is used as it is; an existing book is refused.

            Example:
              pledgebook init
            """)

    @OptionGroup var place: BookOptions

    func run() throws {
        let made = try Environment.create(place)
        Output.line("The book is \(made.bookPath).")
        Output.line(
            made.isNewKey
                ? "Its key is \(made.keyPath) (new)." : "Its key is \(made.keyPath), which was there already."
        )
        Output.line("The key is not in the book: keep a copy of each, in different places.")
        Output.next(["pledgebook campaign new my-campaign.json"])
    }
}

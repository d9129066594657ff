import ArgumentParser
import Pledgebook

/// Makes a book anew; named so that it does not hide what it prints.
struct BookRebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a new book from the journal of this one",
        discussion: """
            Copies what was told (entries, definitions, backers, imports, operations, sessions) and makes \
            everything else anew: pledges, payments, places, runs, reserved units, daily sums. For a book of \
            which `book check` says that rows differ from the journal. The new book is checked before it \
            takes its name, reports the same to the byte, and keeps its receipts. This book is not changed; \
            nothing is replaced.

            Example:
              pledgebook book rebuild mended.sqlite
              pledgebook book check --book mended.sqlite
            """)

    @Argument(help: "The file to write") var file: String
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, for: .checking, "book rebuild")
        let rebuilt = try here.rebuild(to: file)
        for campaign in rebuilt.campaigns {
            Output.line(
                "\(campaign.id): \(counted(campaign.entries, "entry", "entries")) copied, "
                    + "\(counted(campaign.pledges, "pledge")) and \(counted(campaign.payments, "payment")) "
                    + "made anew")
        }
        Output.line("The book is rebuilt in \(visible(file)), and it was checked.")
        if !rebuilt.isProven {
            Output.note(
                "There is no key at \(here.keyPath): the entries were copied without proving their "
                    + "signatures. Say `pledgebook receipt verify` where the key is.")
        }
        if rebuilt.hasRehearsal {
            Output.note(
                "The rehearsal's card processor has its record beside the old book. Put the new book in the "
                    + "old one's place to carry on.")
        }
    }
}

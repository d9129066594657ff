import ArgumentParser
import Crowdfunding
import Pledgebook

struct PledgeNoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Write down what should be remembered of a pledge, or take it away",
        discussion: """
            A note is shown by `pledge show` and `backer show`. It may be personal: it is in the book only, \
            in no entry, receipt or report.

            Example:
              pledgebook pledge note KS-412 "mail of 5 May: ship both together"
              pledgebook pledge note KS-412 --remove 3
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @Argument(help: "What to write down") var text: String?
    @Option(help: ArgumentHelp("Take the note of this number away", valueName: "number")) var remove: Int64?
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard (text == nil) != (remove == nil) else {
            throw ValidationError("Say what to write down, or --remove NUMBER.")
        }
    }

    func run() throws {
        let here = try Environment(options, for: .reading, "pledge note")
        let id = try here.campaign().definition.id
        if let remove {
            let reference = try here.session.removeNote(remove, of: who, in: id)
            return Output.line("Note \(remove) of \(visible(reference)) is gone.")
        }
        let done = try here.session.note(who, text ?? "", in: id)
        Output.line("Note \(done.note.number) of \(visible(done.reference)): \(visible(done.note.text))")
    }
}

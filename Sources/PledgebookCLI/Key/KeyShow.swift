import ArgumentParser
import Pledgebook

struct KeyShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Name a campaign's signing keys, never showing one",
        discussion: """
            The check tells one key from another; it says nothing of the key.

            Example:
              pledgebook key show
            """)

    @OptionGroup var format: FormatOption
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .proving, "key show")
        let keys = try here.session.keys(of: here.campaign())
        var table = Table([.text("key"), .text("check"), .number("first_entry"), .text("key_file")])
        table.rows = keys.epochs.map {
            [$0.kid, $0.keyCheck, grouped($0.firstEntry), $0.isAtHand == true ? "gives it" : "is another"]
        }
        table.write(format.format)
    }
}

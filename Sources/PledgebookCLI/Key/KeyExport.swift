import ArgumentParser
import Crowdfunding
import Pledgebook

struct KeyExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write one campaign's signing key in hexadecimal, for an auditor",
        discussion: """
            Who holds it can verify the receipts it signed, and forge more.

            Example:
              pledgebook key export --campaign aurora-lamp
            """)

    @Option(
        help: ArgumentHelp(
            "An earlier key, by its epoch, for example 1 (the one that signs)", valueName: "number"))
    var epoch: Int?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .proving, "key export")
        let key = try here.session.exportedKey(of: here.campaign(), epoch: epoch)
        Output.note(
            "this is the key \(key.kid): who has it can verify the receipts it signed and forge them. Hand "
                + "it over privately.")
        Output.line(key.hex)
    }
}

import ArgumentParser
import Crowdfunding
import Pledgebook

struct KeyExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write one campaign's signing key in hexadecimal, for an auditor",
        discussion: """
            Who holds it can verify this campaign's receipts, and forge them. The campaign has to be named.

            Example:
              pledgebook key export --campaign aurora-lamp
            """)

    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard options.campaign != nil else { throw ValidationError("Name the campaign with --campaign.") }
    }

    func run() throws {
        let here = try Environment(options, for: .proving, "key export")
        let key = try here.session.exportedKey(of: here.campaign())
        Output.note(
            "this is the key \(key.kid): who has it can verify this campaign's receipts and forge them. Hand "
                + "it over privately.")
        Output.line(key.hex)
    }
}

import ArgumentParser
import Pledgebook

struct KeyShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Name a campaign's signing keys, never showing one",
        discussion: """
            The check tells one key from another; it says nothing of the key. Below them stands the public \
            key \
            that verifies the campaign's checkpoints: show it to everyone.

            Example:
              pledgebook key show
            """)

    @OptionGroup var format: FormatOption
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .proving, "key show")
        let campaign = try here.campaign()
        let keys = try here.session.keys(of: campaign)
        var table = Table([.text("key"), .text("check"), .number("first_entry"), .text("key_file")])
        table.rows = keys.epochs.map {
            [$0.kid, $0.keyCheck, grouped($0.firstEntry), $0.isAtHand == true ? "gives it" : "is another"]
        }
        table.write(format.format)
        guard let publicKey = here.session.checkpointPublicKey(of: campaign) else { return }
        if format.format == .text {
            Output.line("\nPublic key of the checkpoints:\n\(publicKey)")
        } else {
            Output.note("public key of the checkpoints: \(publicKey)")
        }
    }
}

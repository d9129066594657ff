import ArgumentParser
import Pledgebook

struct ReceiptCheckpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign what the journal is, in a text that anybody can verify",
        discussion: """
            A C2SP checkpoint: how many receipts there are, and the Merkle root over them, signed with the \
            campaign's Ed25519 key (`pledgebook key show`). Closing a campaign and locking a month write \
            one too. \
            All are kept in the book and in the folder BOOK.checkpoints beside it. Copy them away: they \
            show when \
            a book was cut off or changed.

            Example:
              pledgebook receipt checkpoint
              pledgebook receipt checkpoint --output lamp-march.txt
            """)

    @Option(help: ArgumentHelp("Write it to this file too", valueName: "file")) var output: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "receipt checkpoint")
        let campaign = try here.campaign()
        let checkpoint = try here.session.writeCheckpoint(of: campaign.id)
        try here.announceCheckpoint(of: campaign.id)
        guard let output = OutputFile.named(output) else { return Output.write(checkpoint.text) }
        try OutputFile.write(Array(checkpoint.text.utf8), to: output)
        Output.note("\(visible(output)) is written.")
    }
}

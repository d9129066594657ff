import ArgumentParser
import Pledgebook

struct ReceiptExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write every receipt of a campaign, one a line",
        discussion: """
            Each line is a JWS that stock tools verify with the campaign's key (`pledgebook key export`).

            Example:
              pledgebook receipt export --output receipts.jws
            """)

    @Option(help: ArgumentHelp("Where to write; - or none is stdout", valueName: "file")) var output: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "receipt export")
        let campaign = try here.campaign()
        guard let output = OutputFile.named(output) else {
            _ = try here.session.forEachReceipt(of: campaign) { try Output.write($0) }
            return
        }
        try OutputFile.write(to: output) { sink in
            _ = try here.session.forEachReceipt(of: campaign) { piece in
                try sink(piece.withUnsafeBufferPointer { Array($0) })
            }
        }
        Output.note("\(visible(output)) is written.")
    }
}

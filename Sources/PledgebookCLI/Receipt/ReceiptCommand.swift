import ArgumentParser

struct ReceiptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Receipts: one signed text for every fact",
        discussion: """
            Example:
              pledgebook receipt verify
            """,
        subcommands: [
            ReceiptShow.self,
            ReceiptExport.self,
            ReceiptVerify.self,
            ReceiptCheckpoint.self,
            ReceiptProve.self,
            ReceiptVerifyProof.self,
        ])
}

import ArgumentParser

struct PaymentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment",
        abstract: "Payments: what was collected, paid back and disputed",
        discussion: """
            Example:
              pledgebook payment list
            """,
        subcommands: [
            PaymentRecordCommand.self, PaymentRefundCommand.self, PaymentList.self,
            PaymentShow.self,
            PaymentRetry.self,
        ])
}

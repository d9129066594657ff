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
            PaymentList.self, PaymentShow.self, PaymentRecordCommand.self, PaymentRefundCommand.self,
            PaymentCapture.self, PaymentVoid.self, PaymentBalance.self, PaymentRetry.self, PaymentMethod.self,
            PaymentDispute.self, PaymentSettle.self, PaymentReconcile.self, PaymentOrphan.self,
        ])
}

import Accounting
import Crowdfunding

extension PartsLeft {
    /// What is left of a pledge's parts after these entries about it, in the order of the journal.
    init(due: EntryParts, replaying entries: [JournalEntry]) {
        self.init(due: due)
        for entry in entries { replay(entry) }
    }

    /// How much of what a payment holds is delivered, minor units.
    ///
    /// The parts are the pledge's, over all its payments: what is not delivered counts for the payment first,
    /// so that undelivered money goes back before delivered money does.
    func delivered(of payment: Payment) -> Int64 { max(0, payment.held - undelivered.amount) }

    /// A reversal has negative parts and takes back exactly what its entry did.
    private mutating func replay(_ entry: JournalEntry) {
        var parts = entry.parts
        parts.fee = 0
        switch entry.kind {
        case .captured, .capturedAfterSuccess:
            due = due - parts
            undelivered = undelivered + parts
        case .refundCommitted, .refundCommittedAfterSuccess:
            undelivered = undelivered - parts
            committed = committed + parts
        case .refundCommittedAfterDelivery:
            delivered = delivered - parts
            committed = committed + parts
        case .refunded, .refundedFromOwn:
            committed = committed - parts
            refunded = refunded + parts
        case .refundReturned:
            refunded = refunded - parts
            committed = committed + parts
        case .disputeOpened: disputed = disputed + parts
        case .disputeWon: disputed = disputed - parts
        case .disputeLost, .disputeLostAfterSuccess:
            undelivered = undelivered - parts
            disputed = disputed - parts
        case .disputeLostAfterDelivery:
            delivered = delivered - parts
            disputed = disputed - parts
        case .disputeLostCommitted:
            committed = committed - parts
            disputed = disputed - parts
        case .delivered: deliver(parts)
        default: break
        }
    }
}

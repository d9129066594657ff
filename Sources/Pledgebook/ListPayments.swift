public import Crowdfunding
import Storage

/// A payment as lists show it; amounts are minor units.
public struct PaymentListing: Sendable {
    /// The pledge's reference.
    public let reference: String
    /// Where the pledge is.
    public let pledge: PledgeState
    /// Where its payment is.
    public let state: PaymentState
    /// What was promised.
    public let due: Int64
    /// What was taken.
    public let captured: Int64
    /// What was given back.
    public let refunded: Int64
    /// What is committed to be given back.
    public let committed: Int64
    /// What open disputes hold.
    public let disputed: Int64
}

extension Session {
    /// Calls `body` with the payment of every pledge, in the order in which they were booked.
    ///
    /// - Parameters:
    ///   - campaign: Whose payments.
    ///   - states: Only those; `nil`: all.
    ///   - body: Gets them one by one.
    /// - Throws: `BookError`, or what `body` throws.
    public func forEachPayment(
        of campaign: LoadedCampaign, states: Set<PaymentState>? = nil, _ body: (PaymentListing) throws -> Void
    ) throws {
        try book.read { records in
            let number = campaign.record.number
            var payments: [Int64: Payment] = [:]
            try records.forEachPayment(campaign: number) { row in
                if row.instalment == 1 { payments[row.pledge] = row.payment }
            }
            var last: Int64 = 0
            while true {
                let pledges = try records.pledges(campaign: number, after: last, limit: 4_096)
                guard let end = pledges.last else { return }
                for pledge in pledges {
                    var payment = payments[pledge.number] ?? Payment()
                    if payments[pledge.number] == nil, pledge.gateway != 1, pledge.method?.isEmpty == false {
                        payment.ending = .methodSaved
                    }
                    if let states, !states.contains(payment.state) { continue }
                    try body(
                        PaymentListing(
                            reference: pledge.reference, pledge: pledge.state, state: payment.state,
                            due: pledge.total, captured: payment.captured, refunded: payment.refunded,
                            committed: payment.committed, disputed: payment.disputed))
                }
                last = end.number
            }
        }
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// A payment as lists show it; amounts are minor units.
public struct PaymentListing: Sendable {
    /// The payment's reference: the pledge's, a second payment's `P-1042/2`.
    public let reference: String
    /// Where the pledge is.
    public let pledge: PledgeState
    /// Where its payment is.
    public let state: PaymentState
    /// What it asks for.
    public let due: Int64
    /// What was taken.
    public let captured: Int64
    /// What was given back.
    public let refunded: Int64
    /// What is committed to be given back.
    public let committed: Int64
    /// What open disputes hold.
    public let disputed: Int64
    /// Since when it should have been paid, and is not; `nil` where nothing is owed on it yet, or any more.
    public let owedSince: CalendarDay?
}

extension Session {
    /// Calls `body` with every payment of every pledge, in the order in which they were booked.
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
            var payments: [Int64: [PaymentRow]] = [:]
            try records.forEachPayment(campaign: number) { payments[$0.pledge, default: []].append($0) }
            let asked = try askedDays(campaign, in: records)
            var last: Int64 = 0
            while true {
                let pledges = try records.pledges(campaign: number, after: last, limit: 4_096)
                guard let end = pledges.last else { return }
                for pledge in pledges {
                    var paidBefore: Int64 = 0
                    for row in rows(of: pledge, payments[pledge.number] ?? []) {
                        let listing = campaign.listing(row, of: pledge, paidBefore: paidBefore, asked)
                        paidBefore += row.payment.captured
                        if let states, !states.contains(listing.state) { continue }
                        try body(listing)
                    }
                }
                last = end.number
            }
        }
    }

    /// The rows of a pledge's payments; one that has none is as it was placed.
    private func rows(of pledge: PledgeRecord, _ rows: [PaymentRow]) -> [PaymentRow] {
        guard rows.isEmpty else { return rows }
        var payment = Payment()
        if pledge.gateway != 1, pledge.method?.isEmpty == false { payment.ending = .methodSaved }
        return [PaymentRow(pledge: pledge.number, payment: payment)]
    }

    /// The days on which further payments were asked for.
    private func askedDays(
        _ campaign: LoadedCampaign, in records: Records
    ) throws -> [PaymentKey: CalendarDay] {
        guard try records.hasLaterPayments(campaign: campaign.record.number) else { return [:] }
        let entries = try records.entries(campaign: campaign.record.number, kinds: [.balanceDue]).map(\.entry)
        return Dictionary(
            entries.map { (PaymentKey(pledge: $0.pledge ?? 0, instalment: Int64($0.instalment)), $0.day) },
            uniquingKeysWith: { $1 })
    }
}

/// Which payment of which pledge.
struct PaymentKey: Hashable {
    var pledge: Int64
    var instalment: Int64
}

extension LoadedCampaign {
    fileprivate func listing(
        _ row: PaymentRow, of pledge: PledgeRecord, paidBefore: Int64, _ asked: [PaymentKey: CalendarDay]
    ) -> PaymentListing {
        let payment = row.payment
        let price =
            row.instalment == 1
            ? definition.prepayment.firstPrice(of: pledge.total) : max(0, pledge.total - paidBefore)
        var since = asked[PaymentKey(pledge: pledge.number, instalment: row.instalment)]
        if row.instalment == 1 {
            since =
                definition.prepayment.collect == .onPledge
                ? day(of: pledge.placedAt) : record.closedAt.map(day(of:))
        }
        let isOwed = pledge.state.holdsPlace && payment.captured < price && !record.state.isPast
        return PaymentListing(
            reference: instalmentReference(pledge.reference, Int(row.instalment)), pledge: pledge.state,
            state: payment.state, due: price, captured: payment.captured, refunded: payment.refunded,
            committed: payment.committed, disputed: payment.disputed, owedSince: isOwed ? since : nil)
    }
}

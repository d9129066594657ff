public import Accounting
import Crowdfunding
import Storage

/// How the balances of a campaign's pledges stand.
public struct BalanceStanding: Hashable, Sendable {
    /// Pledges of which a part is paid, and the rest was not asked for.
    public var toAsk = Tally()
    /// Asked for and not paid.
    public var open = Tally()
    /// Of those, cards that failed and are tried again.
    public var failed = Tally()
    /// When the first of them is tried again; `nil`: none is.
    public var nextTry: Timestamp?
    /// When the first of those that are open is given up, with its pledge.
    public var ends: Timestamp?
}

extension Session {
    /// How the balances stand; of a campaign without any, nothing.
    func balanceStanding(
        _ campaign: LoadedCampaign, _ totals: [PledgeTotal], in records: Records
    ) throws -> BalanceStanding {
        var standing = BalanceStanding()
        guard campaign.record.hasSucceeded, campaign.record.state != .finished else { return standing }
        for total in totals where total.state == .placed && total.paid == .part {
            guard total.payment == .captured || total.payment == .partiallyRefunded else { continue }
            standing.toAsk += Tally(amount: total.amount - total.captured, count: total.count)
        }
        guard try records.hasLaterPayments(campaign: campaign.record.number) else { return standing }
        for item in try openBalances(campaign, in: records) {
            let tally = Tally(amount: item.price, count: 1)
            standing.open += tally
            standing.toAsk.amount -= tally.amount
            standing.toAsk.count -= tally.count
            guard let schedule = campaign.balanceSchedule(of: item) else { continue }
            standing.ends = min(standing.ends ?? schedule.ends, schedule.ends)
            guard item.gateway != 1, item.payment?.ending == .failedSoft, let last = item.lastAttempt,
                let next = schedule.next(after: last)
            else { continue }
            standing.failed += tally
            standing.nextTry = min(standing.nextTry ?? next, next)
        }
        return standing
    }
}

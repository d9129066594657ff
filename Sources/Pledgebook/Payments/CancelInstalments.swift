import Crowdfunding
import Storage

extension Session {
    /// Refuses while any payment beyond the first is in doubt, disputed or conflicted; the table says why.
    func checkFurther(of pledge: Int64, _ campaign: LoadedCampaign, in records: Records) throws {
        for row in try records.payments(campaign: campaign.record.number, pledge: pledge)
        where row.instalment > 1 {
            switch row.payment.releaseStep {
            case .wait, .disputed, .conflicted:
                _ = try row.payment.applying(
                    .refund(max(1, row.payment.refundable)), in: campaign.paymentContext(at: now))
            case .request, .owed, .done: continue
            }
        }
    }
}

extension OperationWindows {
    /// Gives every payment of a canceled pledge back, the newest first; what was only asked for is let go.
    mutating func giveBack(_ pledge: Int64, last: Int) throws {
        for instalment in (1...last).reversed() {
            try request(of: pledge, instalment: instalment, because: nil) { item, _, journal in
                let payment = item.payment ?? item.unwritten
                switch payment.releaseStep {
                case .request(.cancel) where payment.authorized == 0:
                    journal.write(.canceled, pledge: (item.pledge, item.reference), instalment: instalment)
                    var ended = payment
                    ended.ending = .canceled
                    journal.put(ended, pledge: pledge, instalment: Int64(instalment))
                    return nil
                case .request(let event): return event
                case .owed(let amount): return item.gateway == 1 ? nil : .resendRefund(amount)
                case .wait, .disputed, .conflicted, .done: return nil
                }
            }
        }
    }
}

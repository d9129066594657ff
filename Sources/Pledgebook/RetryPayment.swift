import Accounting
public import Crowdfunding
import Storage

/// What a retry would charge, before anything is sent.
public struct RetryPlan: Sendable {
    /// The pledge's reference.
    public let reference: String
    /// Minor units.
    public let amount: Int64
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
}

extension Session {
    /// What charging one failed pledge again would do.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - id: Which campaign; without one, the only one that is not over.
    /// - Returns: Which pledge, and how much.
    /// - Throws: `SessionError`, with the reason why it cannot be charged.
    public func planRetry(_ who: String, of id: CampaignID?) throws -> RetryPlan {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let pledge = try onlyPledge(who, of: campaign, in: records)
            let payment = try records.payments(campaign: campaign.record.number, pledge: pledge.number).first?
                .payment
            if let problem = retryProblem(pledge, payment, campaign) { throw SessionError.refused(problem) }
            return RetryPlan(reference: pledge.reference, amount: pledge.total, campaign: campaign)
        }
    }

    /// Charges one failed pledge again now, whatever the schedule says.
    ///
    /// Decides the campaign if that is certain now.
    ///
    /// - Throws: `SessionError`, also where another command talks to the gateway.
    public func retryPayment(_ who: String, of id: CampaignID?) throws -> (plan: RetryPlan, count: SweepCount)
    {
        let plan = try planRetry(who, of: id)
        let lock = try GatewayLock(book: book.path, campaign: plan.campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        var windows = try OperationWindows(self, campaign: plan.campaign)
        try windows.resolve()
        try windows.sweep(.placed([nil, .methodSaved, .failed])) { item, _, _ in
            item.reference == plan.reference ? .charge(item.parts.amount) : nil
        }
        _ = try decide(plan.campaign.record.id)
        return (plan, windows.count)
    }

    private func retryProblem(_ pledge: PledgeRecord, _ payment: Payment?, _ campaign: LoadedCampaign)
        -> String?
    {
        let name = pledge.reference
        guard campaign.record.state.isCollectingOrLater, campaign.record.state != .finished else {
            return "\(campaign.record.id) is \(campaign.record.state.rawValue): nothing is charged now."
        }
        guard pledge.state == .placed else { return "\(name) is \(pledge.state) and is not charged." }
        guard pledge.gateway != 1 else {
            return "\(name) is paid elsewhere; this program does not charge it. When the money has come, say "
                + "`pledgebook payment record \(name) AMOUNT --on DATE`."
        }
        guard !campaign.retryWindowIsOver(at: now) else {
            return
                "The time to try failed cards again is over; `pledgebook campaign close` drops what is open."
        }
        switch payment?.state {
        case nil, .pledged, .methodSaved: return nil
        case .failed where payment?.ending == .failedSoft: return nil
        case .failed:
            return "The bank of \(name) refuses the card for good; its backer has to give another."
        case .actionRequired: return "\(name) waits for its backer to confirm the charge."
        case .some(let state): return "\(name) cannot be charged: its payment is \(state.label)."
        }
    }
}

import Accounting
public import Crowdfunding
import Storage

/// What a retry would ask for, before anything is sent.
public struct RetryPlan: Sendable {
    /// The payment's reference.
    public let reference: String
    /// Minor units.
    public let amount: Int64
    /// Whether a refund that failed is sent again (T50); else a charge.
    public let isRefund: Bool
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    let pledge: Int64
    let instalment: Int
    let event: PaymentEvent
}

extension Session {
    /// What charging one failed payment again, or sending a failed refund again, would do.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - id: Which campaign; without one, the only one that is not over.
    /// - Returns: Which pledge, and how much.
    /// - Throws: `SessionError`, with the reason why it cannot be.
    public func planRetry(_ who: String, of id: CampaignID?) throws -> RetryPlan {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let cases = try paymentCases(who, of: campaign, in: records)
            let owing = cases.last { $0.payment.state == .refundOwed }
            let about = owing ?? cases.first { $0.due > 0 } ?? cases[0]
            let isRefund = about.payment.state == .refundOwed
            let problem = isRefund ? refundProblem(about) : retryProblem(about)
            if let problem { throw SessionError.refused(problem) }
            let amount = isRefund ? about.payment.committed : about.price
            return RetryPlan(
                reference: about.reference, amount: amount, isRefund: isRefund, campaign: campaign,
                pledge: about.pledge.number, instalment: about.instalment,
                event: isRefund ? .resendRefund(amount) : .charge(amount))
        }
    }

    /// Charges one failed payment again now, whatever the schedule says, or sends a failed refund again under
    /// a new key.
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
        try windows.request(of: plan.pledge, instalment: plan.instalment, because: nil) { item, _, _ in
            // What was in doubt may have an answer by now.
            switch (item.payment ?? item.unwritten).state {
            case .pledged, .methodSaved, .failed, .expired: plan.isRefund ? nil : plan.event
            case .refundOwed: plan.isRefund ? plan.event : nil
            default: nil
            }
        }
        _ = try decide(plan.campaign.record.id)
        return (plan, windows.count)
    }

    private func refundProblem(_ about: PaymentCase) -> String? {
        guard about.pledge.gateway == 1 else { return nil }
        let name = about.reference
        return "\(name) is paid elsewhere: pay it back yourself, and then say `pledgebook payment refund "
            + "\(name) --done`."
    }

    private func retryProblem(_ about: PaymentCase) -> String? {
        let (name, campaign, pledge) = (about.reference, about.campaign, about.pledge)
        guard campaign.record.state.isCollectingOrLater, campaign.record.state != .finished else {
            return "\(campaign.record.id) is \(campaign.record.state.rawValue): nothing is charged now."
        }
        guard pledge.state == .placed else { return "\(name) is \(pledge.state) and is not charged." }
        guard pledge.gateway != 1 else {
            return "\(name) is paid elsewhere; this program does not charge it. When the money has come, say "
                + "`pledgebook payment record \(name) AMOUNT --on DATE --reference REFERENCE`."
        }
        guard about.instalment > 1 || !campaign.retryWindowIsOver(at: now) else {
            return
                "The time to try failed cards again is over; `pledgebook campaign close` drops what is open."
        }
        let payment = about.payment
        switch payment.state {
        case .pledged, .methodSaved, .expired: return nil
        case .failed where payment.ending == .failedSoft: return nil
        case .failed:
            return "The bank of \(name) refuses the card for good; its backer has to give another: "
                + "`pledgebook payment method \(name) TOKEN`."
        case .actionRequired: return "\(name) waits for its backer to confirm the charge."
        case .unknown:
            return "Nobody knows what became of the last request for \(name). Ask first: `pledgebook payment "
                + "reconcile`."
        default: return "\(name) cannot be charged: its payment is \(payment.state.label)."
        }
    }
}

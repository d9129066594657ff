public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What canceling a pledge comes to, or came to.
public struct PledgeCancellation: Sendable {
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    /// The pledge's.
    public let reference: String
    /// What the backer had promised.
    public let amount: Money
    /// It was canceled before; only what was left of it was done.
    public let wasCanceled: Bool
    /// The rule that the reason overrode.
    public let overridden: CancellationRefusal?
    /// How the payment stood, and stands after it.
    public let before: PaymentState
    /// As `before`, once it is done.
    public internal(set) var after: PaymentState
    /// Minor units paid back by now.
    public internal(set) var refunded: Int64
    /// Minor units still under way or owed.
    public internal(set) var owed: Int64
    /// Whether somebody has to pay it back by hand: the money was taken elsewhere.
    public let isRecorded: Bool
}

extension Session {
    /// What `cancelPledge` would do.
    ///
    /// - Throws: As `cancelPledge`.
    public func planCancellation(
        _ who: String, in id: CampaignID?, override reason: String? = nil
    ) throws -> PledgeCancellation {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let pledge = try pledge(who, campaign: campaign.record.number, in: records)
            guard
                let item = try records.collectionItem(campaign: campaign.record.number, pledge: pledge.number)
            else { throw SessionError.unknownPledge(who) }
            return try cancellation(of: item, pledge.state, campaign, reason, in: records)
        }
    }

    /// Cancels a pledge (T41).
    ///
    /// A saved method is let go, a hold voided, what was captured is paid back in full; its places are free
    /// again, and its units go to who is next in the queue. Said again it does only what is left to do.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - id: The campaign's; without one, the only one that is not over.
    ///   - reason: Overrides the cancellation rule; kept with the session, its digest signed.
    /// - Returns: How the payment stood, and stands now.
    /// - Throws: `CancellationRefusal`, `PaymentRefusal`, `SessionError`.
    public func cancelPledge(
        _ who: String, in id: CampaignID?, override reason: String? = nil
    ) throws -> PledgeCancellation {
        let plan = try planCancellation(who, in: id, override: reason)
        let campaign = plan.campaign
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        var windows = try OperationWindows(self, campaign: campaign)
        let number = try book.read { records in
            try pledge(plan.reference, campaign: campaign.record.number, in: records).number
        }
        try windows.resolve(of: number)
        var done = plan
        var last = 1
        let kept = plan.overridden == nil ? nil : reason
        try windows.request(of: number, because: kept) { item, campaign, journal in
            let records = journal.records
            let state = try records.pledge(campaign: campaign.record.number, number: number)?.state ?? .placed
            done = try cancellation(of: item, state, campaign, reason, in: records)
            last = try records.lastInstalment(campaign: campaign.record.number, pledge: number)
            if last > 1, state != .canceled { try checkFurther(of: number, campaign, in: records) }
            let event = try cancel(
                &item, state, campaign, because: done.overridden == nil ? nil : reason, journal)
            guard last > 1, event != nil else { return event }
            // The newest payment goes back first.
            if let payment = item.payment { journal.put(payment, pledge: number) }
            return nil
        }
        if last > 1 { try windows.giveBack(number, last: last) }
        return try book.read { records in
            let payments = try records.payments(campaign: campaign.record.number, pledge: number)
            done.after = payments.first { $0.instalment == 1 }?.payment.state ?? Payment().state
            done.refunded = payments.reduce(0) { $0 + $1.payment.refunded }
            done.owed = payments.reduce(0) { $0 + $1.payment.committed }
            return done
        }
    }

    /// Asks the campaign's rule; a pledge that is canceled already passes.
    private func cancellation(
        of item: CollectionItem, _ state: PledgeState, _ campaign: LoadedCampaign, _ reason: String?,
        in records: Records
    ) throws -> PledgeCancellation {
        let number = campaign.record.number
        let payment = item.payment ?? item.unwritten
        var overridden: CancellationRefusal?
        if state != .canceled {
            let shipped = try records.allocations(campaign: number, pledge: item.pledge).contains {
                $0.shipped > 0
            }
            let total = try records.totals(campaign: number).filter(\.isHeld).reduce(0) { $0 + $1.amount }
            overridden = try campaign.definition.cancellation(
                of: CancellationRequest(
                    campaign: campaign.record.state, pledge: state, delivered: shipped ? .partly : .none,
                    now: now,
                    amount: item.parts.amount, pledgedTotal: total, overrideReason: reason)
            ).overridden
        }
        return PledgeCancellation(
            campaign: campaign, reference: item.reference, amount: campaign.money(item.parts.amount),
            wasCanceled: state == .canceled, overridden: overridden, before: payment.state,
            after: payment.state,
            refunded: payment.refunded, owed: payment.committed, isRecorded: item.gateway == 1)
    }

    /// Writes that the pledge is canceled and says what to ask the gateway for, if anything.
    private func cancel(
        _ item: inout CollectionItem, _ state: PledgeState, _ campaign: LoadedCampaign,
        because reason: String?,
        _ journal: JournalWriter
    ) throws -> PaymentEvent? {
        var payment = item.payment ?? item.unwritten
        var event: PaymentEvent?
        switch payment.releaseStep {
        case .request(.cancel) where payment.authorized == 0:
            payment = try payment.applying(.cancel, in: campaign.paymentContext(at: now)).payment
        case .request(let asked): event = asked
        case .owed(let amount): event = item.gateway == 1 ? nil : .resendRefund(amount)
        case .done where state == .canceled: return nil
        case .done: break
        // Nothing can be asked now: the table says why.
        case .wait where state == .canceled: return nil
        case .wait, .disputed, .conflicted:
            _ = try payment.applying(
                .refund(max(1, payment.refundable)), in: campaign.paymentContext(at: now))
        }
        guard state != .canceled else { return event }
        var detail = EntryDetail()
        if let reason { detail.add("why", hexText(SHA256Digest.of(Array(reason.utf8)))) }
        journal.write(.canceled, pledge: (item.pledge, item.reference), instalment: 1, detail: detail)
        payment.ending = .canceled
        item.payment = payment
        if event == nil { journal.put(payment, pledge: item.pledge) }
        let number = campaign.record.number
        try journal.records.setState(of: item.pledge, to: .canceled, campaign: number)
        try journal.records.releasePlaces(of: item.pledge, campaign: number)
        return event
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// What holding would do, before anything is sent.
public struct HoldPlan: Sendable {
    /// Whose cards.
    public let campaign: LoadedCampaign
    /// The instant at which it would be.
    public let now: Timestamp
    /// In which days cards are held.
    public let window: HoldWindow
    /// Cards that are to be held now: never tried, or their hold ran out.
    public let due: Tally
    /// Cards that were declined for a while and are due again.
    public let again: Tally
    /// Cards that are held.
    public let held: Tally
    /// Cards that were declined and are not due, or whose backers have to act.
    public let failed: Tally
}

extension Session {
    /// What holding would do now.
    ///
    /// - Throws: As `holdPayments`, but for the gateway's own.
    public func planHolding(_ id: CampaignID?) throws -> HoldPlan {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let window = try checkMayHold(campaign)
            var plan = (due: Tally(), again: Tally(), held: Tally(), failed: Tally())
            let all = PaymentState.allCases.map(Optional.some) + [nil]
            var cursor: Int64 = 0
            while true {
                let items = try records.collectionItems(
                    campaign: campaign.record.number, after: cursor, limit: 4_096, .placed(all))
                for item in items.map(campaign.priced) where item.gateway != 1 && item.price > 0 {
                    let payment = item.payment ?? item.unwritten
                    let amount = Tally(amount: item.price, count: 1)
                    switch payment.state {
                    case .authorized: plan.held += amount
                    case .failed, .actionRequired:
                        let isDue = campaign.holdAmount(of: item, payment, at: now) != nil
                        if isDue { plan.again += amount } else { plan.failed += amount }
                    default: if campaign.holdAmount(of: item, payment, at: now) != nil { plan.due += amount }
                    }
                }
                guard items.count == 4_096, let last = items.last else { break }
                cursor = last.pledge
            }
            return HoldPlan(
                campaign: campaign, now: now, window: window, due: plan.due, again: plan.again,
                held: plan.held, failed: plan.failed)
        }
    }

    /// Holds what was pledged on the backers' cards, in the campaign's last four days (T03, T04).
    ///
    /// Said again it holds what is new, what was declined for a while and is due again, and what ran out;
    /// nothing twice. What is held is captured by `closeCampaign`.
    ///
    /// - Parameter id: The campaign; without one, the only one that is not over.
    /// - Returns: What became of it.
    /// - Throws: `SessionError.notYet` before the last four days, `.refused` for a campaign that does not
    ///   hold or is closed, `.gatewayBusy`; what the gateway throws.
    public func holdPayments(_ id: CampaignID?) throws -> SweepCount {
        let campaign = try campaign(id)
        _ = try checkMayHold(campaign)
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        return try book.inBulk {
            var windows = try OperationWindows(self, campaign: campaign)
            try windows.resolve()
            try windows.expire()
            try windows.hold()
            return windows.count
        }
    }

    private func checkMayHold(_ campaign: LoadedCampaign) throws -> HoldWindow {
        let record = campaign.record
        let window = HoldWindow(closesAt: campaign.definition.closesAt)
        guard campaign.definition.prepayment.collect == .hold else {
            throw SessionError.refused(
                "\(record.id) collects \(campaign.definition.prepayment.collect.rawValue): no card is held.")
        }
        guard record.state == .live, !window.isOver(at: now) else {
            throw SessionError.refused(
                record.state == .live
                    ? "\(record.id) has ended: what is held is captured by `pledgebook campaign close`."
                    : "\(record.id) is \(record.state.rawValue): no card is held any more.")
        }
        guard window.isOpen(at: now) else {
            throw SessionError.notYet(
                "A card hold lasts a few days only: cards of \(record.id) are held from \(window.opens), "
                    + "four days before its end.")
        }
        return window
    }
}

extension LoadedCampaign {
    /// What to hold of a payment now; `nil`: nothing.
    func holdAmount(of item: CollectionItem, _ payment: Payment, at now: Timestamp) -> Int64? {
        guard item.gateway != 1, item.price > 0 else { return nil }
        switch payment.state {
        case .methodSaved, .expired: return item.price
        case .failed:
            guard payment.ending == .failedSoft, let last = item.lastAttempt else { return nil }
            let every = Int64(definition.prepayment.retryEveryHours) * 3600
            return now >= last.adding(seconds: every) ? item.price : nil
        default: return nil
        }
    }
}

extension OperationWindows {
    /// Holds every saved method that is due.
    mutating func hold() throws {
        let now = session.now
        try sweep(.placed([nil, .methodSaved, .failed, .expired])) { item, payment, campaign in
            campaign.holdAmount(of: item, payment, at: now).map { .authorize($0) }
        }
    }

    /// Frees holds that have run out, and captures the others (T09, T19).
    ///
    /// A hold that ends within hours is left alone: when it has run out, its card is charged.
    mutating func captureHolds() throws {
        let now = session.now
        try expire()
        try sweep(.placed([.authorized])) { _, payment, _ in
            HoldWindow.canCapture(until: payment.captureBefore, at: now)
                ? .capture(payment.capturable) : nil
        }
    }
}

extension Tally {
    static func += (left: inout Tally, right: Tally) {
        left.amount += right.amount
        left.count += right.count
    }
}

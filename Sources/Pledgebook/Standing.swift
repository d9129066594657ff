import Accounting
import Crowdfunding
import Storage

extension Session {
    /// How a campaign stands: what is pledged, collected and still open, and in how many units.
    func standing(
        _ campaign: LoadedCampaign, _ totals: [PledgeTotal], in records: Records
    ) throws -> FundingStanding {
        var standing = FundingStanding(pledged: 0, windowIsOver: campaign.retryWindowIsOver(at: now))
        standing.collected = try netCollected(totals, campaign: campaign.record.number, in: records)
        for total in totals {
            guard total.state == .placed || total.state == .delivered else { continue }
            standing.pledged += total.amount
            if total.isUnknown {
                standing.unknown += total.amount
            } else if total.isRetryable {
                standing.retryable += total.amount
            }
        }
        standing.units = try units(campaign, totals, collectedOnly: false, in: records)
        if standing.collected > 0 {
            standing.unitsCollected = try units(campaign, totals, collectedOnly: true, in: records)
        }
        return standing
    }

    /// What was collected and is neither given back, to be given back, in dispute nor lost; minor units.
    ///
    /// What is in dispute and to be given back besides is taken off once, payment by payment.
    func netCollected(_ totals: [PledgeTotal], campaign: Int64, in records: Records) throws -> Int64 {
        let net = totals.reduce(0) {
            $0 + $1.captured - $1.refunded - $1.committed - $1.disputed - $1.lost
        }
        guard totals.contains(where: { $0.disputed > 0 }) else { return net }
        return try records.disputedTwice(campaign: campaign).reduce(net) { $0 + $1.amount }
    }

    /// Units that count for `minimum_units`: of the item that the first run makes; without runs, of all
    /// items.
    private func units(
        _ campaign: LoadedCampaign, _ totals: [PledgeTotal], collectedOnly: Bool, in records: Records
    ) throws -> Int64 {
        let definition = campaign.definition
        let numbers = try records.offerNumbers(.tier, campaign: campaign.record.number)
        let addOns = try records.addOnTotals(campaign: campaign.record.number, collectedOnly: collectedOnly)
        var taken = PlacesTaken(for: definition)
        for (index, tier) in definition.tiers.enumerated() {
            guard let number = numbers[tier.id] else { continue }
            for total in totals where total.tier == Int(number) && total.isHeld {
                if !collectedOnly || total.isCollected { taken.tiers[index] += total.quantity }
            }
        }
        for (index, addOn) in definition.addOns.enumerated() { taken.addOns[index] = addOns[addOn.id] ?? 0 }
        let sold = soldItems(definition, taken)
        guard let index = definition.countedItem else { return sold.reduce(0, +) }
        return sold[index]
    }

    /// When the retry window ends, or would end if the campaign were closed now.
    func windowEnd(_ campaign: LoadedCampaign) -> Timestamp? {
        var closed = campaign
        closed.record.closedAt = campaign.record.closedAt ?? now
        return closed.retryWindowEnds
    }
}

extension CampaignDefinition {
    /// The item whose units count for `minimum_units`: the one that the first run makes.
    var countedItem: Int? {
        guard let run = production.first else { return nil }
        return items.firstIndex { $0.sku == run.sku || $0.variants.contains { $0.sku == run.sku } }
    }
}

extension LoadedCampaign {
    /// Whether nothing is tried any more.
    func retryWindowIsOver(at now: Timestamp) -> Bool { retryWindowEnds.map { now >= $0 } ?? false }
}

extension PledgeTotal {
    /// Nothing was taken and nothing failed: to be charged, or captured from what is held.
    var isUncharged: Bool {
        switch payment {
        case nil, .methodSaved, .pledged, .authorized, .expired: true
        default: false
        }
    }
    var isUnknown: Bool {
        switch payment {
        case .unknown, .authorizing, .capturePending: true
        default: false
        }
    }
    /// Still to be tried, or told of by the platform.
    var isRetryable: Bool {
        switch payment {
        case nil, .pledged, .methodSaved, .failed, .actionRequired, .authorized, .expired: true
        default: false
        }
    }
    /// Nothing is held, open or owed.
    var isReleased: Bool {
        guard let payment else { return state != .placed }
        switch payment {
        case .canceled, .dropped, .voided, .expired, .refunded, .disputeLost, .disputed: return true
        default: return false
        }
    }
}

extension FundingStanding {
    /// The figures that a decision stands on, as the journal signs them.
    var detail: EntryDetail {
        EntryDetail().adding("pledged", pledged).adding("collected", collected).adding("open", retryable)
            .adding("unknown", unknown).adding("units", units)
    }
}

extension SweepCount {
    func detail(_ standing: FundingStanding) -> EntryDetail {
        var detail = standing.detail
        let counts = [
            ("captured", captured), ("failed", failedSoft + failedHard), ("refunded", refunded),
            ("released", released), ("dropped", dropped),
        ]
        for (key, value) in counts where value > 0 { detail.add(key, value) }
        return detail
    }
}

extension OperationWindows {
    /// Captures every hold, and charges every saved method that is due: never tried, its hold ran out, or it
    /// failed softly and its next try has come.
    mutating func collect() throws {
        let now = session.now
        if known.definition.prepayment.collect == .hold { try captureHolds() }
        try sweep(.placed([nil, .methodSaved, .failed, .expired])) { item, payment, campaign in
            guard item.gateway != 1, item.price > 0 else { return nil }
            switch payment.state {
            case .methodSaved, .expired: return .charge(item.price)
            case .failed:
                guard let began = campaign.record.closedAt, let last = item.lastAttempt else { return nil }
                let schedule = RetrySchedule(
                    campaign.definition.prepayment, began: max(began, campaign.definition.closesAt))
                return schedule.isDue(payment, failed: last, at: now) ? .charge(item.price) : nil
            default: return nil
            }
        }
    }

    /// Drops what was not collected when the retry window is over.
    mutating func drop() throws {
        try sweep(.placed([nil, .pledged, .methodSaved, .failed, .actionRequired])) { _, payment, _ in
            payment.operation == nil && payment.captured == 0 ? .drop : nil
        }
    }

    /// Lets go, voids or refunds everything.
    mutating func release() throws {
        try sweep(.placed([nil])) { _, payment, _ in
            if case .request(let event) = payment.releaseStep { event } else { nil }
        }
        // Whatever became of the pledge: a canceled one may still be owed its refund.
        try sweep(.payments(PaymentState.allCases)) { item, payment, _ in
            switch payment.releaseStep {
            case .request(let event): return event
            // T50; what moves elsewhere waits for a person.
            case .owed(let amount): return item.gateway != 1 ? .resendRefund(amount) : nil
            case .wait, .disputed, .conflicted, .done: return nil
            }
        }
    }
}

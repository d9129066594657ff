import Accounting
public import Crowdfunding
import Storage

extension Session {
    /// Books the delivery (E22) of pledges that contain no item: they are delivered when the campaign
    /// succeeds.
    ///
    /// For the closing's own transactions: one window of at most `limit` pledges, written to `journal`, which
    /// the caller finishes. What is not paid in full, or disputed, waits for the next call.
    ///
    /// `number` is where the last window ended, 0 to begin.
    ///
    /// - Returns: Where this window ended and how many were delivered; `nil` when none is left.
    /// - Throws: `BookError`.
    func deliverItemless(
        after number: Int64, limit: Int = 16_384, _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws -> (last: Int64, delivered: Int64)? {
        guard journal.record.hasSucceeded || journal.record.state.hasSucceeded else { return nil }
        let records = journal.records
        let definition = campaign.definition
        let numbers = try records.offerNumbers(.tier, campaign: campaign.record.number)
        let pledges = try records.itemlessPledges(
            campaign: campaign.record.number, after: number, limit: limit,
            tiers: definition.tiers.filter(\.contains.isEmpty).compactMap { numbers[$0.id].map(Int.init) },
            addOns: definition.addOns.filter { !$0.contains.isEmpty }.map(\.id))
        guard let last = pledges.last?.number else { return nil }
        // A pledge of several payments is counted anew.
        let isSingle = try !records.hasLaterPayments(campaign: campaign.record.number)
        var delivered: [Int64] = []
        var paid: [(number: Int64, count: PledgeCount)] = []
        for pledge in pledges {
            let parts =
                try pledge.paid != nil && (pledge.parts.tax == 0 || definition.tax.point == .receipt)
                ? EntryParts(goods: pledge.parts.goods, shipping: pledge.parts.shipping)
                : itemlessParts(pledge, campaign, in: records)
            guard let parts else { continue }
            journal.write(.delivered, pledge: (pledge.number, pledge.reference), instalment: 1, parts: parts)
            if isSingle, let count = pledge.paid {
                paid.append((pledge.number, count))
            } else {
                delivered.append(pledge.number)
            }
        }
        try journal.flush()
        try records.setState(of: paid, to: .delivered, campaign: campaign.record.number)
        try records.setState(of: delivered, to: .delivered, campaign: campaign.record.number)
        return (last, Int64(paid.count + delivered.count))
    }

    /// The same for a whole campaign, a transaction a window; saying it again delivers only what is new.
    ///
    /// - Returns: How many pledges were delivered.
    @discardableResult
    public func deliverItemless(campaign id: CampaignID? = nil) throws -> Int64 {
        var total: Int64 = 0
        var cursor: Int64? = 0
        while let from = cursor {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                let window = try deliverItemless(after: from, campaign, journal)
                try journal.finish()
                cursor = window?.last
                total += window?.delivered ?? 0
            }
        }
        return total
    }

    /// What E22 books for a pledge that contains nothing; `nil` while money is owed or in dispute.
    private func itemlessParts(
        _ itemless: ItemlessPledge, _ campaign: LoadedCampaign, in records: Records
    ) throws -> EntryParts? {
        guard let pledge = try records.pledge(campaign: campaign.record.number, number: itemless.number)
        else {
            return nil
        }
        let payments = try records.payments(campaign: campaign.record.number, pledge: pledge.number).map(
            \.payment)
        let captured = payments.reduce(0) { $0 + $1.captured }
        let returned = payments.reduce(0) { $0 + $1.refunded + $1.committed + $1.lost }
        guard captured >= pledge.total, payments.allSatisfy({ $0.disputed == 0 && $0.operation == nil })
        else {
            return nil
        }
        guard pledge.total == 0 || captured > returned else { return nil }
        let entries = try records.entries(campaign: campaign.record.number, pledge: pledge.number).map(
            \.entry)
        let left = PartsLeft(due: campaign.capturedParts(of: pledge.parts), replaying: entries)
        return left.delivery(before: 0, after: 0, taxInGoods: campaign.taxInGoods(of: pledge))
    }
}

extension LoadedCampaign {
    /// Where the tax point is delivery: net goods and tax of a pledge, as E22 parts them.
    func taxInGoods(of pledge: PledgeRecord) -> (net: Int64, tax: Int64)? {
        definition.tax.point == .delivery ? (pledge.parts.goods, pledge.tax) : nil
    }
}

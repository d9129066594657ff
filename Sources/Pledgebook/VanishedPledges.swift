import Crowdfunding
import Storage

extension Session {
    /// Lists the pledges of the same platform that hold their place and that the file does not name.
    ///
    /// They are never touched: a platform leaves out whom it pleases, and a report may be one of several. A
    /// single file is compared with the pledges of its own tiers only. Where rows were refused nothing is
    /// said: they may be the ones that are missing.
    func findVanished(
        _ campaign: LoadedCampaign, _ producer: ImportProducer, _ observer: ImportObserver,
        in records: Records, _ summary: inout ImportSummary
    ) throws {
        let number = campaign.record.number
        guard producer.tells, summary.refused == 0 else { return }
        let earlier = try records.imports(campaign: number).filter { $0.source == producer.source }
        guard !earlier.isEmpty else { return }
        summary.looksForVanished = true
        let named = producer.rows.named
        let isAllNamed = earlier.allSatisfy { $0.undone == nil && ($0.entries != nil || $0.placed == 0) }
        if isAllNamed, named.count == earlier.reduce(0, { $0 + Int($1.placed) }) { return }
        let tiers = producer.isSingleFile ? try tiersNamed(by: named, campaign, in: records) : nil
        for entries in earlier.compactMap(\.entries) {
            try records.forEachHeldPledge(placedBy: entries, campaign: number) { pledge, reference, tier in
                guard !named.contains(pledge), tiers?.contains(tier) ?? true else { return }
                summary.countVanished(reference)
                try observer.difference?(
                    DifferenceRow(
                        reference: reference, what: "vanished", before: "in the book",
                        after: "not in the file"))
            }
        }
    }

    /// The numbers of the tiers' offers; -1 for pledges without a tier.
    private func tiersNamed(
        by named: NamedPledges, _ campaign: LoadedCampaign, in records: Records
    ) throws -> Set<Int> {
        let numbers = try records.offerNumbers(.tier, campaign: campaign.record.number)
        var tiers: Set<Int> = named.contains(tier: -1) ? [-1] : []
        for (index, tier) in campaign.definition.tiers.enumerated() where named.contains(tier: index) {
            if let number = numbers[tier.id] { tiers.insert(Int(number)) }
        }
        return tiers
    }
}

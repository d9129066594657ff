import Accounting
public import Crowdfunding
import Receipts
import Storage

/// A live definition that was, or would be, changed.
public struct Amendment: Sendable {
    /// The campaign's id.
    public let campaign: CampaignID
    /// One fragment for each change, for example `tier early-bird: limit 300 → 250`; empty: nothing changes.
    public let changes: [String]
    /// Hexadecimal SHA-256 of the new definition.
    public let digest: String
    /// The number of the entry that says so; `nil` for a plan, or where nothing changes.
    public let entry: Int64?
}

extension Session {
    /// Puts a changed definition in the place of the one in force, unless it breaks a promise.
    ///
    /// The same definition again changes nothing and writes no entry.
    ///
    /// - Parameters:
    ///   - checked: The changed definition, read and checked.
    ///   - dryRun: Says what would change and changes nothing.
    /// - Returns: What changed.
    /// - Throws: `AmendmentRefused` with every promise that would be broken; `SessionError`.
    public func amend(_ checked: CheckedCampaign, dryRun: Bool) throws -> Amendment {
        let id = checked.definition.id
        let digest = SHA256Digest.of(Array(checked.text.utf8))
        func plan(in records: Records) throws -> (LoadedCampaign, [String]) {
            let campaign = try campaign(id, in: records)
            guard !campaign.record.state.next.isEmpty else {
                throw SessionError.refused(
                    "The campaign \(id) is \(campaign.record.state.rawValue); its definition stands as it is."
                )
            }
            let amendment = try CampaignAmendment.check(
                from: campaign.definition, to: checked.definition,
                sold: try soldSoFar(of: campaign, in: records))
            // A file that differs in its spaces only is the same definition.
            return (campaign, amendment.changes)
        }
        if dryRun {
            let (_, changes) = try book.read(plan)
            return Amendment(campaign: id, changes: changes, digest: hexText(digest), entry: nil)
        }
        return try book.write { records in
            let (campaign, changes) = try plan(in: records)
            guard !changes.isEmpty else {
                return Amendment(campaign: id, changes: [], digest: hexText(digest), entry: nil)
            }
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            let entry = journal.write(.campaignAmended, detail: EntryDetail().adding("def", hexText(digest)))
            try records.keep(definition: checked.text, digest: digest)
            try records.setDefinition(
                checked.definition, digest: digest, from: entry, at: now, campaign: campaign.record.number)
            journal.record.definition = digest
            try journal.finish()
            return Amendment(campaign: id, changes: changes, digest: hexText(digest), entry: entry)
        }
    }

    /// What backers were promised under the definition in force.
    func soldSoFar(of campaign: LoadedCampaign, in records: Records) throws -> SoldSoFar {
        let number = campaign.record.number
        let totals = try records.soldTotals(campaign: number)
        var sold = SoldSoFar()
        for (id, offer) in try records.offerNumbers(.tier, campaign: number) {
            if let held = totals.tiers[Int(offer)] { sold.tiers[id] = held }
        }
        for (code, offer) in try records.offerNumbers(.promotion, campaign: number) {
            if let uses = totals.promotions[Int(offer)] { sold.promotions[code] = uses }
        }
        sold.addOns = totals.addOns
        sold.units = units(campaign.definition, sold, choices: totals.choices)
        sold.destinations = totals.destinations
        sold.launchedRuns = totals.runs
        sold.firstPledgedAt = totals.firstPledgedAt
        sold.isClosing = campaign.record.state != .live
        return sold
    }

    /// Units by SKU: chosen ones under the variant's, those still to be chosen under the item's.
    private func units(
        _ definition: CampaignDefinition, _ sold: SoldSoFar, choices: [String: Int64]
    ) -> [String: Int64] {
        let held =
            definition.tiers.map { ($0.contains, sold.tiers[$0.id]) }
            + definition.addOns.map { ($0.contains, sold.addOns[$0.id]) }
        var units: [String: Int64] = [:]
        for (contents, places) in held {
            guard let places else { continue }
            for content in contents { units[content.sku, default: 0] += content.quantity * places }
        }
        for item in definition.items {
            for variant in item.variants {
                guard let chosen = choices[variant.sku] else { continue }
                units[variant.sku, default: 0] += chosen
                units[item.sku, default: 0] -= min(chosen, units[item.sku] ?? 0)
            }
        }
        return units
    }
}

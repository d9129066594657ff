import Accounting
public import Crowdfunding
import Storage

/// What a choice of variants comes to, or came to.
public struct PledgeChoice: Sendable {
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    /// The pledge's.
    public let reference: String
    /// What was chosen before, by the variants' titles in the order of the campaign file.
    public let before: [UnitsOf]
    /// What is chosen now.
    public let after: [UnitsOf]
    /// Units for which nothing is chosen now.
    public let open: Int64
    /// Units that were reserved for the pledge before.
    public let reservedBefore: Int64
    /// Units that are reserved for it now.
    public internal(set) var reserved: Int64
    /// Whether the book held that already.
    public var isSame: Bool { before == after }
}

extension Session {
    /// Takes a backer's choice of variants in place of what was chosen of the same items.
    ///
    /// It is an entry, and never moves a price. Units that were reserved go to who is next in the queue where
    /// the choice gives them up, and the pledge keeps its own place in it. Said again it changes nothing.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - choices: Variants and how many of each; one or more.
    ///   - id: The campaign's; without one, the only one that is not over.
    ///   - dryRun: Says what would be, and changes nothing.
    /// - Returns: What was chosen before and is now.
    /// - Throws: `ChoiceRefusal`, `SessionError`, `BookError`.
    public func choose(
        _ who: String, _ choices: [UnitChoice], in id: CampaignID?, dryRun: Bool = false
    ) throws -> PledgeChoice {
        var done: PledgeChoice?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                done = try choose(who, choices, in: campaign, records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    private func choose(
        _ who: String, _ choices: [UnitChoice], in campaign: LoadedCampaign, _ records: Records
    ) throws -> PledgeChoice {
        let number = campaign.record.number
        let pledge = try pledge(who, campaign: number, in: records)
        guard !campaign.record.state.isPast, campaign.record.state != .finished else {
            throw ChoiceRefusal.campaignOver(campaign.record.state)
        }
        guard pledge.state == .placed else { throw ChoiceRefusal.notPlaced(pledge.state) }
        let before = try variantChoices(of: pledge, campaign, records)
        var after = before
        try after.choose(choices)
        var done = PledgeChoice(
            campaign: campaign, reference: pledge.reference, before: campaign.titles(of: before),
            after: campaign.titles(of: after), open: after.left,
            reservedBefore: try reserved(for: pledge, campaign, records), reserved: 0)
        done.reserved = done.reservedBefore
        guard after != before else { return done }
        let lines =
            try records.lines(campaign: number, pledge: pledge.number).filter { $0.kind == 1 }
            + after.chosen.sorted { $0.key < $1.key }.map {
                LineRow(pledge: pledge.number, kind: 2, id: $0.key, quantity: $0.value)
            }
        let journal = try JournalWriter(self, record: campaign.record, in: records)
        try book(pledge, lines, campaign, journal)
        try records.replaceLines(of: pledge.number, with: lines, campaign: number)
        try journal.finish()
        done.reserved = try reserved(for: pledge, campaign, records)
        return done
    }

    /// What a pledge has chosen and may choose.
    func variantChoices(
        of pledge: PledgeRecord, _ campaign: LoadedCampaign, _ records: Records
    ) throws -> PledgeChoices {
        let words = try ProductionWords(campaign, in: records)
        guard
            let queued = try records.queuedPledge(
                campaign: campaign.record.number, number: pledge.number)
        else { throw SessionError.unknownPledge(pledge.reference) }
        return words.choices(of: queued, campaign.definition)
    }

    private func reserved(
        for pledge: PledgeRecord, _ campaign: LoadedCampaign, _ records: Records
    ) throws -> Int64 {
        try records.allocations(campaign: campaign.record.number, pledge: pledge.number)
            .reduce(0) { $0 + $1.quantity }
    }

    /// Writes that a pledge has changed, with all that replays it; its price stays.
    func book(
        _ pledge: PledgeRecord, _ lines: [LineRow], _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws {
        let number = campaign.record.number
        func id(_ kind: OfferKind, _ wanted: Int?) throws -> String? {
            guard let wanted else { return nil }
            return try journal.records.offerNumbers(kind, campaign: number).first { Int($0.value) == wanted }?
                .key
        }
        func list(_ kind: Int) -> String? {
            let items = lines.filter { $0.kind == kind }.map { "\($0.id):\($0.quantity)" }
            return items.isEmpty ? nil : items.joined(separator: ",")
        }
        var detail = EntryDetail()
        if let tier = try id(.tier, pledge.tier) { detail.add("tier", tier) }
        detail.add("qty", pledge.quantity)
        if let addOns = list(1) { detail.add("add", addOns) }
        if let chosen = list(2) { detail.add("choice", chosen) }
        if let promotion = try id(.promotion, pledge.promotion) { detail.add("promo", promotion) }
        if pledge.bonus > 0 { detail.add("bonus", pledge.bonus) }
        if let destination = pledge.destination { detail.add("to", destination) }
        detail.add("via", pledge.gateway)
        detail.add("at", pledge.placedAt.seconds)
        journal.write(
            .changed, pledge: (pledge.number, pledge.reference), parts: pledge.parts, detail: detail)
    }
}

extension ProductionWords {
    /// What a pledge has chosen and may choose.
    func choices(of pledge: QueuedPledge, _ definition: CampaignDefinition) -> PledgeChoices {
        var shipped: [String: Int64] = [:]
        for row in pledge.allocations where row.shipped > 0 { shipped[row.sku, default: 0] += row.shipped }
        return PledgeChoices(
            definition, tier: tier(of: pledge), quantity: pledge.quantity, lines: lines(of: pledge)[...],
            shipped: shipped)
    }
}

extension LoadedCampaign {
    /// Chosen variants by their titles, in the order of the campaign file.
    func titles(of choices: PledgeChoices) -> [UnitsOf] {
        definition.items.flatMap(\.variants).compactMap { variant in
            choices.chosen[variant.sku].map { UnitsOf(title: variant.title, units: $0) }
        }
    }
}

import Accounting
public import Crowdfunding
import Storage

extension Session {
    /// Books money that came to the processor, or left it, and belongs to no payment that anybody knows (E25,
    /// E25o; T46).
    ///
    /// It stands in suspense until somebody knows better: then its entry is reversed, and what it was is
    /// recorded.
    ///
    /// - Parameters:
    ///   - fact: How much, when, under which reference; the same again changes nothing.
    ///   - isIn: Whether it came; else it left.
    ///   - id: The campaign; without one, the only one that is not over.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: The entry; `nil` where it was told before.
    /// - Throws: `SessionError`.
    public func recordOrphan(
        _ fact: PaymentFact, isIn: Bool, in id: CampaignID?, dryRun: Bool = false
    ) throws -> JournalEntry? {
        try checkFactReference(fact.reference)
        let amount = fact.amount ?? 0
        var done: JournalEntry?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                try checkAmount(amount, campaign)
                let day = try factDay(fact.day, campaign)
                let kind: EntryKind = isIn ? .unmatchedIn : .unmatchedOut
                let entries = try records.entries(campaign: campaign.record.number, kinds: [kind]).map(
                    \.entry)
                let taken = Set(entries.compactMap(\.reverses))
                let isKnown = entries.contains {
                    $0.pledge == nil && $0.reverses == nil && !taken.contains($0.number)
                        && $0.reference == fact.reference && $0.toldAmount == amount
                        && (!fact.reference.isEmpty || $0.day == day)
                }
                if isKnown, !fact.again { return }
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                var told = try Told(
                    "\(isIn ? "orphan-in" : "orphan-out").\(amount)", day: day, reference: fact.reference,
                    to: journal)
                try told.write(kind, EntryParts(other: amount))
                try journal.finish()
                done = try told.first.flatMap {
                    try records.entry(campaign: campaign.record.number, number: $0)?.entry
                }
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        return done
    }
}

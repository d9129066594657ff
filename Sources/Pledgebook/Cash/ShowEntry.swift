public import Accounting
public import Crowdfunding
public import Storage

/// An entry with what surrounds it.
public struct EntryView: Sendable {
    /// The campaign.
    public let campaign: LoadedCampaign
    /// The entry and its signature.
    public let signed: SignedEntry
    /// What it posts, in the order of the rules: account and minor units, debit positive.
    public let postings: [(account: Account, amount: Int64)]
    /// The numbers of the entries of the same fact, which are reversed together; itself alone where it
    /// stands alone.
    public let fact: [Int64]
    /// The entry that takes it back.
    public let reversedBy: Int64?
    /// Who wrote it, with the reason where one was given.
    public let session: SessionRecord?

    /// The entry alone.
    public var entry: JournalEntry { signed.entry }
    /// Its signature.
    public var tag: Tag { signed.tag }
    /// Who wrote it, with which command and version.
    public var writer: String? { session.map { "\($0.operatorName), \($0.command), version \($0.version)" } }
    /// Why, where a reason was given.
    public var reason: String? { session?.reason }
}

extension Session {
    /// One entry of a campaign's journal.
    ///
    /// - Throws: `SessionError.rule` where there is none of that number.
    public func entry(_ number: Int64, in id: CampaignID?) throws -> EntryView {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let signed = try signedEntry(number, campaign, in: records)
            let parts = signed.entry.parts
            let postings = signed.entry.kind.postings.filter { parts[$0.part] != 0 }.flatMap {
                [($0.debit, parts[$0.part]), ($0.credit, -parts[$0.part])]
            }
            return EntryView(
                campaign: campaign, signed: signed, postings: postings.map { (account: $0.0, amount: $0.1) },
                fact: try fact(of: signed.entry, campaign, in: records).map(\.number),
                reversedBy: try records.reversal(campaign: campaign.record.number, of: number),
                session: try records.sessions(campaign: campaign.record.number).last {
                    $0.first <= number && number <= $0.last
                })
        }
    }

    func signedEntry(_ number: Int64, _ campaign: LoadedCampaign, in records: Records) throws -> SignedEntry {
        if let found = try records.entry(campaign: campaign.record.number, number: number) { return found }
        throw SessionError.rule(
            "\(campaign.record.id) has no entry \(number); the last is \(campaign.record.head).",
            exit: .badInput)
    }

    /// The entries of one fact, in order: they were written one after the other.
    func fact(of entry: JournalEntry, _ campaign: LoadedCampaign, in records: Records) throws
        -> [JournalEntry]
    {
        let first = entry.factNumber
        var fact: [JournalEntry] = []
        while true {
            let from = first + Int64(fact.count)
            let near = try records.entries(campaign: campaign.record.number, from: from, to: from + 31)
            let same = near.prefix { $0.entry.factNumber == first }
            fact += same.map(\.entry)
            if same.count < 32 { return fact }
        }
    }
}

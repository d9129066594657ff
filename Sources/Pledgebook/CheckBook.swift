public import Crowdfunding
import Receipts
import Storage

/// What `book check` found: the journal replayed and compared with every row that is made of it.
public struct BookCheck: Sendable {
    /// In the order of launch.
    public internal(set) var campaigns: [CampaignCheck] = []
    /// What SQLite finds wrong with the file, a sentence each; where it is more than a missing row, nothing
    /// else was compared.
    public internal(set) var fileFaults: [String] = []
    /// The first differences; all are counted.
    public internal(set) var differences: [BookDifference] = []
    /// How many there are in all.
    public internal(set) var differenceCount = 0

    /// How many differences are kept to be shown.
    public static let shownDifferences = 20

    /// Whether the file is whole, no row differs from the journal, and no key was there that does not fit.
    public var isSound: Bool {
        fileFaults.isEmpty && differenceCount == 0 && !campaigns.contains { $0.chain == .otherKey }
    }

    mutating func take(_ findings: CheckFindings) {
        differenceCount += findings.count
        differences += findings.shown.prefix(Self.shownDifferences - differences.count)
    }
}

/// What was checked of one campaign.
public struct CampaignCheck: Hashable, Sendable {
    /// Which campaign.
    public let id: CampaignID
    /// Entries of its journal.
    public internal(set) var entries: Int64 = 0
    /// Rows of pledges.
    public internal(set) var pledges: Int64 = 0
    /// Rows of payments.
    public internal(set) var payments: Int64 = 0
    /// What is known of its signatures.
    public internal(set) var chain = ChainProof.whole
    /// How many rows or entries of it differ.
    public internal(set) var differenceCount = 0
    /// The first entry that speaks of anything that differs; `nil` where nothing does, or no entry speaks of
    /// it.
    public internal(set) var firstDifference: Int64?
}

/// What is known of a journal's chain of signatures.
public enum ChainProof: Hashable, Sendable {
    /// Every tag was computed again and fits the entry and the one before it.
    case whole
    /// An entry was edited, deleted, put in or signed with something else.
    case broken
    /// Without the key only numbers, sums and the head can be checked, not the signatures.
    case keyMissing
    /// The key file is not the one that signed this campaign, or all of it.
    case otherKey
    /// Up to this entry another key signed; the first entry of the key that is here says what those were, and
    /// so they are.
    case vouched(through: Int64)
}

/// One place where the book and its journal part.
public struct BookDifference: Hashable, Sendable, CustomStringConvertible {
    /// The campaign's id; empty for what belongs to the whole book.
    public let campaign: String
    /// The table of the book, for example `pledge`.
    public let table: String
    /// Which row, for people: a pledge's reference, an entry's number, an offer's id.
    public let key: String
    /// The column of the row.
    public let column: String
    /// What the row says.
    public let book: String
    /// What it should say by the journal.
    public let journal: String
    /// The entry that says so, or where things part; `nil` where no entry speaks of it.
    public let entry: Int64?

    /// For example `pledge P-1042, goods: the book says 100, the journal 200 (entry 57)`.
    public var description: String {
        "\(table) \(key), \(column): the book says \(book), the journal \(journal)"
            + (entry.map { " (entry \($0))" } ?? "")
    }
}

/// Collects differences: the first are kept, all are counted.
final class CheckFindings {
    let campaign: String
    private(set) var shown: [BookDifference] = []
    private(set) var count = 0
    /// The first entry that speaks of anything that was found.
    private(set) var firstEntry: Int64?

    init(_ campaign: String) { self.campaign = campaign }

    /// Notes that a row says something else than the journal.
    func add(
        _ table: String, _ key: @autoclosure () -> String, _ column: String, book: @autoclosure () -> String,
        journal: @autoclosure () -> String, entry: Int64? = nil
    ) {
        count += 1
        note(entry)
        guard shown.count < BookCheck.shownDifferences else { return }
        shown.append(
            BookDifference(
                campaign: campaign, table: table, key: key(), column: column, book: book(),
                journal: journal(),
                entry: entry == 0 ? nil : entry))
    }

    private func note(_ entry: Int64?) {
        guard let entry, entry > 0, entry < firstEntry ?? .max else { return }
        firstEntry = entry
    }

    /// Takes over what others found.
    func take(_ other: CheckFindings) {
        count += other.count
        note(other.firstEntry)
        shown += other.shown.prefix(BookCheck.shownDifferences - shown.count)
    }

    /// Notes the two values where they are not the same.
    @inline(__always)
    func compare<Value: Equatable>(
        _ table: String, _ key: @autoclosure () -> String, _ column: String, book: Value, journal: Value,
        entry: Int64? = nil
    ) {
        guard book != journal else { return }
        add(table, key(), column, book: "\(book)", journal: "\(journal)", entry: entry)
    }
}

extension Session {
    /// Replays the journal of every campaign, or of one, and compares every row that is made of it.
    ///
    /// Reads one state of the book and writes nothing. Without the key the signatures cannot be proven; the
    /// result says so.
    /// - Throws: `SessionError.unknownCampaign`, `BookError` where the book cannot be read at all.
    public func checkBook(campaign id: CampaignID?) throws -> BookCheck {
        try book.read { records in
            var check = BookCheck()
            check.fileFaults = try records.fileFaults()
            // What is not even a table cannot be compared with anything.
            guard check.fileFaults.isEmpty else { return check }
            check.fileFaults = try records.orphans()
            let all = try records.campaigns()
            let wanted = all.filter { id == nil || $0.id == id }
            if let id, wanted.isEmpty {
                throw SessionError.unknownCampaign(id.rawValue, known: all.map(\.id.rawValue))
            }
            let definitions = CheckFindings("")
            let known = try checkDefinitions(definitions, in: records)
            check.take(definitions)
            for record in wanted {
                let findings = CheckFindings(record.id.rawValue)
                var result = try checkCampaign(record, known, findings, in: records)
                result.differenceCount = findings.count
                result.firstDifference = findings.firstEntry
                check.campaigns.append(result)
                check.take(findings)
            }
            return check
        }
    }

    /// Every definition hashes to the digest it is kept under.
    ///
    /// - Returns: The digests that the book holds.
    private func checkDefinitions(_ findings: CheckFindings, in records: Records) throws -> Set<[UInt8]> {
        var known: Set<[UInt8]> = []
        try records.readDefinitions { digest, text in
            known.insert(digest)
            findings.compare(
                "definition", "\(hexText(digest).prefix(12))…", "text", book: SHA256Digest.hex(of: text),
                journal: hexText(digest))
        }
        return known
    }

    private func checkCampaign(
        _ record: CampaignRecord, _ definitions: Set<[UInt8]>, _ findings: CheckFindings, in records: Records
    ) throws -> CampaignCheck {
        var result = CampaignCheck(id: record.id)
        let pledges = try PledgeNames(record, in: records)
        var chain = try ChainCheck(self, record, pledges, in: records)
        let replayed = CheckFindings(record.id.rawValue)
        var replay = JournalReplay(record, pledges, hash: records.hash, replayed)
        let reader = try EntryReader(records, campaign: record.number)
        try chain.run(reader) { replay.apply($0) }
        // What is wrong with an entry comes before what follows from it.
        findings.take(chain.findings)
        findings.take(replayed)
        result.entries = chain.entryCount
        result.pledges = Int64(pledges.count)
        result.chain = chain.proof
        let comparison = BookComparison(
            record, replay, pledges, definitions, (try? load(record, in: records))?.definition, findings,
            records)
        try comparison.run()
        result.payments = comparison.paymentCount
        return result
    }
}

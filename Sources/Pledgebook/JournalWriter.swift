import Accounting
import Crowdfunding
import Receipts
import Storage

/// Signs entries one after the other and gathers them, with the payments that they change, into a batch.
///
/// Knows no database: it may work on one thread while another writes the batch before.
final class EntrySigner {
    let at: Timestamp
    let today: CalendarDay
    private let signer: ReceiptSigner
    private let kept: KeptReceipts?
    private var batch = AppendBatch()

    /// Carries on after the head that the campaign's row names.
    ///
    /// `keepsReceipts`: they are hashed by whoever takes them, and the chain's end has no frontier.
    init(
        _ session: Session, record: CampaignRecord, in records: Records, keepsReceipts: Bool = false
    ) throws {
        kept = keepsReceipts ? KeptReceipts() : nil
        at = session.now
        today = record.offsets.day(of: session.now)
        signer = ReceiptSigner(
            key: try session.signingKey(record, in: records), head: record.receiptHead(at: record.head + 1),
            after: record.head, tag: record.tag, tree: kept ?? record.tree.map(GrowingTree.init))
    }

    /// The number of the entry signed last.
    var lastNumber: Int64 { signer.lastNumber }

    /// Its tag.
    var lastTag: Tag { signer.lastTag }

    /// Where the chain ends after what was signed so far.
    func chainEnd() -> ChainEnd { signer.chainEnd() }

    /// Signs an entry and holds it; gives it its number.
    @discardableResult
    func write(
        _ kind: EntryKind, pledge: (number: Int64, reference: String)? = nil, instalment: Int = 0,
        run: String? = nil, day: CalendarDay? = nil, parts: EntryParts = .zero, reverses: Int64? = nil,
        reference: String = "", detail: EntryDetail = EntryDetail()
    ) -> Int64 {
        var detail = detail
        if let run { detail.add("run", run) }
        if let reverses { detail.add("rev", reverses) }
        var entry = JournalEntry(
            kind: kind, pledge: pledge?.number, subject: pledge?.reference ?? "", instalment: instalment,
            run: run,
            at: at, day: day ?? today, parts: parts, reverses: reverses, reference: reference,
            detail: detail.text)
        let tag = signer.sign(entry)
        entry.number = signer.lastNumber
        batch.append(entry, tag: tag)
        return entry.number
    }

    /// Holds a payment as it now stands.
    ///
    /// `counted`: what the pledge counts as in the totals, where nothing can have moved since it was read.
    func put(_ payment: Payment, pledge: Int64, instalment: Int64 = 1, counted: PledgeCount? = nil) {
        batch.payments.append(
            PaymentRow(pledge: pledge, instalment: instalment, payment: payment, counted: counted))
    }

    /// Hands over the receipts that were kept; to be asked for after the chain's end.
    func takeReceipts() -> [ReceiptRun] { kept?.take() ?? [] }

    /// Hands over what is held.
    func takeBatch() -> AppendBatch {
        defer { batch = AppendBatch() }
        return batch
    }
}

/// Where a chain ends.
struct ChainEnd: Sendable {
    var number: Int64
    var tag: Tag
    /// Of the Merkle tree over everything through `number`; `nil`: not known.
    var frontier: [UInt8]?
}

extension ReceiptSigner {
    /// Where the chain ends after what was signed so far.
    func chainEnd() -> ChainEnd { ChainEnd(number: lastNumber, tag: lastTag, frontier: frontier()) }
}

extension Records {
    /// Moves a campaign's head to where the chain ends now.
    func moveHead(of campaign: CampaignRecord, to end: ChainEnd) throws {
        try moveHead(of: campaign, to: end.number, tag: end.tag, frontier: end.frontier)
    }
}

/// Signs and appends entries to one campaign's journal within one database transaction.
///
/// Reads the chain's head, gives out numbers, and moves the head at the end if it is still where it was read.
final class JournalWriter {
    /// The campaign as it will stand; changes to it are written by `finish`.
    var record: CampaignRecord
    let records: Records
    let append: BulkAppend
    let signer: EntrySigner
    private let session: Session
    private let read: CampaignRecord
    private var movesUnits = false

    init(_ session: Session, record: CampaignRecord, in records: Records) throws {
        try session.checkClock(record, in: records)
        self.session = session
        self.record = record
        self.records = records
        read = record
        append = try BulkAppend(records, campaign: record.number)
        signer = try EntrySigner(session, record: record, in: records)
    }

    /// The number of the entry written last.
    var lastNumber: Int64 { signer.lastNumber }

    /// The day of the session's clock in the campaign's zone.
    var today: CalendarDay { signer.today }

    /// Signs an entry and holds it until `flush`; gives it its number.
    ///
    /// `at` is the session's clock.
    @discardableResult
    func write(
        _ kind: EntryKind, pledge: (number: Int64, reference: String)? = nil, instalment: Int = 0,
        run: String? = nil, day: CalendarDay? = nil, parts: EntryParts = .zero, reverses: Int64? = nil,
        reference: String = "", detail: EntryDetail = EntryDetail()
    ) -> Int64 {
        signer.write(
            kind, pledge: pledge, instalment: instalment, run: run, day: day, parts: parts,
            reverses: reverses,
            reference: reference, detail: detail)
    }

    /// Writes a payment as it now stands.
    func put(_ payment: Payment, pledge: Int64, instalment: Int64 = 1) {
        signer.put(payment, pledge: pledge, instalment: instalment)
    }

    /// Sends what is held to the book.
    func flush() throws {
        let batch = signer.takeBatch()
        guard !batch.entries.isEmpty || !batch.payments.isEmpty else { return }
        movesUnits = movesUnits || batch.movesUnits
        try append.append(batch)
    }

    /// Writes everything that is held, the campaign's row, the head, and the session's row, and gives units
    /// that were freed to who is next in the queue.
    func finish(reason: String? = nil) throws {
        try flush()
        try append.finish()
        try records.update(record)
        if movesUnits { try session.keepCovered(record, in: records) }
        let end = signer.chainEnd()
        guard end.number > read.head else { return }
        try records.moveHead(of: read, to: end)
        record.head = end.number
        record.tag = end.tag
        record.frontier = end.frontier
        try session.leaveRow(
            campaign: record.number, first: read.head + 1, last: end.number, reason, in: records)
    }
}

extension Session {
    func leaveRow(campaign: Int64, first: Int64, last: Int64, _ reason: String?, in records: Records) throws {
        try records.insert(
            SessionRecord(
                operatorName: operatorName, version: version, command: command, reason: reason, at: now,
                first: first, last: last),
            campaign: campaign)
    }
}

extension CampaignRecord {
    /// The Merkle tree over the receipts through the head; `nil` where it is not known.
    var tree: MerkleTree? { frontier.flatMap { MerkleTree(count: head, frontier: $0) } }

    /// What receipts of the entry with that number say alike: before the first pledge nothing says whether
    /// the money is real.
    func receiptHead(at number: Int64) -> ReceiptHead {
        let isRehearsal = isRehearsal == true && firstPledge.map { number >= $0 } == true
        return ReceiptHead(
            issuer: id.rawValue, currency: currency.code, scale: currency.exponent, isRehearsal: isRehearsal)
    }
}

/// The signed detail of an entry: `key=value` joined by `;`, ASCII `[A-Za-z0-9=;:.,_+-]` only.
struct EntryDetail: Sendable {
    private(set) var text = ""

    init() {}

    /// A detail that is written already.
    init(text: String) { self.text = text }

    mutating func add(_ key: String, _ value: some CustomStringConvertible) {
        if !text.isEmpty { text += ";" }
        text += "\(key)=\(value)"
    }

    func adding(_ key: String, _ value: some CustomStringConvertible) -> EntryDetail {
        var copy = self
        copy.add(key, value)
        return copy
    }

    /// The value of a key in a signed detail, or `nil`.
    static func value(_ key: String, in text: String) -> String? {
        for pair in text.split(separator: ";") where pair.hasPrefix(key + "=") {
            return String(pair.dropFirst(key.count + 1))
        }
        return nil
    }
}

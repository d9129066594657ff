import Accounting
import Crowdfunding
import Receipts
import Storage

/// Computes every entry's tag again, and the roots that were signed over them, on a thread of its own, while
/// the rows are read and replayed on another.
struct ChainCheck {
    private(set) var entryCount: Int64 = 0
    private(set) var proof = ChainProof.whole
    let findings: CheckFindings
    private let worker: ChainWorker

    init(_ session: Session, _ record: CampaignRecord, _ pledges: PledgeNames, in records: Records) throws {
        findings = CheckFindings(record.id.rawValue)
        let epochs = try records.epochs(campaign: record.number)
        let keys = session.master.map { master in
            epochs.map {
                SigningKey(master: master, book: session.book.id, campaign: record.id, epoch: $0.number)
            }
        }
        worker = ChainWorker(
            record, pledges, keys: keys ?? [],
            epochs: epochs.map { .init(firstEntry: $0.firstEntry, keyCheck: $0.keyCheck) },
            AttestedRoots(
                record, lines: try ReceiptLines(record, in: records),
                witnesses: try session.witnesses(of: record, findings, in: records)), findings)
        if keys == nil { proof = .keyMissing }
        if epochs.isEmpty {
            findings.add(
                "epoch", "1", "first_entry", book: "no such key", journal: "a key for every entry", entry: 1)
        }
    }

    /// Reads the journal to its end; `body` sees every batch as well.
    mutating func run(_ reader: EntryReader, _ body: (StoredEntries) -> Void) throws {
        let worker = worker
        let queue = BoundedQueue<StoredEntries>(capacity: 4)
        let thread = try Worker {
            while let batch = queue.take() { worker.check(batch) }
        }
        do {
            while true {
                let batch = try reader.next(4_096)
                if batch.entries.isEmpty { break }
                _ = queue.put(batch)
                body(batch)
            }
        } catch {
            queue.finish()
            thread.join()
            throw error
        }
        queue.finish()
        thread.join()
        worker.finish()
        entryCount = worker.entryCount
        if worker.isOtherKey {
            proof = .otherKey
        } else if findings.count > 0 {
            proof = .broken
        } else if let through = worker.lastOfOtherKey {
            proof = .vouched(through: through)
        }
    }
}

/// The thread's own side: follows numbers, tags and keys from one entry to the next.
///
/// Used by one thread, then, after that has ended, by the one that started it.
private final class ChainWorker: @unchecked Sendable {
    struct Epoch {
        let firstEntry: Int64
        let keyCheck: String
    }

    private(set) var entryCount: Int64 = 0
    private let record: CampaignRecord
    private let pledges: PledgeNames
    private let keys: [SigningKey]
    private let epochs: [Epoch]
    private let roots: AttestedRoots
    private let findings: CheckFindings
    private var lastNumber: Int64 = 0
    private var lastTag = Tag.zero
    private var signer: ReceiptSigner?
    /// The first number that is signed with another head or key.
    private var signerEnds: Int64 = 1
    /// The epoch whose key does not fit its check value and has not yet fitted an entry.
    private var doubtfulEpoch: Int?
    /// Epochs that the key file does not give the key of.
    private var otherEpochs: Set<Int> = []
    private var epoch = 0

    init(
        _ record: CampaignRecord, _ pledges: PledgeNames, keys: [SigningKey], epochs: [Epoch],
        _ roots: AttestedRoots, _ findings: CheckFindings
    ) {
        self.record = record
        self.pledges = pledges
        self.keys = keys
        self.epochs = epochs
        self.roots = roots
        self.findings = findings
    }

    /// Whether there are entries that the key file cannot prove, and no entry that it can vouches for them.
    var isOtherKey: Bool {
        guard let last = lastOfOtherKey else { return false }
        return last > roots.vouchedThrough
    }

    /// The last entry that was signed with a key that the key file does not give; `nil` where there is none.
    var lastOfOtherKey: Int64? {
        otherEpochs.map { $0 + 1 < epochs.count ? epochs[$0 + 1].firstEntry - 1 : lastNumber }.max()
    }

    func check(_ batch: StoredEntries) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            pledges.withBytes { references in
                for entry in batch.entries {
                    check(entry, Span(_unsafeElements: bytes), Span(_unsafeElements: references))
                }
            }
        }
    }

    /// Compares the end of the journal with the campaign's head.
    func finish() {
        let key = record.id.rawValue
        findings.compare("campaign", key, "head", book: record.head, journal: lastNumber, entry: lastNumber)
        if record.head == lastNumber, record.tag != lastTag {
            findings.add(
                "campaign", key, "tag", book: record.tag.base64url, journal: lastTag.base64url,
                entry: lastNumber)
        }
        roots.finish(lastNumber, findings)
        roots.compareEpochs(epochs.map { ($0.firstEntry, $0.keyCheck) }, findings)
    }

    private func check(_ entry: StoredEntry, _ bytes: Span<UInt8>, _ references: Span<UInt8>) {
        entryCount += 1
        if entry.number <= lastNumber {
            // The rows of a pledge and of the journal may both claim a number.
            findings.add(
                "entry", "\(entry.number)", "number", book: "there twice", journal: "once",
                entry: entry.number)
        } else if entry.number != lastNumber + 1 {
            let missing = lastNumber + 1
            let last = entry.number - 1
            findings.add(
                "entry", missing == last ? "\(missing)" : "\(missing)–\(last)", "number",
                book: "no such entry", journal: "no gap", entry: entry.number)
        }
        var subject = 0..<0
        if entry.pledge != 0, case let index = pledges.index(of: entry.pledge), index >= 0 {
            subject = pledges.range(at: index)
        }
        let reference = references.extracting(subject)
        if !keys.isEmpty { prove(entry, reference, bytes) }
        roots.take(entry, subject: reference, bytes, after: lastTag)
        lastNumber = entry.number
        lastTag = entry.tag
    }

    private func prove(_ entry: StoredEntry, _ subject: Span<UInt8>, _ bytes: Span<UInt8>) {
        guard let kind = entry.kind else {
            findings.add(
                "entry", "\(entry.number)", "kind", book: "\(entry.rawKind)",
                journal: "a kind that this version knows",
                entry: entry.number)
            signer = nil
            return
        }
        // The replay says that the pledge is missing; without its reference there is no text to sign.
        if entry.pledge != 0, subject.isEmpty {
            signer = nil
            return
        }
        let signer = signer(for: entry.number)
        if otherEpochs.contains(epoch) { return }
        let signed = signer.sign(
            kind: kind, subject: subject, instalment: Int(clamping: entry.instalment),
            parts: entry.parts, at: Timestamp(seconds: entry.at),
            day: CalendarDay(number: Int(clamping: entry.day)),
            reference: bytes.extracting(entry.reference.range), detail: bytes.extracting(entry.detail.range))
        let fits = constantTimeEquals(signed.tag, entry.tag)
        if let epoch = doubtfulEpoch { settle(epoch, fits: fits) }
        guard !fits, !otherEpochs.contains(epoch) else { return }
        findings.add(
            "entry", "\(entry.number)", "tag", book: entry.tag.base64url, journal: signed.tag.base64url,
            entry: entry.number)
        self.signer = nil
    }

    /// The check value tells a wrong key file from a tampered book, unless it was tampered with itself.
    private func settle(_ epoch: Int, fits: Bool) {
        doubtfulEpoch = nil
        guard fits else {
            otherEpochs.insert(epoch)
            return
        }
        findings.add(
            "epoch", "\(epoch + 1)", "key_check", book: epochs[epoch].keyCheck, journal: keys[epoch].keyCheck,
            entry: epochs[epoch].firstEntry)
    }

    /// The signer that carries on after the entry before this one.
    private func signer(for number: Int64) -> ReceiptSigner {
        if let signer, number < signerEnds, signer.lastNumber == number - 1 || otherEpochs.contains(epoch) {
            return signer
        }
        epoch = max(0, (epochs.lastIndex { $0.firstEntry <= number }) ?? 0)
        var ends = epoch + 1 < epochs.count ? epochs[epoch + 1].firstEntry : Int64.max
        if let first = record.firstPledge, first > number { ends = min(ends, first) }
        let isFirst = lastNumber == 0 || number == epochs[epoch].firstEntry
        if isFirst, epochs[epoch].keyCheck != keys[epoch].keyCheck { doubtfulEpoch = epoch }
        let made = ReceiptSigner(
            key: keys[epoch], head: record.receiptHead(at: number), after: number - 1, tag: lastTag)
        signer = made
        signerEnds = ends
        return made
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage

/// Computes every entry's tag again, on a thread of its own, while the rows are read and replayed on another.
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
            epochs: epochs.map { .init(firstEntry: $0.firstEntry, keyCheck: $0.keyCheck) }, findings)
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
    private(set) var isOtherKey = false
    private let record: CampaignRecord
    private let pledges: PledgeNames
    private let keys: [SigningKey]
    private let epochs: [Epoch]
    private let findings: CheckFindings
    private var lastNumber: Int64 = 0
    private var lastTag = Tag.zero
    private var signer: ReceiptSigner?
    /// The first number that is signed with another head or key.
    private var signerEnds: Int64 = 1
    /// The epoch whose key does not fit its check value and has not yet fitted an entry.
    private var doubtfulEpoch: Int?

    init(
        _ record: CampaignRecord, _ pledges: PledgeNames, keys: [SigningKey], epochs: [Epoch],
        _ findings: CheckFindings
    ) {
        self.record = record
        self.pledges = pledges
        self.keys = keys
        self.epochs = epochs
        self.findings = findings
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
    }

    private func check(_ entry: StoredEntry, _ bytes: Span<UInt8>, _ references: Span<UInt8>) {
        entryCount += 1
        if entry.number != lastNumber + 1 {
            let missing = lastNumber + 1
            let last = entry.number - 1
            findings.add(
                "entry", missing == last ? "\(missing)" : "\(missing)–\(last)", "number",
                book: "no such entry", journal: "no gap", entry: entry.number)
        }
        if !keys.isEmpty, !isOtherKey { prove(entry, bytes, references) }
        lastNumber = entry.number
        lastTag = entry.tag
    }

    private func prove(_ entry: StoredEntry, _ bytes: Span<UInt8>, _ references: Span<UInt8>) {
        guard let kind = entry.kind else {
            findings.add(
                "entry", "\(entry.number)", "kind", book: "\(entry.rawKind)",
                journal: "a kind that this version knows",
                entry: entry.number)
            signer = nil
            return
        }
        var subject = 0..<0
        if entry.pledge != 0 {
            let index = pledges.index(of: entry.pledge)
            guard index >= 0 else {
                // The replay says that the pledge is missing; without its reference there is no text to sign.
                signer = nil
                return
            }
            subject = pledges.range(at: index)
        }
        let signer = signer(for: entry.number)
        let signed = signer.sign(
            kind: kind, subject: references.extracting(subject), instalment: Int(clamping: entry.instalment),
            parts: entry.parts, at: Timestamp(seconds: entry.at),
            day: CalendarDay(number: Int(clamping: entry.day)),
            reference: bytes.extracting(entry.reference.range), detail: bytes.extracting(entry.detail.range))
        let fits = constantTimeEquals(signed.tag, entry.tag)
        if let epoch = doubtfulEpoch { settle(epoch, fits: fits) }
        guard !fits, !isOtherKey else { return }
        findings.add(
            "entry", "\(entry.number)", "tag", book: entry.tag.base64url, journal: signed.tag.base64url,
            entry: entry.number)
        self.signer = nil
    }

    /// The check value tells a wrong key file from a tampered book, unless it was tampered with itself.
    private func settle(_ epoch: Int, fits: Bool) {
        doubtfulEpoch = nil
        isOtherKey = !fits
        guard fits else { return }
        findings.add(
            "epoch", "\(epoch + 1)", "key_check", book: epochs[epoch].keyCheck, journal: keys[epoch].keyCheck,
            entry: epochs[epoch].firstEntry)
    }

    /// The signer that carries on after the entry before this one.
    private func signer(for number: Int64) -> ReceiptSigner {
        if let signer, number < signerEnds, signer.lastNumber == number - 1 { return signer }
        let epoch = max(0, (epochs.lastIndex { $0.firstEntry <= number }) ?? 0)
        var ends = epoch + 1 < epochs.count ? epochs[epoch + 1].firstEntry : Int64.max
        if let first = record.firstPledge, first > number { ends = min(ends, first) }
        if signer == nil || number >= signerEnds, epochs[epoch].keyCheck != keys[epoch].keyCheck,
            lastNumber == 0
        {
            doubtfulEpoch = epoch
        }
        let made = ReceiptSigner(
            key: keys[epoch], head: record.receiptHead(at: number), after: number - 1, tag: lastTag)
        signer = made
        signerEnds = ends
        return made
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage

/// Hashes a journal's receipts while they go by and compares them with everything that was signed of them:
/// checkpoints, and the entries that began a key's epoch.
///
/// Used by the thread that follows the chain.
final class AttestedRoots: @unchecked Sendable {
    private let record: CampaignRecord
    private let lines: ReceiptLines
    private let check: RootCheck
    /// Epoch, first entry and check value, as the entries that began them say.
    private var epochs: [(number: Int, entry: Int64, keyCheck: String)] = []
    /// A row could not be written as a receipt; that is a finding of its own.
    private var isLost = false

    init(_ record: CampaignRecord, lines: ReceiptLines, witnesses: [RootWitness]) {
        self.record = record
        self.lines = lines
        check = RootCheck(witnesses)
    }

    /// How far an entry under a later key says what the receipts were, and they are.
    var vouchedThrough: Int64 { isLost ? 0 : check.vouchedThrough }

    /// Takes the next entry.
    func take(_ entry: StoredEntry, subject: Span<UInt8>, _ bytes: Span<UInt8>, after previous: Tag) {
        if entry.kind == .keyRotated { note(entry, bytes) }
        guard !check.isDone, !isLost else { return }
        let hasReference = !subject.isEmpty
        guard entry.pledge == 0 || hasReference,
            lines.write(entry, subject: subject, bytes: bytes, after: previous)
        else {
            isLost = true
            return
        }
        lines.withLine { check.take($0) }
    }

    /// Ends the journal.
    func finish(_ last: Int64, _ findings: CheckFindings) {
        check.finish()
        guard !isLost else { return }
        for (witness, found) in check.broken {
            switch witness.source {
            case .kept where found == nil:
                findings.add(
                    "checkpoint", "\(witness.count)", "number", book: "\(witness.count) entries",
                    journal: "\(last) entries", entry: last)
            case .kept:
                findings.add(
                    "checkpoint", "\(witness.count)", "root", book: witness.root.hex,
                    journal: found?.hex ?? "", entry: witness.count)
            case .rotation(let entry):
                findings.add(
                    "entry", "1–\(witness.count)", "root", book: found?.hex ?? "fewer entries",
                    journal: witness.root.hex, entry: entry)
            case .head where found != nil:
                findings.add(
                    "campaign", record.id.rawValue, "frontier", book: witness.root.hex,
                    journal: found?.hex ?? "", entry: witness.count)
            case .file, .head: break
            }
        }
    }

    /// The table of keys says what the entries say that began them.
    func compareEpochs(_ rows: [(firstEntry: Int64, keyCheck: String)], _ findings: CheckFindings) {
        for (index, row) in rows.enumerated().dropFirst() {
            let told = epochs.first { $0.number == index + 1 }
            findings.compare(
                "epoch", "\(index + 1)", "first_entry", book: row.firstEntry, journal: told?.entry ?? 0,
                entry: told?.entry)
            guard let told, told.entry == row.firstEntry else { continue }
            findings.compare(
                "epoch", "\(index + 1)", "key_check", book: row.keyCheck, journal: told.keyCheck,
                entry: told.entry)
        }
        for told in epochs where told.number > rows.count {
            findings.add(
                "epoch", "\(told.number)", "first_entry", book: "no such key", journal: "\(told.entry)",
                entry: told.entry)
        }
    }

    private func note(_ entry: StoredEntry, _ bytes: Span<UInt8>) {
        let detail = bytes.extracting(entry.detail.range).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
        }
        guard let number = EntryDetail.value("epoch", in: detail).flatMap({ Int($0) }) else { return }
        epochs.append((number, entry.number, EntryDetail.value("check", in: detail) ?? ""))
    }
}

extension Session {
    /// Everything that was signed of a journal; what is wrong with a checkpoint itself is noted.
    func witnesses(
        of record: CampaignRecord, _ findings: CheckFindings, in records: Records
    ) throws -> [RootWitness] {
        var witnesses = try records.rotationWitnesses(campaign: record.number) { _ in true }
        let own = master.map { CheckpointKey(master: $0, book: book.id, campaign: record.id).publicKey }
        // Until the last key that came from another key file, other public keys are no surprise.
        let lost = try records.epochs(campaign: record.number).last { epoch in
            let entry = try records.entry(campaign: record.number, number: epoch.firstEntry)?.entry
            return entry.flatMap { EntryDetail.value("lost", in: $0.detail) } != nil
        }
        if record.frontier != nil {
            if let root = record.tree?.root {
                witnesses.append(RootWitness(source: .head, count: record.head, root: root))
            } else {
                findings.add(
                    "campaign", record.id.rawValue, "frontier", book: "not a tree",
                    journal: "\(record.head) entries", entry: record.head)
            }
        }
        for row in try records.checkpoints(campaign: record.number) {
            guard let signed = try? signed(row, of: record) else { continue }
            let key = "\(row.number)"
            witnesses.append(RootWitness(source: .kept, count: row.number, root: signed.checkpoint.root))
            if !signed.isGenuine {
                findings.add(
                    "checkpoint", key, "signature", book: "not that of its key", journal: "a signature",
                    entry: row.number)
            }
            if let own, row.number >= lost?.firstEntry ?? 0, isOwnKey(record, in: records) {
                findings.compare(
                    "checkpoint", key, "public_key", book: signed.publicKey.text, journal: own.text,
                    entry: row.number)
            }
            let tree = MerkleTree(count: row.number, frontier: row.frontier)
            if tree?.root != signed.checkpoint.root {
                findings.add(
                    "checkpoint", key, "frontier", book: "another root", journal: signed.checkpoint.root.hex,
                    entry: row.number)
            }
        }
        return witnesses
    }

    /// Whether the key file is the one that signs the campaign now.
    private func isOwnKey(_ record: CampaignRecord, in records: Records) -> Bool {
        (try? signingKey(record, in: records)) != nil
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage

// The quick way to verify a book's own receipts: where every tag is right, nothing is left to explain.

extension Session {
    /// Whether every entry of a journal follows the one before and bears the tag that its key signs, to the
    /// head that the book names and no further; on both cores.
    ///
    /// `false` says only that something has to be looked at more closely.
    ///
    /// - Throws: `BookError`.
    func isProven(_ record: CampaignRecord, keys: [SigningKey], in records: Records) throws -> Bool {
        guard record.head > 0,
            try records.entry(campaign: record.number, number: record.head)?.tag == record.tag,
            try records.lastEntryNumber(campaign: record.number) == record.head
        else { return false }
        let pieces = JournalPieces(book, after: 0) { records, range in
            try JournalProof(record, keys, in: records).holds(in: range, records)
        }
        defer { pieces.stop() }
        try pieces.reach(record.head)
        return try pieces.finish(in: records).allSatisfy(\.self)
    }
}

/// Signs entries again, as one thread goes through a piece of the journal.
private struct JournalProof {
    private let record: CampaignRecord
    private let keys: [SigningKey]
    private let firstEntries: [Int64]

    init(_ record: CampaignRecord, _ keys: [SigningKey], in records: Records) throws {
        self.record = record
        self.keys = keys
        firstEntries = try records.epochs(campaign: record.number).map(\.firstEntry)
    }

    func holds(in range: ClosedRange<Int64>, _ records: Records) throws -> Bool {
        let reader = try EntryReader(
            records, campaign: record.number, after: range.lowerBound - 1, through: range.upperBound)
        var number = range.lowerBound - 1
        var tag = Tag.zero
        if number > 0 {
            guard let before = try records.entry(campaign: record.number, number: number) else {
                return false
            }
            tag = before.tag
        }
        var signer = signer(after: number, tag)
        var ends = end(of: number + 1)
        while true {
            let batch = try reader.next(4_096)
            if batch.entries.isEmpty { return number == range.upperBound }
            for entry in batch.entries {
                guard entry.number == number + 1, entry.number <= range.upperBound else { return false }
                if entry.number >= ends {
                    signer = self.signer(after: number, tag)
                    ends = end(of: entry.number)
                }
                guard sign(entry, batch.bytes.span, signer) else { return false }
                (number, tag) = (entry.number, entry.tag)
            }
        }
    }

    private func sign(_ entry: StoredEntry, _ bytes: Span<UInt8>, _ signer: ReceiptSigner) -> Bool {
        guard let kind = entry.kind, entry.pledge == 0 || !entry.subject.isEmpty else { return false }
        let signed = signer.sign(
            kind: kind, subject: bytes.extracting(entry.subject.range),
            instalment: Int(clamping: entry.instalment), parts: entry.parts,
            at: Timestamp(seconds: entry.at), day: CalendarDay(number: Int(clamping: entry.day)),
            reference: bytes.extracting(entry.reference.range),
            detail: bytes.extracting(entry.detail.range))
        return constantTimeEquals(signed.tag, entry.tag)
    }

    private func epoch(of number: Int64) -> Int { firstEntries.lastIndex { $0 <= number } ?? 0 }

    private func signer(after number: Int64, _ tag: Tag) -> ReceiptSigner {
        ReceiptSigner(
            key: keys[epoch(of: number + 1)], head: record.receiptHead(at: number + 1), after: number,
            tag: tag)
    }

    /// The first entry after this one that is signed with another key or reads otherwise.
    private func end(of number: Int64) -> Int64 {
        let next = epoch(of: number) + 1
        var end = next < firstEntries.count ? firstEntries[next] : .max
        if let first = record.firstPledge, first > number { end = min(end, first) }
        return end
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage

/// Writes the receipts of a journal from its rows as they are stored, one after the other, into one buffer.
final class ReceiptLines {
    private var line: [UInt8] = []
    private let record: CampaignRecord
    private let firstEntries: [Int64]
    private var text: ReceiptText?
    /// The first entry that is written with another key's name or another head.
    private var ends: Int64 = 0

    init(_ record: CampaignRecord, in records: Records) throws {
        self.record = record
        firstEntries = try records.epochs(campaign: record.number).map(\.firstEntry)
        line.reserveCapacity(1024)
    }

    /// Writes the receipt of an entry.
    ///
    /// - Parameters:
    ///   - entry: The row.
    ///   - subject: The pledge's reference; empty where it is about none.
    ///   - bytes: What the row's ranges point into.
    ///   - previous: The tag of the entry before.
    /// - Returns: `false` where this version does not know the entry's kind, so that nothing can be written.
    func write(
        _ entry: StoredEntry, subject: Span<UInt8>, bytes: Span<UInt8>, after previous: Tag
    ) -> Bool {
        line.removeAll(keepingCapacity: true)
        guard let kind = entry.kind else { return false }
        text(for: entry.number).append(
            number: entry.number, kind: kind, subject: subject, instalment: Int(clamping: entry.instalment),
            parts: entry.parts, at: Timestamp(seconds: entry.at),
            day: CalendarDay(number: Int(clamping: entry.day)),
            reference: bytes.extracting(entry.reference.range),
            detail: bytes.extracting(entry.detail.range), after: previous, tag: entry.tag, to: &line)
        return true
    }

    /// Lends the receipt that was written last, without a line feed.
    func withLine<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R {
        let line = line
        return try body(line.span)
    }

    private func text(for number: Int64) -> ReceiptText {
        if let text, number < ends { return text }
        let epoch = firstEntries.lastIndex { $0 <= number } ?? 0
        ends = epoch + 1 < firstEntries.count ? firstEntries[epoch + 1] : .max
        if let first = record.firstPledge, first > number { ends = min(ends, first) }
        let made = ReceiptText(head: record.receiptHead(at: number), kid: "\(record.id).\(epoch + 1)")
        text = made
        return made
    }
}

extension Records {
    /// Calls `body` with the receipt of every entry after the numbered one, in order.
    ///
    /// - Throws: `BookError`, also where a row cannot be read; what `body` throws.
    func forEachReceipt(
        of record: CampaignRecord, after number: Int64, _ body: (_ number: Int64, Span<UInt8>) throws -> Void
    ) throws {
        guard number < .max else { return }
        try forEachReceipt(of: record, in: number + 1...Int64.max, body)
    }

    /// The same of the entries in a range.
    func forEachReceipt(
        of record: CampaignRecord, in range: ClosedRange<Int64>,
        _ body: (_ number: Int64, Span<UInt8>) throws -> Void
    ) throws {
        let lines = try ReceiptLines(record, in: self)
        let number = range.lowerBound - 1
        let reader = try EntryReader(self, campaign: record.number, after: number, through: range.upperBound)
        var previous = try entry(campaign: record.number, number: number)?.tag ?? .zero
        while true {
            let batch = try reader.next(4_096)
            if batch.entries.isEmpty { return }
            for entry in batch.entries {
                let bytes = batch.bytes.span
                let subject = bytes.extracting(entry.subject.range)
                guard lines.write(entry, subject: subject, bytes: bytes, after: previous) else {
                    throw BookError.unreadable("an entry's row")
                }
                try lines.withLine { try body(entry.number, $0) }
                previous = entry.tag
            }
        }
    }
}

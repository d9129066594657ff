import Accounting
import Crowdfunding
import Receipts
import Storage

/// Single receipts of one campaign, rebuilt from their entries.
struct ReceiptStream {
    private let campaign: LoadedCampaign
    private let epochs: [(kid: String, first: Int64)]
    private var texts: [String: ReceiptText] = [:]

    init(_ campaign: LoadedCampaign, in records: Records) throws {
        self.campaign = campaign
        epochs = try records.epochs(campaign: campaign.record.number).map {
            ("\(campaign.record.id).\($0.number)", $0.firstEntry)
        }
    }

    /// The kid under which an entry was signed.
    func kid(of number: Int64) -> String {
        epochs.last { $0.first <= number }?.kid ?? "\(campaign.record.id).1"
    }

    /// Appends the receipt of any entry, given the tag of the one before.
    mutating func append(_ signed: SignedEntry, after tag: Tag, to line: inout [UInt8]) {
        let kid = kid(of: signed.entry.number)
        let head = campaign.record.receiptHead(at: signed.entry.number)
        let name = head.isRehearsal ? "rehearsal " + kid : kid
        let text = texts[name] ?? ReceiptText(head: head, kid: kid)
        texts[name] = text
        text.append(signed.entry, after: tag, tag: signed.tag, to: &line)
    }
}

extension Session {
    /// Gives every receipt of a campaign in order, each with a line feed, some hundred at a time.
    ///
    /// - Returns: How many there are.
    public func forEachReceipt(
        of campaign: LoadedCampaign, _ body: (Span<UInt8>) throws -> Void
    ) throws -> Int64 {
        try book.read { records in
            var lines: [UInt8] = []
            var count: Int64 = 0
            try records.forEachReceipt(of: campaign.record, after: 0) { _, line in
                line.withUnsafeBufferPointer { lines.append(contentsOf: $0) }
                lines.append(UInt8(ascii: "\n"))
                count += 1
                if lines.count >= 64 << 10 {
                    try body(lines.span)
                    lines.removeAll(keepingCapacity: true)
                }
            }
            if !lines.isEmpty { try body(lines.span) }
            return count
        }
    }
}

import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What a verification of receipts came to.
public struct ReceiptReport: Sendable {
    /// The campaign's id.
    public let campaign: CampaignID
    /// How many receipts were read.
    public let count: Int
    /// The first findings, a sentence each; empty: every receipt is genuine and in its place.
    public let findings: [String]
    /// How many findings there are altogether.
    public let findingCount: Int
    /// The chain's end as the book has it: number and tag.
    public let head: (number: Int64, tag: String)
    /// The last genuine receipt in its place.
    public let lastNumber: Int64
}

extension Session {
    /// Checks every receipt of the book's own journal against the key.
    public func verifyReceipts(of campaign: LoadedCampaign) throws -> ReceiptReport {
        try book.read { records in
            var verifier = try self.verifier(of: campaign, in: records)
            var stream = try ReceiptStream(campaign, in: records)
            var line: [UInt8] = []
            try records.forEachEntry(campaign: campaign.record.number) { signed in
                line.removeAll(keepingCapacity: true)
                stream.append(signed, to: &line)
                verifier.check(line: line.span)
            }
            return report(
                verifier.finish(expecting: (campaign.record.head, campaign.record.tag)), of: campaign)
        }
    }

    /// Checks receipts that were exported before, against the key and the book's head.
    ///
    /// A file that was exported when the book was shorter is whole as far as it goes.
    ///
    /// - Parameters:
    ///   - campaign: Whose receipts.
    ///   - pieces: Calls its argument with the file's bytes, piece by piece.
    /// - Returns: How many were checked, and what was found.
    /// - Throws: `SessionError`, `BookError`, and what `pieces` throws.
    public func verifyReceipts(
        of campaign: LoadedCampaign, in pieces: ((Span<UInt8>) throws -> Void) throws -> Void
    ) throws -> ReceiptReport {
        var verifier = try book.read { records in try self.verifier(of: campaign, in: records) }
        var line: [UInt8] = []
        var isTooLong = false
        func end(_ verifier: inout ReceiptVerifier) {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            // A line that is no receipt by its length alone; its bytes are not kept.
            if isTooLong { line.removeAll() }
            verifier.check(line: line.span)
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        try pieces { piece in
            for index in piece.indices {
                let byte = piece[index]
                if byte == UInt8(ascii: "\n") {
                    end(&verifier)
                } else if line.count < Self.longestReceipt {
                    line.append(byte)
                } else {
                    isTooLong = true
                }
            }
        }
        if !line.isEmpty { end(&verifier) }
        var verdict = verifier.finish()
        let last = verdict.lastNumber
        guard verdict.isWhole, last > 0 else { return report(verdict, of: campaign) }
        guard let entry = try book.read({ try $0.entry(campaign: campaign.record.number, number: last) })
        else {
            return report(
                verdict, of: campaign,
                adding: "the receipts go on to \(last), but the book ends with \(campaign.record.head)")
        }
        // The chain of the file may be another one that the same key signed.
        verdict = verifier.finish(expecting: (last, entry.tag))
        return report(verdict, of: campaign)
    }

    private static let longestReceipt = 1 << 16

    private func verifier(of campaign: LoadedCampaign, in records: Records) throws -> ReceiptVerifier {
        guard let master else { throw SessionError.keyMissing }
        let record = campaign.record
        let epochs = try records.epochs(campaign: record.number)
        let keys = epochs.map {
            SigningKey(master: master, book: book.id, campaign: record.id, epoch: $0.number)
        }
        var checks: [String: String] = [:]
        for (key, epoch) in zip(keys, epochs) {
            // Another key says nothing of the receipts.
            guard key.keyCheck == epoch.keyCheck else {
                throw SessionError.wrongKey(campaign: record.id.rawValue)
            }
            checks[key.kid] = epoch.keyCheck
        }
        return ReceiptVerifier(
            keys: keys, head: record.receiptHead(at: 1),
            laterHead: record.firstPledge.map { record.receiptHead(at: $0) },
            keyChecks: checks)
    }

    private func report(
        _ verdict: ReceiptVerdict, of campaign: LoadedCampaign, adding finding: String? = nil
    ) -> ReceiptReport {
        ReceiptReport(
            campaign: campaign.record.id, count: verdict.lineCount,
            findings: verdict.findings.map(\.description) + (finding.map { [$0] } ?? []),
            findingCount: verdict.findingCount + (finding == nil ? 0 : 1),
            head: (campaign.record.head, campaign.record.tag.base64url), lastNumber: verdict.lastNumber)
    }
}

import Crowdfunding
import Receipts
import Testing

/// Every way to falsify a journal, at every one of a thousand entries.
@Suite("Tampering with a journal of a thousand entries") struct TamperingTests {
    static let count = 1_000

    enum Tampering: String, CaseIterable, Sendable {
        case editsText, editsTag, editsHeader, signsWithAnotherKey
        case deletes, deletesTwo
        case insertsForged, insertsOtherCampaign, insertsOtherBook
        case swaps, moves
        case duplicates, repeatsFirst
        case replacesByOtherCampaign, replacesByOtherBook, replacesByEarlier
    }

    /// A journal, and others of which receipts could be taken.
    private struct Journals: Sendable {
        let lines: [[UInt8]]
        let last: Tag
        /// The same entries of another campaign under the same master key.
        let otherCampaign: [[UInt8]]
        /// The same entries of another book: a practice book, a restored copy that went another way.
        let otherBook: [[UInt8]]

        init() throws {
            func bytes(_ lines: [String]) -> [[UInt8]] { lines.map { Array($0.utf8) } }
            let own = try ReceiptSamples.chain(TamperingTests.count)
            lines = bytes(own.lines)
            last = own.last
            let campaign = try #require(CampaignID("other-lamp"))
            let master = try #require(ReceiptSamples.master)
            otherCampaign = bytes(
                try ReceiptSamples.chain(
                    TamperingTests.count,
                    key: SigningKey(master: master, book: "7f3a9c", campaign: campaign, epoch: 1),
                    head: ReceiptHead(issuer: "other-lamp", currency: "EUR", scale: 2, isRehearsal: false)
                ).lines)
            otherBook = bytes(
                try ReceiptSamples.chain(TamperingTests.count, key: ReceiptSamples.key(book: "ffffff")).lines)
        }
    }

    private static let journals = Result { try Journals() }

    @Test("is found wherever it is done", arguments: Tampering.allCases)
    func everyPosition(_ tampering: Tampering) throws {
        let journals = try Self.journals.get()
        var verifier = ReceiptVerifier(keys: [try ReceiptSamples.key()], head: ReceiptSamples.head)
        var missed: [Int] = []
        for position in 0..<Self.count {
            if let (lines, consumed) = Self.falsified(tampering, at: position, journals) {
                let rest = journals.lines[min(position + consumed, Self.count)...]
                if try !Self.finds(lines, rest, after: verifier, last: journals.last) {
                    missed.append(position + 1)
                }
            }
            let line = journals.lines[position]
            verifier.check(line: line.span)
        }
        #expect(missed == [], "\(tampering)")
        // And nothing is found where nothing was done.
        #expect(verifier.finish(expecting: (Int64(Self.count), journals.last)).isWhole)
    }

    /// Whether the verifier notices: at once, or at the latest at the end of the journal.
    private static func finds(
        _ lines: [[UInt8]], _ rest: ArraySlice<[UInt8]>, after verifier: ReceiptVerifier, last: Tag
    ) throws -> Bool {
        var verifier = verifier
        for line in lines { verifier.check(line: line.span) }
        for line in rest.prefix(3) { verifier.check(line: line.span) }
        var early = verifier
        if rest.count > 3, !early.finish().isWhole { return true }
        for line in rest.dropFirst(3) { verifier.check(line: line.span) }
        return !verifier.finish(expecting: (Int64(count), last)).isWhole
    }

    /// The lines that stand in the journal's place from a position on, and of how many of its own.
    private static func falsified(
        _ tampering: Tampering, at position: Int, _ journals: Journals
    ) -> (lines: [[UInt8]], consumed: Int)? {
        let own = journals.lines[position]
        let parts = own.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        /// Another digit of base64url in one place.
        func changed(_ part: Int) -> [UInt8] {
            var line = own
            let start = parts[part].startIndex
            let place = start + position % (parts[part].count - 1)
            line[place] = line[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            return line
        }
        switch tampering {
        case .editsHeader: return ([changed(0)], 1)
        case .editsText: return ([changed(1)], 1)
        case .editsTag: return ([changed(2)], 1)
        case .signsWithAnotherKey: return ([journals.otherBook[position]], 1)
        case .deletes: return ([], 1)
        case .deletesTwo: return position + 1 < count ? ([], 2) : nil
        case .insertsForged: return ([changed(1), own], 1)
        case .insertsOtherCampaign: return ([journals.otherCampaign[position], own], 1)
        case .insertsOtherBook: return ([journals.otherBook[position], own], 1)
        case .swaps: return position + 1 < count ? ([journals.lines[position + 1], own], 2) : nil
        case .moves:
            guard position + 5 < count else { return nil }
            return (journals.lines[(position + 1)...(position + 5)] + [own], 6)
        case .duplicates: return ([own, own], 1)
        case .repeatsFirst: return ([own, journals.lines[0]], 1)
        case .replacesByOtherCampaign: return ([journals.otherCampaign[position]], 1)
        case .replacesByOtherBook: return ([journals.otherBook[position]], 1)
        case .replacesByEarlier: return position > 0 ? ([journals.lines[position - 1]], 1) : nil
        }
    }

    @Test("what is cut off is found where the head is known, at every length") func truncation() throws {
        let journals = try Self.journals.get()
        var verifier = ReceiptVerifier(keys: [try ReceiptSamples.key()], head: ReceiptSamples.head)
        for position in 0..<Self.count {
            var shorter = verifier
            #expect(
                !shorter.finish(expecting: (Int64(Self.count), journals.last)).isWhole, "\(position) lines")
            let line = journals.lines[position]
            verifier.check(line: line.span)
        }
    }
}

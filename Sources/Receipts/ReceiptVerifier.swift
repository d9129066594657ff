public import Crowdfunding

/// One epoch's key, as far as it is known.
public struct ReceiptKey: Sendable {
    /// `<campaign>.<epoch>`.
    public let kid: String
    /// The key; `nil` where it is not at hand.
    ///
    /// Then a receipt's form and place are judged, and its tag is not.
    public let key: SigningKey?

    /// A key that is at hand.
    public init(_ key: SigningKey) { (kid, self.key) = (key.kid, key) }

    /// A key that is not at hand.
    public init(missing kid: String) { (self.kid, key) = (kid, nil) }
}

/// Judges a campaign's exported receipts, one JWS a line, in the order of their numbers.
///
/// Each line must be, byte for byte, what the signer writes: the header is compared as bytes, so that no
/// other algorithm is ever accepted, and the payload is read, written again and compared. Then its tag must
/// fit, its number must be the next, and its `prev` the tag of the receipt before. What was cut off at the
/// end is seen only by `finish(expecting:)`. Not to be shared between threads.
public struct ReceiptVerifier {
    /// How many findings are kept; more are counted only.
    public static let findingsKept = 100

    /// By epoch; each with the head of the first receipts and, where it changes, of the later ones.
    private let readers: [[ReceiptLineReader]]
    private let checkedKids: Set<String>
    private var findings: [ReceiptFinding] = []
    private var findingCount = 0
    private var lineCount = 0
    private var genuineCount = 0
    private var unprovenCount = 0
    private var lastUnproven: Int64 = 0
    private var hasWrongKey = false

    // The receipt that should come next, the tag it should name (nil where the one before was edited) and the
    // key that was in use before it.
    private var expected: Int64
    private var previous: Tag?
    private var epoch: Int?
    // Lines that are not genuine, since the last one that is: edited or inserted is told by what follows.
    private var badCount: Int64 = 0
    private var badLines: [(line: Int, fault: ReceiptFault)] = []
    // A genuine receipt that came too early: receipts were deleted or two were swapped, told by what follows.
    private var early: (line: Int, receipt: GenuineReceipt)?
    private var missing: [ClosedRange<Int64>] = []
    // Where every tag is wrong and yet the chain holds, the key is wrong and nobody tampered.
    private var lastLink: GenuineReceipt?
    private var linkCount = 0

    /// A verifier that starts after a receipt.
    ///
    /// - Parameters:
    ///   - keys: The campaign's keys in the order of their epochs.
    ///   - head: What the campaign's receipts say alike.
    ///   - laterHead: What the receipts from the first pledge on say alike, where that differs: before it
    ///     nobody knows whether the campaign is a rehearsal.
    ///   - keyChecks: What the book says each key's `keyCheck` is, by `kid`: tells a wrong key from
    ///     tampering.
    ///   - number: The number of the receipt before the first line, 0 where the file begins with receipt 1.
    ///   - tag: That receipt's tag, nil where it is not known.
    public init(
        keys: [SigningKey], head: ReceiptHead, laterHead: ReceiptHead? = nil,
        keyChecks: [String: String] = [:], after number: Int64 = 0, tag: Tag? = .zero
    ) {
        self.init(
            epochs: keys.map(ReceiptKey.init), head: head, laterHead: laterHead, keyChecks: keyChecks,
            after: number, tag: tag)
    }

    /// As above, where not every key is at hand.
    ///
    /// - Parameters:
    ///   - keys: The campaign's keys in the order of their epochs.
    ///   - head: What the campaign's receipts say alike.
    ///   - laterHead: What the receipts from the first pledge on say alike, where that differs.
    ///   - keyChecks: What the book says each key's `keyCheck` is, by `kid`.
    ///   - number: The number of the receipt before the first line.
    ///   - tag: That receipt's tag, nil where it is not known.
    public init(
        epochs keys: [ReceiptKey], head: ReceiptHead, laterHead: ReceiptHead? = nil,
        keyChecks: [String: String] = [:], after number: Int64 = 0, tag: Tag? = .zero
    ) {
        let heads = [head] + (laterHead.map { $0 == head ? [] : [$0] } ?? [])
        readers = keys.map { key in heads.map { ReceiptLineReader(key: key, head: $0) } }
        checkedKids = Set(keyChecks.keys)
        expected = number + 1
        previous = tag
        for key in keys.compactMap(\.key) {
            if let check = keyChecks[key.kid], check != key.keyCheck {
                hasWrongKey = true
                report(.wrongKey(kid: key.kid), line: 0, number: expected)
            }
        }
    }

    /// Takes the next line, without its line feed.
    public mutating func check(line: Span<UInt8>) {
        lineCount += 1
        if hasWrongKey { return }
        switch line.withUnsafeBufferPointer({ read($0) }) {
        case .genuine(let receipt):
            if readers[receipt.epoch][0].isProving {
                genuineCount += 1
            } else {
                unprovenCount += 1
                lastUnproven = max(lastUnproven, receipt.number)
            }
            place(receipt)
        case .bad(let fault, let link):
            settleEarly()
            badCount += 1
            if badLines.count < Self.findingsKept { badLines.append((lineCount, fault)) }
            follow(link)
        }
    }

    /// Ends the file.
    ///
    /// - Parameter head: The last receipt's number and tag as the book, a report or a checkpoint says:
    ///   without it, receipts that were cut off at the end are not missed.
    /// - Returns: What was found.
    public mutating func finish(expecting head: (number: Int64, tag: Tag)? = nil) -> ReceiptVerdict {
        settleEarly()
        if genuineCount == 0, unprovenCount == 0, linkCount > 1, linkCount == lineCount, let link = lastLink,
            case let kid = readers[link.epoch][0].kid, !checkedKids.contains(kid)
        {
            report(.wrongKey(kid: kid), line: 0, number: expected)
        } else if badCount > 0 {
            // Nothing follows that could tell; where it is known how many there are, the rest is too much.
            let edited = head.map { min(badCount, max(0, $0.number - expected + 1)) } ?? badCount
            settleBad(edited: edited)
        }
        if let head, !hasWrongKey {
            if head.number >= expected {
                report(.truncated(last: head.number), line: lineCount + 1, number: expected)
            } else if head.number == expected - 1, let previous, !constantTimeEquals(previous, head.tag) {
                report(.otherHistory, line: lineCount, number: head.number)
            } else if head.number < expected - 1 {
                report(.beyondHead(head.number), line: lineCount, number: expected - 1)
            }
        }
        return ReceiptVerdict(
            findings: findings, findingCount: findingCount, lineCount: lineCount, genuineCount: genuineCount,
            unprovenCount: unprovenCount, lastUnproven: lastUnproven, lastNumber: expected - 1,
            lastTag: previous)
    }

    /// Judges lines that are all in memory.
    public static func verdict(
        on lines: some Sequence<String>, keys: [SigningKey], head: ReceiptHead,
        keyChecks: [String: String] = [:],
        expecting last: (number: Int64, tag: Tag)? = nil
    ) -> ReceiptVerdict {
        var verifier = ReceiptVerifier(keys: keys, head: head, keyChecks: keyChecks)
        for line in lines { verifier.check(line: Array(line.utf8).span) }
        return verifier.finish(expecting: last)
    }

    private func read(_ line: UnsafeBufferPointer<UInt8>) -> ReceiptReading {
        let likely = epoch ?? 0
        if likely < readers.count {
            for reader in readers[likely] where reader.knowsHeader(of: line) {
                return reader.read(line, epoch: likely)
            }
        }
        for (index, readers) in readers.enumerated() where index != likely {
            for reader in readers where reader.knowsHeader(of: line) {
                return reader.read(line, epoch: index)
            }
        }
        return .bad(.otherHeader, link: nil)
    }

    /// Puts a genuine receipt where it belongs and says what the lines before it must have been.
    private mutating func place(_ receipt: GenuineReceipt) {
        if let waiting = early {
            if receipt.number == expected, waiting.receipt.number == expected + 1 {
                early = nil
                report(.swapped, line: waiting.line, number: expected)
                accept(receipt, line: lineCount)
                accept(waiting.receipt, line: waiting.line)
                return
            }
            settleEarly()
        }
        guard receipt.number >= expected else {
            let wasMissing = missing.contains { $0.contains(receipt.number) }
            report(wasMissing ? .moved : .duplicated, line: lineCount, number: receipt.number)
            return
        }
        if badCount > 0 {
            settleBad(edited: min(badCount, receipt.number - expected))
            if receipt.number > expected { lose(through: receipt.number - 1, line: lineCount) }
        } else if receipt.number > expected {
            early = (lineCount, receipt)
            return
        }
        accept(receipt, line: lineCount)
    }

    /// Takes the next receipt in its place, and asks whether it follows the one before and under which key.
    private mutating func accept(_ receipt: GenuineReceipt, line: Int) {
        if let previous, previous != receipt.previous {
            report(.otherHistory, line: line, number: receipt.number)
        }
        if let epoch, receipt.epoch < epoch || (receipt.epoch > epoch && receipt.kind != .keyRotated) {
            report(.keyOutOfTurn, line: line, number: receipt.number)
        }
        epoch = max(epoch ?? receipt.epoch, receipt.epoch)
        expected = receipt.number + 1
        previous = receipt.tag
    }

    /// The receipt that came early did so because those before it are gone.
    private mutating func settleEarly() {
        guard let waiting = early else { return }
        early = nil
        lose(through: waiting.receipt.number - 1, line: waiting.line)
        accept(waiting.receipt, line: waiting.line)
    }

    private mutating func lose(through last: Int64, line: Int) {
        report(.deleted(through: last), line: line, number: expected)
        if missing.count < Self.findingsKept { missing.append(expected...last) }
        expected = last + 1
        previous = nil
    }

    /// Of the bad lines, the first `edited` stood for receipts and the others are too much.
    private mutating func settleBad(edited: Int64) {
        for (index, bad) in badLines.enumerated() {
            let isEdited = index < edited
            let number = expected + (isEdited ? Int64(index) : edited)
            report(isEdited ? .edited(bad.fault) : .inserted(bad.fault), line: bad.line, number: number)
        }
        findingCount += Int(badCount) - badLines.count  // those that are counted only
        if edited > 0 {
            expected += edited
            previous = nil
        }
        badCount = 0
        badLines = []
    }

    private mutating func follow(_ link: GenuineReceipt?) {
        guard let link else { return }
        let follows = lastLink.map { $0.number + 1 == link.number && $0.tag == link.previous } ?? true
        if follows { linkCount += 1 }
        lastLink = link
    }

    private mutating func report(_ kind: ReceiptFinding.Kind, line: Int, number: Int64) {
        findingCount += 1
        if findings.count < Self.findingsKept {
            findings.append(ReceiptFinding(kind, line: line, number: number))
        }
    }
}

import Accounting
import Crowdfunding
import Receipts
import Testing

@Suite("Receipt verifier") struct ReceiptVerifierTests {
    static let count = 50

    private func verdict(_ lines: [String], last: Tag? = nil) throws -> ReceiptVerdict {
        ReceiptVerifier.verdict(
            on: lines, keys: [try ReceiptSamples.key()], head: ReceiptSamples.head,
            expecting: last.map { (Int64(Self.count), $0) })
    }

    @Test("an untouched chain is whole")
    func whole() throws {
        let chain = try ReceiptSamples.chain(Self.count)
        let found = try verdict(chain.lines, last: chain.last)
        #expect(found.findings == [])
        #expect(found.isWhole)
        #expect(found.lineCount == Self.count)
        #expect(found.genuineCount == Self.count)
        #expect(found.lastNumber == Int64(Self.count))
        #expect(found.lastTag == chain.last)
        #expect(try verdict([]).isWhole)
    }

    @Test("an edit is found at every receipt", arguments: 1...count)
    func edit(number: Int) throws {
        var (lines, last) = try ReceiptSamples.chain(Self.count)
        var entry = try ReceiptSamples.entry(number)
        entry.parts.goods += 1
        let parts = lines[number - 1].split(separator: ".")
        let before = number == 1 ? Tag.zero : try #require(tag(of: lines[number - 2]))
        let changed = receiptText(
            of: entry, after: before, tag: try #require(Tag(base64url: String(parts[2]))),
            head: ReceiptSamples.head,
            kid: "aurora-lamp.1")
        lines[number - 1] = changed
        let findings = try verdict(lines, last: last).findings
        #expect(findings == [ReceiptFinding(.edited(.wrongTag), line: number, number: Int64(number))])
    }

    @Test("a deletion is found at every receipt, the last one where the head is known", arguments: 1...count)
    func deletion(number: Int) throws {
        var (lines, last) = try ReceiptSamples.chain(Self.count)
        lines.remove(at: number - 1)
        let kind: ReceiptFinding.Kind =
            number == Self.count ? .truncated(last: Int64(number)) : .deleted(through: Int64(number))
        #expect(
            try verdict(lines, last: last).findings == [
                ReceiptFinding(kind, line: number, number: Int64(number))
            ])
        #expect(try verdict(lines).isWhole == (number == Self.count))
    }

    @Test("a forged receipt is found wherever it is inserted", arguments: 1...(count + 1))
    func insertion(number: Int) throws {
        var (lines, last) = try ReceiptSamples.chain(Self.count)
        var entry = try ReceiptSamples.entry(7)
        entry.number = Int64(number)
        let before = number == 1 ? Tag.zero : try #require(tag(of: lines[number - 2]))
        let forged = receiptText(
            of: entry, after: before, tag: try #require(Tag(randomBytes(32))), head: ReceiptSamples.head,
            kid: "aurora-lamp.1")
        lines.insert(forged, at: number - 1)
        let finding = ReceiptFinding(.inserted(.wrongTag), line: number, number: Int64(number))
        #expect(try verdict(lines, last: last).findings == [finding])
        #expect(try !verdict(lines).isWhole)
    }

    @Test("a swap is found at every pair of neighbors", arguments: 1..<count)
    func swap(number: Int) throws {
        var (lines, last) = try ReceiptSamples.chain(Self.count)
        lines.swapAt(number - 1, number)
        let finding = ReceiptFinding(.swapped, line: number, number: Int64(number))
        #expect(try verdict(lines, last: last).findings == [finding])
    }

    @Test("a duplicate is found at every receipt, next to it and at the end", arguments: 1...count)
    func duplicate(number: Int) throws {
        var (lines, last) = try ReceiptSamples.chain(Self.count)
        let again = lines[number - 1]
        lines.insert(again, at: number)
        #expect(
            try verdict(lines, last: last).findings
                == [ReceiptFinding(.duplicated, line: number + 1, number: Int64(number))])
        lines.remove(at: number)
        lines.append(again)
        #expect(
            try verdict(lines, last: last).findings
                == [ReceiptFinding(.duplicated, line: Self.count + 1, number: Int64(number))])
    }

    @Test("any one changed character of a receipt is found")
    func everyCharacter() throws {
        let lines = try ReceiptSamples.chain(3).lines
        let middle = Array(lines[1].utf8)
        for index in middle.indices {
            var changed = middle
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let text = String(decoding: changed, as: UTF8.self)
            let found = try verdict([lines[0], text, lines[2]]).findings
            #expect(found.map(\.line) == [2] && found.map(\.number) == [2], "at character \(index)")
        }
    }

    @Test("lines that are no receipts are named with the reason")
    func rubbish() throws {
        let lines = try ReceiptSamples.chain(2).lines
        let parts = lines[0].split(separator: ".").map(String.init)
        let unsigned = Base64URL.encode(
            Array(#"{"alg":"none","kid":"aurora-lamp.1","typ":"receipt+jwt"}"#.utf8))
        let spaced = Base64URL.encode(try #require(Base64URL.decode(parts[1])) + [UInt8(ascii: " ")])
        let cases: [(String, ReceiptFault)] = [
            ("", .otherHeader), ("rubbish", .otherHeader), ("..", .otherHeader),
            (parts[0] + ".", .otherHeader),
            (unsigned + ".\(parts[1]).", .otherHeader), (parts[0] + ".!!!.\(parts[2])", .notAReceipt),
            (parts[0] + ".\(spaced).\(parts[2])", .otherForm), (parts[0] + ".e30.\(parts[2])", .otherForm),
            (lines[0] + "=", .notAReceipt), (lines[0] + "\r", .notAReceipt),
            (String(lines[0].dropLast(43)), .notAReceipt),
        ]
        for (line, fault) in cases {
            let found = try verdict([line, lines[1]]).findings
            #expect(found == [ReceiptFinding(.edited(fault), line: 1, number: 1)], "\(line)")
        }
    }

    @Test("runs of missing, edited and inserted lines are told apart")
    func runs() throws {
        let lines = try ReceiptSamples.chain(20).lines
        let bad = lines.map { String($0.dropLast(1)) + ($0.hasSuffix("A") ? "E" : "A") }
        let missing = Array(lines[..<4] + lines[9...])
        #expect(try verdict(missing).findings == [ReceiptFinding(.deleted(through: 9), line: 5, number: 5)])
        let edited = Array(lines[..<4] + bad[4..<7] + lines[7...])
        #expect(
            try verdict(edited).findings
                == (5...7).map { ReceiptFinding(.edited(.wrongTag), line: $0, number: Int64($0)) })
        let mixed = Array(lines[..<4] + bad[4..<5] + lines[6...])
        #expect(
            try verdict(mixed).findings == [
                ReceiptFinding(.edited(.wrongTag), line: 5, number: 5),
                ReceiptFinding(.deleted(through: 6), line: 6, number: 6),
            ])
        let moved = Array(lines[..<4] + lines[5...10] + lines[4..<5] + lines[11...])
        #expect(
            try verdict(moved).findings == [
                ReceiptFinding(.deleted(through: 5), line: 5, number: 5),
                ReceiptFinding(.moved, line: 11, number: 5),
            ])
    }

    @Test("another history under the same key does not fit in")
    func otherHistory() throws {
        let key = try ReceiptSamples.key()
        var lines = try ReceiptSamples.chain(5).lines
        let signer = ReceiptSigner(
            key: key, head: ReceiptSamples.head, after: 2, tag: try #require(Tag(randomBytes(32))))
        let before = signer.lastTag
        var entry = try ReceiptSamples.entry(3)
        let tag = signer.sign(entry)
        entry.number = 3
        lines[2] = receiptText(of: entry, after: before, tag: tag, head: ReceiptSamples.head, kid: key.kid)
        #expect(
            try verdict(lines).findings == [
                ReceiptFinding(.otherHistory, line: 3, number: 3),
                ReceiptFinding(.otherHistory, line: 4, number: 4),
            ])
    }

    @Test("receipts of another campaign, book, currency or of a rehearsal are not taken")
    func replay() throws {
        let lines = try ReceiptSamples.chain(4).lines
        let others = [
            try ReceiptSamples.chain(4, key: try ReceiptSamples.key(book: "practice")).lines,
            try ReceiptSamples.chain(
                4, head: ReceiptHead(issuer: "other", currency: "EUR", scale: 2, isRehearsal: false)
            ).lines,
            try ReceiptSamples.chain(
                4, head: ReceiptHead(issuer: "aurora-lamp", currency: "USD", scale: 2, isRehearsal: false)
            ).lines,
            try ReceiptSamples.chain(
                4, head: ReceiptHead(issuer: "aurora-lamp", currency: "EUR", scale: 2, isRehearsal: true)
            ).lines,
        ]
        for other in others {
            let found = try verdict([lines[0], other[1], lines[2], lines[3]]).findings
            #expect(found.count == 1)
            #expect(found.first?.line == 2)
        }
    }

    @Test("a wrong key is told from tampering")
    func wrongKey() throws {
        let lines = try ReceiptSamples.chain(5).lines
        let right = try ReceiptSamples.key()
        let wrong = try #require(SigningKey(kid: right.kid, bytes: randomBytes(32)))
        let finding = ReceiptFinding(.wrongKey(kid: right.kid), line: 0, number: 1)
        let byCheck = ReceiptVerifier.verdict(
            on: lines, keys: [wrong], head: ReceiptSamples.head, keyChecks: [right.kid: right.keyCheck])
        #expect(byCheck.findings == [finding])
        let byChain = ReceiptVerifier.verdict(on: lines, keys: [wrong], head: ReceiptSamples.head)
        #expect(byChain.findings == [finding])
        // The key is right by its check, so that a rewritten file is a rewritten file.
        let forged = try ReceiptSamples.chain(5, key: wrong).lines
        let found = ReceiptVerifier.verdict(
            on: forged, keys: [right], head: ReceiptSamples.head, keyChecks: [right.kid: right.keyCheck])
        #expect(found.findings.map(\.kind) == Array(repeating: .edited(.wrongTag), count: 5))
    }

    @Test("a new key begins with key.rotated, and an old one does not come back")
    func rotation() throws {
        let keys = [try ReceiptSamples.key(epoch: 1), try ReceiptSamples.key(epoch: 2)]
        func lines(_ plan: [(epoch: Int, kind: EntryKind)]) throws -> [String] {
            var (tag, result) = (Tag.zero, [String]())
            for (index, step) in plan.enumerated() {
                var entry = try ReceiptSamples.entry(index + 1)
                entry.kind = step.kind
                let key = keys[step.epoch - 1]
                let signer = ReceiptSigner(key: key, head: ReceiptSamples.head, after: Int64(index), tag: tag)
                let next = signer.sign(entry)
                result.append(
                    receiptText(of: entry, after: tag, tag: next, head: ReceiptSamples.head, kid: key.kid))
                tag = next
            }
            return result
        }
        func findings(_ plan: [(epoch: Int, kind: EntryKind)]) throws -> [ReceiptFinding] {
            ReceiptVerifier.verdict(on: try lines(plan), keys: keys, head: ReceiptSamples.head).findings
        }
        #expect(try findings([(1, .placed), (1, .keyRotated), (2, .keyRotated), (2, .captured)]) == [])
        #expect(
            try findings([(1, .placed), (2, .captured), (2, .captured)])
                == [ReceiptFinding(.keyOutOfTurn, line: 2, number: 2)])
        #expect(
            try findings([(1, .placed), (2, .keyRotated), (1, .captured), (2, .captured)])
                == [ReceiptFinding(.keyOutOfTurn, line: 3, number: 3)])
    }

    @Test("findings read as sentences")
    func sentences() {
        #expect(
            ReceiptFinding(.edited(.wrongTag), line: 7, number: 7).description
                == "line 7: receipt 7 was edited: its tag does not fit its text")
        #expect(
            ReceiptFinding(.deleted(through: 9), line: 5, number: 5).description
                == "line 5: receipts 5 to 9 are missing before this line")
    }

    private func tag(of line: String) -> Tag? { Tag(base64url: String(line.suffix(43))) }
}

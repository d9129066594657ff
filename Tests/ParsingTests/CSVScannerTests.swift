import Parsing
import Testing

/// Reads all of a text, in pieces of that size, in the shape of the reference.
func scan(
    _ text: [UInt8], piece: Int, delimiter: UInt8? = nil, limits: CSVLimits = .standard,
    shortReads: Bool = false,
) throws -> [CSVReference.Record] {
    var position = 0
    var scanner = CSVScanner(delimiter: delimiter, pieceSize: piece, limits: limits) { target in
        let count = min(shortReads ? 1 : target.count, min(target.count, text.count - position))
        target.copyBytes(from: text[position..<position + count])
        position += count
        return count
    }
    var batch = CSVBatch()
    var records: [CSVReference.Record] = []
    while try scanner.nextBatch(into: &batch) {
        #expect(!batch.records.isEmpty)
        for record in batch.records {
            let fields = batch.fields[record.fieldRange]
            records.append(
                CSVReference.Record(
                    line: record.line, raw: Array(batch.bytes[record.start..<record.end]),
                    cells: fields.map { batch.content(of: $0) },
                    cellColumns: fields.map { batch.columnOfField($0, in: record) }, problem: record.problem))
        }
        // Whether the caller keeps the bytes or not must not matter.
        if records.count % 3 == 0 {
            batch.reuse(batch.takeBytes())
        } else if records.count % 3 == 1 {
            _ = batch.takeBytes()
        }
    }
    return records
}

@Suite("CSV scanner") struct CSVScannerTests {
    /// A text and its records: cells joined by `|`, or a problem as line:column and the beginning of its
    /// message.
    static let texts: [(text: String, records: [String])] = [
        ("", []), ("\n\r\n\n", []), ("\u{FEFF}", []), ("\u{FEFF}a,b\n", ["1 a|b"]),
        ("a,b\n1,2\n", ["1 a|b", "2 1|2"]), ("a,b\r\n1,2", ["1 a|b", "2 1|2"]),
        ("a,b\n1,2\r", ["1 a|b", "2 1|2"]),
        ("a;b\n1,5;2\n", ["1 a|b", "2 1,5|2"]), ("a\tb\n1,5\t\n", ["1 a|b", "2 1,5|"]),
        ("\"a;x;y\",b\n1,2;\n", ["1 a;x;y|b", "2 1|2;"]),
        ("a,b\n\n\"x\ny\",\"\"\n\n,\n", ["1 a|b", "3 x\ny|", "6 |"]),
        ("a\n\"\"\n", ["1 a", "2 "]),
        ("a\n\"x\"\"y\"\n\"\"\"\"\n", ["1 a", "2 x\"y", "3 \""]),
        ("a,b\nx\"y,=\"1\"\n", ["1 a|b", "2 x\"y|=\"1\""]),
        ("a\n1\n\"x\ny\"z\n2\n", ["1 a", "2 1", "! 4:3 text after a closing quote", "5 2"]),
        ("a,b\n1,\"2\" ,3\n4,5\n", ["1 a|b", "! 2:6 text after a closing quote", "3 4|5"]),
        (
            "a,b\n1,\"2\n3,4\n5,6\n",
            ["1 a|b", "! 2:3 the quote that opens here is never closed", "3 3|4", "4 5|6"]
        ),
        ("a,b\r1,2\r", ["! 1:4 a carriage return (CR) without a line feed"]),
        ("a,b\n1,\"x\"\ry\n2,3\n", ["1 a|b", "! 2:6 a carriage return (CR)", "3 2|3"]),
        ("a,b\n1,\"x\ry\"\n", ["1 a|b", "2 1|x\ry"]),
        ("a\n\"x\n\u{0}\"\nb\n", ["1 a", "! 3:1 a NUL byte (0x00) is not text", "4 b"]),
        ("a\n\u{0}\n", ["1 a", "! 2:1 a NUL byte (0x00) is not text"]),
        ("é,ü\nß,\"😀\"\n", ["1 é|ü", "2 ß|😀"]),
    ]

    @Test("reads", arguments: texts)
    func reads(text: String, expected: [String]) throws {
        for piece in [1, 2, 3, 7, 64, 4096] {
            let records = try scan(Array(text.utf8), piece: piece).map { record in
                if let problem = record.problem {
                    return "! \(problem.line):\(problem.column) \(problem.message)"
                }
                return "\(record.line) "
                    + record.cells.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|")
            }
            #expect(records.count == expected.count)
            for (record, start) in zip(records, expected) {
                #expect(start.hasPrefix("!") ? record.hasPrefix(start) : record == start)
            }
        }
    }

    @Test(
        "names the byte that is not UTF-8",
        arguments: [
            ([0x61, 0x0A, 0x62, 0x2C, 0xE9, 0x0A] as [UInt8], 2, 3, CSVProblem.Kind.notUTF8(0xE9)),
            ([0x61, 0x0A, 0xF5, 0x80, 0x80, 0x80], 2, 1, .notUTF8(0xF5)),
            ([0x61, 0x0A, 0x22, 0x0A, 0xE2, 0x82, 0x22], 3, 1, .notUTF8(0xE2)),
            ([0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00], 1, 1, .utf16),
        ])
    func invalidUTF8(text: [UInt8], line: Int, column: Int, kind: CSVProblem.Kind) throws {
        let problem = try #require(scan(text, piece: 5).compactMap(\.problem).first)
        #expect(problem == CSVProblem(kind: kind, line: line, column: column))
        #expect(!problem.remedy.isEmpty)
    }

    @Test("keeps to the product's limits and goes on")
    func limits() throws {
        let mebibyte = 1 << 20
        let long = String(repeating: "x", count: mebibyte)
        let text =
            "a,b\n\(long),1\n\(long)x,2\n\"\(long)\",3\n\"\(long)x\",4\n"
            + String(repeating: ",", count: 1_023) + "\n" + String(repeating: ",", count: 1_024) + "\n5,6\n"
            + String(repeating: "\(long),", count: 9) + "\n7,8\n"
            // Longer than a record may be: the cell is named, not the record.
            + "é,9," + String(repeating: long, count: 9) + "\n7,\"" + String(repeating: long, count: 9)
            + "\n"
        let records = try scan(Array(text.utf8), piece: 512 << 10)
        #expect(
            records.map(\.problem?.kind) == [
                nil, nil, .fieldTooLong(limit: mebibyte), nil,
                .quoteTooLong(limit: mebibyte), nil,
                .tooManyColumns(limit: 1_024),
                nil, .recordTooLong(limit: 8 * mebibyte), nil, .fieldTooLong(limit: mebibyte),
                .quoteTooLong(limit: mebibyte),
            ])
        #expect(records.map(\.line) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        #expect([6, 10, 11].map { records[$0].problem?.column } == [1_025, 6, 3])
        #expect(records[9].cells == [[0x37], [0x38]])
    }

    @Test("gives what the reference gives, wherever the pieces end")
    func differential() throws {
        let seed: UInt64 = 20_260_401
        var generator = SeededGenerator(seed: seed)
        let alphabet: [[UInt8]] =
            ["a", "b", ",", ",", ";", "\"", "\"", "\"\"", "\n", "\n", "\r\n", "\r", "\u{0}", "é", "=", "xyz"]
            .map { Array($0.utf8) } + [[0xE9], [0xFF, 0xFE], [0xE2, 0x82]]
        var kinds: Set<String> = []
        for round in 0..<3_000 {
            var text: [UInt8] = []
            let length = Int.random(in: 0...(round % 50 == 0 ? 400 : 60), using: &generator)
            for _ in 0..<length { text += alphabet.randomElement(using: &generator) ?? [] }
            let limits = CSVLimits(
                fieldBytes: Int.random(in: 3...40, using: &generator),
                recordBytes: Int.random(in: 5...90, using: &generator),
                columns: Int.random(in: 1...6, using: &generator))
            let expected = CSVReference(text, delimiter: UInt8(ascii: ","), limits: limits).records()
            for problem in expected.compactMap(\.problem) {
                kinds.insert("\(problem.kind)".prefix { $0 != "(" }.description)
            }
            for piece in round % 50 == 0 ? Array(1...64) : [1, 2 + round % 62, 64, 1_000] {
                let records = try scan(
                    text, piece: piece, delimiter: UInt8(ascii: ","), limits: limits,
                    shortReads: round % 7 == 0)
                guard records == expected else {
                    Issue.record(
                        """
                        seed \(seed) round \(round) piece \(piece) \(limits): \(text)
                        \(records)
                        \(expected)
                        """
                    )
                    return
                }
            }
        }
        // Every rule was broken somewhere, or the comparison would prove less than it seems to.
        #expect(kinds.count == 10, "\(kinds.sorted())")
    }
}

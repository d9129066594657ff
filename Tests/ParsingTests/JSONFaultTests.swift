import Parsing
import Testing

@Suite("JSON faults") struct JSONFaultTests {
    /// A text, and the line:column and beginning of the message of each fault in it.
    static let faults: [(text: String, faults: [String])] = [
        ("", ["1:1 the file is empty"]),
        (" \n ", ["1:1 the file is empty"]),
        ("{\"a\": 1,}", ["1:8 a comma after the last value"]),
        ("[1,\n 2,\n]", ["2:3 a comma after the last value"]),
        ("{\"a\": 1\n \"b\": 2}", ["1:8 a comma is missing after this value"]),
        ("[1 2]", ["1:3 a comma is missing after this value"]),
        ("[1,,2]", ["1:4 a comma without a value before it"]),
        ("{\"a\" 1}", ["1:5 a colon is missing after this key"]),
        ("{\"a\" = 1}", ["1:5 a colon is missing after this key"]),
        ("{\"a\": }", ["1:7 a value is missing here"]),
        ("{“a”: 1}", ["1:2 curly quotes do not mark a string"]),
        ("{\"a\": 'x'}", ["1:7 single quotes do not mark a string"]),
        ("// hi\n{\"a\": /* x */ 1}", ["1:1 JSON has no comments", "2:7 JSON has no comments"]),
        ("{\"a\": 1 # x\n}", ["1:9 JSON has no comments"]),
        ("{tiers: 1}", ["1:2 the key “tiers” is not in quotes"]),
        ("[NaN, Infinity]", ["1:2 NaN is not a JSON number", "1:7 Infinity is not a JSON number"]),
        ("[-Infinity]", ["1:2 “-Infinity”: this is not a JSON number"]),
        ("[007]", ["1:2 “007”: a JSON number has no leading zeros"]),
        ("[-01.5]", ["1:2 “-01.5”: a JSON number has no leading zeros"]),
        ("[+1]", ["1:2 “+1”: a JSON number has no leading plus"]),
        ("[.5]", ["1:2 “.5”: a JSON number does not begin with a dot"]),
        ("[1.]", ["1:2 “1.”: digits are missing after the dot"]),
        ("[1e]", ["1:2 “1e”: digits are missing after the exponent"]),
        ("[-]", ["1:2 “-”: digits are missing after the minus sign"]),
        ("[0x10]", ["1:2 “0x10”: this is not a JSON number"]),
        ("[True, None]", ["1:2 the word “True” is not JSON", "1:8 the word “None” is not JSON"]),
        ("[hello]", ["1:2 the word “hello” is not a JSON value"]),
        ("[\"a\tb\"]", ["1:4 a tab within a string"]),
        ("[\"a\u{1}b\"]", ["1:4 the control character 0x01 within a string"]),
        ("[\"a\u{0}b\"]", ["1:4 a NUL byte (0x00) is not text"]),
        ("[1\u{0}]", ["1:3 a NUL byte (0x00) is not text"]),
        ("[\"\\x\"]", ["1:3 “\\x” is no JSON escape"]),
        ("[\"\\u12\"]", ["1:3 “\\u” needs four hexadecimal digits"]),
        ("[\"\\ud83d\"]", ["1:3 half of a surrogate pair stands alone"]),
        ("[\"\\ude00x\"]", ["1:3 half of a surrogate pair stands alone"]),
        ("[\"abc\n]", ["1:2 the string that opens here does not end on its line"]),
        ("[\"abc", ["1:2 the string that opens here is never closed"]),
        ("{\"a\": [1, 2", ["1:7 this “[” is never closed"]),
        ("{\"a\":", ["1:6 the text ends where a value should stand"]),
        ("[1}", ["1:3 “}” cannot close “[”"]),
        ("{} x", ["1:4 text after the end of the JSON value"]),
        ("{1: 2}", ["1:2 a key in quotes should stand here"]),
        ("[\u{A0}1]", ["1:2 a no-break space between values"]),
        ("[1: 2]", ["1:3 “:” cannot stand here"]),
        ("[é]", ["1:2 “é” cannot stand here"]),
        (
            "{\"a\": 1, \"b\": 2,\n \"a\": 3,\n \"b\": {\"c\": 1, \"c\": 2}}",
            [
                "2:2 the key “a” stands here again, after line 1",
                "3:2 the key “b” stands here again, after line 1",
                "3:16 the key “c” stands here again, after line 3",
            ]
        ),
        (String(repeating: "[", count: 33), ["1:33 lists and objects are nested more than 32 deep"]),
    ]

    @Test("are told with place and remedy", arguments: faults)
    func areTold(text: String, expected: [String]) throws {
        guard case .failure(let problems) = JSONDocument.parse(Array(text.utf8), file: "c.json") else {
            Issue.record("was read: \(text)")
            return
        }
        #expect(problems.diagnostics.count == expected.count)
        for (diagnostic, start) in zip(problems.diagnostics, expected) {
            let told = "\(diagnostic.line):\(diagnostic.column) \(diagnostic.message)"
            #expect(told.hasPrefix(start), "\(told)")
            #expect(!diagnostic.remedy.isEmpty)
            #expect(diagnostic.headline.hasPrefix("c.json:\(diagnostic.line):\(diagnostic.column): error: "))
        }
    }

    @Test(
        "of the bytes are told first",
        arguments: [
            ([0x5B, 0x0A, 0x22, 0xE9, 0x22, 0x5D] as [UInt8], "2:2 the byte 0xE9 is not UTF-8"),
            ([0x5B, 0xED, 0xA0, 0x80, 0x5D], "1:2 the byte 0xED is not UTF-8"),
            ([0x5B, 0xC0, 0x80, 0x5D], "1:2 the byte 0xC0 is not UTF-8"),
            ([0xFF, 0xFE, 0x5B, 0x00], "1:1 the file is UTF-16, not UTF-8"),
            ([UInt8](repeating: 0x20, count: 8 << 20 + 1), "1:1 the file is larger than 8 MiB"),
        ])
    func badBytes(bytes: [UInt8], expected: String) {
        guard case .failure(let problems) = JSONDocument.parse(bytes, file: "c.json") else {
            Issue.record("was read")
            return
        }
        #expect(problems.diagnostics.map { "\($0.line):\($0.column) \($0.message)" } == [expected])
    }

    @Test("never stop the program, wherever a text is cut or a byte is changed")
    func cutAndChanged() {
        let text = Array(
            "\u{FEFF}{\"a\": [1, -2.5e3, \"x\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": null, “d”: 'e'}}//".utf8)
        var generator = SeededGenerator(seed: 7)
        for end in 0...text.count {
            _ = JSONDocument.parse(Array(text[..<end]), file: "c.json")
        }
        for _ in 0..<5_000 {
            var changed = text
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0..<changed.count, using: &generator)
                changed[at] =
                    Array("[]{},:\"'\\/#u0\u{0}\n \u{7F}".utf8).randomElement(using: &generator) ?? 0
            }
            if case .failure(let problems) = JSONDocument.parse(changed, file: "c.json") {
                #expect(!problems.diagnostics.isEmpty)
            }
        }
    }
}

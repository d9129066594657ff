import Parsing
import Testing

@Suite("JSON documents") struct JSONDocumentTests {
    /// Writes a value in one line, to compare it.
    private func plain(_ node: JSONNode) -> String {
        switch node.value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): jsonText(text)
        case .array(let nodes): "[" + nodes.map(plain).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { jsonText($0.key) + ":" + plain($0.value) }.joined(separator: ",") + "}"
        }
    }

    @Test(
        "keep values as written",
        arguments: [
            ("{}", "{}"), ("[]", "[]"), (" null ", "null"), ("\u{FEFF}[1]", "[1]"),
            ("[1, -0, 0.50, 1e+10, 12345678901234567890]", "[1,-0,0.50,1e+10,12345678901234567890]"),
            (#"{"z": "a\"\\\/\n", "a": true}"#, #"{"z":"a\"\\/\n","a":true}"#),
            (#"["\u00e9\ud83d\ude00\u0000"]"#, #"["é😀\u0000"]"#),
            ("[\r\n\"é\",\t{\"b\": [false]}]", "[\"é\",{\"b\":[false]}]"),
            (
                String(repeating: "[", count: 32) + String(repeating: "]", count: 32),
                String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
            ),
        ])
    func values(text: String, expected: String) throws {
        let document = try JSONDocument.parse(Array(text.utf8), file: "c.json").get()
        #expect(plain(document.root) == expected)
    }

    @Test("know the places of keys and values")
    func places() throws {
        let text = "\u{FEFF}{\n  \"é\": [1,\n    \"x\"]\n}"
        let document = try JSONDocument.parse(Array(text.utf8), file: "c.json").get()
        guard case .object(let members) = document.root.value, case .array(let nodes) = members[0].value.value
        else {
            Issue.record("an object with a list was expected")
            return
        }
        #expect(document.place(of: document.root.start) == (1, 1))
        #expect(document.place(of: members[0].keyStart) == (2, 3))
        #expect(document.place(of: members[0].value.start) == (2, 9))
        #expect(document.place(of: nodes[1].start) == (3, 5))
        #expect(
            document.diagnostic(at: nodes[1].start, "no number", fix: "write one").text
                == "c.json:3:5: error: no number\n  fix: write one")
        #expect(document.root["é"] != nil)
        #expect(document.root["e"] == nil)
    }

    @Test("are written in two-space steps and read back")
    func writer() throws {
        var json = JSONWriter()
        json.object { json in
            json.member("title", "“A”\u{7}\"\\")
            json.member("none", nil as String?)
            json.member("count", 3)
            json.member("open", true)
            json.member("empty") { $0.array { _ in } }
            json.member("list") { json in
                json.array { json in
                    json.string("x")
                    json.object { $0.member("y", Int64.min) }
                    json.null()
                }
            }
        }
        let expected = """
            {
              "title": "“A”\\u0007\\"\\\\",
              "none": null,
              "count": 3,
              "open": true,
              "empty": [],
              "list": [
                "x",
                {
                  "y": -9223372036854775808
                },
                null
              ]
            }
            """
        #expect(json.text == expected)
        _ = try JSONDocument.parse(Array(json.text.utf8), file: "c.json").get()
    }

    @Test("give back every string that was written")
    func strings() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let code = UInt32.random(
                    in: 0...(Bool.random(using: &generator) ? 0x7F : 0x10FFFF), using: &generator)
                if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
            }
            let document = try JSONDocument.parse(Array(jsonText(text).utf8), file: "c.json").get()
            guard case .string(let back) = document.root.value else {
                Issue.record("no string: \(text)")
                return
            }
            #expect(Array(back.unicodeScalars) == Array(text.unicodeScalars))
        }
    }
}

import Foundation
import Testing

@Suite("Transcripts") struct TranscriptFormatTests {
    static let texts = [
        "", "# only a comment\n", "$ a\n", "# b\n\n$ a\nc\n", "$ a\n> exit 2\n", "$ a\nb\n\nc\n\n$ d\n",
        "$ a\nb\n> exit 64\n\n# c\n#\n\n$ d\ne\n\n\n$ f\n",
        "$ a\n\\$ b\n\\# c\n\\> exit 2\n\\\\\n\\ no newline\n",
        "$ a\n\n# b\n", "$ a\nb\n\n",
    ]

    @Test("are written as they are read", arguments: texts)
    func roundTrip(text: String) throws {
        #expect(try Transcript(text).text == text)
    }

    @Test("have their comments, outputs and exit codes")
    func parts() throws {
        let steps = try Transcript("# b\n$ a x\nc\n\nd\n\n$ e\nf\n> exit 2\n\n# g\n$ h\n").steps
        #expect(
            steps == [
                .init(comments: ["# b"], command: "a x", output: ["c", "", "d"], line: 2),
                .init(command: "e", output: ["f"], exit: 2, line: 7),
                .init(comments: ["", "# g"], command: "h", line: 12),
            ])
    }

    @Test("refuse text below no command", arguments: [("a\n", 1), ("$ a\n> exit 2\nb\n", 3), ("# a\nb", 2)])
    func stray(text: String, line: Int) {
        let problem = #expect(throws: Transcript.Problem.self) { try Transcript(text) }
        #expect(problem?.line == line)
    }

    static let lines: [(String, String, Bool)] = [
        ("a {tag} b", "a Zk3_-Q b", true), ("a {tag} b", "a Zk3 Q b", false), ("a {tag} b", "a  b", false),
        ("({tag}…)", "(Zk3vQ…)", true), ("{digest}.", "0a9f.", true), ("{digest}.", "0A9F.", false),
        ("{path}: a [b] (c)", "/tmp/x/y: a [b] (c)", true), ("{path}: a [b] (c)", "/tmp/x/y: a b (c)", false),
        ("{other}", "x", false), ("{other}", "{other}", true), ("{\"a\": 1}", "{\"a\": 1}", true),
        ("a", "a ", false), ("{tag}", "a\n", false), ("{receipt}", "eyJh.eyJp.Zk3vQ", true),
    ]

    @Test("placeholders match a run without blanks", arguments: lines)
    func placeholders(expected: String, actual: String, matches: Bool) {
        #expect(Placeholders.line(expected, matches: actual) == matches)
    }

    @Test("keys, roots and signatures get their placeholder")
    func replacingKeys() {
        let key = String(repeating: "aZ9+", count: 11)
        let root = String(repeating: "aZ9/", count: 10) + "aZ9="
        let signature = String(repeating: "aZ9/", count: 22) + "aZ9="
        for (line, expected) in [
            ("lamp+0a9f0a9f+\(key)", "lamp+{digest}+{base64}"), (root, "{base64}"),
            ("— lamp \(signature)", "— lamp {base64}"), ("next=2;check=0a9f0a9f", "next=2;check={digest}"),
            ("lamp.1  0a9f0a9f", "lamp.1  {digest}"), ("lamp.1,0a9f0a9f,1", "lamp.1,{digest},1"),
        ] {
            #expect(Placeholders.replacing(in: line, folder: "/tmp/p") == expected)
            #expect(Placeholders.line(expected, matches: line))
        }
    }

    @Test("random things get their placeholder when written anew")
    func replacing() {
        let tag = String(repeating: "Zk3_-", count: 9).prefix(43)
        let digest = String(repeating: "0a9f", count: 16)
        let line =
            "/tmp/p/home/key: \(tag), \(digest) (Zk3vQ…) x,2114:Zk3vQ 12:30:00 tag          05f2ae69a9c0…"
        let written = Placeholders.replacing(in: line, folder: "/tmp/p")
        #expect(written == "{path}: {tag}, {digest} ({tag}…) x,2114:{tag} 12:30:00 tag          {digest}…")
        #expect(Placeholders.line(written, matches: line))
    }

    @Test("a command that says something else is found, with its place and the lines that differ")
    func planted() throws {
        let text =
            "# c\n$ printf 'a\\nb\\nc\\n'\na\nx\nc\n\n"
            + "$ sh -c 'echo out; echo err >&2; echo out; exit 3'\nout\n"
        let runner = try TranscriptRunner()
        defer { runner.cleanUp() }
        let expected = try Transcript(text)
        let actual = try runner.run(expected)
        #expect(
            expected.differences(from: actual, path: "t.txt") == [
                "t.txt:2: error: other than expected: $ printf 'a\\nb\\nc\\n'\n- x\n+ b",
                "t.txt:7: error: other than expected: $ sh -c 'echo out; echo err >&2; echo out; exit 3'\n"
                    + "+ err\n+ out\n- > exit 0\n+ > exit 3",
            ])
        let updated = expected.updated(to: actual, folder: runner.folder.path)
        #expect(updated.differences(from: actual, path: "t.txt") == [])
        #expect(updated.text.contains("# c\n$ printf 'a\\nb\\nc\\n'\na\nb\nc\n\n$ sh"))
        #expect(updated.text.hasSuffix("\nout\nerr\nout\n> exit 3\n"))
    }

    @Test("commands see a folder and an environment of their own")
    func environment() throws {
        let transcript = try Transcript(
            "$ echo $TZ $LC_ALL $NO_COLOR ${PLEDGEBOOK_BOOK:-none}\n"
                + "$ cat; echo ended; printf x\n$ pwd\n$ echo $HOME\n"
        )
        let runner = try TranscriptRunner()
        defer { runner.cleanUp() }
        let steps = try runner.run(transcript).steps
        #expect(steps[0].output == ["UTC C 1 none"])
        #expect(steps[1].output == ["ended", "x", "\\ no newline"])
        #expect(steps[2].output == [runner.folder.path + "/work"])
        #expect(steps[3].output == [runner.folder.path + "/home"])
    }
}

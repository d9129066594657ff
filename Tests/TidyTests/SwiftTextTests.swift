import Testing

@Suite("Taking a source apart") struct SwiftTextTests {
    /// A source, what of it is code (blanks taken out), and its texts.
    static let sources: [(String, String, [String])] = [
        ("a // b \"c\"\nd", "a\nd", []),
        ("a /* b /* c */ \" */ d", "ad", []),
        ("f(\"a { b\")", "f()", ["a { b"]),
        (#"f("a \" {")"#, "f()", [#"a " {"#]),
        (#"f("a \(g("}", { $0 })) b")"#, "f(g(,{$0}))", ["}", "a  b"]),
        (##"f(#"a " \( { "#)"##, "f()", [#"a " \( { "#]),
        (##"f(#"a \#(b) c"#)"##, "f(b)", ["a  c"]),
        ("f(\"\"\"\n  { \"a\"\n  \"\"\")", "f(\n\n)", ["\n  { \"a\"\n  "]),
        ("a.matches(of: /\\/ \" {/)", "a.matches(of:)", []),
        ("a / b / c + \"/\"", "a/b/c+", ["/"]),
        ("f(#/ \" { /#)", "f()", []),
        ("#if os(Linux)\n#endif", "#ifos(Linux)\n#endif", []),
        ("reduce(1, /) { a }", "reduce(1,/){a}", []),
    ]

    @Test("code and texts", arguments: sources)
    func codeAndTexts(source: String, code: String, texts: [String]) {
        let text = SwiftText(source)
        #expect(text.code.joined(separator: "\n").filter { $0 != " " } == code)
        #expect(text.literals.map(\.text) == texts)
        #expect(text.code.map(\.utf8.count) == text.lines.map(\.utf8.count))
    }

    static let extents: [(String, [String])] = [
        ("func a() {\n}\nfunc b() { if c { } }", ["a 1-2", "b 3-3"]),
        ("protocol P {\n  func a()\n  var b: Int { get }\n  func c() -> Int\n}\nstruct S {\n}", ["b 3-3"]),
        ("func a(\n  b: () -> Int = { 1 }\n) {\n}", ["a 1-4"]),
        ("func a() {\n  func b() {\n  }\n}", ["a 1-4", "b 2-3"]),
        ("struct S {\n  init?(a: Int) {\n  }\n  deinit { }\n}", ["init 2-3", "deinit 4-4"]),
        ("let a = S.init\nlet b = { c.init(d) }\nself.init(e) { }", []),
        ("var a = 1\nvar b: [Int] {\n  didSet {\n  }\n}\nfor var c in d { }", ["b 2-5"]),
        (
            "static func < (a: A, b: A) -> Bool {\n}\nsubscript(a: Int) -> Int {\n  1\n}",
            ["a 1-2", "subscript 3-5"]
        ),
    ]

    @Test("functions", arguments: extents)
    func functions(source: String, expected: [String]) {
        let found = FunctionFinder(code: SwiftText(source).code).functions()
        #expect(found.map { "\($0.name) \($0.first)-\($0.last)" } == expected)
    }
}

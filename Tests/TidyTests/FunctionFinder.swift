/// A function, initializer, subscript or computed property with its extent in lines, 1-based and inclusive.
struct FunctionExtent: Equatable {
    let name: String
    let first: Int
    let last: Int

    /// The lines from the one with the name to the one with the closing brace.
    var lineCount: Int { last - first + 1 }
}

/// Finds the functions of a source by counting braces in its code.
struct FunctionFinder {
    private struct Word {
        let text: String
        let line: Int
        /// The place after the word.
        let end: Int
        let followsDot: Bool
    }

    private static let declarations: Set<String> = ["func", "init", "deinit", "subscript", "var"]
    private static let endsBodiless = declarations.union([
        "let", "case", "static", "struct", "enum", "class", "protocol", "extension", "typealias",
        "associatedtype",
        "import", "mutating", "nonmutating", "public", "private", "internal", "package", "fileprivate",
    ])

    private let bytes: [UInt8]
    /// The line of each byte.
    private let lineOf: [Int]

    /// - Parameter code: The lines of a source in which comments and texts are blank.
    init(code: [String]) {
        var bytes: [UInt8] = []
        var lineOf: [Int] = []
        for (number, line) in code.enumerated() {
            bytes += Array(line.utf8) + [UInt8(ascii: "\n")]
            lineOf += Array(repeating: number + 1, count: line.utf8.count + 1)
        }
        self.bytes = bytes
        self.lineOf = lineOf
    }

    /// Every function that has a body, in the order in which they begin; inner ones count in outer ones too.
    func functions() -> [FunctionExtent] {
        var found: [FunctionExtent] = []
        var index = 0
        while let word = nextWord(from: index) {
            index = word.end
            guard Self.declarations.contains(word.text), !word.followsDot else { continue }
            let name = nextWord(from: word.end)
            // `case init`, `.init`, and words in backticks are names.
            if word.text == "init" || word.text == "subscript", !begins(parametersAt: word.end) { continue }
            // Only a variable with a type can have a body; `for var a in b {` has none.
            if word.text == "var", let name, nextByte(from: name.end) != UInt8(ascii: ":") { continue }
            guard let brace = bodyStart(from: word.end, isVariable: word.text == "var"),
                let end = matchingBrace(of: brace)
            else { continue }
            let hasName = word.text == "func" || word.text == "var"
            let shown = hasName ? name?.text ?? word.text : word.text
            found.append(FunctionExtent(name: shown, first: word.line, last: lineOf[end]))
        }
        return found
    }

    private func nextByte(from start: Int) -> UInt8? {
        bytes[start...].first { $0 != UInt8(ascii: " ") }
    }

    private func begins(parametersAt place: Int) -> Bool {
        place < bytes.count && "(<?!".utf8.contains(bytes[place])
    }

    /// The `{` that opens the body of the declaration whose keyword ends at `start`; nil when it has none.
    private func bodyStart(from start: Int, isVariable: Bool) -> Int? {
        var depth = 0
        var index = start
        while index < bytes.count {
            let character = Unicode.Scalar(bytes[index])
            if character == "(" || character == "[" { depth += 1 }
            if character == ")" || character == "]" { depth -= 1 }
            if depth < 0 { return nil }
            if depth == 0 {
                if character == "{" { return index }
                if character == "}" { return nil }
                // A stored variable: its closure or text is not a function.
                if isVariable, character == "\n" || character == "=" || character == "," { return nil }
                if isWordStart(index), Self.endsBodiless.contains(word(at: index)) { return nil }
            }
            index += 1
        }
        return nil
    }

    private func matchingBrace(of start: Int) -> Int? {
        var depth = 0
        for index in start..<bytes.count {
            if bytes[index] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private func nextWord(from start: Int) -> Word? {
        var index = start
        while index < bytes.count, !isWordStart(index) { index += 1 }
        guard index < bytes.count else { return nil }
        let text = word(at: index)
        let before = index > 0 ? Unicode.Scalar(bytes[index - 1]) : " "
        return Word(
            text: text, line: lineOf[index], end: index + text.utf8.count,
            followsDot: before == "." || before == "`")
    }

    private func word(at start: Int) -> String {
        String(decoding: bytes[start...].prefix { Self.isWordByte($0) }, as: UTF8.self)
    }

    private func isWordStart(_ index: Int) -> Bool {
        Self.isWordByte(bytes[index]) && (index == 0 || !Self.isWordByte(bytes[index - 1]))
    }

    /// ASCII letters, digits and `_`; every byte of another letter counts as one of a word.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}

/// A Swift source taken apart far enough to count its braces: what is code, what is a text, what is a
/// comment.
///
/// It is no parser. It knows line and nested block comments, texts with any number of `#`, texts of several
/// lines, interpolations (which are code again) and regex literals.
struct SwiftText {
    /// A text in the source, without its quotes and interpolations.
    struct Literal: Equatable {
        /// 1-based, where the text begins.
        let line: Int
        let text: String
    }

    /// The source by lines, as written.
    let lines: [String]
    /// The same lines, with a blank for every byte of a comment, a text or a regex literal.
    let code: [String]
    /// All texts, in the order in which they end.
    let literals: [Literal]

    init(_ source: String) {
        var scanner = SwiftScanner(source)
        scanner.scan()
        lines = Self.byLines(scanner.bytes)
        code = Self.byLines(scanner.code)
        literals = scanner.literals
    }

    private static func byLines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Walks over the bytes of a source once and blanks out what is not code.
private struct SwiftScanner {
    let bytes: [UInt8]
    var code: [UInt8]
    var literals: [SwiftText.Literal] = []
    private var index = 0
    private var line = 1

    init(_ source: String) {
        bytes = Array(source.utf8)
        code = bytes
    }

    mutating func scan() {
        scanCode(untilClosingParenthesis: false)
    }

    /// Reads code up to the end, or up to the `)` that ends an interpolation, which it takes.
    private mutating func scanCode(untilClosingParenthesis isInterpolation: Bool) {
        var depth = 0
        while index < bytes.count {
            if isAt("//") {
                blankLine()
            } else if isAt("/*") {
                blankBlockComment()
            } else if let hashes = hashesBefore("\"") {
                scanText(hashes: hashes)
            } else if let hashes = hashesBefore("/"), hashes > 0 {
                blankRegex(hashes: hashes)
            } else if isAt("/"), startsRegex() {
                blankRegex(hashes: 0)
            } else {
                if isAt("(") { depth += 1 }
                if isAt(")") {
                    if isInterpolation, depth == 0 { return blank(1) }
                    depth -= 1
                }
                step()
            }
        }
    }

    /// Reads a text from its first `#` or quote on.
    private mutating func scanText(hashes: Int) {
        let start = line
        blank(hashes)
        let quote = isAt("\"\"\"") ? "\"\"\"" : "\""
        blank(quote.count)
        let fence = String(repeating: "#", count: hashes)
        var text: [UInt8] = []
        while index < bytes.count {
            if isAt("\\" + fence + "(") {
                blank(hashes + 2)
                scanCode(untilClosingParenthesis: true)
            } else if isAt("\\" + fence), index + hashes + 1 < bytes.count {
                text.append(bytes[index + hashes + 1])
                blank(hashes + 2)
            } else if isAt(quote + fence) {
                blank(quote.count + hashes)
                break
            } else if quote.count == 1, isAt("\n") {
                break  // unfinished; the compiler says so
            } else {
                text.append(bytes[index])
                blank(1)
            }
        }
        literals.append(SwiftText.Literal(line: start, text: String(decoding: text, as: UTF8.self)))
    }

    private mutating func blankLine() {
        while index < bytes.count, !isAt("\n") { blank(1) }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if isAt("/*") {
                depth += 1
                blank(2)
            } else if isAt("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && index < bytes.count
    }

    private mutating func blankRegex(hashes: Int) {
        let end = "/" + String(repeating: "#", count: hashes)
        blank(hashes + 1)
        while index < bytes.count, !isAt(end) {
            if hashes == 0, isAt("\n") { return }
            blank(isAt("\\") ? 2 : 1)
        }
        blank(end.count)
    }

    /// Whether the `/` here begins a regex literal: an operand is due, no blank follows, and the line has
    /// its end.
    private func startsRegex() -> Bool {
        guard index + 1 < bytes.count, !" \t\n)=".utf8.contains(bytes[index + 1]) else { return false }
        let before = bytes[..<index].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
        guard let before, "(,=:[{&|?!".utf8.contains(before) else { return false }
        let rest = bytes[(index + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        return rest.contains(UInt8(ascii: "/"))
    }

    /// The number of `#` that stand here before `mark`, or nil when something else stands here.
    private func hashesBefore(_ mark: Unicode.Scalar) -> Int? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: mark) ? end - index : nil
    }

    private func isAt(_ text: String) -> Bool {
        var position = index
        for byte in text.utf8 {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where index < bytes.count {
            if !isAt("\n") { code[index] = UInt8(ascii: " ") }
            step()
        }
    }

    private mutating func step() {
        if isAt("\n") { line += 1 }
        index += 1
    }
}

/// Reads a JSON text and goes on after a fault as long as what follows can still be told.
struct JSONParser {
    /// Thrown where nothing sensible can be read any more; the fault is noted before.
    struct Stop: Error {}

    let bytes: [UInt8]
    var position = 0
    private(set) var diagnostics: [Diagnostic] = []
    private let lines: LineTable
    private let file: String
    private static let mostDiagnostics = 1_000

    init(bytes: [UInt8], lines: LineTable, file: String) {
        self.bytes = bytes
        self.lines = lines
        self.file = file
    }

    /// The faults in the order of the text.
    var sortedDiagnostics: [Diagnostic] {
        diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// Reads the whole text; nil when it had to stop, and whatever it made of the text when there are faults.
    mutating func parseText() -> JSONNode? {
        do {
            try checkBytes()
            skipSpace()
            guard peek != nil else {
                report(at: 0, "the file is empty", fix: "write a JSON object into it: { … }")
                return nil
            }
            let root = try value(depth: 1)
            skipSpace()
            if peek != nil {
                report(at: position, "text after the end of the JSON value", fix: "remove it")
            }
            return root
        } catch {
            return nil
        }
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Whether these bytes come next.
    func comes(_ word: StaticString) -> Bool {
        guard bytes.count - position >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            for index in 0..<word.count where bytes[position + index] != word[index] { return false }
            return true
        }
    }

    /// Notes a fault.
    mutating func report(at offset: Int, _ message: String, fix: String) {
        guard diagnostics.count < Self.mostDiagnostics else { return }
        let (line, column) = lines.place(of: offset)
        diagnostics.append(
            Diagnostic(file: file, line: line, column: column, message: message, remedy: fix))
    }

    /// Notes a fault after which nothing can be read.
    mutating func stop(at offset: Int, _ message: String, fix: String) -> Stop {
        report(at: offset, message, fix: fix)
        return Stop()
    }

    private mutating func checkBytes() throws {
        if bytes.count > JSONDocument.largestSize {
            throw stop(
                at: 0, "the file is larger than 8 MiB", fix: "split it, or check that it is the right file")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw stop(at: 0, "the file is UTF-16, not UTF-8", fix: "save it as UTF-8")
        }
        if let wrong = firstInvalidUTF8(in: bytes.span, from: 0, to: bytes.count) {
            throw stop(
                at: wrong, "the byte \(hexadecimal(bytes[wrong])) is not UTF-8",
                fix: "save the file as UTF-8, or convert it with iconv -t UTF-8")
        }
        if comes("\u{FEFF}") { position = 3 }
    }

    /// Skips white space, and what people write as if it were: comments, no-break spaces, NUL.
    mutating func skipSpace() {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            case 0:
                report(at: position, "a NUL byte (0x00) is not text", fix: "remove the byte")
                position += 1
            case UInt8(ascii: "#"), UInt8(ascii: "/"):
                guard byte == UInt8(ascii: "#") || comes("//") || comes("/*") else { return }
                skipComment()
            case 0xC2:
                guard comes("\u{A0}") else { return }
                report(at: position, "a no-break space between values", fix: "replace it by a plain space")
                position += 2
            default:
                return
            }
        }
    }

    private mutating func skipComment() {
        report(
            at: position, "JSON has no comments",
            fix: "remove it, or keep the remark in a member \"note\", which is ignored")
        if comes("/*") {
            position += 2
            while peek != nil, !comes("*/") { position += 1 }
            position = min(bytes.count, position + 2)
        } else {
            while let byte = peek, byte != UInt8(ascii: "\n") { position += 1 }
        }
    }

    /// Reads a value of any kind; `depth` is how many lists and objects it would be the innermost of.
    private mutating func value(depth: Int) throws -> JSONNode {
        let start = position
        guard let byte = peek else {
            throw stop(at: start, "the text ends where a value should stand", fix: "write the value")
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth <= JSONDocument.greatestDepth else {
                throw stop(
                    at: start, "lists and objects are nested more than \(JSONDocument.greatestDepth) deep",
                    fix: "use fewer levels")
            }
            let value: JSONValue =
                byte == UInt8(ascii: "{")
                ? .object(try object(depth: depth)) : .array(try array(depth: depth))
            return JSONNode(value: value, start: start)
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"):
            report(at: start, "a value is missing here", fix: "write the value, or null")
            return JSONNode(value: .null, start: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return JSONNode(value: number(), start: start)
        default:
            if isWordStart(byte) { return JSONNode(value: word(), start: start) }
            guard let text = try string() else { throw unexpected() }
            return JSONNode(value: .string(text), start: start)
        }
    }

    private mutating func array(depth: Int) throws -> [JSONNode] {
        let open = position
        var nodes: [JSONNode] = []
        position += 1
        var comma: Int?
        while true {
            skipSpace()
            if try close(open, comma: comma, closer: UInt8(ascii: "]"), other: UInt8(ascii: "}")) {
                return nodes
            }
            nodes.append(try value(depth: depth + 1))
            comma = try separator(open)
        }
    }

    private mutating func object(depth: Int) throws -> [JSONMember] {
        let open = position
        var members: [JSONMember] = []
        var first: [String: Int] = [:]
        position += 1
        var comma: Int?
        while true {
            skipSpace()
            if try close(open, comma: comma, closer: UInt8(ascii: "}"), other: UInt8(ascii: "]")) {
                return members
            }
            let keyStart = position
            let key = try key()
            if let before = first[key] {
                report(
                    at: keyStart,
                    "the key “\(excerpt(key))” stands here again, after line \(lines.place(of: before).line)",
                    fix: "remove or rename one of the two")
            } else {
                first[key] = keyStart
            }
            colon()
            members.append(JSONMember(key: key, keyStart: keyStart, value: try value(depth: depth + 1)))
            comma = try separator(open)
        }
    }

    /// Whether the list or object ends here; skips commas that have no value before them.
    private mutating func close(_ open: Int, comma: Int?, closer: UInt8, other: UInt8) throws -> Bool {
        while peek == UInt8(ascii: ",") {
            report(at: position, "a comma without a value before it", fix: "remove the comma")
            position += 1
            skipSpace()
        }
        guard let byte = peek else { throw neverClosed(open) }
        guard byte == closer || byte == other else { return false }
        if let comma {
            report(at: comma, "a comma after the last value", fix: "remove the comma")
        }
        if byte == other {
            report(
                at: position, "“\(character(other))” cannot close “\(character(bytes[open]))”",
                fix: "write “\(character(closer))”")
        }
        position += 1
        return true
    }

    /// Reads the comma after a value and returns its place; nil when the list or object ends.
    private mutating func separator(_ open: Int) throws -> Int? {
        let end = position
        skipSpace()
        guard let byte = peek else { throw neverClosed(open) }
        switch byte {
        case UInt8(ascii: ","):
            position += 1
            return position - 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            return nil
        case UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ";"):
            throw unexpected()
        default:
            report(at: end, "a comma is missing after this value", fix: "write a comma here")
            return nil
        }
    }

    private mutating func key() throws -> String {
        if let text = try string() { return text }
        guard let byte = peek, isWordStart(byte) else {
            throw stop(at: position, "a key in quotes should stand here", fix: "write \"key\": value")
        }
        let start = position
        skipWord()
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        report(at: start, "the key “\(excerpt(word))” is not in quotes", fix: "write \"\(excerpt(word))\"")
        return word
    }

    private mutating func colon() {
        let end = position
        skipSpace()
        if peek == UInt8(ascii: ":") {
            position += 1
        } else {
            report(at: end, "a colon is missing after this key", fix: "write a colon between key and value")
            if peek == UInt8(ascii: "=") { position += 1 }
        }
        skipSpace()
    }

    private mutating func neverClosed(_ open: Int) -> Stop {
        stop(
            at: open, "this “\(character(bytes[open]))” is never closed",
            fix: "write “\(bytes[open] == UInt8(ascii: "{") ? "}" : "]")” at its end")
    }

    private mutating func unexpected() -> Stop {
        stop(
            at: position, "“\(character(at: position))” cannot stand here",
            fix: "remove it, or put text in quotes")
    }
}

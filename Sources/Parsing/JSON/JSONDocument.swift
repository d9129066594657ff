/// A JSON text that was read without a fault, and the places of everything in it.
public struct JSONDocument: Sendable {
    /// The largest text that is read: 8 MiB.
    public static let largestSize = 8 << 20
    /// The deepest nesting of lists and objects that is read.
    public static let greatestDepth = 32

    /// The file as the user named it.
    public let file: String
    /// The outermost value.
    public let root: JSONNode
    private let lines: LineTable

    init(file: String, root: JSONNode, lines: LineTable) {
        self.file = file
        self.root = root
        self.lines = lines
    }

    /// Reads a JSON text (RFC 8259), finding as many faults at once as it can.
    ///
    /// A byte order mark is accepted. Duplicate keys are faults, since readers disagree about them.
    ///
    /// - Parameters:
    ///   - bytes: The text, UTF-8, at most 8 MiB.
    ///   - file: The name that diagnostics carry.
    /// - Returns: The document, or every fault that was found, in the order of the text.
    public static func parse(_ bytes: [UInt8], file: String) -> Result<JSONDocument, JSONProblems> {
        let lines = LineTable(bytes)
        var parser = JSONParser(bytes: bytes, lines: lines, file: file)
        let root = parser.parseText()
        guard parser.diagnostics.isEmpty, let root else {
            return .failure(JSONProblems(diagnostics: parser.sortedDiagnostics))
        }
        return .success(JSONDocument(file: file, root: root, lines: lines))
    }

    /// The line and the column in bytes, both counted from 1, of a byte offset of the text.
    public func place(of offset: Int) -> (line: Int, column: Int) { lines.place(of: offset) }

    /// A fault at a byte of this text, for rules that are checked after reading.
    public func diagnostic(at offset: Int, _ message: String, fix: String) -> Diagnostic {
        let (line, column) = place(of: offset)
        return Diagnostic(file: file, line: line, column: column, message: message, remedy: fix)
    }
}

/// All faults of one JSON text, in the order of the text; never empty.
public struct JSONProblems: Error, Equatable, Sendable {
    /// The faults; at most 1,000 are kept.
    public let diagnostics: [Diagnostic]

    /// Collects the faults of a text.
    public init(diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }
}

/// Where the lines of a text begin, to turn byte offsets into lines and columns.
struct LineTable: Sendable {
    private var starts: [Int]

    init(_ bytes: [UInt8]) {
        starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        guard bytes.count <= JSONDocument.largestSize else { return }
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
    }

    func place(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = starts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, max(0, offset - starts[low]) + 1)
    }
}

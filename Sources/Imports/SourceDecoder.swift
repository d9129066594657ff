import Crowdfunding
public import Parsing

/// What the bytes of a file are where no byte order mark says it.
public enum SourceEncoding: String, CaseIterable, Sendable {
    /// The rule; what is no UTF-8 is an error of its row.
    case utf8 = "utf-8"
    /// What Windows programs of western countries write; read so only when somebody says it.
    case windows1252 = "windows-1252"
}

/// Makes UTF-8 of a file, piece by piece: of UTF-16 with a byte order mark, and of Windows-1252 where that
/// was said.
///
/// UTF-8 passes through as it is, its own mark included. Nothing is guessed: what is no text in its encoding
/// ends the reading with its place, counted as in the UTF-8 that it is read as.
final class SourceDecoder {
    private enum Form {
        case unknown, utf8, windows1252
        case utf16(isBigEndian: Bool)
    }

    private static let chunk = 64 << 10

    private let source: CSVScanner.Source
    private let encoding: SourceEncoding
    private let name: String
    private var form = Form.unknown
    private var raw: [UInt8] = []
    private var start = 0
    private var hasEnded = false
    /// Bytes of a character that did not fit into the buffer any more.
    private var pending: [UInt8] = []
    private var line = 1
    private var column = 1
    private var doubt = UTF8Doubt()

    /// - Parameters:
    ///   - source: The file's own bytes.
    ///   - encoding: What they are where no mark says it.
    ///   - name: What messages call the file.
    init(_ source: @escaping CSVScanner.Source, as encoding: SourceEncoding, name: String) {
        self.source = source
        self.encoding = encoding
        self.name = name
    }

    /// Fills the front of the buffer with UTF-8; 0 at the end.
    ///
    /// - Throws: What the source throws; `FileProblem` for bytes that are no text.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if case .unknown = form { form = try tellForm() }
        switch form {
        case .unknown, .utf8:
            guard start < raw.count else { return try source(buffer) }
            let count = min(buffer.count, raw.count - start)
            buffer.copyBytes(from: raw[start..<start + count])
            start += count
            return count
        case .utf16(let isBigEndian):
            return try fill(buffer) { try nextOfUTF16(isBigEndian: isBigEndian) }
        case .windows1252:
            return try fill(buffer) { try nextOfWindows1252() }
        }
    }

    // MARK: Which it is

    private func tellForm() throws -> Form {
        while raw.count < 4, !hasEnded { try readMore(4 - raw.count) }
        let isLittle = raw.starts(with: [0xFF, 0xFE])
        let isBig = raw.starts(with: [0xFE, 0xFF])
        if raw.starts(with: [0xFF, 0xFE, 0, 0]) || raw.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw problem("the file is UTF-32", fix: Self.save)
        }
        if isLittle || isBig {
            start = 2
            return .utf16(isBigEndian: isBig)
        }
        if encoding == .windows1252, !raw.starts(with: [0xEF, 0xBB, 0xBF]) { return .windows1252 }
        // Two letters of a header, each with a zero byte beside it.
        let zeros = raw.map { $0 == 0 }
        if zeros.count == 4, zeros[0] != zeros[1], zeros[0] == zeros[2], zeros[1] == zeros[3] {
            throw problem("the file is UTF-16 without a byte order mark", fix: Self.save)
        }
        return .utf8
    }

    private static let save = "save the file as “CSV UTF-8”, or as UTF-16 with its byte order mark"

    // MARK: Characters

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ next: () throws -> UInt32?) throws -> Int {
        var count = 0
        while !pending.isEmpty, count < buffer.count {
            buffer[count] = pending.removeFirst()
            count += 1
        }
        while count < buffer.count, let scalar = try next() {
            if scalar < 0x80 {
                buffer[count] = UInt8(truncatingIfNeeded: scalar)
                count += 1
                column += 1
                if scalar == 0x0A { (line, column) = (line + 1, 1) }
                continue
            }
            let bytes = Self.utf8(scalar)
            column += bytes.count
            for byte in bytes {
                if count < buffer.count {
                    buffer[count] = byte
                    count += 1
                } else {
                    pending.append(byte)
                }
            }
        }
        return count
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8] {
        func low(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        if scalar < 0x800 { return [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), low(0)] }
        if scalar < 0x1_0000 { return [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), low(6), low(0)] }
        return [0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), low(12), low(6), low(0)]
    }

    private func nextOfUTF16(isBigEndian: Bool) throws -> UInt32? {
        guard let unit = try unit(isBigEndian) else { return nil }
        switch unit {
        case 0xD800...0xDBFF:
            guard let second = try self.unit(isBigEndian), 0xDC00...0xDFFF ~= second else {
                throw halfPair(unit)
            }
            return 0x1_0000 + (unit - 0xD800) << 10 + (second - 0xDC00)
        case 0xDC00...0xDFFF: throw halfPair(unit)
        default: return unit
        }
    }

    private func unit(_ isBigEndian: Bool) throws -> UInt32? {
        guard try has(2) else {
            guard raw.count == start else {
                throw problem(
                    "the file ends in the middle of a UTF-16 character (the byte \(hex(UInt32(raw[start]))))",
                    fix: "export it again: it was cut off")
            }
            return nil
        }
        let pair = (UInt32(raw[start]), UInt32(raw[start + 1]))
        start += 2
        return isBigEndian ? pair.0 << 8 | pair.1 : pair.1 << 8 | pair.0
    }

    private func halfPair(_ unit: UInt32) -> FileProblem {
        problem(
            "\(hex(unit)) is half of a UTF-16 character", fix: "export it again, as “CSV UTF-8” if you can")
    }

    private func nextOfWindows1252() throws -> UInt32? {
        guard try has(1) else {
            if doubt.isUTF8, let place = doubt.first {
                (line, column) = place
                throw problem(
                    "the file is UTF-8, not Windows-1252: so are all of its letters beyond ASCII",
                    fix: "leave --encoding out")
            }
            return nil
        }
        let byte = raw[start]
        doubt.take(byte, line, column)
        guard let scalar = Self.scalar(ofWindows1252: byte) else {
            throw problem(
                "the byte \(hex(UInt32(byte))) is no character of Windows-1252",
                fix: "leave --encoding out, or export the file again as “CSV UTF-8”")
        }
        start += 1
        return scalar
    }

    /// The character of a byte; `nil` for the five that stand for none.
    static func scalar(ofWindows1252 byte: UInt8) -> UInt32? {
        guard 0x80...0x9F ~= byte else { return UInt32(byte) }
        let scalar = between[Int(byte) - 0x80]
        return scalar == 0 ? nil : scalar
    }

    /// 0x80 to 0x9F, as Microsoft's code page 1252 has them.
    private static let between: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
        0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0, 0x017E, 0x0178,
    ]

    // MARK: Bytes

    private func has(_ count: Int) throws -> Bool {
        while raw.count - start < count, !hasEnded { try readMore(Self.chunk) }
        return raw.count - start >= count
    }

    /// Drops what was read and reads on.
    private func readMore(_ count: Int) throws {
        raw.removeSubrange(..<start)
        start = 0
        let kept = raw.count
        raw += [UInt8](repeating: 0, count: count)
        let got = try raw.withUnsafeMutableBytes { bytes in
            try source(UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]))
        }
        raw.removeLast(count - min(max(0, got), count))
        hasEnded = got <= 0
    }

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 2 - digits.count)) + digits
    }

    private func problem(_ message: String, fix: String) -> FileProblem {
        FileProblem([Diagnostic(file: name, line: line, column: column, message: message, remedy: fix)])
    }
}

/// Whether bytes that are read as Windows-1252 are UTF-8 after all.
private struct UTF8Doubt {
    /// Where the first byte beyond ASCII stands.
    private(set) var first: (line: Int, column: Int)?
    /// Whether all bytes so far can be UTF-8.
    var isUTF8: Bool { isPossible && awaited == 0 }
    private var isPossible = true
    private var awaited = 0

    mutating func take(_ byte: UInt8, _ line: Int, _ column: Int) {
        guard isPossible, byte >= 0x80 || awaited > 0 else { return }
        if first == nil { first = (line, column) }
        switch byte {
        case 0x80...0xBF where awaited > 0: awaited -= 1
        case 0xC2...0xDF where awaited == 0: awaited = 1
        case 0xE0...0xEF where awaited == 0: awaited = 2
        case 0xF0...0xF4 where awaited == 0: awaited = 3
        default: isPossible = false
        }
    }
}

extension RejectedRow {
    /// The row with another remedy where its bytes look like Windows-1252.
    ///
    /// They do when the row holds no letter of UTF-8 at all, and each byte beyond ASCII stands for a letter,
    /// a quotation mark, a dash or a currency in Windows-1252.
    ///
    /// - Parameter bytes: The batch's, of which `row` is a range.
    /// - Returns: The same row, its diagnostic perhaps with another remedy.
    public func advised(of bytes: [UInt8]) -> RejectedRow {
        guard kind == "unreadable", diagnostic.message.hasSuffix("is not UTF-8"),
            looksLikeWindows1252(bytes[row.range])
        else { return self }
        return RejectedRow(diagnostic.advisingWindows1252, kind: kind, row: row)
    }
}

extension CSVRecord {
    /// What is wrong with the record, with the remedy that its bytes suggest.
    ///
    /// - Parameters:
    ///   - bytes: The batch's.
    ///   - file: What messages call the file.
    /// - Returns: A diagnostic; `nil` where nothing is wrong.
    public func advisedProblem(in bytes: [UInt8], file: String) -> Diagnostic? {
        guard let problem else { return nil }
        let diagnostic = problem.diagnostic(file: file)
        guard case .notUTF8 = problem.kind, looksLikeWindows1252(bytes[start..<end]) else {
            return diagnostic
        }
        return diagnostic.advisingWindows1252
    }
}

extension Diagnostic {
    /// The same, with the remedy for a file in Windows-1252.
    public var advisingWindows1252: Diagnostic {
        Diagnostic(
            file: file, line: line, column: column, message: message,
            remedy: "it looks like Windows-1252: say --encoding windows-1252, or save the file as “CSV UTF-8”"
        )
    }
}

/// Whether the bytes beyond ASCII are likely to be Windows-1252.
public func looksLikeWindows1252(_ bytes: some Sequence<UInt8>) -> Bool {
    var isAny = false
    var last: UInt8 = 0
    for byte in bytes {
        defer { last = byte }
        guard byte >= 0x80 else { continue }
        isAny = true
        // A letter of UTF-8, whole: this is a damaged file of UTF-8.
        if 0x80...0xBF ~= byte, 0xC2...0xF4 ~= last { return false }
        switch byte {
        case 0x80, 0x82, 0x84, 0x85, 0x8A, 0x8C, 0x8E, 0x91...0x97, 0x99, 0x9A, 0x9C, 0x9E, 0x9F, 0xA0, 0xA3,
            0xA7, 0xA9, 0xAA, 0xAB, 0xAE, 0xB0, 0xB4, 0xBA, 0xBB, 0xBF:
            continue
        // 0xC2 and 0xC3 begin most letters of UTF-8: alone they are more likely one that was cut.
        case 0xC0, 0xC1, 0xC4...0xD6, 0xD8...0xF6, 0xF8...0xFD: continue
        default: return false
        }
    }
    return isAny
}

/// A cell of a record: a range of the batch's bytes, without the surrounding quotes.
///
/// Eight bytes wide, so that a million rows' fields pass through the processor's cache.
@frozen
public struct CSVField: Equatable, Sendable {
    @usableFromInline let low: UInt32
    @usableFromInline let highAndFlags: UInt32

    @inlinable
    init(start: Int, end: Int, flags: UInt32) {
        // Offsets stay below 2³⁰: a buffer never grows past the longest record plus one chunk.
        low = UInt32(truncatingIfNeeded: start)
        highAndFlags = UInt32(truncatingIfNeeded: end) | flags
    }

    @usableFromInline static let quotedFlag: UInt32 = 1 << 31
    @usableFromInline static let escapesFlag: UInt32 = 1 << 30

    /// The first byte of the cell's content in the batch's bytes.
    @inlinable public var start: Int { Int(low) }
    /// The byte after the cell's content.
    @inlinable public var end: Int { Int(highAndFlags & (Self.escapesFlag - 1)) }
    /// Whether the cell stood in quotes.
    @inlinable public var isQuoted: Bool { highAndFlags & Self.quotedFlag != 0 }
    /// Whether the content holds `""` that stands for one quote.
    @inlinable public var hasEscapes: Bool { highAndFlags & Self.escapesFlag != 0 }
    /// The content's range in the batch's bytes.
    @inlinable public var range: Range<Int> { start..<end }
    /// Whether the cell holds nothing.
    @inlinable public var isEmpty: Bool { start == end }

    /// The same cell in bytes that lie so much further on; negative: further to the front.
    public func moved(by count: Int) -> CSVField {
        CSVField(
            start: start + count, end: end + count,
            flags: highAndFlags & (Self.quotedFlag | Self.escapesFlag))
    }
}

/// A record of a batch: where it begins in the file, and its cells.
public struct CSVRecord: Equatable, Sendable {
    /// The line on which the record begins, counted from 1.
    public let line: Int
    /// The index in the batch's `fields` of the record's first cell.
    public let firstField: Int
    /// How many cells could be read.
    public let fieldCount: Int
    /// The first byte of the record in the batch's bytes.
    public let start: Int
    /// The byte after the record's last one, its line end not included.
    public let end: Int
    /// What is wrong with the record, or nil; its cells are not to be trusted then.
    public let problem: CSVProblem?

    /// The indices of the record's cells in the batch's `fields`.
    public var fieldRange: Range<Int> { firstField..<firstField + fieldCount }

    /// The same record where its bytes and its cells lie so much further on; negative: further to the front.
    public func moved(by count: Int, fields: Int) -> CSVRecord {
        CSVRecord(
            line: line, firstField: firstField + fields, fieldCount: fieldCount, start: start + count,
            end: end + count, problem: problem)
    }
}

/// Why a record cannot be read, and where.
public struct CSVProblem: Equatable, Sendable {
    /// The rule that the record breaks.
    public enum Kind: Equatable, Sendable {
        /// A zero byte.
        case nul
        /// A byte that is no part of UTF-8 text.
        case notUTF8(UInt8)
        /// The byte order mark of UTF-16 at the start of the file.
        case utf16
        /// A carriage return that no line feed follows.
        case loneCarriageReturn
        /// A cell of more bytes than the limit.
        case fieldTooLong(limit: Int)
        /// A record of more bytes than the limit; it is cut there and its cells are not given.
        case recordTooLong(limit: Int)
        /// A record of more cells than the limit; the others are not given.
        case tooManyColumns(limit: Int)
        /// Something other than a delimiter or a line end after a closing quote.
        case textAfterQuote
        /// A quote that does not close before the end of the file.
        case quoteNeverClosed
        /// A quote that does not close within the limit of a cell.
        case quoteTooLong(limit: Int)
    }

    /// The rule that is broken.
    public let kind: Kind
    /// The line of the fault, counted from 1.
    public let line: Int
    /// The column of the fault, counted from 1 in bytes.
    public let column: Int

    /// Names a problem and its place; line and column are counted from 1.
    public init(kind: Kind, line: Int, column: Int) {
        self.kind = kind
        self.line = line
        self.column = column
    }

    /// What is wrong; it never quotes the cell.
    public var message: String {
        switch kind {
        case .nul: "a NUL byte (0x00) is not text"
        case .notUTF8(let byte): "the byte \(hexadecimal(byte)) is not UTF-8"
        case .utf16: "the file is UTF-16, not UTF-8"
        case .loneCarriageReturn: "a carriage return (CR) without a line feed, the line end of old Macs"
        case .fieldTooLong(let limit): "this cell is longer than \(size(limit))"
        case .recordTooLong(let limit): "the record that begins here is longer than \(size(limit))"
        case .tooManyColumns(let limit): "the record has more than \(limit) columns"
        case .textAfterQuote: "text after a closing quote"
        case .quoteNeverClosed: "the quote that opens here is never closed"
        case .quoteTooLong(let limit): "the quote that opens here does not close within \(size(limit))"
        }
    }

    /// How to mend it.
    public var remedy: String {
        switch kind {
        case .nul: "remove the byte, or export the file again as CSV in UTF-8"
        case .notUTF8, .utf16: "save the file as “CSV UTF-8”, or convert it with iconv -t UTF-8"
        case .loneCarriageReturn: "save the file with LF or CRLF line ends, or put the cell in quotes"
        case .fieldTooLong: "shorten the cell, or look for a quote that is missing"
        case .recordTooLong: "look for a line end or a closing quote that is missing"
        case .tooManyColumns: "export fewer columns, or look for a line end that is missing"
        case .textAfterQuote:
            "double a quote that belongs to the text (\"\"), and end the cell after the last one"
        case .quoteTooLong:
            "close the quote, or double it (\"\") where it belongs to the text; else shorten the cell"
        case .quoteNeverClosed: "close the quote, or double it (\"\") and put the whole cell in quotes"
        }
    }

    private func size(_ bytes: Int) -> String {
        bytes > 0 && bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }

    /// The fault as a diagnostic of that file.
    public func diagnostic(file: String) -> Diagnostic {
        Diagnostic(file: file, line: line, column: column, message: message, remedy: remedy)
    }
}

/// The bounds within which records are read; the defaults are those of the product.
public struct CSVLimits: Equatable, Sendable {
    /// The longest cell, in bytes as they stand in the file.
    public var fieldBytes: Int
    /// The longest record, in bytes as they stand in the file.
    public var recordBytes: Int
    /// The most cells of a record.
    public var columns: Int

    /// Sets the bounds; each is clamped to what the scanner's 30-bit offsets can bear.
    public init(fieldBytes: Int = 1 << 20, recordBytes: Int = 8 << 20, columns: Int = 1_024) {
        self.fieldBytes = min(max(1, fieldBytes), 1 << 26)
        self.recordBytes = min(max(1, recordBytes), 1 << 26)
        self.columns = min(max(1, columns), 1 << 16)
    }

    /// 1 MiB a cell, 8 MiB a record, 1,024 columns.
    public static let standard = CSVLimits()
}

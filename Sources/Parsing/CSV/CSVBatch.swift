/// The complete records of one piece of a CSV file, and the bytes their cells point into.
///
/// The batch owns its bytes: they stay where they are until the scanner fills the batch again.
public struct CSVBatch: Sendable {
    /// The bytes that fields and records are ranges of; more may follow the last record.
    public internal(set) var bytes: [UInt8] = []
    /// The cells of all records, one record after the other.
    public internal(set) var fields: [CSVField] = []
    /// The records in the order of the file; never an empty line.
    public internal(set) var records: [CSVRecord] = []

    /// Makes an empty batch for a scanner to fill, again and again.
    public init() {}

    /// Hands the bytes over without copying them; the offsets of fields and records count in them.
    ///
    /// The batch has no bytes afterwards. The scanner makes a new buffer unless one is put back with
    /// `reuse(_:)`.
    public mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Puts a buffer that was taken from a batch back into service; its content is lost.
    public mutating func reuse(_ buffer: consuming [UInt8]) {
        bytes = buffer
        records.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    /// The cell's content with doubled quotes undone.
    public func content(of field: CSVField) -> [UInt8] {
        Self.content(of: field, in: bytes)
    }

    /// The cell's content with doubled quotes undone, read from bytes that were taken from the batch.
    public static func content(of field: CSVField, in bytes: [UInt8]) -> [UInt8] {
        guard field.hasEscapes else { return Array(bytes[field.range]) }
        var content: [UInt8] = []
        content.reserveCapacity(field.end - field.start)
        var index = field.start
        while index < field.end {
            let byte = bytes[index]
            content.append(byte)
            // Between quotes every quote of a readable cell is doubled: the second one is dropped.
            index += byte == UInt8(ascii: "\"") ? 2 : 1
        }
        return content
    }

    /// The cell's content as text, with doubled quotes undone; bytes that are not UTF-8 become U+FFFD.
    public func text(of field: CSVField) -> String {
        if field.hasEscapes { return String(decoding: content(of: field), as: UTF8.self) }
        return String(decoding: bytes[field.range], as: UTF8.self)
    }

    /// The line and the column in bytes, both counted from 1, of a byte of the record.
    public func place(of offset: Int, in record: CSVRecord) -> (line: Int, column: Int) {
        bytes.withUnsafeBufferPointer { bytes in
            placeOf(offset, inRecordAt: record.start, line: record.line, bytes: bytes)
        }
    }

    /// The column of a cell, counted from 1 in bytes within its line; of a quoted cell, the column of its
    /// quote.
    public func columnOfField(_ field: CSVField, in record: CSVRecord) -> Int {
        place(of: field.isQuoted ? field.start - 1 : field.start, in: record).column
    }

    /// A fault of a cell, for rules that are checked after reading.
    public func diagnostic(
        at field: CSVField, in record: CSVRecord, file: String, _ message: String, fix: String,
    ) -> Diagnostic {
        let (line, column) = place(of: field.isQuoted ? field.start - 1 : field.start, in: record)
        return Diagnostic(file: file, line: line, column: column, message: message, remedy: fix)
    }
}

/// The line and column of `offset`, by counting the line feeds since the start of its record.
func placeOf(
    _ offset: Int, inRecordAt start: Int, line: Int, bytes: UnsafeBufferPointer<UInt8>,
) -> (line: Int, column: Int) {
    var line = line
    var lineStart = start
    for index in start..<max(start, min(offset, bytes.count)) where bytes[index] == UInt8(ascii: "\n") {
        line += 1
        lineStart = index + 1
    }
    return (line, offset - lineStart + 1)
}

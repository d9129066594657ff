import Crowdfunding
import Parsing

// What every format does with the bytes of a row.

/// The content of a cell: without quotes, doubled quotes and Excel's guards undone.
///
/// Undone text is put behind the batch's bytes; everything else stays where it is.
///
/// - Parameters:
///   - field: The cell.
///   - bytes: The batch's bytes.
///   - at: Set to where the cell begins, for messages.
/// - Returns: Where the content lies.
@inline(__always)
func content(of field: CSVField, in bytes: inout [UInt8], at: inout Int) -> ByteRange {
    at = field.isQuoted ? field.start - 1 : field.start
    if field.isEmpty { return .empty }
    var range = field.range
    if field.hasEscapes {
        let text = CSVBatch.content(of: field, in: bytes)
        range = bytes.count..<bytes.count + text.count
        bytes.append(contentsOf: text)
    }
    let first = bytes[range.lowerBound]
    if first == UInt8(ascii: "'") || first == UInt8(ascii: "=") {
        range = undoingExcelGuard(range, in: bytes.span)
    }
    if range.isEmpty { return .empty }
    return ByteRange(start: UInt32(range.lowerBound), end: UInt32(range.upperBound))
}

extension CellProblem {
    /// A row with another number of cells than the header.
    static func columns(_ count: Int, header: Int, fix: String) -> CellProblem {
        CellProblem(
            "columns", "the row has \(count) \(count == 1 ? "column" : "columns"), the header \(header)",
            fix: fix)
    }

    /// A cell that may be a card's number; its column is named, and never what is in it.
    static func card(in column: String, fix: String) -> CellProblem {
        CellProblem(
            "card-number", "this cell in “\(column)” looks like a card number, which is never taken",
            fix: fix)
    }
}

/// The line and column, both from 1, of an offset in a record.
func place(of offset: Int, in record: CSVRecord, _ bytes: [UInt8]) -> (line: Int, column: Int) {
    place(of: offset, from: record.start, line: record.line, bytes)
}

/// The line and column, both from 1, of an offset in a row that begins at `start` on `line`.
public func place(of offset: Int, from start: Int, line: Int, _ bytes: [UInt8]) -> (line: Int, column: Int) {
    var line = line
    var lineStart = start
    for index in start..<max(start, min(offset, bytes.count)) where bytes[index] == UInt8(ascii: "\n") {
        line += 1
        lineStart = index + 1
    }
    return (line, offset - lineStart + 1)
}

/// ASCII letters only: what an address means beyond them is the mail server's affair.
@inline(__always)
func lowercase(_ range: ByteRange, _ bytes: inout [UInt8]) {
    for index in range.range where bytes[index] >= 65 && bytes[index] <= 90 { bytes[index] |= 0x20 }
}

/// The index of the word that the bytes are, or -1.
@inline(__always)
func find(_ bytes: Span<UInt8>, in words: [[UInt8]]) -> Int {
    for index in words.indices where words[index].count == bytes.count {
        if isEqual(bytes, words[index]) { return index }
    }
    return -1
}

@inline(__always)
private func isEqual(_ bytes: Span<UInt8>, _ word: [UInt8]) -> Bool {
    for index in bytes.indices where bytes[index] != word[index] { return false }
    return true
}

/// Digits only, up to 1,000,000,000.
@inline(__always)
func wholeNumber(_ bytes: Span<UInt8>) -> Int64? {
    guard bytes.count >= 1, bytes.count <= 9 else { return nil }
    var value: Int64 = 0
    for index in bytes.indices {
        guard bytes[index] >= 48, bytes[index] <= 57 else { return nil }
        value = value * 10 + Int64(bytes[index] - 48)
    }
    return value
}

/// Whether a receipt can carry the text as its `ref`: printable ASCII without quotes and backslashes.
func isPlainReference(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count <= 200 else { return false }
    for index in bytes.indices {
        let byte = bytes[index]
        guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
            return false
        }
    }
    return true
}

/// The word that is nearest to what was written, if any is near.
func nearest(_ text: String, in words: [String]) -> String? {
    let ranked = words.map { (word: $0, distance: editDistance(text.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, text.count / 3) ? best.word : nil
}

/// Levenshtein's distance.
func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = next
        }
    }
    return row[right.count]
}

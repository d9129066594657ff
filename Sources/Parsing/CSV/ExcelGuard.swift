/// The part of a cell that is meant, without what people and programs put there against Excel's guesses:
/// a leading `'`, or `="…"` around the cell.
///
/// A cell that holds nothing but a guard becomes empty; a lone `=` or an apostrophe within stays.
///
/// - Parameters:
///   - range: The cell's content, doubled quotes undone; must lie within `bytes`.
///   - bytes: The bytes that hold the cell.
/// - Returns: A range within `range`.
public func undoingExcelGuard(_ range: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count, let first = range.first else {
        return range
    }
    if bytes[first] == UInt8(ascii: "'") { return first + 1..<range.upperBound }
    if range.count >= 3, bytes[first] == UInt8(ascii: "="), bytes[first + 1] == UInt8(ascii: "\""),
        bytes[range.upperBound - 1] == UInt8(ascii: "\"")
    {
        return first + 2..<range.upperBound - 1
    }
    return range
}

/// The cell without a guard against Excel's guesses: `'00971` and `="00971"` both become `00971`.
public func undoingExcelGuard(_ cell: String) -> String {
    if cell.utf8.first == UInt8(ascii: "'") { return String(cell.dropFirst()) }
    let bytes = Array(cell.utf8)
    return String(decoding: bytes[undoingExcelGuard(0..<bytes.count, in: bytes.span)], as: UTF8.self)
}

/// Writes CSV (RFC 4180 with LF line ends) to a buffer of bytes that the caller empties when it likes.
///
/// Text that a spreadsheet would take for a formula is guarded by a leading `'`; numbers are not, and so come
/// through a call of their own.
public struct CSVWriter: Sendable {
    /// What was written; may be emptied between two rows.
    public var bytes: [UInt8]
    private let delimiter: UInt8
    private var isAtRowStart = true

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - delimiter: The byte between cells: a comma, or a semicolon where commas are decimal.
    ///   - byteOrderMark: Whether to begin with a byte order mark, by which Excel knows UTF-8.
    public init(delimiter: UInt8 = UInt8(ascii: ","), byteOrderMark: Bool = false) {
        self.delimiter = delimiter
        bytes = byteOrderMark ? [0xEF, 0xBB, 0xBF] : []
    }

    /// Writes a cell of text, quoted if it must be, guarded if it begins like a formula.
    public mutating func text(_ cell: String) {
        var cell = cell
        cell.withUTF8 { cell in text(cell.span) }
    }

    /// Writes a cell of UTF-8 text, quoted if it must be, guarded if it begins like a formula.
    public mutating func text(_ cell: Span<UInt8>) {
        beginCell()
        write(cell, isGuarded: Self.beginsLikeFormula(cell))
    }

    /// Writes a cell of text as it stands, never guarded: only for what this product makes itself, such as
    /// identifiers, and for the rows of a rejects file, which must come back as they were.
    public mutating func verbatim(_ cell: Span<UInt8>) {
        beginCell()
        write(cell, isGuarded: false)
    }

    /// Writes a cell of text as it stands, never guarded; see `verbatim(_:)` for bytes.
    public mutating func verbatim(_ cell: String) {
        var cell = cell
        cell.withUTF8 { cell in verbatim(cell.span) }
    }

    /// Writes the digits of a number of our own formatting, such as `-3.00` or `-3,00`; never guarded.
    ///
    /// Anything but digits, signs, dots, commas and spaces is written as text instead, so that nothing else
    /// can slip past the guard.
    public mutating func number(_ digits: String) {
        let isNumber = digits.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."),
                UInt8(ascii: ","), UInt8(ascii: " "):
                true
            default: false
            }
        }
        guard isNumber else { return text(digits) }
        beginCell()
        var digits = digits
        digits.withUTF8 { digits in write(digits.span, isGuarded: false) }
    }

    /// Writes a whole number.
    public mutating func number(_ value: Int64) {
        beginCell()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes an empty cell.
    public mutating func empty() { beginCell() }

    /// Ends the row.
    public mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isAtRowStart = true
    }

    /// Writes a row of text cells.
    public mutating func row(_ cells: [String]) {
        for cell in cells { text(cell) }
        // A row of one empty cell would be an empty line, which readers skip.
        if cells.count == 1, cells[0].isEmpty {
            bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")])
        }
        endRow()
    }

    /// Whether a spreadsheet would take the cell for a formula: `= + - @`, a tab, a CR or LF, or a full-width
    /// form of the four comes first.
    public static func beginsLikeFormula(_ cell: Span<UInt8>) -> Bool {
        guard cell.count > 0 else { return false }
        switch cell[0] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D:
            return true
        case 0xEF:
            // U+FF1D ＝, U+FF0B ＋, U+FF0D －, U+FF20 ＠
            guard cell.count >= 3, cell[1] == 0xBC else { return false }
            return [0x9D, 0x8B, 0x8D, 0xA0].contains(cell[2])
        default:
            return false
        }
    }

    /// Whether a spreadsheet would take the cell for a formula.
    public static func beginsLikeFormula(_ cell: String) -> Bool {
        var cell = cell
        return cell.withUTF8 { cell in beginsLikeFormula(cell.span) }
    }

    private mutating func beginCell() {
        if !isAtRowStart { bytes.append(delimiter) }
        isAtRowStart = false
    }

    private mutating func write(_ cell: Span<UInt8>, isGuarded: Bool) {
        var needsQuotes = false
        for index in 0..<cell.count {
            let byte = cell[index]
            if byte == delimiter || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") || byte == 0x0D {
                needsQuotes = true
                break
            }
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if isGuarded { bytes.append(UInt8(ascii: "'")) }
        for index in 0..<cell.count {
            if cell[index] == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\"")) }
            bytes.append(cell[index])
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }
}

/// Splits one buffer into records by walking its marks; the product's innermost loop.
///
/// What is decided depends on the bytes of the file alone, never on where the buffer ends: a record that
/// cannot be judged yet is left for the next buffer, which begins with it.
struct CSVSplitter {
    let bytes: UnsafeBufferPointer<UInt8>
    let end: Int
    let isLast: Bool
    let marks: UnsafeBufferPointer<UInt32>
    let wideBlocks: UnsafeBufferPointer<UInt32>
    let fields: UnsafeMutableBufferPointer<CSVField>
    let delimiter: UInt8
    let limits: CSVLimits

    /// Where the first record that is not split yet begins.
    var position: Int
    /// The line of `position`, counted from 1.
    var line: Int
    var fieldCount = 0
    /// Whether the bytes up to the next line feed belong to a record that was too long.
    var isSkipping = false
    var mark = 0
    var wideBlock = 0

    /// - Parameters:
    ///   - end: The byte after the last that may be read as text; if `isLast`, a line feed stands before it.
    ///   - marks: As `CSVMarks.find` gives them, from `position` to `end`.
    init(
        bytes: UnsafeBufferPointer<UInt8>, end: Int, isLast: Bool, marks: UnsafeBufferPointer<UInt32>,
        wideBlocks: UnsafeBufferPointer<UInt32>, fields: UnsafeMutableBufferPointer<CSVField>,
        delimiter: UInt8, limits: CSVLimits, position: Int, line: Int,
    ) {
        self.bytes = bytes
        self.end = end
        self.isLast = isLast
        self.marks = marks
        self.wideBlocks = wideBlocks
        self.fields = fields
        self.delimiter = delimiter
        self.limits = limits
        self.position = position
        self.line = line
    }

    /// Appends all records that can be judged, and moves `position` behind them.
    mutating func run(into records: inout [CSVRecord]) {
        while position < end, !isSkipping {
            switch readPlain() ?? readRecord() {
            case .empty: break
            case .record(let record): records.append(record)
            case .incomplete: return
            }
        }
    }

    enum Step {
        case record(CSVRecord)
        case empty
        case incomplete
    }

    /// Reads a record that has nothing but delimiters and a line end in it; nil, having changed nothing,
    /// for any other.
    @inline(__always)
    private mutating func readPlain() -> Step? {
        guard let bytes = bytes.baseAddress, let marks = marks.baseAddress, let fields = fields.baseAddress
        else {
            return nil
        }
        let start = position
        var fieldStart = start
        var mark = mark
        var count = fieldCount
        while true {
            let found = Int(marks[mark])  // in bounds: a sentinel ends the marks
            if found >= end { return nil }
            mark += 1
            let byte = bytes[found]
            if byte == delimiter {
                fields[count] = CSVField(start: fieldStart, end: found, flags: 0)  // in bounds: one mark each
                count += 1
                fieldStart = found + 1
            } else if byte == UInt8(ascii: "\n") {
                var fieldEnd = found
                if fieldEnd > fieldStart, bytes[fieldEnd - 1] == UInt8(ascii: "\r") { fieldEnd -= 1 }
                // Within the smallest limits no cell and no record can be too long.
                guard found - start <= limits.fieldBytes, found - start <= limits.recordBytes,
                    count - fieldCount < limits.columns, fieldEnd > start,
                    !isWide(start, fieldEnd)
                        || firstInvalidUTF8(in: self.bytes.span, from: start, to: fieldEnd) == nil
                else { return nil }
                fields[count] = CSVField(start: fieldStart, end: fieldEnd, flags: 0)  // in bounds: one mark each
                count += 1
                let record = CSVRecord(
                    line: line, firstField: fieldCount, fieldCount: count - fieldCount, start: start,
                    end: fieldEnd, problem: nil)
                self.mark = mark
                fieldCount = count
                position = found + 1
                line += 1
                return .record(record)
            } else if byte != UInt8(ascii: "\r") || bytes[found + 1] != UInt8(ascii: "\n") {
                return nil
            }
        }
    }

    /// Whether a block of 64 bytes that touches the range holds a byte of 0x80 or more.
    @inline(__always)
    mutating func isWide(_ start: Int, _ end: Int) -> Bool {
        // In bounds: a sentinel ends the blocks, and it is greater than any offset.
        while Int(wideBlocks[wideBlock]) + CSVMarks.blockSize <= start { wideBlock += 1 }
        return Int(wideBlocks[wideBlock]) < end
    }
}

import Parsing

/// CSV read one byte at a time from a whole file, as plainly as the rules can be written down.
///
/// The tests hold the scanner against it.
struct CSVReference {
    struct Record: Equatable {
        var line: Int
        var raw: [UInt8]
        var cells: [[UInt8]]
        var cellColumns: [Int]
        var problem: CSVProblem?
    }

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private let limits: CSVLimits

    /// Takes a text without a byte order mark.
    init(_ text: [UInt8], delimiter: UInt8, limits: CSVLimits) {
        bytes = text
        self.delimiter = delimiter
        self.limits = limits
    }

    func records() -> [Record] {
        var records: [Record] = []
        var position = 0
        while position < bytes.count {
            let (record, next) = record(at: position, line: line(of: position))
            if let record { records.append(record) }
            position = next
        }
        return records
    }

    private func line(of offset: Int) -> Int { 1 + bytes[..<offset].count { $0 == 10 } }

    /// The byte at an offset; the file is read as if it ended with a line feed.
    private func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 10 }

    private func lineFeed(from offset: Int) -> Int { bytes[offset...].firstIndex(of: 10) ?? bytes.count }

    private func place(_ kind: CSVProblem.Kind, _ offset: Int) -> CSVProblem {
        let start = (bytes[..<min(offset, bytes.count)].lastIndex(of: 10) ?? -1) + 1
        return CSVProblem(kind: kind, line: line(of: min(offset, bytes.count)), column: offset - start + 1)
    }

    private func column(_ offset: Int) -> Int { place(.nul, offset).column }

    /// What is known of a record while it is read.
    private struct Draft {
        let start: Int
        var position: Int
        /// Where the record ends, once that is known.
        var end: Int?
        var cells: [Range<Int>] = []
        var columns: [Int] = []
        var quoted: [Bool] = []
        var fault: (kind: CSVProblem.Kind, offset: Int)?
        /// Whether a cell was too long; what follows in the line is passed over.
        var isBroken = false
        /// Whether the record as a whole was too long.
        var isCut = false

        mutating func note(_ kind: CSVProblem.Kind, _ offset: Int) {
            if fault == nil { fault = (kind, offset) }
        }
    }

    private func record(at start: Int, line: Int) -> (Record?, Int) {
        var draft = Draft(start: start, position: start)
        while draft.end == nil {
            if at(draft.position) == 34 { quotedCell(&draft) } else { plainCell(&draft) }
            if draft.isCut { return cut(start, line, draft.fault) }
        }
        return finish(
            start, line, draft.end ?? bytes.count, draft.cells, draft.columns, draft.quoted, draft.fault)
    }

    private func add(_ range: Range<Int>, _ isQuoted: Bool, _ offset: Int, to draft: inout Draft) {
        if range.count > limits.fieldBytes {
            draft.note(.fieldTooLong(limit: limits.fieldBytes), offset)
            draft.isBroken = true
        } else if draft.cells.count == limits.columns {
            draft.note(.tooManyColumns(limit: limits.columns), offset)
        } else {
            draft.cells.append(range)
            draft.columns.append(column(offset))
            draft.quoted.append(isQuoted)
        }
    }

    private func quotedCell(_ draft: inout Draft) {
        let open = draft.position
        let before = draft.fault
        var position = open + 1
        while position < bytes.count, position - open - 1 <= limits.fieldBytes {
            if at(position) == 34 {
                if at(position + 1) != 34 { break }
                position += 2
                continue
            }
            if at(position) == 0 { draft.note(.nul, position) }
            position += 1
        }
        draft.position = position
        let tooLong = position - open - 1 > limits.fieldBytes
        if tooLong || position >= bytes.count {
            let judged = min(position, open + limits.fieldBytes + 2)
            draft.isCut = judged - draft.start > limits.recordBytes
            draft.fault = before
            if draft.isCut { return }
            draft.note(tooLong ? .quoteTooLong(limit: limits.fieldBytes) : .quoteNeverClosed, open)
            draft.end = lineFeed(from: open)
            return
        }
        let next = position + 1
        if at(next) == delimiter || at(next) == 10 || (at(next) == 13 && at(next + 1) == 10) {
            add(open + 1..<position, true, open, to: &draft)
            draft.position = next + 1
            if at(next) != delimiter { draft.end = at(next) == 10 ? next : next + 1 }
        } else {
            draft.note(at(next) == 13 ? .loneCarriageReturn : .textAfterQuote, next)
            draft.end = lineFeed(from: next)
        }
    }

    private func plainCell(_ draft: inout Draft) {
        let open = draft.position
        var position = open
        while at(position) != delimiter, at(position) != 10 {
            if at(position) == 0 { draft.note(.nul, position) }
            if at(position) == 13, at(position + 1) != 10 { draft.note(.loneCarriageReturn, position) }
            position += 1
        }
        if at(position) == 10 {
            let isReturned = position > open && at(position - 1) == 13
            add(open..<(isReturned ? position - 1 : position), false, open, to: &draft)
            draft.end = position
        } else {
            add(open..<position, false, open, to: &draft)
            position += 1
            if draft.isBroken { draft.end = lineFeed(from: position) }
        }
        draft.position = position
    }

    private func finish(
        _ start: Int, _ line: Int, _ end: Int, _ cells: [Range<Int>], _ columns: [Int], _ quoted: [Bool],
        _ fault: (kind: CSVProblem.Kind, offset: Int)?,
    ) -> (Record?, Int) {
        if end - start > limits.recordBytes { return cut(start, line, fault) }
        let recordEnd = end > start && at(end - 1) == 13 ? end - 1 : end
        if recordEnd == start { return (nil, end + 1) }
        var fault = fault
        if let wrong = invalid(start..<recordEnd), wrong < fault?.offset ?? .max {
            let mark = wrong + 1 < recordEnd ? [at(wrong), at(wrong + 1)] : []
            let isMark = line == 1 && (mark == [0xFF, 0xFE] || mark == [0xFE, 0xFF])
            fault = (isMark ? .utf16 : .notUTF8(at(wrong)), wrong)
        }
        let contents = zip(cells, quoted).map { range, isQuoted in
            isQuoted ? undouble(Array(bytes[range])) : Array(bytes[range])
        }
        return (
            Record(
                line: line, raw: Array(bytes[start..<recordEnd]), cells: contents, cellColumns: columns,
                problem: fault.map { place($0.kind, $0.offset) }), end + 1
        )
    }

    /// A fault counts where the bytes before the limit show it.
    private func cut(
        _ start: Int, _ line: Int, _ fault: (kind: CSVProblem.Kind, offset: Int)?
    ) -> (Record?, Int) {
        let end = start + limits.recordBytes
        var problem = place(.recordTooLong(limit: limits.recordBytes), start)
        if let fault, fault.offset + limits.fieldBytes + 1 < end { problem = place(fault.kind, fault.offset) }
        return (
            Record(line: line, raw: Array(bytes[start..<end]), cells: [], cellColumns: [], problem: problem),
            lineFeed(from: end) + 1
        )
    }

    private func undouble(_ content: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        var isSecond = false
        for byte in content {
            if byte == 34, !isSecond {
                isSecond = true
                plain.append(byte)
            } else {
                if byte != 34 { plain.append(byte) }
                isSecond = false
            }
        }
        return plain
    }

    /// The first byte the standard library does not take for UTF-8.
    private func invalid(_ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            let length = (1...4).first {
                index + $0 <= range.upperBound
                    && String(validating: bytes[index..<index + $0], as: UTF8.self) != nil
            }
            guard let length else { return index }
            index += length
        }
        return nil
    }
}

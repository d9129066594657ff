/// The careful way through a record: quotes, problems and limits.
extension CSVSplitter {
    /// A record that is being read; nothing of it counts until it is finished.
    private struct Draft {
        let start: Int
        var fieldStart: Int
        var mark: Int
        var count: Int
        var line: Int
        var problem: (kind: CSVProblem.Kind, offset: Int)?

        /// Notes a problem; the first one found stays.
        mutating func note(_ kind: CSVProblem.Kind, at offset: Int) {
            if problem == nil { problem = (kind, offset) }
        }
    }

    private enum Cell {
        case more
        case lineEnd(Int)
        /// The rest of the line cannot be split.
        case broken
        case recordTooLong
        case incomplete
    }

    /// Reads any record; changes nothing when it is incomplete.
    mutating func readRecord() -> Step {
        var draft = Draft(
            start: position, fieldStart: position, mark: mark, count: fieldCount, line: line)
        while true {
            // In bounds: padding follows the end.
            let isQuoted = bytes[draft.fieldStart] == UInt8(ascii: "\"")
            switch draft.fieldStart < end && isQuoted ? readQuoted(&draft) : readUnquoted(&draft) {
            case .more: continue
            case .lineEnd(let offset): return finish(draft, at: offset)
            case .recordTooLong: return cut(draft)
            case .incomplete: return leave(draft)
            case .broken:
                guard let offset = nextLineFeed(&draft) else { return leave(draft) }
                return finish(draft, at: offset)
            }
        }
    }

    private func readUnquoted(_ draft: inout Draft) -> Cell {
        while true {
            let found = Int(marks[draft.mark])
            if found >= end { return .incomplete }
            draft.mark += 1
            switch bytes[found] {
            case delimiter:
                guard add(&draft, draft.fieldStart, found) else { return .broken }
                draft.fieldStart = found + 1
                return .more
            case UInt8(ascii: "\n"):
                _ = add(&draft, draft.fieldStart, withoutReturn(from: draft.fieldStart, to: found))
                return .lineEnd(found)
            case UInt8(ascii: "\r"):
                if found + 1 >= end { return .incomplete }
                if bytes[found + 1] != UInt8(ascii: "\n") { draft.note(.loneCarriageReturn, at: found) }
            case 0:
                draft.note(.nul, at: found)
            default:
                break
            }
        }
    }

    private func readQuoted(_ draft: inout Draft) -> Cell {
        let open = draft.fieldStart
        draft.mark += 1
        let atOpen = draft
        var flags = CSVField.quotedFlag
        while true {
            let found = Int(marks[draft.mark])
            let known = min(found, isLast ? end - 1 : end)
            if known - open - 1 > limits.fieldBytes || (found >= end && isLast) {
                return giveUp(&draft, back: atOpen, known: known)
            }
            if found >= end { return .incomplete }
            draft.mark += 1
            switch bytes[found] {
            case UInt8(ascii: "\n"): draft.line += 1
            case 0: draft.note(.nul, at: found)
            case UInt8(ascii: "\""):
                if found + 1 >= end { return .incomplete }
                if bytes[found + 1] != UInt8(ascii: "\"") {
                    return closeQuoted(&draft, from: open + 1, to: found, flags: flags)
                }
                flags |= CSVField.escapesFlag
                draft.mark += 1
            default: break
            }
        }
    }

    /// Takes in a quoted cell, whose closing quote stands at `close`, and what must follow it.
    private func closeQuoted(_ draft: inout Draft, from start: Int, to close: Int, flags: UInt32) -> Cell {
        let next = close + 1
        switch bytes[next] {
        case delimiter:
            draft.mark += 1
            _ = add(&draft, start, close, flags: flags)
            draft.fieldStart = next + 1
            return .more
        case UInt8(ascii: "\n"):
            draft.mark += 1
            _ = add(&draft, start, close, flags: flags)
            return .lineEnd(next)
        case UInt8(ascii: "\r"):
            if next + 1 >= end { return .incomplete }
            guard bytes[next + 1] == UInt8(ascii: "\n") else {
                draft.note(.loneCarriageReturn, at: next)
                return .broken
            }
            draft.mark += 2
            _ = add(&draft, start, close, flags: flags)
            return .lineEnd(next + 1)
        default:
            draft.note(.textAfterQuote, at: next)
            return .broken
        }
    }

    /// Ends a record whose quote does not close at the end of the line on which it opened, so that the
    /// lines after it are read as records of their own.
    ///
    /// This cannot go on for ever: what opens a quote outside of one closes or breaks it inside of one, so
    /// that the lines that were passed in vain hold no other opening quote.
    private func giveUp(_ draft: inout Draft, back atOpen: Draft, known: Int) -> Cell {
        let open = atOpen.fieldStart
        let isTooLong = known - open - 1 > limits.fieldBytes
        let judged = min(known, open + 1 + limits.fieldBytes + 1)
        draft = atOpen
        if judged - atOpen.start > limits.recordBytes { return .recordTooLong }
        draft.note(isTooLong ? .quoteTooLong(limit: limits.fieldBytes) : .quoteNeverClosed, at: open)
        return .broken
    }

    /// Takes in a cell; false when the cell is too long.
    private func add(_ draft: inout Draft, _ start: Int, _ end: Int, flags: UInt32 = 0) -> Bool {
        if end - start > limits.fieldBytes {
            draft.note(.fieldTooLong(limit: limits.fieldBytes), at: start)
            return false
        }
        if draft.count - fieldCount >= limits.columns {
            draft.note(.tooManyColumns(limit: limits.columns), at: flags == 0 ? start : start - 1)
        } else {
            fields[draft.count] = CSVField(start: start, end: end, flags: flags)
            draft.count += 1
        }
        return true
    }

    private func withoutReturn(from start: Int, to end: Int) -> Int {
        end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
    }

    private func nextLineFeed(_ draft: inout Draft) -> Int? {
        while true {
            let found = Int(marks[draft.mark])
            if found >= end { return nil }
            draft.mark += 1
            if bytes[found] == UInt8(ascii: "\n") { return found }
        }
    }

    /// Leaves a record for the next buffer, unless it is known to be too long already.
    private mutating func leave(_ draft: Draft) -> Step {
        guard (isLast ? end - 1 : end) - draft.start > limits.recordBytes else { return .incomplete }
        var draft = draft
        draft.note(.fieldTooLong(limit: limits.fieldBytes), at: draft.fieldStart)
        return cut(draft)
    }

    /// Finishes a record whose line feed stands at `offset`.
    private mutating func finish(_ draft: Draft, at offset: Int) -> Step {
        let start = draft.start
        if offset - start > limits.recordBytes { return cut(draft) }
        let recordEnd = withoutReturn(from: start, to: offset)
        let recordLine = line
        let firstField = fieldCount
        mark = draft.mark
        position = offset + 1
        line = draft.line + 1
        if recordEnd == start { return .empty }
        fieldCount = draft.count
        var problem = draft.problem
        if isWide(start, recordEnd), let wrong = firstInvalidUTF8(in: bytes.span, from: start, to: recordEnd),
            problem.map({ wrong < $0.offset }) ?? true
        {
            problem = (isUTF16Mark(wrong) && recordLine == 1 ? .utf16 : .notUTF8(bytes[wrong]), wrong)
        }
        return .record(
            CSVRecord(
                line: recordLine, firstField: firstField, fieldCount: fieldCount - firstField, start: start,
                end: recordEnd,
                problem: problem.map { place($0.kind, at: $0.offset, from: start, line: recordLine) }))
    }

    /// Cuts a record at the limit and goes on after the next line feed, whatever it stands in.
    ///
    /// Its first problem is the reason where the bytes up to the limit show it, wherever the buffer ends: a
    /// cell begins early enough for that to be too long before the limit.
    private mutating func cut(_ draft: Draft) -> Step {
        let start = draft.start
        let recordLine = line
        let recordEnd = start + limits.recordBytes
        let found = draft.problem.flatMap { $0.offset + limits.fieldBytes + 1 < recordEnd ? $0 : nil }
        var index = start
        while index < end {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                if index >= recordEnd { break }
            }
            index += 1
        }
        isSkipping = index == end
        position = min(end, index + 1)
        while Int(marks[mark]) < position { mark += 1 }
        let problem = place(
            found?.kind ?? .recordTooLong(limit: limits.recordBytes), at: found?.offset ?? start,
            from: start, line: recordLine)
        return .record(
            CSVRecord(
                line: recordLine, firstField: fieldCount, fieldCount: 0, start: start, end: recordEnd,
                problem: problem))
    }

    private func isUTF16Mark(_ offset: Int) -> Bool {
        (bytes[offset] == 0xFF && bytes[offset + 1] == 0xFE)
            || (bytes[offset] == 0xFE && bytes[offset + 1] == 0xFF)
    }

    private func place(_ kind: CSVProblem.Kind, at offset: Int, from start: Int, line: Int) -> CSVProblem {
        let (line, column) = placeOf(offset, inRecordAt: start, line: line, bytes: bytes)
        return CSVProblem(kind: kind, line: line, column: column)
    }
}

import Parsing

/// Joins rows that follow each other with one number in a column: a shop writes one for each product.
///
/// The last order of a batch may go on in the next one, so it waits.
struct RowJoiner {
    /// Rows with the bytes and cells that they lie in, and which of them are one order each.
    struct Rows {
        var bytes: [UInt8] = []
        var records: [CSVRecord] = []
        var fields: [CSVField] = []
        var groups: [Range<Int>] = []
    }

    /// The column whose cell is the same in all rows of an order.
    let column: Int
    private var waiting = Rows()

    init(column: Int) { self.column = column }

    /// The orders that are complete, those that waited first.
    mutating func take(_ batch: inout CSVBatch, from first: Int) -> Rows {
        var rows = waiting
        waiting = Rows()
        if first < batch.records.count {
            let start = batch.records[first].start
            let shift = rows.bytes.count - start
            let cells = rows.fields.count - batch.records[first].firstField
            rows.fields += batch.fields[batch.records[first].firstField...].map { $0.moved(by: shift) }
            rows.records += batch.records[first...].map { $0.moved(by: shift, fields: cells) }
            rows.bytes += batch.takeBytes()[start...]
        }
        rows.groups = groups(of: rows)
        if let last = rows.groups.popLast() { wait(last, of: rows) }
        return rows
    }

    /// What waited when the file ended.
    mutating func finish() -> Rows {
        var rows = waiting
        waiting = Rows()
        rows.groups = groups(of: rows)
        return rows
    }

    private func groups(of rows: Rows) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        for index in rows.records.indices {
            if let last = groups.last, isSame(rows.records[last.lowerBound], rows.records[index], rows) {
                groups[groups.count - 1] = last.lowerBound..<index + 1
            } else {
                groups.append(index..<index + 1)
            }
        }
        return groups
    }

    private func isSame(_ left: CSVRecord, _ right: CSVRecord, _ rows: Rows) -> Bool {
        guard left.problem == nil, right.problem == nil, left.fieldCount > column, right.fieldCount > column
        else { return false }
        let first = rows.fields[left.firstField + column]
        let second = rows.fields[right.firstField + column]
        return !first.isEmpty && rows.bytes[first.range] == rows.bytes[second.range]
    }

    /// Puts the last order aside, its line end with it.
    private mutating func wait(_ group: Range<Int>, of rows: Rows) {
        let records = rows.records[group]
        guard let first = records.first, let last = records.last else { return }
        var end = last.end
        while end < rows.bytes.count,
            rows.bytes[end] == UInt8(ascii: "\r") || rows.bytes[end] == UInt8(ascii: "\n")
        {
            end += 1
            if rows.bytes[end - 1] == UInt8(ascii: "\n") { break }
        }
        waiting.bytes = Array(rows.bytes[first.start..<end])
        waiting.fields = rows.fields[first.firstField..<last.firstField + last.fieldCount].map {
            $0.moved(by: -first.start)
        }
        waiting.records = records.map { $0.moved(by: -first.start, fields: -first.firstField) }
    }
}

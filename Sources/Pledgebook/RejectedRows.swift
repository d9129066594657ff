import Crowdfunding
import Imports
import Parsing

/// Writes the rows that an import did not take as a CSV that can be mended and imported again.
///
/// Each row comes back as it was, with the reason before it in a column of its own. Used by the importing
/// thread, and by others when that has ended.
public final class RejectedRows: @unchecked Sendable {
    /// The name of the column that says why.
    public static let column = "rejected_because"

    /// How many rows were written.
    public private(set) var count: Int64 = 0
    private let sink: ([UInt8]) throws -> Void
    private var writer = CSVWriter()
    private var header: [UInt8] = []
    private var writtenHeader: [UInt8]?
    private var delimiter = UInt8(ascii: ",")
    /// Whether the file is one of rejects, whose first column is the reason already.
    private var hasReason = false

    /// - Parameter sink: Takes the file's bytes, piece by piece.
    public init(to sink: @escaping ([UInt8]) throws -> Void) { self.sink = sink }

    /// An observer that writes here.
    public func observer(
        progress: @escaping @Sendable (_ rows: Int64, _ bytes: Int64, _ of: Int64) -> Void
    ) -> ImportObserver {
        ImportObserver(
            header: { self.begin($0) }, rejected: { try self.write($0, of: $1) }, progress: progress)
    }

    /// Hands on what is still held.
    public func finish() throws {
        if !writer.bytes.isEmpty { try sink(writer.bytes) }
        writer.bytes = []
    }

    private func begin(_ bytes: [UInt8]) {
        header = bytes
    }

    private func write(_ problem: RejectedRow, of bytes: [UInt8]) throws {
        try writeHeader()
        count += 1
        let place = "line \(problem.diagnostic.line), column \(problem.diagnostic.column)"
        writer.text("\(place): \(problem.diagnostic.message); \(problem.diagnostic.remedy)")
        let rows = rows(of: Array(bytes[problem.row.range]))
        for further in rows.dropLast() {
            writer.bytes.append(delimiter)
            writer.bytes += withoutReason(further)
            writer.endRow()
            writer.text("the same order as above")
        }
        let row = withoutReason(rows.last ?? [])
        if Self.staysOpen(row, delimiter: delimiter) {
            // A quote that never closes would swallow the rows below it.
            writer.verbatim(row.span)
        } else {
            writer.bytes.append(delimiter)
            writer.bytes += row
        }
        writer.endRow()
        if writer.bytes.count >= 64 << 10 { try finish() }
    }

    private func writeHeader() throws {
        guard writtenHeader != header else { return }
        guard writtenHeader == nil else {
            throw SessionError.rule(
                "The files have different columns, and their bad rows cannot stand in one rejects file. "
                    + "Nothing was changed: import the files one by one.", exit: .badInput)
        }
        writtenHeader = header
        var scanner = CSVScanner(bytes: header, pieceSize: header.count + 1)
        var batch = CSVBatch()
        _ = try scanner.nextBatch(into: &batch)
        delimiter = scanner.delimiter ?? UInt8(ascii: ",")
        writer = CSVWriter(delimiter: delimiter)
        hasReason = batch.fields.first.map { batch.text(of: $0) == Self.column } ?? false
        writer.bytes += Array(Self.column.utf8) + [delimiter] + withoutReason(header)
        writer.endRow()
    }

    /// The rows of one order, where a platform writes several; what cannot be split stays whole.
    private func rows(of bytes: [UInt8]) -> [[UInt8]] {
        guard bytes.contains(UInt8(ascii: "\n")) else { return [bytes] }
        var scanner = CSVScanner(bytes: bytes, delimiter: delimiter, pieceSize: bytes.count + 1)
        var batch = CSVBatch()
        guard (try? scanner.nextBatch(into: &batch)) == true, batch.records.count > 1,
            batch.records.allSatisfy({ $0.problem == nil })
        else { return [bytes] }
        return batch.records.map { Array(batch.bytes[$0.start..<$0.end]) }
    }

    private func withoutReason(_ row: [UInt8]) -> [UInt8] {
        guard hasReason else { return row }
        var scanner = CSVScanner(bytes: row, delimiter: delimiter, pieceSize: row.count + 1)
        var batch = CSVBatch()
        guard (try? scanner.nextBatch(into: &batch)) == true, let first = batch.fields.first else {
            return row
        }
        let end = first.end + (first.isQuoted ? 1 : 0)
        guard end < row.count, row[end] == delimiter else { return row }
        return Array(row[(end + 1)...])
    }

    /// Whether the row by itself ends within quotes.
    private static func staysOpen(_ row: [UInt8], delimiter: UInt8) -> Bool {
        guard row.contains(UInt8(ascii: "\"")) else { return false }
        var scanner = CSVScanner(bytes: row, delimiter: delimiter, pieceSize: row.count + 1)
        var batch = CSVBatch()
        guard (try? scanner.nextBatch(into: &batch)) == true else { return false }
        return batch.records.contains { $0.problem?.kind == .quoteNeverClosed }
    }
}

import Parsing

/// One thing that a file tells otherwise than the book, as a row of the file of differences.
public struct DifferenceRow: Hashable, Sendable {
    /// The pledge's reference.
    public let reference: String
    /// For example `status`; `new` for a new pledge, `vanished` for one that the file does not name.
    public let what: String
    /// As the book has it; empty for nothing.
    public let before: String
    /// As the file tells it; empty for nothing.
    public let after: String
}

/// Writes what a file tells otherwise than the book as a CSV, guarded against spreadsheets' formulas.
///
/// It holds names and addresses where they differ. Used by the importing thread, and by others when that has
/// ended.
public final class DifferenceFile: @unchecked Sendable {
    private let sink: ([UInt8]) throws -> Void
    private var writer = CSVWriter()

    /// - Parameter sink: Takes the file's bytes, piece by piece.
    public init(to sink: @escaping ([UInt8]) throws -> Void) {
        self.sink = sink
        writer.row(["reference", "what", "before", "after"])
    }

    /// Adds a row.
    public func write(_ row: DifferenceRow) throws {
        writer.row([row.reference, row.what, row.before, row.after])
        if writer.bytes.count >= 64 << 10 { try finish() }
    }

    /// Hands on what is still held.
    public func finish() throws {
        if !writer.bytes.isEmpty { try sink(writer.bytes) }
        writer.bytes = []
    }
}

import Crowdfunding
import Glibc
import Storage

/// The rows of a later file that tell something new of pledges in the book, in the order of the file.
///
/// They are compared when everything else is written, so they have to wait: the first in memory, the others
/// in a file beside the book that has no name, so that nothing of it is left whatever happens. Filled by the
/// thread that reads; read by another when that has ended.
final class ChangedRows: @unchecked Sendable {
    private(set) var count = 0
    private var held: [ChangedRow] = []
    private var heldSize = 0
    private var spill: SpillFile?
    private let book: String
    private let inMemory: Int

    /// - Parameters:
    ///   - book: The path of the book; what does not fit in memory lies in its folder.
    ///   - inMemory: How many bytes of rows are kept in memory.
    init(besides book: String, inMemory: Int) {
        self.book = book
        self.inMemory = inMemory
    }

    /// Whether some of the rows lie in a file.
    var isSpilled: Bool { spill != nil }

    /// Adds a row behind the others.
    ///
    /// - Throws: `BookError` where the file cannot be made or written.
    func append(_ row: ChangedRow) throws {
        count += 1
        guard spill == nil, heldSize + row.size <= inMemory else {
            let file = try spill ?? SpillFile(besides: book)
            spill = file
            return try file.write(row.packed)
        }
        heldSize += row.size
        held.append(row)
    }

    /// Hands over every row; to be called once.
    ///
    /// - Throws: What `body` throws; `BookError` where the file cannot be read.
    func forEach(_ body: (ChangedRow) throws -> Void) throws {
        for row in held { try body(row) }
        guard let spill else { return }
        try spill.rewind()
        while let packed = try spill.read() {
            guard let row = ChangedRow(packed: packed) else {
                throw BookError.storage(reason: "a row that was put aside cannot be read again")
            }
            try body(row)
        }
    }
}

/// A file without a name: pieces of bytes, written one after the other, then read.
private final class SpillFile {
    private let descriptor: Int32
    private let book: String
    private var buffer: [UInt8] = []
    private var next = 0
    private static let chunk = 256 << 10

    init(besides book: String) throws {
        self.book = book
        var name = Array((book + ".changes-XXXXXX").utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw BookError.readOnly(path: book) }
        // The rows hold names and addresses: the file is its owner's alone (mkstemp), and nobody finds it.
        unlink(name)
    }

    deinit { close(descriptor) }

    func write(_ piece: [UInt8]) throws {
        withUnsafeBytes(of: UInt32(piece.count)) { buffer += $0 }
        buffer += piece
        if buffer.count >= Self.chunk { try flush() }
    }

    /// Ends the writing and stands before the first piece.
    func rewind() throws {
        try flush()
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure() }
    }

    /// The next piece; `nil` after the last.
    func read() throws -> [UInt8]? {
        guard let head = try take(4) else { return nil }
        let count = head.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        guard let piece = try take(Int(count)) else { throw failure() }
        return Array(piece)
    }

    private func take(_ count: Int) throws -> ArraySlice<UInt8>? {
        while buffer.count - next < count {
            buffer.removeSubrange(..<next)
            next = 0
            var chunk = [UInt8](repeating: 0, count: max(Self.chunk, count))
            let got = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure() }
            guard got > 0 else { return nil }
            buffer += chunk[..<got]
        }
        defer { next += count }
        return buffer[next..<next + count]
    }

    private func flush() throws {
        var done = 0
        while done < buffer.count {
            let wrote = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
            }
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw failure() }
            done += wrote
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure() -> BookError {
        errno == ENOSPC || errno == EDQUOT ? .full(path: book) : .unwritten(path: book)
    }
}

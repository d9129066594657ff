/// Reads CSV (RFC 4180 and what spreadsheets make of it) piece by piece, as fast as memory allows.
///
/// Each call of `nextBatch(into:)` gives all records that end within the next piece. The header is a record
/// like any other. Commas, semicolons and tabs are told apart by the first line; LF and CRLF end a record;
/// empty lines and a byte order mark are skipped; a quote inside an unquoted cell is text.
/// A record that breaks a rule is given with its `problem`, and reading goes on after it.
///
///     var scanner = CSVScanner { buffer in try file.read(into: buffer) }
///     var batch = CSVBatch()
///     while try scanner.nextBatch(into: &batch) {
///         for record in batch.records { … batch.fields[record.firstField] … }
///     }
public struct CSVScanner {
    /// Fills the front of the buffer and returns how many bytes it wrote, or 0 at the end of the file.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    /// The byte between cells; nil until the first record was seen, unless it was given.
    public private(set) var delimiter: UInt8?

    private let source: Source
    private let pieceSize: Int
    private let limits: CSVLimits
    /// Bytes read and not yet given, from index 0 on; always `padding` longer than what is read into it.
    private var buffer: [UInt8] = []
    private var filled = 0
    private var marks: [UInt32] = []
    private var wideBlocks: [UInt32] = []
    private var line = 1
    private var hasStarted = false
    private var hasEnded = false
    /// Whether the rest of a record that is too long is being skipped.
    private var isSkipping = false

    /// One block that may be read past the end, and the line feed that ends the last line.
    private static let padding = 2 * CSVMarks.blockSize

    /// Prepares to read a file from its first byte on.
    ///
    /// - Parameters:
    ///   - delimiter: The byte between cells; nil to tell it from the first line.
    ///   - pieceSize: How many bytes are read at a time; memory use is a few times that.
    ///   - limits: The bounds of cells and records.
    ///   - source: Where the bytes come from.
    public init(
        delimiter: UInt8? = nil, pieceSize: Int = 512 << 10, limits: CSVLimits = .standard,
        reading source: @escaping Source,
    ) {
        self.delimiter = delimiter
        self.pieceSize = min(max(1, pieceSize), 1 << 26)
        self.limits = limits
        self.source = source
    }

    /// Prepares to read bytes that are in memory already.
    public init(
        bytes: [UInt8], delimiter: UInt8? = nil, pieceSize: Int = 512 << 10, limits: CSVLimits = .standard,
    ) {
        var position = 0
        self.init(delimiter: delimiter, pieceSize: pieceSize, limits: limits) { target in
            let count = min(target.count, bytes.count - position)
            target.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
    }

    /// Replaces the batch's content by the records that end within the next piece of the file.
    ///
    /// - Returns: False when the file has no more records; the batch is empty then.
    /// - Throws: What the source throws; nothing else.
    public mutating func nextBatch(into batch: inout CSVBatch) throws -> Bool {
        batch.records.removeAll(keepingCapacity: true)
        batch.fields.removeAll(keepingCapacity: true)
        while true {
            if !hasEnded { try fill() }
            var position = 0
            if !hasStarted {
                guard let start = begin() else { continue }
                position = start
            }
            if isSkipping, !skipLine(&position) {
                filled = 0
                if hasEnded { return false }
                continue
            }
            position = split(from: position, into: &batch)
            if !batch.records.isEmpty {
                handOver(to: &batch, from: position)
                return true
            }
            dropBytes(before: position)
            if hasEnded { return false }
        }
    }

    /// Reads the next piece; a record that is longer than a piece is met with ever larger ones.
    private mutating func fill() throws {
        let wanted = max(pieceSize, filled)
        let size = filled + wanted + Self.padding
        if buffer.count < size { buffer += [UInt8](repeating: 0, count: size - buffer.count) }
        let goal = filled + wanted
        while filled < goal, !hasEnded {
            let room = goal - filled
            let start = filled
            let count = try buffer.withUnsafeMutableBytes { bytes in
                try source(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<goal]))
            }
            hasEnded = count <= 0
            filled += min(max(0, count), room)
        }
        // The last line is ended here if the file does not do it; an empty line more is skipped.
        if hasEnded { buffer[filled] = UInt8(ascii: "\n") }
    }

    /// Skips a byte order mark and tells the delimiter; nil when the first line is not complete yet.
    private mutating func begin() -> Int? {
        if filled < 3, !hasEnded { return nil }
        let start = filled >= 3 && buffer[0] == 0xEF && buffer[1] == 0xBB && buffer[2] == 0xBF ? 3 : 0
        if delimiter == nil {
            let head = CSVHead(
                buffer, from: start, to: filled, isWhole: hasEnded || filled > limits.fieldBytes)
            guard let found = head.delimiter else { return nil }
            delimiter = found
        }
        hasStarted = true
        return start
    }

    /// Moves past the end of the line that is being skipped; false when it is not in the buffer.
    private mutating func skipLine(_ position: inout Int) -> Bool {
        guard let end = buffer[position..<filled].firstIndex(of: UInt8(ascii: "\n")) else { return false }
        position = end + 1
        line += 1
        isSkipping = false
        return true
    }

    /// Splits what is in the buffer into records; returns where the first incomplete one begins.
    private mutating func split(from position: Int, into batch: inout CSVBatch) -> Int {
        let delimiter = delimiter ?? UInt8(ascii: ",")
        let end = hasEnded ? filled + 1 : filled
        CSVMarks.find(
            in: buffer, from: position, to: end, delimiter: delimiter, marks: &marks, wideBlocks: &wideBlocks)
        let markCount = marks.count
        var lineNow = line
        var skips = isSkipping
        var next = position
        var records: [CSVRecord] = []
        swap(&records, &batch.records)
        buffer.withUnsafeBufferPointer { bytes in
            marks.withUnsafeBufferPointer { marks in
                wideBlocks.withUnsafeBufferPointer { wideBlocks in
                    // Every cell ends at a mark of its own.
                    batch.fields.append(addingCapacity: markCount) { span in
                        span.withUnsafeMutableBufferPointer { fields, count in
                            var splitter = CSVSplitter(
                                bytes: bytes, end: end, isLast: end > self.filled, marks: marks,
                                wideBlocks: wideBlocks, fields: fields, delimiter: delimiter, limits: limits,
                                position: position, line: lineNow)
                            splitter.run(into: &records)
                            count = splitter.fieldCount
                            lineNow = splitter.line
                            skips = splitter.isSkipping
                            next = splitter.position
                        }
                    }
                }
            }
        }
        swap(&records, &batch.records)
        line = lineNow
        isSkipping = skips
        return min(next, filled)
    }

    /// Gives the buffer to the batch and goes on in the batch's old one with what is not split yet.
    private mutating func handOver(to batch: inout CSVBatch, from position: Int) {
        let rest = filled - position
        swap(&buffer, &batch.bytes)
        let size = rest + pieceSize + Self.padding
        if buffer.count < size { buffer = [UInt8](repeating: 0, count: size) }
        if rest > 0 { buffer.replaceSubrange(0..<rest, with: batch.bytes[position..<filled]) }
        filled = rest
        if hasEnded { buffer[filled] = UInt8(ascii: "\n") }
    }

    private mutating func dropBytes(before position: Int) {
        guard position > 0 else { return }
        let rest = filled - position
        buffer.withUnsafeMutableBytes { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + rest]))
        }
        filled = rest
        if hasEnded { buffer[filled] = UInt8(ascii: "\n") }
    }
}

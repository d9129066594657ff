/// Finds the bytes of a CSV text that may mean something: the delimiter, quotes, and all control characters.
enum CSVMarks {
    static let blockSize = 64
    /// Ends the list of marks; greater than any offset.
    static let sentinel = UInt32.max

    /// Replaces `marks` by the offsets of all such bytes and a sentinel, `wideBlocks` by the offsets of the blocks
    /// of 64 bytes that hold a byte of 0x80 or more and a sentinel. Both are in rising order.
    ///
    /// - Parameter text: At least a block longer than `end`.
    static func find(
        in text: [UInt8], from start: Int, to end: Int, delimiter: UInt8,
        marks: inout [UInt32], wideBlocks: inout [UInt32],
    ) {
        marks.removeAll(keepingCapacity: true)
        wideBlocks.removeAll(keepingCapacity: true)
        let delimiters = UInt64(delimiter) &* 0x0101_0101_0101_0101
        // Marks are written in groups of eight, so that up to seven more may be touched than there are.
        marks.append(addingCapacity: end - start + 8 + 1) { span in
            span.withUnsafeMutableBufferPointer { out, count in
                text.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress, let target = out.baseAddress else { return }
                    var offset = start
                    while offset < end {
                        let (mask, isWide) = block(base + offset, delimiters: delimiters)
                        let left = end - offset
                        write(
                            left < blockSize ? mask & (1 << UInt64(left) - 1) : mask, at: offset, target,
                            &count)
                        if isWide { wideBlocks.append(UInt32(truncatingIfNeeded: offset)) }
                        offset += blockSize
                    }
                    target[count] = sentinel
                    count += 1
                }
            }
        }
        wideBlocks.append(sentinel)
    }

    /// One bit for each of 64 bytes that is a mark, and whether any of them is 0x80 or more.
    ///
    /// Eight bytes at a time in plain words: Swift 6.3 compares SIMD vectors one lane after the other.
    @inline(__always)
    private static func block(_ bytes: UnsafeRawPointer, delimiters: UInt64) -> (mask: UInt64, isWide: Bool) {
        var mask: UInt64 = 0
        var all: UInt64 = 0
        for part in 0..<8 {
            // In bounds: the text is a block longer than the last offset.
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: part * 8, as: UInt64.self))
            all |= word
            // The top bit of each byte says: not the delimiter, not a quote, not below 0x20.
            let others =
                nonZero(word ^ delimiters) & nonZero(word ^ quotes)
                & (((word & lowBits) &+ 0x6060_6060_6060_6060) | word)
            let bits = ((~others & highBits) &* 0x0002_0408_1020_4081) >> 56
            mask |= bits << UInt64(part * 8)
        }
        return (mask, all & highBits != 0)
    }

    private static let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let quotes: UInt64 = 0x2222_2222_2222_2222

    /// Sets the top bit of each byte that is not zero; the other bits mean nothing.
    @inline(__always)
    private static func nonZero(_ word: UInt64) -> UInt64 {
        ((word & lowBits) &+ lowBits) | word
    }

    /// Appends the offsets of the set bits; always eight at a time, since a guess about the count costs more.
    @inline(__always)
    private static func write(
        _ mask: UInt64, at offset: Int, _ target: UnsafeMutablePointer<UInt32>, _ count: inout Int,
    ) {
        guard mask != 0 else { return }
        let total = mask.nonzeroBitCount
        let base = UInt32(truncatingIfNeeded: offset)
        var rest = mask
        var out = target + count
        var written = 0
        repeat {
            for slot in 0..<8 {
                out[slot] = base &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
            out += 8
            written += 8
        } while written < total
        count += total
    }
}

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
        // Marks are written in groups of eight, so that up to seven more may be touched than there are.
        marks.append(addingCapacity: end - start + 8 + 1) { span in
            span.withUnsafeMutableBufferPointer { out, count in
                text.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress, let target = out.baseAddress else { return }
                    var offset = start
                    while offset < end {
                        let (mask, isWide) = block(base + offset, delimiter: delimiter)
                        let left = end - offset
                        write(left < blockSize ? mask & (1 << UInt64(left) - 1) : mask, at: offset, target, &count)
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
    @inline(__always)
    private static func block(_ bytes: UnsafeRawPointer, delimiter: UInt8) -> (mask: UInt64, isWide: Bool) {
        var mask: UInt64 = 0
        var all = SIMD16<UInt8>(repeating: 0)
        for part in 0..<4 {
            // In bounds: the text is a block longer than the last offset.
            let lanes = bytes.loadUnaligned(fromByteOffset: part * 16, as: SIMD16<UInt8>.self)
            all |= lanes
            let hits =
                (lanes .== SIMD16(repeating: delimiter)) .| (lanes .== SIMD16(repeating: UInt8(ascii: "\"")))
                .| (lanes .< SIMD16(repeating: 0x20))
            // A SIMDMask of 16 bytes is 0xFF or 0x00 in each of them; two words of eight are folded to bits.
            let words = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
            mask |= (bits(words[0]) | bits(words[1]) << 8) << UInt64(part * 16)
        }
        let words = unsafeBitCast(all, to: SIMD2<UInt64>.self)
        return (mask, (words[0] | words[1]) & 0x8080_8080_8080_8080 != 0)
    }

    /// Eight bytes of 0xFF or 0x00 as eight bits, the first byte lowest.
    @inline(__always)
    private static func bits(_ word: UInt64) -> UInt64 {
        ((UInt64(littleEndian: word) & 0x8040_2010_0804_0201) &* 0x0101_0101_0101_0101) >> 56
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

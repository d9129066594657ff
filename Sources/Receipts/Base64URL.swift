/// Base64 in the alphabet of RFC 4648 section 5, without padding, as JWS writes it.
public enum Base64URL {
    /// The text for the bytes; 3 bytes become 4 characters.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: encodedBytes(bytes), as: UTF8.self)
    }

    /// The bytes that the text stands for, or nil where it is not exactly what `encode` would write.
    ///
    /// Padding, white space, the `+` and `/` of plain base64 and stray bits after the last byte are refused, so that
    /// no two texts stand for the same bytes.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        text.withUnsafeBufferPointer { characters in
            var isRight = false
            let bytes = [UInt8](unsafeUninitializedCapacity: characters.count / 4 * 3 + 3) { buffer, count in
                guard let target = buffer.baseAddress, let decoded = decode(characters, into: target) else {
                    return
                }
                count = decoded
                isRight = true
            }
            return isRight ? bytes : nil
        }
    }

    /// The bytes that the text stands for, or nil where it is not exactly what `encode` would write.
    public static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }

    /// How many characters so many bytes become.
    static func length(of count: Int) -> Int { (count * 4 + 2) / 3 }

    static func encodedBytes(_ bytes: [UInt8]) -> [UInt8] {
        let padded = bytes + [0, 0, 0, 0, 0, 0, 0, 0]  // `encode` reads eight bytes at a time
        return [UInt8](unsafeUninitializedCapacity: length(of: bytes.count) + 8) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            padded.withUnsafeBufferPointer { source in
                guard let start = source.baseAddress else { return }
                count = encode(start, count: bytes.count, into: target, pairs: pairs)
            }
        }
    }

    /// Encodes `count` bytes and returns how many characters that made.
    ///
    /// Reads up to 7 bytes after the last: the buffers of this module are that much larger. `target` has room for
    /// `length(of: count)` characters.
    @inline(__always)
    static func encode(
        _ source: UnsafePointer<UInt8>, count: Int, into target: UnsafeMutablePointer<UInt8>,
        pairs: UnsafePointer<UInt16>
    ) -> Int {
        var from = UnsafeRawPointer(source)
        var to = UnsafeMutableRawPointer(target)
        var left = count
        while left >= 6 {
            // 6 bytes are four times 12 bits, each of which is two characters.
            let word = UInt64(bigEndian: from.loadUnaligned(as: UInt64.self))
            let first = UInt64(pairs[Int(truncatingIfNeeded: word >> 52)])
            let second = UInt64(pairs[Int(truncatingIfNeeded: word >> 40 & 0xFFF)])
            let third = UInt64(pairs[Int(truncatingIfNeeded: word >> 28 & 0xFFF)])
            let fourth = UInt64(pairs[Int(truncatingIfNeeded: word >> 16 & 0xFFF)])
            let characters = first | second << 16 | third << 32 | fourth << 48
            to.storeBytes(of: characters.littleEndian, as: UInt64.self)
            from += 6
            to += 8
            left -= 6
        }
        let written = UnsafeMutableRawPointer(target).distance(to: to)
        guard left > 0 else { return written }
        let word = UInt64(bigEndian: from.loadUnaligned(as: UInt64.self))
        return written + encodeTail(word, left, into: to)
    }

    /// The last 1…5 bytes; what follows them in `word` must not reach the last character's spare bits.
    private static func encodeTail(_ word: UInt64, _ count: Int, into target: UnsafeMutableRawPointer) -> Int
    {
        let kept = word & (UInt64.max << UInt64(64 - count * 8))
        let characters = length(of: count)
        for index in 0..<characters {
            let sextet = UInt8(truncatingIfNeeded: kept >> UInt64(58 - index * 6) & 63)
            target.storeBytes(of: character(sextet), toByteOffset: index, as: UInt8.self)
        }
        return characters
    }

    /// Decodes into `target`, which has room for `count / 4 * 3 + 3` bytes; nil where the text is not exact.
    static func decode(
        _ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        guard text.count % 4 != 1 else { return nil }
        var written = 0
        var index = 0
        var invalid: UInt8 = 0
        while index + 4 <= text.count {
            let (a, b) = (sextets[Int(text[index])], sextets[Int(text[index + 1])])
            let (c, d) = (sextets[Int(text[index + 2])], sextets[Int(text[index + 3])])
            invalid |= a | b | c | d
            target[written] = a << 2 | b >> 4
            target[written + 1] = b << 4 | c >> 2
            target[written + 2] = c << 6 | d
            index += 4
            written += 3
        }
        if index < text.count {
            let (a, b) = (sextets[Int(text[index])], sextets[Int(text[index + 1])])
            invalid |= a | b
            target[written] = a << 2 | b >> 4
            written += 1
            var spare = b << 4
            if index + 3 == text.count {
                let c = sextets[Int(text[index + 2])]
                invalid |= c
                target[written] = b << 4 | c >> 2
                written += 1
                spare = c << 6
            }
            guard spare == 0 else { return nil }
        }
        return invalid & 0x80 == 0 ? written : nil
    }

    private static func character(_ sextet: UInt8) -> UInt8 {
        switch sextet {
        case 0..<26: UInt8(ascii: "A") + sextet
        case 26..<52: UInt8(ascii: "a") + (sextet - 26)
        case 52..<62: UInt8(ascii: "0") + (sextet - 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    /// The two characters for each 12 bits, the first in the low byte. Written once here, only read afterwards.
    nonisolated(unsafe) static let pairs: UnsafePointer<UInt16> = {
        let table = UnsafeMutablePointer<UInt16>.allocate(capacity: 4096)
        for value in 0..<4096 {
            let high = character(UInt8(value >> 6))
            let low = character(UInt8(value & 63))
            (table + value).initialize(to: UInt16(high) | UInt16(low) << 8)
        }
        return UnsafePointer(table)
    }()

    /// The six bits of each character; 0x80 for what is not of the alphabet. Only read after it is written here.
    nonisolated(unsafe) private static let sextets: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        table.initialize(repeating: 0x80, count: 256)
        for sextet in UInt8(0)..<64 { table[Int(character(sextet))] = sextet }
        return UnsafePointer(table)
    }()
}

/// A ZIP archive that says what a test wants it to say (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16).
struct HandMadeZIP {
    private struct Entry {
        var name: [UInt8]
        var flags = 0
        var method = 0
        var checksum = 0
        var packed = 0
        var size = 0
        var offset = 0
    }

    private var body: [UInt8] = []
    private var entries: [Entry] = []

    var bytes: [UInt8] {
        var directory: [UInt8] = []
        for entry in entries {
            directory += Self.little(0x0201_4B50, 4) + Self.little(20, 2) + Self.head(entry)
            directory += Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 4)
            directory += Self.little(entry.offset, 4) + entry.name
        }
        let end =
            Self.little(0x0605_4B50, 4) + Self.little(0, 4) + Self.little(entries.count, 2)
            + Self.little(entries.count, 2) + Self.little(directory.count, 4) + Self.little(body.count, 4)
            + Self.little(0, 2)
        return body + directory + end
    }

    /// An entry that is not packed; the last four say otherwise than it is.
    mutating func store(
        _ name: String, _ content: String, saying size: Int? = nil, flags: Int = 0, method: Int = 0,
        checksum: Int? = nil
    ) {
        let content = Array(content.utf8)
        append(
            Entry(
                name: Array(name.utf8), flags: flags, method: method, checksum: checksum ?? Self.crc(content),
                packed: content.count, size: size ?? content.count),
            content)
    }

    /// An entry of zero bytes, packed as small as deflate can; `size` is what the directory says.
    mutating func deflateZeros(_ name: String, count: Int, saying size: Int? = nil) {
        let packed = Self.deflatedZeros(count)
        let checksum = Self.crc(Array(repeating: 0, count: count))
        append(
            Entry(
                name: Array(name.utf8), method: 8, checksum: checksum, packed: packed.count,
                size: size ?? count),
            packed)
    }

    /// Another entry of the directory that points at the bytes of the last one.
    mutating func repeatLast(_ name: String) {
        guard var entry = entries.last else { return }
        entry.name = Array(name.utf8)
        entries.append(entry)
    }

    private mutating func append(_ entry: Entry, _ content: [UInt8]) {
        var entry = entry
        entry.offset = body.count
        entries.append(entry)
        body += Self.little(0x0403_4B50, 4) + Self.head(entry) + entry.name + content
    }

    /// The part that local and central headers have in common.
    private static func head(_ entry: Entry) -> [UInt8] {
        little(20, 2) + little(entry.flags, 2) + little(entry.method, 2) + little(0, 2) + little(0x21, 2)
            + little(entry.checksum, 4) + little(entry.packed, 4) + little(entry.size, 4)
            + little(entry.name.count, 2) + little(0, 2)
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func crc(_ bytes: [UInt8]) -> Int {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Int(~crc)
    }

    /// One block with fixed codes (RFC 1951, 3.2.6): a zero, then copies of 258 bytes from one byte back.
    private static func deflatedZeros(_ count: Int) -> [UInt8] {
        var bits: [Bool] = [true, true, false]
        func put(_ code: Int, _ length: Int) {
            for bit in (0..<length).reversed() { bits.append(code >> bit & 1 == 1) }
        }
        let copies = max(0, count - 1) / 258
        for _ in 0..<count - copies * 258 { put(0x30, 8) }
        for _ in 0..<copies {
            put(0b1100_0101, 8)
            put(0, 5)
        }
        put(0, 7)
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (start..<min(start + 8, bits.count)).reduce(0) { $0 | (bits[$1] ? 1 << UInt8($1 - start) : 0) }
        }
    }
}

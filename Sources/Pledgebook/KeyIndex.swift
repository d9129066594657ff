/// Maps 64-bit keyed hashes to numbers: twelve bytes a slot.
struct KeyIndex {
    private struct Nothing: KeyContent {}
    private var table: KeyTable<Nothing>

    /// - Parameter capacity: How many keys are expected.
    init(capacity: Int = 0) { table = KeyTable(capacity: capacity) }

    var count: Int { table.count }

    /// As `KeyTable.slotCount`.
    var slotCount: Int { table.slotCount }

    /// The number stored for a hash, or 0.
    @inline(__always)
    func number(for hash: Int64) -> Int64 { table.find(hash).number }

    /// As `KeyTable.touch`.
    @inline(__always)
    func touch(_ hash: Int64) -> Int64 { table.touch(hash) }

    /// Stores a number, more than zero, for a hash that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64) { table.insert(hash, number: number) }

    /// As `KeyTable.forEachKey`.
    func forEachKey(above last: Int64, _ body: (_ hash: Int64, _ number: Int64) throws -> Void) rethrows {
        try table.forEachKey(above: last) { hash, number, _ in try body(hash, number) }
    }
}

/// Import keys of pledges: what is known of a pledge by the hash of its key; twenty bytes a slot.
struct PledgeKeyIndex {
    /// The hash of what a row told, in words of four bytes as the rest of a slot.
    private struct Content: KeyContent {
        private var high: UInt32 = 0
        private var low: UInt32 = 0

        init() {}

        init(_ hash: Int64) {
            high = UInt32(truncatingIfNeeded: hash >> 32)
            low = UInt32(truncatingIfNeeded: hash)
        }

        var hash: Int64 { Int64(bitPattern: UInt64(high) << 32 | UInt64(low)) }
    }

    /// A number stands there twice as great, and one more where the file that is read told something new of
    /// the pledge; the content is what it told then.
    private var table: KeyTable<Content>

    /// - Parameter capacity: How many keys are expected.
    init(capacity: Int = 0) { table = KeyTable(capacity: capacity) }

    @inline(__always)
    func find(_ hash: Int64) -> (number: Int64, content: Int64, isTold: Bool)? {
        let found = table.find(hash)
        guard found.number != 0 else { return nil }
        return (found.number >> 1, found.content.hash, found.number & 1 == 1)
    }

    /// As `KeyTable.touch`.
    @inline(__always)
    func touch(_ hash: Int64) -> Int64 { table.touch(hash) }

    /// Stores what is known of a pledge for a hash that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64, content: Int64) {
        table.insert(hash, number: number << 1, content: Content(content))
    }

    /// Notes what a row tells otherwise of a pledge that is known.
    mutating func tell(_ hash: Int64, content: Int64) {
        guard let known = find(hash) else { return }
        table.replace(hash, number: known.number << 1 | 1, content: Content(content))
    }

    /// As `KeyTable.forEachKey`.
    func forEachKey(
        above last: Int64, _ body: (_ hash: Int64, _ number: Int64, _ content: Int64) throws -> Void
    ) rethrows {
        try table.forEachKey(above: last << 1 | 1) { try body($0, $1 >> 1, $2.hash) }
    }
}

/// Maps 64-bit keyed hashes to a number and a content each: open addressing in 256 parts, no deletion.
///
/// Hashes are keyed with a secret of the book, so nobody can make them collide on purpose; a hit still has to
/// be compared with the text that it stands for. No bit of a hash is left out: its first byte says the part,
/// and the slot holds the others. Each part grows by itself and by a quarter, so that of ten million keys few
/// places are free and few keys are in memory twice.
struct KeyTable<Content: KeyContent> {
    private var parts: [KeyPart<Content>]
    /// Numbers that a slot has no room for, by their hash.
    private var large: [Int64: Int64] = [:]
    private(set) var count = 0

    /// Stands in the slot of a number that is among the large ones.
    private static var isLarge: UInt64 { 0xFF_FFFF_FFFF }

    /// - Parameter capacity: How many keys are expected: about so many go in without growing.
    init(capacity: Int = 0) {
        parts = Array(repeating: KeyPart(capacity: capacity / 256), count: 256)
    }

    /// How many keys there is room for, free places with them.
    var slotCount: Int { parts.reduce(0) { $0 + $1.slotCount } }

    /// The number and the content stored for a hash; the number is 0 where there is none.
    @inline(__always)
    func find(_ hash: Int64) -> (number: Int64, content: Content) {
        let bits = UInt64(bitPattern: hash)
        let slot = parts[Int(bits >> 56)].find(bits << 8)
        guard slot.number != Self.isLarge else { return (large[hash] ?? 0, slot.content) }
        return (Int64(slot.number), slot.content)
    }

    /// Reads where a look-up of the hash would begin, and nothing of it: several of these together wait for
    /// memory once, and the look-ups after them do not.
    @inline(__always)
    func touch(_ hash: Int64) -> Int64 {
        let bits = UInt64(bitPattern: hash)
        return parts[Int(bits >> 56)].touch(bits << 8)
    }

    /// Stores a number, more than zero, and a content for a hash that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64, content: Content = Content()) {
        let bits = UInt64(bitPattern: hash)
        parts[Int(bits >> 56)].insert(bits << 8, number: slotNumber(number, for: hash), content: content)
        count += 1
    }

    /// Stores another number and content for a hash that is there.
    mutating func replace(_ hash: Int64, number: Int64, content: Content) {
        let bits = UInt64(bitPattern: hash)
        parts[Int(bits >> 56)].replace(bits << 8, number: slotNumber(number, for: hash), content: content)
    }

    /// Gives the keys whose number is above `last`, in the order of their hashes.
    @inline(__always)
    func forEachKey(
        above last: Int64, _ body: (_ hash: Int64, _ number: Int64, _ content: Content) throws -> Void
    ) rethrows {
        for index in parts.indices {
            // The greater half of the first bytes are those of hashes below zero.
            let first = UInt8(truncatingIfNeeded: index + 128)
            for slot in parts[Int(first)].takenSlots() {
                let hash = Int64(bitPattern: UInt64(first) << 56 | slot.rest >> 8)
                let number = slot.number == Self.isLarge ? large[hash] ?? 0 : Int64(slot.number)
                if number > last { try body(hash, number, slot.content) }
            }
        }
    }

    @inline(__always)
    private mutating func slotNumber(_ number: Int64, for hash: Int64) -> UInt64 {
        guard UInt64(bitPattern: number) >= Self.isLarge else { return UInt64(bitPattern: number) }
        large[hash] = number
        return Self.isLarge
    }
}

/// What a key's slot holds besides the number.
protocol KeyContent: BitwiseCopyable {
    /// What stands in a free slot.
    init()
}

/// The keys of one part: slots in the order of their hashes, but for those that gave way to others.
private struct KeyPart<Content: KeyContent> {
    private var slots: [KeySlot<Content>] = []
    private var count = 0

    /// Some parts get more than others, so there is a little more room than for the keys and the free slots.
    init(capacity: Int) {
        if capacity >= 64 { slots = Array(repeating: KeySlot(), count: capacity * 4 / 3) }
    }

    var slotCount: Int { slots.count }

    @inline(__always)
    func find(_ rest: UInt64) -> (number: UInt64, content: Content) {
        guard !slots.isEmpty else { return (0, Content()) }
        let slot = slots[place(of: rest)]
        return (slot.number, slot.content)
    }

    @inline(__always)
    func touch(_ rest: UInt64) -> Int64 { slots.isEmpty ? 0 : Int64(slots[home(of: rest)].high) }

    @inline(__always)
    mutating func insert(_ rest: UInt64, number: UInt64, content: Content) {
        // Four fifths of the slots are taken at most.
        if (count + 1) * 5 > slots.count * 4 { grow() }
        let place = place(of: rest)
        slots[place] = KeySlot(rest, number: number, content: content)
        count += 1
    }

    mutating func replace(_ rest: UInt64, number: UInt64, content: Content) {
        slots[place(of: rest)] = KeySlot(rest, number: number, content: content)
    }

    /// What is in the slots, in the order of the hashes.
    func takenSlots() -> [KeySlot<Content>] {
        var taken = slots.filter { !$0.isFree }
        // They lie in that order but for some that gave way, which are few places from their own.
        for index in taken.indices.dropFirst() {
            let slot = taken[index]
            var place = index
            while place > 0, taken[place - 1].rest > slot.rest {
                taken[place] = taken[place - 1]
                place -= 1
            }
            taken[place] = slot
        }
        return taken
    }

    /// Where the key is, or where it would be put.
    @inline(__always)
    private func place(of rest: UInt64) -> Int {
        var place = home(of: rest)
        while !slots[place].isFree, !slots[place].isOf(rest) {
            place = place + 1 == slots.count ? 0 : place + 1
        }
        return place
    }

    @inline(__always)
    private func home(of rest: UInt64) -> Int {
        Int(truncatingIfNeeded: rest.multipliedFullWidth(by: UInt64(slots.count)).high)
    }

    /// By a quarter; to twice the size while that is not much.
    private mutating func grow() {
        let before = slots
        let more = before.count < 1024 ? max(16, before.count) : before.count / 4
        slots = Array(repeating: KeySlot(), count: before.count + more)
        for slot in before where !slot.isFree { slots[place(of: slot.rest)] = slot }
    }
}

/// A key: seven bytes of its hash and five of its number, in words of four, so that nothing is lost between
/// slots.
private struct KeySlot<Content: KeyContent> {
    /// The hash's second to fifth byte.
    private(set) var high: UInt32 = 0
    /// The hash's last three bytes, and the first of the number.
    private var mixed: UInt32 = 0
    private var low: UInt32 = 0
    private(set) var content = Content()

    init() {}

    /// The hash comes without its first byte, from the left; the number is more than zero, of five bytes.
    @inline(__always)
    init(_ rest: UInt64, number: UInt64, content: Content) {
        high = UInt32(truncatingIfNeeded: rest >> 32)
        mixed = UInt32(truncatingIfNeeded: rest | number >> 32)
        low = UInt32(truncatingIfNeeded: number)
        self.content = content
    }

    @inline(__always) var number: UInt64 { UInt64(mixed & 0xFF) << 32 | UInt64(low) }

    @inline(__always) var rest: UInt64 { UInt64(high) << 32 | UInt64(mixed & ~0xFF) }

    @inline(__always) var isFree: Bool { low | mixed & 0xFF == 0 }

    @inline(__always)
    func isOf(_ rest: UInt64) -> Bool {
        high == UInt32(truncatingIfNeeded: rest >> 32)
            && mixed ^ UInt32(truncatingIfNeeded: rest) <= 0xFF
    }
}

/// Maps 64-bit keyed hashes to numbers: open addressing, sixteen bytes a slot, no deletion.
///
/// Hashes are keyed with a secret of the book, so nobody can make them collide on purpose; a hit still has to
/// be compared with the text that it stands for.
struct KeyIndex {
    private struct Slot {
        var hash: Int64 = 0
        /// 0: the slot is free.
        var number: Int64 = 0
    }

    /// A hash and its number lie side by side: a look-up in a large index waits for memory once.
    private var slots: [Slot]
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        var size = 1024
        while size * 2 < capacity * 3 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        mask = size - 1
    }

    /// The number stored for a hash, or 0.
    @inline(__always)
    func number(for hash: Int64) -> Int64 {
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place].number != 0 {
            if slots[place].hash == hash { return slots[place].number }
            place = (place + 1) & mask
        }
        return 0
    }

    /// Reads where a look-up of the hash would begin, and nothing of it: several of these together wait for
    /// memory once, and the look-ups after them do not.
    @inline(__always)
    func touch(_ hash: Int64) -> Int64 { slots[Int(truncatingIfNeeded: hash) & mask].number }

    /// Stores a number, more than zero, for a hash that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64) {
        if (count + 1) * 3 > slots.count * 2 { grow() }
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place].number != 0 { place = (place + 1) & mask }
        slots[place] = Slot(hash: hash, number: number)
        count += 1
    }

    /// How many keys there is room for, free places with them.
    var slotCount: Int { slots.count }

    /// To twice the size: an index of ten million keys is what an import of as many rows holds most of.
    private mutating func grow() {
        var larger = KeyIndex(capacity: slots.count)
        for slot in slots where slot.number != 0 { larger.insert(slot.hash, number: slot.number) }
        self = larger
    }
}

/// Import keys of pledges: what is known of a pledge by the hash of its key.
struct PledgeKeyIndex {
    private var places = KeyIndex()
    /// The number is below zero where the file that is read told something new of the pledge; `content` is
    /// what it told then.
    private var known: [(number: Int64, content: Int64)] = []

    init(capacity: Int = 1024) {
        places = KeyIndex(capacity: capacity)
        known.reserveCapacity(capacity)
    }

    @inline(__always)
    func find(_ hash: Int64) -> (number: Int64, content: Int64, isTold: Bool)? {
        let place = places.number(for: hash)
        guard place != 0 else { return nil }
        let found = known[Int(place) - 1]
        return (abs(found.number), found.content, found.number < 0)
    }

    /// As `KeyIndex.touch`.
    @inline(__always)
    func touch(_ hash: Int64) -> Int64 { places.touch(hash) }

    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64, content: Int64) {
        known.append((number, content))
        places.insert(hash, number: Int64(known.count))
    }

    /// Notes what a row tells otherwise of a pledge that is known.
    mutating func tell(_ hash: Int64, content: Int64) {
        let place = places.number(for: hash)
        guard place > 0 else { return }
        known[Int(place) - 1] = (-abs(known[Int(place) - 1].number), content)
    }
}

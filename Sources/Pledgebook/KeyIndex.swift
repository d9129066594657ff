/// Maps 64-bit keyed hashes to numbers: open addressing, sixteen bytes a slot, no deletion.
///
/// Hashes are keyed with a secret of the book, so nobody can make them collide on purpose; a hit still has to
/// be compared with the text that it stands for.
struct KeyIndex {
    private var hashes: [Int64]
    /// 0: the slot is free.
    private var numbers: [Int64]
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        var size = 1024
        while size * 2 < capacity * 3 { size *= 2 }
        hashes = Array(repeating: 0, count: size)
        numbers = Array(repeating: 0, count: size)
        mask = size - 1
    }

    /// The number stored for a hash, or 0.
    @inline(__always)
    func number(for hash: Int64) -> Int64 {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while numbers[slot] != 0 {
            if hashes[slot] == hash { return numbers[slot] }
            slot = (slot + 1) & mask
        }
        return 0
    }

    /// Stores a number, more than zero, for a hash that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64) {
        if (count + 1) * 3 > hashes.count * 2 { grow() }
        var slot = Int(truncatingIfNeeded: hash) & mask
        while numbers[slot] != 0 { slot = (slot + 1) & mask }
        hashes[slot] = hash
        numbers[slot] = number
        count += 1
    }

    private mutating func grow() {
        var larger = KeyIndex(capacity: hashes.count * 2)
        for slot in hashes.indices where numbers[slot] != 0 {
            larger.insert(hashes[slot], number: numbers[slot])
        }
        self = larger
    }
}

/// Import keys of pledges: what is known of a pledge by the hash of its key.
struct PledgeKeyIndex {
    private var places = KeyIndex()
    private var known: [(number: Int64, content: Int64)] = []

    init(capacity: Int = 1024) {
        places = KeyIndex(capacity: capacity)
        known.reserveCapacity(capacity)
    }

    @inline(__always)
    func find(_ hash: Int64) -> (number: Int64, content: Int64)? {
        let place = places.number(for: hash)
        return place == 0 ? nil : known[Int(place) - 1]
    }

    @inline(__always)
    mutating func insert(_ hash: Int64, number: Int64, content: Int64) {
        known.append((number, content))
        places.insert(hash, number: Int64(known.count))
    }
}

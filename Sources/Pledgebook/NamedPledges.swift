/// Which pledges and tiers a file names: a bit for each pledge, by its number.
struct NamedPledges {
    private var bits: [UInt64] = []
    private var tiers: [Bool] = []

    /// Marks a pledge of the book.
    @inline(__always)
    mutating func add(_ number: Int64) {
        let word = Int(number >> 6)
        if word >= bits.count { grow(to: word) }
        bits[word] |= 1 << UInt64(number & 63)
    }

    /// Marks a tier by its index, or -1 for none.
    @inline(__always)
    mutating func add(tier: Int32) {
        let place = Int(tier) + 1
        if place >= tiers.count { tiers += [Bool](repeating: false, count: place + 1 - tiers.count) }
        tiers[place] = true
    }

    /// Whether the file names the pledge.
    func contains(_ number: Int64) -> Bool {
        let word = Int(number >> 6)
        return word < bits.count && bits[word] & 1 << UInt64(number & 63) != 0
    }

    /// Whether the file names a pledge of the tier with that index, or without one for -1.
    func contains(tier: Int) -> Bool { tier + 1 < tiers.count && tiers[tier + 1] }

    /// How many pledges are marked.
    var count: Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }

    private mutating func grow(to word: Int) {
        bits += [UInt64](repeating: 0, count: max(64, word * 2 + 1) - bits.count)
    }
}

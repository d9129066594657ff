/// A small generator whose numbers depend on the seed alone, on every machine (SplitMix64).
///
/// Not for secrets.
struct SampleRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 or more, below `bound`; 0 where the bound is 0.
    ///
    /// The bias is too small to matter for samples.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True `share` times in ten thousand.
    mutating func chance(_ share: Int) -> Bool {
        below(10_000) < share
    }

    /// An index of `weights`, each as likely as its share of their sum; 0 where all are 0.
    mutating func index(weighted weights: [Int], sum: Int) -> Int {
        var rest = below(sum)
        for index in weights.indices {
            if rest < weights[index] { return index }
            rest -= weights[index]
        }
        return 0
    }
}

import Accounting
import Testing

/// A generator that a printed seed starts again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Allocation") struct AllocationTests {
    @Test(
        "known splits",
        arguments: [
            (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]), (0, [1, 2], [0, 0]),
            (5, [0, 0, 0], [5, 0, 0]), (5, [0], [5]), (5, [], []), (1, [1, 2], [0, 1]), (1, [1, 1], [1, 0]),
            (2, [1, 1, 1], [1, 1, 0]), (7, [-3, 1], [0, 7]), (7, [-3, -1], [7, 0]),
            (1890, [9900, 990], [1718, 172]), (10, [0, 1, 0], [0, 10, 0]),
            (.max, [.max, .max], [4_611_686_018_427_387_904, 4_611_686_018_427_387_903]),
            (.max, [.max], [.max]),
            (.min, [.max, 0], [.min, 0]),
            (.min, [1, 1], [-4_611_686_018_427_387_904, -4_611_686_018_427_387_904]),
        ] as [(Int64, [Int64], [Int64])])
    func known(amount: Int64, weights: [Int64], parts: [Int64]) {
        #expect(allocate(amount, by: weights) == parts)
    }

    @Test("parts add up, lie within one unit of their share, and go by the largest remainder")
    func property() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(state: seed)
        for round in 0..<2000 {
            let amount = Int64.random(in: -largestAmount...largestAmount, using: &random) >> Int64(round % 40)
            let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                Int64.random(in: 0...largestAmount, using: &random)
                    >> Int64.random(in: 0...41, using: &random)
            }
            let parts = allocate(amount, by: weights)
            let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
            let note: Comment = "seed \(seed), round \(round): \(amount) by \(weights) gave \(parts)"
            #expect(parts.reduce(0, +) == amount, note)
            guard total > 0 else { continue }
            let floors = weights.map { Int128(amount.magnitude) * Int128($0) / total }
            let remainders = weights.map { Int128(amount.magnitude) * Int128($0) % total }
            let extras = zip(parts, floors).map { Int128($0.magnitude) - $1 }
            #expect(extras.allSatisfy { $0 == 0 || $0 == 1 }, note)
            for gained in weights.indices where extras[gained] == 1 {
                for other in weights.indices where extras[other] == 0 {
                    #expect(
                        remainders[gained] > remainders[other]
                            || remainders[gained] == remainders[other] && gained < other, note)
                }
            }
        }
    }

    @Test("two parts without an array are the same")
    func pairs() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(state: seed)
        for _ in 0..<2000 {
            let amount = Int64.random(in: -50...50, using: &random)
            let weights = [
                Int64.random(in: -1...9, using: &random), Int64.random(in: -1...9, using: &random),
            ]
            let pair = allocate(amount, between: weights[0], and: weights[1])
            #expect(
                [pair.0, pair.1] == allocate(amount, by: weights), "seed \(seed): \(amount) by \(weights)")
        }
        #expect(allocate(.min, between: .max, and: 0) == (.min, 0))
        #expect(allocate(.min, between: 0, and: .max) == (0, .min))
    }
}

import Testing

@testable import Pledgebook

@Suite("The book beside a plain model of its amounts") struct ModelTests {
    /// How many sequences: PLEDGEBOOK_SEQUENCES, else 2,000; PLEDGEBOOK_SEED begins elsewhere.
    private static let seeds = SeedRange("PLEDGEBOOK_SEQUENCES", usually: 2_000)

    @Test(
        "amounts, postings, states and report totals agree after every command of a random sequence",
        arguments: seeds.parts)
    func agree(_ seeds: ClosedRange<UInt64>) throws {
        for seed in seeds {
            let (isRehearsal, steps) = ModelStep.sequence(seed: seed)
            guard Self.problem(steps, seed, isRehearsal) != nil else { continue }
            let least = shrunk(steps) { Self.problem($0, seed, isRehearsal) != nil }
            Issue.record(
                """
                seed \(seed) (PLEDGEBOOK_SEED=\(seed) PLEDGEBOOK_SEQUENCES=1), \
                \(isRehearsal ? "a rehearsal" : "money that moves elsewhere"), shrunk to \(least.count) of \
                \(steps.count) steps:
                \(least.map(\.description).joined(separator: "\n"))
                \(Self.problem(least, seed, isRehearsal) ?? "")
                """)
            return
        }
    }

    private static func problem(_ steps: [ModelStep], _ seed: UInt64, _ isRehearsal: Bool) -> String? {
        do {
            try ModelRun(seed: seed, isRehearsal: isRehearsal).run(steps)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a failing sequence is shrunk to the steps that matter") func shrinks() {
        let all = Array(1...40)
        #expect(shrunk(all) { $0.contains(7) && $0.contains(31) } == [7, 31])
        #expect(shrunk(all) { $0.count >= 3 }.count == 3)
        #expect(shrunk([5]) { _ in true } == [5])
    }

    @Test("an amount is shared by largest remainder") func shares() {
        let parts = ModelParts(goods: 10_000, shipping: 500, tax: 2_100)
        #expect(parts.share(12_600) == parts && parts.share(0) == ModelParts())
        #expect(parts.share(1) == ModelParts(goods: 1, shipping: 0, tax: 0))
        #expect(parts.share(6_300) == ModelParts(goods: 5_000, shipping: 250, tax: 1_050))
        #expect(parts.share(4_158) == ModelParts(goods: 3_300, shipping: 165, tax: 693))
    }
}

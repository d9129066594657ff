import Glibc
import Synchronization
import Testing

@testable import Pledgebook

@Suite("Campaigns under everything that can go wrong") struct SimulationTests {
    /// How many campaigns: PLEDGEBOOK_SIMULATIONS, else 1,000; PLEDGEBOOK_SEED begins elsewhere.
    private static let seeds = SeedRange("PLEDGEBOOK_SIMULATIONS", usually: 1_000)

    @Test(
        "no charge and no refund is made twice, nothing stays unknown, and the books tell the truth",
        arguments: seeds.parts)
    func simulate(_ seeds: ClosedRange<UInt64>) throws {
        var kills = 0
        var payments = 0
        for seed in seeds {
            do {
                let life = try Simulation(seed: seed)
                let findings = try Self.run(life)
                kills += life.kills
                payments += try life.payments()
                guard findings.isEmpty else {
                    Issue.record(
                        """
                        seed \(seed) (PLEDGEBOOK_SEED=\(seed) PLEDGEBOOK_SIMULATIONS=1):
                        \(findings.prefix(8).joined(separator: "\n"))
                        \(life.log.joined(separator: "\n"))
                        """)
                    return
                }
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        #expect(kills > 0 || seeds.count < 20, "no process was killed")
        // The long form says how much it has seen.
        if getenv("PLEDGEBOOK_SIMULATIONS") != nil {
            print("simulated: \(seeds.count) campaigns, \(payments) payments, \(kills) kills")
        }
    }

    private static func run(_ life: Simulation) throws -> [String] {
        do {
            return try life.run()
        } catch {
            return ["\(error)"]
        }
    }
}

/// The seeds of a test that draws its cases, in parts that can run side by side.
struct SeedRange {
    let parts: [ClosedRange<UInt64>]

    /// - Parameters:
    ///   - variable: Says how many; PLEDGEBOOK_SEED says from which on.
    ///   - usually: How many without it.
    init(_ variable: String, usually: UInt64) {
        func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
        let first = number("PLEDGEBOOK_SEED") ?? 1
        let count = max(1, number(variable) ?? usually)
        let size = max(1, min(50, count / 4))
        parts = stride(from: first, to: first + count, by: Int(size)).map {
            $0...min($0 + size - 1, first + count - 1)
        }
    }
}

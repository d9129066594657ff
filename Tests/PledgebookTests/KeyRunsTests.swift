import Testing

@testable import Pledgebook

/// Keys of new rows are handed over in order, all of them, in few pieces.
@Suite("Runs of keys") struct KeyRunsTests {
    @Test("every hash comes once, in their order", arguments: [0, 1, 300, 4_096, 20_000])
    func order(count: Int) {
        var runs = KeyRuns()
        var numbers = SeededNumbers(state: 7)
        let given = (0..<count).map { _ in Int64(bitPattern: numbers.next()) }
        for hash in given { runs.append(hash) }
        var taken: [Int64] = []
        var pieces = 0
        runs.drain { hashes in
            pieces += 1
            taken += hashes
        }
        #expect(taken == given.sorted())
        #expect(pieces <= count / 4_096 + 1)
        runs.drain { _ in Issue.record("drained twice") }
    }
}

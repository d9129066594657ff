import Storage
import Testing

@testable import Pledgebook

/// Keys of new rows are handed over in order, all of them, in few pieces.
@Suite("Runs of keys") struct KeyRunsTests {
    @Test("every key comes once, in the order of the hashes", arguments: [0, 1, 300, 4_096, 20_000])
    func order(count: Int) {
        var runs = KeyRuns<BackerKeyRow>()
        var state: UInt64 = 88_172_645_463_325_252
        for number in 0..<count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            runs.append(BackerKeyRow(hash: Int64(bitPattern: state), number: Int64(number)))
        }
        var hashes: [Int64] = []
        var numbers: Set<Int64> = []
        var pieces = 0
        runs.drain { rows in
            pieces += 1
            hashes += rows.map(\.hash)
            numbers.formUnion(rows.map(\.number))
        }
        #expect(hashes == hashes.sorted())
        #expect(hashes.count == count && numbers.count == count)
        #expect(pieces <= count / 4_096 + 1)
        runs.drain { _ in Issue.record("drained twice") }
    }
}

import Synchronization
import Testing

@testable import Pledgebook

/// Plain and seeded: the same numbers in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

@Suite("Indexes of hashed keys") struct KeyIndexTests {
    /// How keys lie: spread out, or so that many want the same part or the same slot.
    enum Shape: String, CaseIterable {
        case spread, samePart, sameSlot, nearTheEnd, oneBitApart

        func key(_ word: UInt64, _ index: Int) -> Int64 {
            switch self {
            case .spread: Int64(bitPattern: word)
            case .samePart: Int64(bitPattern: 0xA5 << 56 | word >> 8)
            case .sameSlot: Int64(bitPattern: 0xA5_1234_5678 << 24 | UInt64(index) & 0xFF_FFFF)
            case .nearTheEnd: Int64(bitPattern: word | 0xFFFF_FFFF << 24)
            case .oneBitApart: 1 << Int64(index % 64) ^ (Int64(index) / 64)
            }
        }
    }

    @Test(
        "many keys are found as a dictionary finds them", arguments: [0, 1_000, 50_000],
        [1, 2] as [UInt64])
    func likeADictionary(capacity: Int, seed: UInt64) throws {
        try compare(.spread, capacity: capacity, count: 30_000, seed: seed)
    }

    @Test("there are never more than two places a key, however many come", arguments: [0, 5_000])
    func places(capacity: Int) {
        var index = KeyIndex(capacity: capacity)
        var numbers = SeededNumbers(state: 4)
        for number in 1...320_000 {
            index.insert(Int64(bitPattern: numbers.next()), number: Int64(number))
            // Large parts grow by a quarter.
            let most = number < 256 * 1_024 ? 3 : 2
            guard number > 5_000, number % 4_000 == 0, index.slotCount > most * number else { continue }
            Issue.record("\(index.slotCount) places for \(number) keys")
            return
        }
    }

    @Test("also where they crowd", arguments: Shape.allCases, [4, 5] as [UInt64])
    func crowded(shape: Shape, seed: UInt64) throws {
        try compare(shape, capacity: 0, count: 1_500, seed: seed)
    }

    private func compare(_ shape: Shape, capacity: Int, count: Int, seed: UInt64) throws {
        var random = SeededNumbers(state: seed)
        var index = KeyIndex(capacity: capacity)
        var pledges = PledgeKeyIndex(capacity: capacity)
        var expected: [Int64: Int64] = [:]
        for place in 1...count {
            let key = shape.key(random.next(), place)
            guard expected[key] == nil else { continue }
            let number = number(at: place, random.next())
            expected[key] = number
            index.insert(key, number: number)
            pledges.insert(key, number: number, content: ~key)
            guard place % 3 == 0 else { continue }
            pledges.tell(key, content: key)
            let other = shape.key(random.next(), count + place)
            pledges.tell(other, content: other)
        }
        #expect(index.count == expected.count, "seed \(seed)")
        let told = expected.keys.filter { pledges.find($0)?.isTold == true }
        #expect(
            told.count >= expected.count / 4 && told.count <= expected.count / 2, "\(shape), seed \(seed)")
        var wrong = 0
        for (key, number) in expected {
            if index.number(for: key) != number { wrong += 1 }
            guard let found = pledges.find(key), found.number == number else {
                wrong += 1
                continue
            }
            if found.content != (found.isTold ? key : ~key) { wrong += 1 }
        }
        for place in 1...count {
            let key = shape.key(random.next(), count + place)
            if index.number(for: key) != expected[key] ?? 0 { wrong += 1 }
            if (pledges.find(key) == nil) != (expected[key] == nil) { wrong += 1 }
        }
        #expect(wrong == 0, "\(shape), capacity \(capacity), seed \(seed)")
        compare(index, pledges, with: expected, "\(shape), capacity \(capacity), seed \(seed)")
    }

    /// The keys above a number come in the order of their hashes, each once.
    private func compare(
        _ index: KeyIndex, _ pledges: PledgeKeyIndex, with expected: [Int64: Int64], _ comment: Comment
    ) {
        let lasts: [Int64] = [0, Int64(expected.count / 2), 1 << 39, .max / 2]
        for last in lasts {
            let keys = expected.keys.filter { (expected[$0] ?? 0) > last }.sorted()
            var given: [[Int64]] = []
            index.forEachKey(above: last) { hash, number in given.append([hash, number]) }
            // Compared before: thousands of keys that differ are of no use in a message.
            let isRight = given == keys.map { [$0, expected[$0] ?? 0] }
            #expect(isRight, comment)
            given = []
            pledges.forEachKey(above: last) { hash, number, content in
                given.append([hash, number, content])
            }
            let told = keys.map { [$0, expected[$0] ?? 0, pledges.find($0)?.content ?? 0] }
            let isToldRight = given == told
            #expect(isToldRight, comment)
        }
    }

    /// Most are small; some are about as great as a slot holds, and some greater.
    private func number(at place: Int, _ word: UInt64) -> Int64 {
        switch place % 50 {
        case 7: (1 << 40) - 2 + Int64(word % 4)
        case 8: (1 << 39) - 2 + Int64(word % 4)
        case 9: Int64(word >> 2) + 1
        default: Int64(place)
        }
    }

    @Test("hashes that differ in one bit only are different keys", arguments: 0..<64)
    func oneBit(bit: Int) {
        var index = KeyIndex()
        let keys: [Int64] = [0, .max, 0x0123_4567_89AB_CDEF]
        for key in keys { index.insert(key, number: 1) }
        for key in keys { #expect(index.number(for: key ^ 1 << Int64(bit)) == 0) }
        for key in keys { index.insert(key ^ 1 << Int64(bit), number: 2) }
        for key in keys { #expect(index.number(for: key) == 1) }
        for key in keys { #expect(index.number(for: key ^ 1 << Int64(bit)) == 2) }
    }

    @Test("zero, the least and the greatest hash are keys like any other")
    func ends() {
        var index = KeyIndex()
        let keys: [Int64] = [0, -1, .min, .max, 1]
        for (place, key) in keys.enumerated() {
            #expect(index.number(for: key) == 0)
            index.insert(key, number: Int64(place) + 1)
        }
        #expect(keys.map { index.number(for: $0) } == [1, 2, 3, 4, 5])
    }
}

@Suite("Queue between two threads") struct BoundedQueueTests {
    @Test("everything arrives in order, whatever fits in between", arguments: [1, 2, 7, 1_000])
    func order(capacity: Int) throws {
        let queue = BoundedQueue<Int>(capacity: capacity)
        let worker = try Worker {
            for number in 0..<5_000 { _ = queue.put(number) }
            queue.finish()
        }
        var taken: [Int] = []
        while let number = queue.take() { taken.append(number) }
        worker.join()
        #expect(taken == Array(0..<5_000))
        #expect(queue.take() == nil)
    }

    @Test("the putter never runs further ahead than the queue holds", arguments: [1, 3, 8])
    func bound(capacity: Int) throws {
        let queue = BoundedQueue<Int>(capacity: capacity)
        let put = Mutex(0)
        let worker = try Worker {
            for number in 1...500 {
                _ = queue.put(number)
                put.withLock { $0 = number }
            }
            queue.finish()
        }
        var taken = 0
        while queue.take() != nil {
            taken += 1
            #expect(put.withLock { $0 } <= taken + capacity)
        }
        worker.join()
        #expect(taken == 500)
    }

    @Test("who puts is told when nothing will be taken any more, also while waiting for room")
    func abandoned() throws {
        let queue = BoundedQueue<Int>(capacity: 2)
        let put = Mutex(0)
        let worker = try Worker {
            while queue.put(1) { put.withLock { $0 += 1 } }
        }
        #expect(queue.take() == 1)
        queue.abandon()
        worker.join()
        #expect(put.withLock { $0 } <= 3)
        #expect(!queue.put(2))
    }

    @Test("a finished queue gives what it still holds, then nothing")
    func finished() {
        let queue = BoundedQueue<String>(capacity: 3)
        #expect(queue.put("a"))
        #expect(queue.put("b"))
        queue.finish()
        #expect(queue.take() == "a")
        #expect(queue.take() == "b")
        #expect(queue.take() == nil)
    }

    @Test("what it held is let go")
    func letsGo() {
        final class Thing: Sendable {}
        weak var kept: Thing?
        do {
            let queue = BoundedQueue<Thing>(capacity: 3)
            let thing = Thing()
            kept = thing
            #expect(queue.put(thing))
        }
        #expect(kept == nil)
    }
}

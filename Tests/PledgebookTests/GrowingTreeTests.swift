import Receipts
import Testing

@testable import Pledgebook

/// A tree that grows on a second thread is the tree that grows at once.
@Suite("Growing trees") struct GrowingTreeTests {
    /// Numbers of receipts between which the frontier is asked for; from some thousands on a thread is there.
    @Test(arguments: [[0], [1, 2, 0, 3], [900, 2_500, 1, 7_000], [20_000, 20_000]])
    func frontiers(parts: [Int]) throws {
        let whole = MerkleTree()
        let growing = GrowingTree(MerkleTree())
        var number = 0
        var receipts = ReceiptRun()
        for part in parts {
            for _ in 0..<part {
                let receipt = Array("\(number)".utf8) + [UInt8](repeating: UInt8(number % 251), count: 500)
                whole.append(receipt.span)
                receipt.withUnsafeBufferPointer { receipts.append($0) }
                if receipts.isFull { handOver(&receipts, to: growing) }
                number += 1
            }
            handOver(&receipts, to: growing)
            #expect(growing.frontier() == whole.frontier)
        }
    }

    @Test("a tree that nobody asks for ends with its thread")
    func abandoned() {
        weak var left: GrowingTree?
        do {
            let growing = GrowingTree(MerkleTree())
            left = growing
            let receipt = [UInt8](repeating: 7, count: 100_000)
            for _ in 0..<40 {
                var receipts = ReceiptRun()
                while !receipts.isFull { receipt.withUnsafeBufferPointer { receipts.append($0) } }
                handOver(&receipts, to: growing)
            }
        }
        #expect(left == nil)
    }

    private func handOver(_ receipts: inout ReceiptRun, to tree: GrowingTree) {
        tree.append(receipts)
        receipts = ReceiptRun()
    }
}

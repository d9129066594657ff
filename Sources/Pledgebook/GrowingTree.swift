import Receipts

/// The Merkle tree over a journal's receipts while they are signed: many at once are hashed on a second
/// thread, a few where they are.
///
/// To be used by one thread at a time.
final class GrowingTree: ReceiptTree {
    /// Belongs to the second thread while there is one.
    private final class Grown: @unchecked Sendable {
        let tree: MerkleTree
        init(_ tree: MerkleTree) { self.tree = tree }
    }

    private let grown: Grown
    private var queue: BoundedQueue<ReceiptRun>?
    private var worker: Worker?

    init(_ tree: MerkleTree) { grown = Grown(tree) }

    deinit { wait() }

    func append(_ receipts: ReceiptRun) {
        if queue == nil, receipts.isFull { start() }
        if let queue { _ = queue.put(receipts) } else { grown.tree.append(receipts) }
    }

    func frontier() -> [UInt8]? {
        wait()
        return grown.tree.frontier
    }

    /// Where no thread can be had, there is no queue: receipts are then hashed where they are.
    private func start() {
        let queue = BoundedQueue<ReceiptRun>(capacity: 8)
        let grown = grown
        worker = try? Worker {
            while let receipts = queue.take() { grown.tree.append(receipts) }
        }
        if worker != nil { self.queue = queue }
    }

    private func wait() {
        queue?.finish()
        queue = nil
        if let worker = worker.take() { worker.join() }
    }
}

/// Receipts that one thread signs and another hashes, a window at a time.
final class KeptReceipts: ReceiptTree {
    private var runs: [ReceiptRun] = []

    func append(_ receipts: ReceiptRun) { runs.append(receipts) }

    func frontier() -> [UInt8]? { nil }

    /// Hands over what is kept.
    func take() -> [ReceiptRun] {
        defer { runs = [] }
        return runs
    }
}

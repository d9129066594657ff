import Receipts

/// The Merkle tree over a journal's receipts while they are signed: many at once are hashed on a second
/// thread, a few where they are.
///
/// To be used by one thread at a time.
final class GrowingTree: ReceiptTree {
    /// Receipts one after the other, and where each ends.
    struct Chunk: Sendable {
        private(set) var bytes: [UInt8] = []
        private var ends: [Int] = []

        mutating func append(_ receipt: UnsafeBufferPointer<UInt8>) {
            bytes.append(contentsOf: receipt)
            ends.append(bytes.count)
        }

        func grow(_ tree: MerkleTree) {
            var start = 0
            bytes.withUnsafeBufferPointer { bytes in
                for end in ends {
                    tree.append(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                    start = end
                }
            }
        }
    }

    /// Belongs to the second thread while there is one.
    private final class Grown: @unchecked Sendable {
        let tree: MerkleTree
        init(_ tree: MerkleTree) { self.tree = tree }
    }

    private static let chunkSize = 1 << 19
    private let grown: Grown
    private var chunk = Chunk()
    private var queue: BoundedQueue<Chunk>?
    private var worker: Worker?

    init(_ tree: MerkleTree) { grown = Grown(tree) }

    deinit { wait() }

    func append(_ receipt: UnsafeBufferPointer<UInt8>) {
        chunk.append(receipt)
        if chunk.bytes.count >= Self.chunkSize { handOver() }
    }

    func frontier() -> [UInt8]? {
        wait()
        chunk.grow(grown.tree)
        empty()
        return grown.tree.frontier
    }

    private func handOver() {
        if queue == nil { start() }
        if let queue { _ = queue.put(chunk) } else { chunk.grow(grown.tree) }
        empty()
    }

    private func empty() {
        // Its own memory is with the second thread.
        chunk = Chunk()
    }

    /// Where no thread can be had, there is no queue: receipts are then hashed where they are.
    private func start() {
        let queue = BoundedQueue<Chunk>(capacity: 4)
        let grown = grown
        worker = try? Worker {
            while let chunk = queue.take() { chunk.grow(grown.tree) }
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
    private var chunk = GrowingTree.Chunk()

    func append(_ receipt: UnsafeBufferPointer<UInt8>) { chunk.append(receipt) }

    func frontier() -> [UInt8]? { nil }

    /// Hands over what is kept.
    func take() -> GrowingTree.Chunk {
        defer { chunk = GrowingTree.Chunk() }
        return chunk
    }
}

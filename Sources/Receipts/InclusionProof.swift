import Crowdfunding

/// Finds the hashes that prove a leaf's place in a tree, while the leaves go by one after the other.
///
/// Remembers as much as a tree does. Not to be shared between threads.
public final class InclusionProver {
    private let index: Int64
    private var next: Int64 = 0
    // Parts of the tree that are siblings on the way from the leaf to the root, in the order of the leaves.
    private var parts: [(leaves: Range<Int64>, level: Int)] = []
    private var part = 0
    private var hashes: [MerkleHash?]
    private var tree = MerkleTree()
    /// The hash of the leaf itself, when it has gone by.
    public private(set) var leaf: MerkleHash?

    /// A prover for one leaf.
    ///
    /// - Parameters:
    ///   - index: The leaf's place, from 0.
    ///   - count: How many leaves the tree has; more than `index`.
    public init(index: Int64, of count: Int64) {
        precondition(index >= 0 && index < count, "leaf \(index) of \(count)")
        self.index = index
        var leaves = 0..<count
        var siblings: [Range<Int64>] = []
        while leaves.count > 1 {
            let middle = leaves.lowerBound + largestPowerOfTwo(below: Int64(leaves.count))
            let (left, right) = (leaves.lowerBound..<middle, middle..<leaves.upperBound)
            siblings.append(index < middle ? right : left)
            leaves = index < middle ? left : right
        }
        // The proof goes from the leaf upwards, the walk above went down.
        hashes = Array(repeating: nil, count: siblings.count)
        parts = siblings.enumerated().map { ($1, siblings.count - 1 - $0) }
            .sorted { $0.leaves.lowerBound < $1.leaves.lowerBound }
    }

    /// Takes the next leaf's hash.
    public func append(_ hash: MerkleHash) {
        defer { next += 1 }
        if next == index {
            leaf = hash
            return
        }
        guard part < parts.count else { return }
        tree.append(hash)
        guard next == parts[part].leaves.upperBound - 1 else { return }
        hashes[parts[part].level] = tree.root
        tree = MerkleTree()
        part += 1
    }

    /// The siblings' hashes from the leaf upwards; `nil` before all leaves have gone by.
    public var path: [MerkleHash]? {
        let known = hashes.compactMap(\.self)
        return leaf != nil && known.count == hashes.count ? known : nil
    }
}

/// The root of the tree in which a leaf stands, by the hashes that are said to prove it.
///
/// RFC 9162, section 2.1.3.2: independent of how proofs are made.
///
/// - Parameters:
///   - leaf: The leaf's hash.
///   - index: Its place, from 0.
///   - count: How many leaves the tree has.
///   - path: The siblings' hashes from the leaf upwards.
/// - Returns: The root that these make; `nil` where there are more or fewer hashes than the place needs.
public func merkleRoot(
    of leaf: MerkleHash, at index: Int64, in count: Int64, path: [MerkleHash]
) -> MerkleHash? {
    guard index >= 0, index < count else { return nil }
    let hasher = MerkleHasher()
    var (node, last) = (index, count - 1)
    var root = leaf
    for hash in path {
        guard last > 0 else { return nil }
        if node & 1 == 1 || node == last {
            root = hasher.node(hash, root)
            while node & 1 == 0, node > 0 {
                node >>= 1
                last >>= 1
            }
        } else {
            root = hasher.node(root, hash)
        }
        node >>= 1
        last >>= 1
    }
    return last == 0 ? root : nil
}

private func largestPowerOfTwo(below count: Int64) -> Int64 {
    1 << Int64(63 - (count - 1).leadingZeroBitCount)
}

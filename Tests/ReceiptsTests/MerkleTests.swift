import Crowdfunding
import Testing

@testable import Receipts

/// RFC 6962, section 2.1, word by word: slow, and with all leaves in memory.
private enum NaiveTree {
    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return SHA256Digest.of(leaves.first.map { [0] + $0 } ?? []) }
        let middle = leaves.startIndex + split(leaves.count)
        return SHA256Digest.of([1] + root(leaves[..<middle]) + root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        return index < middle
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index, leaves[middle...]) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}

@Suite("Merkle tree") struct MerkleTests {
    static let knownLeaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        Array(0x50...0x57), Array(0x60...0x6f),
    ]

    /// The roots of the first 0 to 8 of these leaves, as Certificate Transparency's tests have them.
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("roots that others computed", arguments: Array(zip(0..., MerkleTests.roots)))
    func known(count: Int, root: String) {
        let tree = MerkleTree()
        for leaf in Self.knownLeaves.prefix(count) { tree.append(leaf.span) }
        #expect(tree.root.hex == root)
        #expect(tree.count == Int64(count))
    }

    private static func leaves(_ count: Int) -> [[UInt8]] {
        (0..<count).map { index in
            (0..<(index * 7 % 90)).map { UInt8(truncatingIfNeeded: $0 * index + index) }
        }
    }

    @Test("root, frontier and every proof are those of the RFC's own words", arguments: 1...67)
    func everyProof(count: Int) throws {
        let leaves = Self.leaves(count)
        let tree = MerkleTree()
        let hasher = MerkleHasher()
        for leaf in leaves { tree.append(leaf.span) }
        let root = NaiveTree.root(leaves[...])
        #expect(tree.root.bytes == root)
        #expect(MerkleTree(count: Int64(count), frontier: tree.frontier)?.root.bytes == root)
        for index in 0..<count {
            let prover = InclusionProver(index: Int64(index), of: Int64(count))
            #expect(prover.path == nil)
            for leaf in leaves { prover.append(hasher.leaf(leaf.span)) }
            let path = try #require(prover.path)
            #expect(path.map(\.bytes) == NaiveTree.path(index, leaves[...]))
            let leaf = try #require(prover.leaf)
            func found(_ leaf: MerkleHash, _ index: Int, _ count: Int, _ path: [MerkleHash]) -> [UInt8]? {
                merkleRoot(of: leaf, at: Int64(index), in: Int64(count), path: path)?.bytes
            }
            #expect(found(leaf, index, count, path) == root)
            #expect(found(leaf, index, count, path + [leaf]) != root)
            #expect(found(leaf, index, count, path.dropLast()) == (path.isEmpty ? root : nil))
            #expect(found(hasher.leaf([1].span), index, count, path) != root)
            if index + 1 < count { #expect(found(leaf, index + 1, count, path) != root) }
        }
    }

    @Test("a tree carries on from where another was left, wherever that was")
    func carriesOn() throws {
        let leaves = Self.leaves(40)
        let whole = MerkleTree()
        for leaf in leaves { whole.append(leaf.span) }
        for stop in 0...40 {
            let first = MerkleTree()
            for leaf in leaves.prefix(stop) { first.append(leaf.span) }
            let second = try #require(MerkleTree(count: first.count, frontier: first.frontier))
            for leaf in leaves.dropFirst(stop) { second.append(leaf.span) }
            #expect(second.root == whole.root)
        }
        #expect(MerkleTree(count: 3, frontier: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(MerkleTree(count: -1, frontier: []) == nil)
    }

    @Test("a tree of many leaves remembers as many hashes as its count has bits")
    func small() {
        let tree = MerkleTree()
        for _ in 0..<1_000 { tree.append([7].span) }
        #expect(tree.frontier.count == 32 * 6)  // 1000 is 1111101000
    }

    @Test("hexadecimal digits are read strictly")
    func hex() throws {
        let hash = try #require(MerkleHash(SHA256Digest.of([1])))
        #expect(MerkleHash(hex: hash.hex) == hash)
        #expect(MerkleHash(hex: hash.hex.uppercased()) == nil)
        #expect(MerkleHash(hex: String(hash.hex.dropLast())) == nil)
    }

    static let base64Texts: [(text: String, bytes: [UInt8]?)] = [
        ("", []), ("Zg==", Array("f".utf8)), ("Zm8=", Array("fo".utf8)), ("Zm9v", Array("foo".utf8)),
        ("Zm9vYg==", Array("foob".utf8)), ("+/8=", [0xfb, 0xff]), ("-_8=", nil), ("Zg=", nil), ("Zg", nil),
        ("Zh==", nil), ("Z===", nil), ("====", nil), ("Zm9v\n", nil), ("=m9v", nil),
    ]

    @Test("base64 as RFC 4648 has it, and nothing beside it", arguments: base64Texts)
    func base64(text: String, bytes: [UInt8]?) {
        #expect(Base64.decode(text) == bytes)
        if let bytes { #expect(Base64.encode(bytes) == text) }
    }
}

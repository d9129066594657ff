import COpenSSL
import Crowdfunding

/// A hash of a Merkle tree: the 32 bytes of a SHA-256 digest.
public struct MerkleHash: Hashable, Sendable {
    /// How many bytes it has.
    public static let byteCount = 32

    // The bytes lie as a tag's do: in place, without an allocation.
    private let tag: Tag

    /// The hash of these bytes, which must be 32.
    public init?(_ bytes: some Collection<UInt8>) {
        guard let tag = Tag(bytes) else { return nil }
        self.tag = tag
    }

    fileprivate init(at pointer: UnsafeRawPointer) { tag = Tag(at: pointer) }

    /// The 32 bytes.
    public var bytes: [UInt8] { tag.bytes }

    /// As checkpoints and proofs write it: 44 characters of base64.
    public var base64: String { Base64.encode(bytes) }

    /// As signed details write it: 64 lower-case hexadecimal digits.
    public var hex: String { hexText(bytes) }

    fileprivate func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        tag.withUnsafeBytes(body)
    }
}

/// The hashing of RFC 6962, section 2.1: leaves and nodes begin with different bytes.
///
/// The algorithm is looked up once and the context is used again: nothing is allocated per hash.
///
/// Not to be shared between threads.
public final class MerkleHasher {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    /// Looks the algorithm up.
    public init() {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { stopWithoutLibcrypto("EVP_MD_fetch") }
        guard let context = EVP_MD_CTX_new() else { stopWithoutLibcrypto("EVP_MD_CTX_new") }
        self.algorithm = algorithm
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    /// The hash of a leaf: SHA-256 of a zero byte and its data.
    public func leaf(_ data: Span<UInt8>) -> MerkleHash {
        data.withUnsafeBytes { bytes in
            digest(0) {
                expectSuccess(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count), "EVP_DigestUpdate")
            }
        }
    }

    /// The hash of a node: SHA-256 of a one and the hashes of its two children.
    func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        digest(1) {
            add(left)
            add(right)
        }
    }

    private func add(_ child: MerkleHash) {
        child.withUnsafeBytes {
            expectSuccess(EVP_DigestUpdate(context, $0.baseAddress, $0.count), "EVP_DigestUpdate")
        }
    }

    @inline(__always)
    private func digest(_ prefix: UInt8, _ body: () -> Void) -> MerkleHash {
        expectSuccess(EVP_DigestInit_ex2(context, algorithm, nil), "EVP_DigestInit_ex2")
        var prefix = prefix
        expectSuccess(EVP_DigestUpdate(context, &prefix, 1), "EVP_DigestUpdate")
        body()
        return withUnsafeTemporaryAllocation(byteCount: MerkleHash.byteCount, alignment: 8) { output in
            guard let target = output.baseAddress else { stopWithoutLibcrypto("EVP_DigestFinal_ex") }
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            expectSuccess(EVP_DigestFinal_ex(context, bytes, nil), "EVP_DigestFinal_ex")
            return MerkleHash(at: target)
        }
    }
}

/// What a signer grows with every receipt that it signs.
public protocol ReceiptTree: AnyObject {
    /// Adds receipts as the next leaves: some hundreds at a time, the last ones before the frontier is asked
    /// for.
    func append(_ receipts: ReceiptRun)
    /// What the tree over all receipts so far is carried on from; see `MerkleTree.frontier`. `nil`: somebody
    /// else hashes them.
    func frontier() -> [UInt8]?
}

/// A Merkle tree (RFC 6962) that grows by a leaf at a time and remembers only the roots of its full parts.
///
/// A tree of a million leaves holds twenty hashes. Not to be shared between threads.
public final class MerkleTree {
    /// The roots of full trees, largest first: one for each bit that is set in `count`.
    private struct Peaks {
        var count: Int64 = 0
        var hashes: [MerkleHash] = []

        mutating func append(_ leaf: MerkleHash, _ hasher: MerkleHasher) {
            var hash = leaf
            var rest = count
            while rest & 1 == 1 {
                hash = hasher.node(hashes.removeLast(), hash)
                rest >>= 1
            }
            hashes.append(hash)
            count += 1
        }
    }

    /// How many leaves it has.
    public var count: Int64 { peaks.count }
    private var peaks = Peaks()
    private let hasher = MerkleHasher()

    /// A tree without leaves.
    public init() {}

    /// A tree that carries on from where another one was left.
    ///
    /// - Parameters:
    ///   - count: How many leaves that one had, zero or more.
    ///   - frontier: What it gave as its `frontier`.
    public init?(count: Int64, frontier: [UInt8]) {
        guard count >= 0, frontier.count == count.nonzeroBitCount * MerkleHash.byteCount else { return nil }
        peaks.count = count
        for start in stride(from: 0, to: frontier.count, by: MerkleHash.byteCount) {
            guard let peak = MerkleHash(frontier[start..<start + MerkleHash.byteCount]) else { return nil }
            peaks.hashes.append(peak)
        }
    }

    /// Hashes a leaf and adds it.
    ///
    /// - Returns: The leaf's hash.
    @discardableResult
    public func append(_ data: Span<UInt8>) -> MerkleHash {
        let hash = hasher.leaf(data)
        append(hash)
        return hash
    }

    /// Hashes receipts and adds them, in their order.
    public func append(_ receipts: ReceiptRun) {
        // Taken out for as long as it takes: nothing else looks at them then.
        var grown = Peaks()
        swap(&grown, &peaks)
        receipts.bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            for end in receipts.ends {
                let receipt = UnsafeBufferPointer(rebasing: bytes[start..<end])
                grown.append(hasher.leaf(Span(_unsafeElements: receipt)), hasher)
                start = end
            }
        }
        swap(&grown, &peaks)
    }

    /// Adds a leaf that was hashed already.
    public func append(_ leaf: MerkleHash) { peaks.append(leaf, hasher) }

    /// The root over all leaves; without any, the digest of nothing.
    public var root: MerkleHash {
        guard var hash = peaks.hashes.last else { return Self.emptyRoot }
        for peak in peaks.hashes.dropLast().reversed() { hash = hasher.node(peak, hash) }
        return hash
    }

    /// What another tree needs to carry on: 32 bytes for each bit that is set in `count`.
    public var frontier: [UInt8] { peaks.hashes.flatMap(\.bytes) }

    private static let emptyRoot: MerkleHash = {
        guard let hash = MerkleHash(SHA256Digest.of([])) else { stopWithoutLibcrypto("EVP_DigestFinal_ex") }
        return hash
    }()
}

extension MerkleHash {
    /// The hash that 64 lower-case hexadecimal digits stand for.
    public init?(hex text: String) {
        let digits = text.utf8.map { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        let values = digits.compactMap(\.self)
        guard values.count == digits.count, values.count == 64 else { return nil }
        self.init(stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] })
    }
}

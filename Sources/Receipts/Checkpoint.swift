/// What a journal was at some entry: how many receipts, and the Merkle root over their lines.
///
/// Signed, it is a C2SP checkpoint (https://c2sp.org/tlog-checkpoint): a text that anybody can verify.
public struct Checkpoint: Hashable, Sendable {
    /// The journal's name: `pledgebook/<book id>/<campaign>`.
    public let origin: String
    /// How many receipts: the number of the last one.
    public let count: Int64
    /// The RFC 6962 root over the receipts' lines, without their line feeds.
    public let root: MerkleHash

    /// A checkpoint of a journal.
    public init(origin: String, count: Int64, root: MerkleHash) {
        self.origin = origin
        self.count = count
        self.root = root
    }

    /// What is signed: three lines.
    var body: String { "\(origin)\n\(count)\n\(root.base64)\n" }

    /// Signs it.
    public func signed(by key: CheckpointKey) -> SignedCheckpoint {
        let signature = key.signature(of: Array(body.utf8))
        return SignedCheckpoint(checkpoint: self, publicKey: key.publicKey, signature: signature)
    }
}

/// A checkpoint with its Ed25519 signature.
public struct SignedCheckpoint: Hashable, Sendable {
    /// What is signed.
    public let checkpoint: Checkpoint
    /// The key that signed.
    public let publicKey: CheckpointPublicKey
    /// 64 bytes.
    public let signature: [UInt8]

    /// Puts a checkpoint together that was signed before; see `isGenuine`.
    public init(checkpoint: Checkpoint, publicKey: CheckpointPublicKey, signature: [UInt8]) {
        self.checkpoint = checkpoint
        self.publicKey = publicKey
        self.signature = signature
    }

    /// Whether the signature is the key's.
    public var isGenuine: Bool {
        checkpoint.origin == publicKey.origin
            && publicKey.isSignature(signature, of: Array(checkpoint.body.utf8))
    }

    /// The signed note (https://c2sp.org/signed-note): three lines, an empty one, and the signature.
    public var text: String {
        "\(checkpoint.body)\n— \(publicKey.origin) \(Base64.encode(publicKey.id + signature))\n"
    }
}

/// A signed note as it was read; nothing in it counts before a signature was verified.
public struct CheckpointNote: Hashable, Sendable {
    /// What it says.
    public let checkpoint: Checkpoint
    private let body: [UInt8]
    private let signatures: [Signature]

    private struct Signature: Hashable, Sendable {
        let name: String
        let id: [UInt8]
        let bytes: [UInt8]
    }

    /// How much is read at most.
    public static let largest = 1 << 16

    /// Reads a signed note; `nil` where it is not one, byte for byte.
    public init?(_ text: [UInt8]) {
        guard text.count <= Self.largest, text.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else { return nil }
        guard let whole = String(validating: text, as: UTF8.self) else { return nil }
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard lines.last == "", let gap = lines.dropLast().lastIndex(of: ""), gap >= 3 else { return nil }
        let head = lines[..<gap]
        guard !head.contains(""), let count = Self.count(head[1]), CheckpointPublicKey.isOrigin(head[0]),
            let root = Base64.decode(head[2]).flatMap({ MerkleHash($0) })
        else { return nil }
        checkpoint = Checkpoint(origin: head[0], count: count, root: root)
        body = Array((head.joined(separator: "\n") + "\n").utf8)
        signatures = lines[(gap + 1)...].dropLast().compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "—", let bytes = Base64.decode(words[2]), bytes.count > 4
            else {
                return nil
            }
            return Signature(name: String(words[1]), id: Array(bytes[..<4]), bytes: Array(bytes[4...]))
        }
        guard !signatures.isEmpty, signatures.count == lines.count - gap - 2 else { return nil }
    }

    /// Whether the key signed it; signatures of other keys are passed over.
    public func isSigned(by key: CheckpointPublicKey) -> Bool {
        let own = signatures.filter { $0.name == key.origin && $0.id == key.id }
        return checkpoint.origin == key.origin && !own.isEmpty
            && own.allSatisfy { key.isSignature($0.bytes, of: body) }
    }

    private static func count(_ text: String) -> Int64? {
        guard let count = Int64(text), count > 0, String(count) == text else { return nil }
        return count
    }
}

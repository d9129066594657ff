/// A receipt with the proof that it stands in its place under a signed checkpoint.
///
/// A C2SP proof (https://c2sp.org/tlog-proof) that carries the receipt's line as its extra data.
public struct ReceiptProof: Hashable, Sendable {
    /// The receipt as it was exported, without a line feed.
    public let receipt: [UInt8]
    /// Its number, from 1.
    public let number: Int64
    /// The siblings' hashes from the leaf upwards.
    public let path: [MerkleHash]
    /// The checkpoint, as a signed note.
    public let checkpoint: [UInt8]

    /// Puts a proof together.
    public init(receipt: [UInt8], number: Int64, path: [MerkleHash], checkpoint: [UInt8]) {
        self.receipt = receipt
        self.number = number
        self.path = path
        self.checkpoint = checkpoint
    }

    private static let title = "c2sp.org/tlog-proof@v1"

    /// The proof as a text; several stand one after the other in a file.
    public var text: String {
        var lines = [Self.title, "extra \(Base64.encode(receipt))", "index \(number - 1)"]
        lines += path.map(\.base64)
        return lines.joined(separator: "\n") + "\n\n" + String(decoding: checkpoint, as: UTF8.self)
    }

    /// Reads a file of proofs; `nil` where it is not one or several, line by line.
    public static func read(_ text: [UInt8]) -> [ReceiptProof]? {
        guard let whole = String(validating: text, as: UTF8.self) else { return nil }
        var blocks: [[Substring]] = []
        for line in whole.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == title { blocks.append([]) }
            guard !blocks.isEmpty else { return nil }
            blocks[blocks.count - 1].append(line)
        }
        guard !blocks.isEmpty else { return nil }
        var proofs: [ReceiptProof] = []
        for (place, block) in blocks.enumerated() {
            // The last line feed of the file leaves an empty piece behind it; the others are inside.
            let isLast = place == blocks.count - 1
            guard !isLast || block.last == "",
                let proof = ReceiptProof(isLast ? block.dropLast() : block[...])
            else { return nil }
            proofs.append(proof)
        }
        return proofs
    }

    private init?(_ lines: ArraySlice<Substring>) {
        let lines = Array(lines)
        guard lines.count > 4, let gap = lines.firstIndex(of: ""), gap >= 3 else { return nil }
        guard lines[1].hasPrefix("extra "), let receipt = Base64.decode(lines[1].dropFirst(6)),
            lines[2].hasPrefix("index "), let index = Int64(lines[2].dropFirst(6)), index >= 0, index < .max,
            lines[2].dropFirst(6) == String(index)
        else { return nil }
        var path: [MerkleHash] = []
        for line in lines[3..<gap] {
            guard let hash = Base64.decode(line).flatMap({ MerkleHash($0) }) else { return nil }
            path.append(hash)
        }
        let note = lines[(gap + 1)...].map { $0 + "\n" }.joined()
        self.init(receipt: receipt, number: index + 1, path: path, checkpoint: Array(note.utf8))
    }

    /// What a proof comes to.
    public enum Verdict: Hashable, Sendable {
        /// The receipt stands in its place under a checkpoint that the key signed.
        case proven(Checkpoint)
        /// The checkpoint does not read as one.
        case noCheckpoint
        /// The key did not sign the checkpoint.
        case otherKey(origin: String)
        /// The receipt, its place and the hashes do not make the checkpoint's root.
        case otherRoot
    }

    /// The root of a tree of that many leaves in which the receipt stands; `nil` where the hashes do not fit.
    public func root(in count: Int64) -> MerkleHash? {
        merkleRoot(of: MerkleHasher().leaf(receipt.span), at: number - 1, in: count, path: path)
    }

    /// Judges the proof by a public key.
    public func verdict(by key: CheckpointPublicKey) -> Verdict {
        guard let note = CheckpointNote(checkpoint) else { return .noCheckpoint }
        guard note.isSigned(by: key) else { return .otherKey(origin: note.checkpoint.origin) }
        return root(in: note.checkpoint.count) == note.checkpoint.root ? .proven(note.checkpoint) : .otherRoot
    }
}

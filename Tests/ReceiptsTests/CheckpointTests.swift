import Crowdfunding
import Glibc
import Testing

@testable import Receipts

private enum Script {
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    static let python = "\(root)/.build/venv/bin/python"
    static let path = "\(root)/docs/verify_proof.py"
    static let hasPython = (try? run([python, "-c", "import cryptography"]))?.status == 0

    /// By the package cryptography, or without it by openssl.
    static func check(_ arguments: [String], withPackage: Bool) throws -> (status: Int32, output: String) {
        if withPackage { return try run([python, path] + arguments) }
        let hide = "import sys, runpy; sys.modules['cryptography'] = None; sys.argv = sys.argv[1:]; "
        return try run([python, "-c", hide + "runpy.run_path(sys.argv[0])", path] + arguments)
    }
}

@Suite("Checkpoints and proofs") struct CheckpointTests {
    static func key(book: String = "7f3a9c") throws -> CheckpointKey {
        CheckpointKey(
            master: try #require(ReceiptSamples.master), book: book,
            campaign: try #require(CampaignID("aurora-lamp")))
    }

    static func tree(_ lines: [String]) -> MerkleTree {
        let tree = MerkleTree()
        for line in lines { tree.append(Array(line.utf8).span) }
        return tree
    }

    static func signed(_ lines: [String]) throws -> SignedCheckpoint {
        let key = try key()
        let tree = tree(lines)
        return Checkpoint(origin: key.publicKey.origin, count: tree.count, root: tree.root).signed(by: key)
    }

    static func proof(_ number: Int, _ lines: [String]) throws -> ReceiptProof {
        let prover = InclusionProver(index: Int64(number - 1), of: Int64(lines.count))
        let hasher = MerkleHasher()
        for line in lines { prover.append(hasher.leaf(Array(line.utf8).span)) }
        return ReceiptProof(
            receipt: Array(lines[number - 1].utf8), number: Int64(number), path: try #require(prover.path),
            checkpoint: Array(try signed(lines).text.utf8))
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    static let vectors: [(seed: String, publicKey: String, message: String, signature: String)] = [
        // RFC 8032, section 7.1, tests 1 to 3.
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test("Ed25519 gives the standard's signatures", arguments: vectors)
    func vector(seed: String, publicKey: String, message: String, signature: String) {
        let (seed, message) = (Self.bytes(seed), Self.bytes(message))
        let key = Self.bytes(publicKey)
        #expect(Ed25519.publicKey(ofSeed: seed) == key)
        #expect(Ed25519.signature(of: message, seed: seed) == Self.bytes(signature))
        #expect(Ed25519.isSignature(Self.bytes(signature), of: message, publicKey: key))
        #expect(!Ed25519.isSignature(Self.bytes(signature), of: message + [0], publicKey: key))
        #expect(!Ed25519.isSignature(Array(Self.bytes(signature).dropLast()), of: message, publicKey: key))
        #expect(!Ed25519.isSignature(Self.bytes(signature), of: message, publicKey: Array(key.dropLast())))
    }

    @Test("the key is drawn for checkpoints alone, for each book and campaign")
    func derivation() throws {
        let key = try Self.key().publicKey
        #expect(key.origin == "pledgebook/7f3a9c/aurora-lamp")
        #expect(try Self.key(book: "other").publicKey.bytes != key.bytes)
        let receipts = try ReceiptSamples.key().bytes
        #expect(key.bytes != Ed25519.publicKey(ofSeed: receipts))
        #expect(CheckpointPublicKey(key.text) == key)
        #expect("\(try Self.key())".contains("secret not shown"))
        for wrong in [
            "", "a+b", key.text + "=", key.text.replacing("aurora", with: "Aurora"), "a b+" + key.text,
        ] {
            #expect(CheckpointPublicKey(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a checkpoint is read as it is written, and any changed byte is seen")
    func note() throws {
        let signed = try Self.signed(ReceiptSamples.chain(21).lines)
        let text = Array(signed.text.utf8)
        let note = try #require(CheckpointNote(text))
        #expect(note.checkpoint == signed.checkpoint)
        #expect(note.isSigned(by: signed.publicKey))
        #expect(signed.isGenuine)
        #expect(signed.text.hasPrefix("pledgebook/7f3a9c/aurora-lamp\n21\n"))
        #expect(signed.text.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
        for index in text.indices {
            for byte in [text[index] ^ 1, UInt8(ascii: "\n"), UInt8(ascii: "0")] where byte != text[index] {
                var changed = text
                changed[index] = byte
                #expect(CheckpointNote(changed)?.isSigned(by: signed.publicKey) != true, "byte \(index)")
            }
        }
        for cut in text.indices {
            #expect(CheckpointNote(Array(text[..<cut]))?.isSigned(by: signed.publicKey) != true)
        }
        let other = CheckpointPublicKey(
            origin: signed.publicKey.origin, bytes: [UInt8](repeating: 5, count: 32))
        #expect(!note.isSigned(by: other))
    }

    @Test("signatures of others are passed over, as witnesses add them")
    func witnesses() throws {
        let signed = try Self.signed(ReceiptSamples.chain(3).lines)
        let more = signed.text + "— witness.example/w1 \(Base64.encode([UInt8](repeating: 3, count: 76)))\n"
        #expect(CheckpointNote(Array(more.utf8))?.isSigned(by: signed.publicKey) == true)
    }

    @Test("a proof is read as it is written; a changed receipt, place, hash or key is told")
    func proofs() throws {
        let lines = try ReceiptSamples.chain(21).lines
        let key = try Self.key().publicKey
        let whole = try [1, 7, 16, 21].map { try Self.proof($0, lines) }
        let text = whole.map(\.text).joined()
        #expect(ReceiptProof.read(Array(text.utf8)) == whole)
        let other = try Self.key(book: "other").publicKey
        let attested = try Self.signed(lines).checkpoint
        for proof in whole {
            #expect(proof.verdict(by: key) == .proven(attested))
            var edited = proof.receipt
            edited[40] ^= 1
            func verdict(
                receipt: [UInt8]? = nil, number: Int64? = nil, path: [MerkleHash]? = nil, note: [UInt8]? = nil
            ) -> ReceiptProof.Verdict {
                ReceiptProof(
                    receipt: receipt ?? proof.receipt, number: number ?? proof.number,
                    path: path ?? proof.path, checkpoint: note ?? proof.checkpoint
                ).verdict(by: key)
            }
            #expect(verdict(receipt: edited) == .otherRoot)
            #expect(verdict(number: proof.number % 21 + 1) == .otherRoot)
            #expect(verdict(number: 22) == .otherRoot)
            #expect(verdict(path: proof.path.reversed()) == .otherRoot)
            #expect(verdict(note: [1, 2]) == .noCheckpoint)
            let shorter = try Self.signed(Array(lines.dropLast()))
            #expect(verdict(note: Array(shorter.text.utf8)) == .otherRoot)
            #expect(proof.verdict(by: other) == .otherKey(origin: key.origin))
        }
        for wrong in ["", "x", text + "x", "x" + text, text.replacing("index 6", with: "index 06")] {
            #expect(ReceiptProof.read(Array(wrong.utf8)) == nil)
        }
    }

    @Test(
        "an independent script accepts proof and checkpoint, and no other",
        .enabled(
            if: Script.hasPython, "skipped: .build/venv has no cryptography; scripts/setup test makes it"),
        arguments: [true, false])
    func script(withPackage: Bool) throws {
        let lines = try ReceiptSamples.chain(21).lines
        let key = try Self.key().publicKey.text
        try TemporaryFolder.with { folder in
            let checkpoint = try Self.signed(lines).text
            try folder.write("checkpoint", checkpoint, mode: 0o600)
            try folder.write("changed", checkpoint.replacing("\n21\n", with: "\n20\n"), mode: 0o600)
            try folder.write("receipts", lines.map { $0 + "\n" }.joined(), mode: 0o600)
            try folder.write("fewer", lines.dropLast().map { $0 + "\n" }.joined(), mode: 0o600)
            let proof = try Self.proof(7, lines)
            try folder.write("proof", proof.text + Self.proof(21, lines).text, mode: 0o600)
            let moved = ReceiptProof(
                receipt: proof.receipt, number: 8, path: proof.path, checkpoint: proof.checkpoint)
            try folder.write("moved", moved.text, mode: 0o600)
            func told(_ key: String, _ names: String...) throws -> String {
                let files = names.map { "\(folder.path)/\($0)" }
                let answer = try Script.check([key] + files, withPackage: withPackage)
                return "\(answer.status) " + answer.output.replacing(folder.path + "/", with: "")
            }
            let signed = "the checkpoint of 21 receipts is signed by this key\n"
            #expect(try told(key, "checkpoint") == "0 " + signed)
            let same = "the first 21 receipts of receipts are those that it was signed over\n"
            #expect(try told(key, "checkpoint", "receipts") == "0 " + signed + same)
            #expect(
                try told(key, "checkpoint", "fewer").contains(
                    "the first 21 receipts of fewer are not those that it was signed over\n"))
            #expect(try told(key, "changed") == "1 the checkpoint is not signed by this key\n")
            let other = try Self.key(book: "other").publicKey.text
            #expect(try told(other, "checkpoint") == "1 the checkpoint is not signed by this key\n")
            let proven = try told(key, "proof")
            #expect(proven.hasPrefix("0 receipt 7 of 21 is proven: {\"iss\":\"aurora-lamp\",\"seq\":7,"))
            #expect(proven.contains("\nreceipt 21 of 21 is proven: "))
            #expect(try told(key, "moved") == "1 receipt 8 does not stand under its checkpoint\n")
        }
    }
}

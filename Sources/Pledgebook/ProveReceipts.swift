import Crowdfunding
import Receipts
import Storage

/// Receipts of a pledge with the proofs that they stand under a checkpoint.
public struct ProvenReceipts: Sendable {
    /// The pledge's reference.
    public let reference: String
    /// The numbers of the receipts, in order.
    public let numbers: [Int64]
    /// The number of the last entry under the checkpoint.
    public let checkpoint: Int64
    /// The proofs, one after the other.
    public let text: String
}

/// What one proof in a file says.
public struct CheckedProof: Sendable {
    /// The number of the receipt.
    public let number: Int64
    /// The receipt itself, as it was exported.
    public let receipt: String
    /// How many receipts the checkpoint was signed over.
    public let count: Int64
    /// The journal's name.
    public let origin: String
    /// What is wrong with it, as a clause; `nil` where the receipt is proven.
    public let fault: String?
}

extension Session {
    /// Proofs for every receipt of each pledge that `who` means, under the last checkpoint.
    ///
    /// Needs no key.
    ///
    /// - Throws: `SessionError.refused` where a receipt is later than the last checkpoint.
    public func proofs(of who: String, in campaign: LoadedCampaign) throws -> [ProvenReceipts] {
        try book.read { records in
            let record = campaign.record
            guard let last = try records.lastCheckpoint(campaign: record.number) else {
                throw SessionError.refused(
                    "\(record.id) has no checkpoint yet. Write one with `pledgebook receipt checkpoint`.")
            }
            let pledges = try pledges(who, of: campaign, in: records)
            let numbers = try pledges.map { pledge in
                try records.entries(campaign: record.number, pledge: pledge.number).map(\.entry.number)
            }
            if let late = numbers.joined().first(where: { $0 > last.number }) {
                throw SessionError.refused(
                    "Receipt \(late) is later than the last checkpoint, which covers \(last.number). Write "
                        + "a new "
                        + "one with `pledgebook receipt checkpoint`.")
            }
            let proofs = try proofs(
                Set(numbers.joined()), under: signed(last, of: record), of: record, in: records)
            return zip(pledges, numbers).map { pledge, numbers in
                ProvenReceipts(
                    reference: pledge.reference, numbers: numbers, checkpoint: last.number,
                    text: numbers.compactMap { proofs[$0]?.text }.joined())
            }
        }
    }

    /// One pass over the receipts under a checkpoint, whatever the number of proofs.
    private func proofs(
        _ numbers: Set<Int64>, under signed: SignedCheckpoint, of record: CampaignRecord, in records: Records
    ) throws -> [Int64: ReceiptProof] {
        let checkpoint = signed.checkpoint
        let provers = numbers.sorted().map { ($0, InclusionProver(index: $0 - 1, of: checkpoint.count)) }
        let hasher = MerkleHasher()
        var lines: [Int64: [UInt8]] = [:]
        try records.forEachReceipt(of: record, after: 0) { number, line in
            guard number <= checkpoint.count else { return }
            if numbers.contains(number) { lines[number] = line.withUnsafeBufferPointer { Array($0) } }
            let leaf = hasher.leaf(line)
            for (_, prover) in provers { prover.append(leaf) }
        }
        var proofs: [Int64: ReceiptProof] = [:]
        for (number, prover) in provers {
            guard let path = prover.path, let line = lines[number] else {
                throw BookError.storage(reason: "the journal does not reach its checkpoint")
            }
            let proof = ReceiptProof(
                receipt: line, number: number, path: path, checkpoint: Array(signed.text.utf8))
            // A book that was changed since gives no proof that others would refuse.
            guard proof.root(in: checkpoint.count) == checkpoint.root else {
                throw SessionError.refused(
                    "The receipts are not those that the last checkpoint was signed over, so nothing can be "
                        + "proven. See `pledgebook book check`.")
            }
            proofs[number] = proof
        }
        return proofs
    }

    /// Checks every proof of a file by the campaign's own key, or one that the book kept from before a key
    /// was lost.
    ///
    /// - Parameters:
    ///   - text: The file's bytes.
    ///   - name: Its name, for messages.
    ///   - campaign: Whose journal it is to be.
    /// - Returns: What each proof comes to, in the order of the file.
    /// - Throws: `SessionError.rule` where the file does not read as one of proofs.
    public func checkProofs(
        _ text: [UInt8], name: String, of campaign: LoadedCampaign
    ) throws -> [CheckedProof] {
        let proofs = try Self.proofs(text, name)
        let key = try book.read { records in
            let note = proofs.lazy.compactMap { CheckpointNote($0.checkpoint) }.first
            return try checkpointKey(nil, of: campaign.record, signing: note, in: records)
        }
        return proofs.map { $0.checked(by: key) }
    }

    /// Checks every proof of a file by a public key; needs no book.
    ///
    /// - Parameters:
    ///   - text: The file's bytes.
    ///   - name: Its name, for messages.
    ///   - publicKey: The key that is to have signed, as `key show` prints it.
    /// - Returns: What each proof comes to, in the order of the file.
    /// - Throws: `SessionError.rule` where the file or the key does not read as one.
    public static func checkProofs(
        _ text: [UInt8], name: String, by publicKey: String
    ) throws -> [CheckedProof] {
        guard let key = CheckpointPublicKey(publicKey) else { throw noPublicKey(publicKey) }
        return try proofs(text, name).map { $0.checked(by: key) }
    }

    private static func proofs(_ text: [UInt8], _ name: String) throws -> [ReceiptProof] {
        if let proofs = ReceiptProof.read(text) { return proofs }
        throw SessionError.rule(
            "\(name) does not read as a proof: it begins with c2sp.org/tlog-proof@v1. Name another file.",
            exit: .badInput)
    }

    static func noPublicKey(_ text: String) -> SessionError {
        .rule(
            "“\(text)” is no public key. Write it as `pledgebook key show` prints it: NAME+ID+BASE64.",
            exit: .usage)
    }
}

extension ReceiptProof {
    fileprivate func checked(by key: CheckpointPublicKey) -> CheckedProof {
        let note = CheckpointNote(checkpoint)?.checkpoint
        let fault: String? =
            switch verdict(by: key) {
            case .proven: nil
            case .noCheckpoint: "its checkpoint does not read as one"
            case .otherKey(let origin) where origin != key.origin:
                "its checkpoint is of \(origin), not of \(key.origin)"
            case .otherKey: "its checkpoint was changed or is signed by another key"
            case .otherRoot: "the receipt was changed, or does not stand under its checkpoint"
            }
        return CheckedProof(
            number: number, receipt: String(decoding: receipt, as: UTF8.self), count: note?.count ?? 0,
            origin: note?.origin ?? "", fault: fault)
    }
}

public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// A checkpoint that was written: what the journal was, in a text that anybody can verify.
public struct WrittenCheckpoint: Sendable {
    /// The campaign.
    public let campaign: CampaignID
    /// The number of the last entry that it covers.
    public let number: Int64
    /// When it was written.
    public let at: Timestamp
    /// The signed note.
    public let text: String

    /// The name of its file beside the book: `aurora-lamp-22.txt`.
    public var fileName: String { "\(campaign)-\(number).txt" }
}

extension Session {
    /// Writes a checkpoint over the whole journal; where the last one covers it already, gives that one.
    ///
    /// - Throws: `SessionError` without the key, `BookError`.
    public func writeCheckpoint(of id: CampaignID?) throws -> WrittenCheckpoint {
        try book.write { records in
            let record = try campaign(id, in: records).record
            try attest(record, in: records)
            guard let last = try records.lastCheckpoint(campaign: record.number) else {
                throw SessionError.refused("\(record.id) has no entry yet, so there is nothing to attest.")
            }
            return try written(last, of: record)
        }
    }

    /// Every checkpoint of a campaign, in order.
    public func checkpoints(of campaign: LoadedCampaign) throws -> [WrittenCheckpoint] {
        try book.read { records in
            try records.checkpoints(campaign: campaign.record.number).map {
                try written($0, of: campaign.record)
            }
        }
    }

    /// The public half of the key that signs a campaign's checkpoints, as verifiers take it; `nil` without
    /// the key file.
    public func checkpointPublicKey(of campaign: LoadedCampaign) -> String? {
        master.map { CheckpointKey(master: $0, book: book.id, campaign: campaign.id).publicKey.text }
    }

    /// Signs what the journal is, in the transaction that made it so; nothing where that was signed before.
    ///
    /// The tree grew with every receipt that was signed; only a book of an earlier version is read for it.
    func attest(_ record: CampaignRecord, in records: Records) throws {
        guard let master else { throw SessionError.keyMissing }
        // A wrong key file signs no checkpoint either.
        _ = try signingKey(record, in: records)
        let last = try records.lastCheckpoint(campaign: record.number)
        guard record.head > last?.number ?? 0 else { return }
        let tree = try tree(of: record, in: records)
        let key = CheckpointKey(master: master, book: book.id, campaign: record.id)
        let checkpoint = Checkpoint(origin: key.publicKey.origin, count: tree.count, root: tree.root)
        try records.insert(
            CheckpointRecord(
                number: tree.count, at: now, root: checkpoint.root.bytes, publicKey: key.publicKey.bytes,
                signature: checkpoint.signed(by: key).signature, frontier: tree.frontier),
            campaign: record.number)
        if record.frontier == nil { try records.keep(frontier: tree.frontier, of: record) }
    }

    /// The Merkle tree over all receipts of a journal.
    func tree(of record: CampaignRecord, in records: Records) throws -> MerkleTree {
        if let tree = record.tree { return tree }
        let tree = try records.lastTree(of: record)
        try records.forEachReceipt(of: record, after: tree.count) { _, line in tree.append(line) }
        guard tree.count == record.head else {
            throw BookError.storage(reason: "the journal does not end with entry \(record.head)")
        }
        return tree
    }

    private func written(_ row: CheckpointRecord, of record: CampaignRecord) throws -> WrittenCheckpoint {
        let signed = try signed(row, of: record)
        return WrittenCheckpoint(campaign: record.id, number: row.number, at: row.at, text: signed.text)
    }

    /// The checkpoint that a row stands for.
    func signed(_ row: CheckpointRecord, of record: CampaignRecord) throws -> SignedCheckpoint {
        guard let root = MerkleHash(row.root),
            let key = CheckpointPublicKey(book: book.id, campaign: record.id, bytes: row.publicKey)
        else { throw BookError.unreadable("a checkpoint's row") }
        return SignedCheckpoint(
            checkpoint: Checkpoint(origin: key.origin, count: row.number, root: root), publicKey: key,
            signature: row.signature)
    }
}

extension Records {
    /// The Merkle tree as the last checkpoint left it.
    fileprivate func lastTree(of record: CampaignRecord) throws -> MerkleTree {
        let last = try lastCheckpoint(campaign: record.number)
        guard let tree = MerkleTree(count: last?.number ?? 0, frontier: last?.frontier ?? []) else {
            throw BookError.unreadable("a checkpoint's row")
        }
        return tree
    }
}

public import Crowdfunding
import Receipts
import Storage

/// What beginning a new epoch of a campaign's signing key did, or would do.
public struct KeyRotation: Sendable {
    /// The campaign.
    public let campaign: CampaignID
    /// The key that signed until then: `<campaign>.<epoch>`.
    public let old: String
    /// The key that signs from then on.
    public let new: String
    /// The last entry of the old key.
    public let lastOfOld: Int64
    /// The first entry of the new one.
    public let firstOfNew: Int64
}

extension Session {
    /// Begins a new epoch: a `key.rotated` entry under the old key, then one under the new.
    ///
    /// Both keys come from the same key file. The new one's first entry says what the receipts before it are,
    /// so that the old key may be given away afterwards.
    ///
    /// - Throws: `SessionError` where the key file is missing or is another.
    public func rotateKey(of id: CampaignID?, dryRun: Bool = false) throws -> KeyRotation {
        var done: KeyRotation?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let epoch = try currentEpoch(of: campaign.record, in: records)
                let next = try newKey(campaign.record, epoch: epoch + 1)
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                journal.write(
                    .keyRotated,
                    detail: EntryDetail().adding("next", epoch + 1).adding("check", next.keyCheck))
                try journal.finish()
                done = try begin(epoch + 1, next, after: journal.record, isLost: false, in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    /// The campaigns whose last key the key file does not give: those that a lost key leaves without one.
    public func campaignsWithoutKey() throws -> [CampaignID] {
        try book.read { records in
            try records.campaigns().filter { record in
                guard let master else { return true }
                let epoch = try records.epochs(campaign: record.number).last
                let key = SigningKey(
                    master: master, book: book.id, campaign: record.id, epoch: epoch?.number ?? 1)
                return epoch?.keyCheck != key.keyCheck
            }.map(\.id)
        }
    }

    /// Begins a new epoch of every campaign that the key file cannot sign, because its key was lost.
    ///
    /// The old key cannot say that it ends. The new one's first entry says that the old one was lost, and
    /// what the receipts before it are.
    ///
    /// - Throws: `SessionError.refused` where the receipts are not those that a checkpoint was signed over.
    public func replaceLostKey() throws -> [KeyRotation] {
        let lost = try campaignsWithoutKey()
        return try book.write { records in
            try lost.map { id in
                let record = try campaign(id, in: records).record
                try checkKeptCheckpoints(of: record, in: records)
                let epoch = try currentEpoch(of: record, in: records)
                return try begin(
                    epoch + 1, newKey(record, epoch: epoch + 1), after: record, isLost: true, in: records)
            }
        }
    }

    private func currentEpoch(of record: CampaignRecord, in records: Records) throws -> Int {
        guard let epoch = try records.epochs(campaign: record.number).last else {
            throw BookError.storage(reason: "the campaign has no key")
        }
        return epoch.number
    }

    private func newKey(_ record: CampaignRecord, epoch: Int) throws -> SigningKey {
        guard let master else { throw SessionError.keyMissing }
        return SigningKey(master: master, book: book.id, campaign: record.id, epoch: epoch)
    }

    private func begin(
        _ epoch: Int, _ key: SigningKey, after record: CampaignRecord, isLost: Bool, in records: Records
    ) throws -> KeyRotation {
        let tree = try tree(of: record, in: records)
        try records.insertEpoch(
            campaign: record.number, number: epoch, firstEntry: record.head + 1, keyCheck: key.keyCheck)
        var detail = EntryDetail().adding("epoch", epoch).adding("check", key.keyCheck)
        if isLost { detail.add("lost", 1) }
        let journal = try JournalWriter(self, record: record, in: records)
        journal.write(
            .keyRotated, detail: detail.adding("size", tree.count).adding("root", tree.root.hex))
        try journal.finish()
        try attest(journal.record, in: records)
        return KeyRotation(
            campaign: record.id, old: "\(record.id).\(epoch - 1)", new: key.kid, lastOfOld: record.head,
            firstOfNew: record.head + 1)
    }

    /// Without the old key nobody can prove the old receipts, but a checkpoint says what they were.
    private func checkKeptCheckpoints(of record: CampaignRecord, in records: Records) throws {
        let check = RootCheck(
            try records.checkpoints(campaign: record.number).compactMap { row in
                MerkleHash(row.root).map { RootWitness(source: .kept, count: row.number, root: $0) }
            })
        try records.forEachReceipt(of: record, after: 0) { _, line in check.take(line) }
        check.finish()
        guard let broken = check.broken.first else { return }
        throw SessionError.refused(
            "The first \(broken.witness.count) receipts of \(record.id) are not those that its checkpoint "
                + "was "
                + "signed over. Go back to a backup that passes `pledgebook book check`. Nothing was changed."
        )
    }
}

import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What a verification of receipts came to.
public struct ReceiptReport: Sendable {
    /// The campaign's id.
    public let campaign: CampaignID
    /// How many receipts were read.
    public let count: Int
    /// The first findings, a sentence each; empty: every receipt is genuine and in its place.
    public let findings: [String]
    /// How many findings there are altogether.
    public let findingCount: Int
    /// The chain's end as the book has it: number and tag.
    public let head: (number: Int64, tag: String)
    /// The last genuine receipt in its place.
    public let lastNumber: Int64
    /// How many receipts were signed with a key that the key file does not give.
    public let underOtherKey: Int
    /// The names of those keys.
    public let otherKeys: [String]
    /// Whether receipts are left of which nobody can tell that they are genuine: neither their own key is at
    /// hand, nor does an entry under a later key that is say what they were.
    public let isUnproven: Bool
    /// How many receipts the checkpoint was signed over, where one was given and they are these.
    public let checkpoint: Int64?
}

/// A checkpoint in a file that receipts are compared with.
public struct GivenCheckpoint: Sendable {
    let note: [UInt8]
    let name: String
    let publicKey: String?

    /// - Parameters:
    ///   - note: The file's bytes.
    ///   - name: Its name, for messages.
    ///   - publicKey: The key that is to have signed it, as `key show` prints it; `nil`: the campaign's own.
    public init(note: [UInt8], name: String, publicKey: String? = nil) {
        self.note = note
        self.name = name
        self.publicKey = publicKey
    }
}

extension Session {
    /// Checks every receipt of the book's own journal against the key, and against a checkpoint where one is
    /// given.
    public func verifyReceipts(
        of campaign: LoadedCampaign, against given: GivenCheckpoint? = nil
    ) throws -> ReceiptReport {
        try book.read { records in
            var work = try Verification(self, campaign, given, in: records)
            if let keys = work.quickKeys, try isProven(campaign.record, keys: keys, in: records) {
                return work.proven
            }
            try records.forEachReceipt(of: campaign.record, after: 0) { _, line in work.check(line) }
            let verdict = work.verifier.finish(expecting: (campaign.record.head, campaign.record.tag))
            return work.report(verdict)
        }
    }

    /// Checks receipts that were exported before, against the key and the book's head.
    ///
    /// A file that was exported when the book was shorter is whole as far as it goes.
    ///
    /// - Parameters:
    ///   - campaign: Whose receipts.
    ///   - given: A checkpoint to compare them with.
    ///   - pieces: Calls its argument with the file's bytes, piece by piece.
    /// - Returns: How many were checked, and what was found.
    /// - Throws: `SessionError`, `BookError`, and what `pieces` throws.
    public func verifyReceipts(
        of campaign: LoadedCampaign, against given: GivenCheckpoint? = nil,
        in pieces: ((Span<UInt8>) throws -> Void) throws -> Void
    ) throws -> ReceiptReport {
        var work = try book.read { try Verification(self, campaign, given, in: $0) }
        var line: [UInt8] = []
        var isTooLong = false
        func end() {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            // A line that is no receipt by its length alone; its bytes are not kept.
            if isTooLong { line.removeAll() }
            work.check(line.span)
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        try pieces { piece in
            for index in piece.indices {
                let byte = piece[index]
                if byte == UInt8(ascii: "\n") {
                    end()
                } else if line.count < Self.longestReceipt {
                    line.append(byte)
                } else {
                    isTooLong = true
                }
            }
        }
        if !line.isEmpty { end() }
        var verdict = work.verifier.finish()
        let last = verdict.lastNumber
        guard verdict.isWhole, last > 0 else { return work.report(verdict) }
        guard let entry = try book.read({ try $0.entry(campaign: campaign.record.number, number: last) })
        else {
            return work.report(
                verdict,
                adding: "the receipts go on to \(last), but the book ends with \(campaign.record.head)")
        }
        // The chain of the file may be another one that the same key signed.
        verdict = work.verifier.finish(expecting: (last, entry.tag))
        return work.report(verdict)
    }

    private static let longestReceipt = 1 << 16
}

/// One verification at work: tags and chain by the keys, and what was signed of the whole.
private struct Verification {
    var verifier: ReceiptVerifier
    private let campaign: LoadedCampaign
    private let given: GivenCheckpoint?
    private let roots: RootCheck
    private let otherKeys: [String]
    /// The keys of all epochs, where tags alone prove the journal: every key is at hand, and nothing that was
    /// signed of the whole is to be compared.
    let quickKeys: [SigningKey]?

    init(
        _ session: Session, _ campaign: LoadedCampaign, _ given: GivenCheckpoint?, in records: Records
    ) throws {
        guard let master = session.master else { throw SessionError.keyMissing }
        let record = campaign.record
        var keys: [ReceiptKey] = []
        var checks: [String: String] = [:]
        for epoch in try records.epochs(campaign: record.number) {
            let key = SigningKey(
                master: master, book: session.book.id, campaign: record.id, epoch: epoch.number)
            // Another key says nothing of the receipts.
            keys.append(key.keyCheck == epoch.keyCheck ? ReceiptKey(key) : ReceiptKey(missing: key.kid))
            checks[key.kid] = epoch.keyCheck
        }
        guard keys.contains(where: { $0.key != nil }) else {
            throw SessionError.wrongKey(campaign: record.id.rawValue)
        }
        otherKeys = keys.filter { $0.key == nil }.map(\.kid)
        var witnesses: [RootWitness] = []
        if !otherKeys.isEmpty {
            witnesses = try records.rotationWitnesses(campaign: record.number) { keys[$0 - 1].key != nil }
        }
        if let given { witnesses.append(try session.witness(given, of: record, in: records)) }
        self.campaign = campaign
        self.given = given
        quickKeys = witnesses.isEmpty && otherKeys.isEmpty ? keys.compactMap(\.key) : nil
        roots = RootCheck(witnesses)
        verifier = ReceiptVerifier(
            epochs: keys, head: record.receiptHead(at: 1),
            laterHead: record.firstPledge.map { record.receiptHead(at: $0) }, keyChecks: checks)
    }

    mutating func check(_ line: Span<UInt8>) {
        verifier.check(line: line)
        roots.take(line)
    }

    /// Every receipt is genuine and in its place.
    var proven: ReceiptReport {
        let head = campaign.record.head
        return ReceiptReport(
            campaign: campaign.record.id, count: Int(head), findings: [], findingCount: 0,
            head: (head, campaign.record.tag.base64url), lastNumber: head, underOtherKey: 0, otherKeys: [],
            isUnproven: false, checkpoint: nil)
    }

    func report(_ verdict: ReceiptVerdict, adding finding: String? = nil) -> ReceiptReport {
        roots.finish()
        var findings = verdict.findings.map(\.description)
        findings +=
            (finding.map { [$0] } ?? []) + roots.broken.compactMap { sentence($0.witness, $0.found, verdict) }
        return ReceiptReport(
            campaign: campaign.record.id, count: verdict.lineCount, findings: findings,
            findingCount: verdict.findingCount + findings.count - verdict.findings.count,
            head: (campaign.record.head, campaign.record.tag.base64url), lastNumber: verdict.lastNumber,
            underOtherKey: verdict.unprovenCount, otherKeys: otherKeys,
            isUnproven: verdict.lastUnproven > roots.vouchedThrough,
            checkpoint: roots.kept.first { $0.source == .file }?.count)
    }

    private func sentence(_ witness: RootWitness, _ found: MerkleHash?, _ verdict: ReceiptVerdict) -> String?
    {
        switch witness.source {
        case .file:
            let name = given?.name ?? ""
            return found == nil
                ? "the checkpoint \(name) was signed over \(witness.count) receipts, and there are only "
                    + "\(verdict.lineCount)"
                : "the first \(witness.count) receipts are not those that the checkpoint \(name) was signed "
                    + "over"
        case .rotation(let entry):
            // Receipts that end before are not proven, which is said elsewhere.
            guard found != nil else { return nil }
            return "the first \(witness.count) receipts are not those that entry \(entry) (Signing key "
                + "rotated) says they were"
        case .kept, .head: return nil
        }
    }
}

extension Session {
    /// What a checkpoint in a file says, once it is known who signed it.
    ///
    /// - Throws: `SessionError.rule` where it does not read as one, is of another journal, or is not signed
    ///   by the campaign's key.
    func witness(
        _ given: GivenCheckpoint, of record: CampaignRecord, in records: Records
    ) throws -> RootWitness {
        guard let note = CheckpointNote(given.note) else {
            throw SessionError.rule(
                "\(given.name) does not read as a checkpoint: three lines, an empty one, and a signature. "
                    + "Name "
                    + "another file.", exit: .badInput)
        }
        let key = try checkpointKey(given.publicKey, of: record, signing: note, in: records)
        guard note.checkpoint.origin == key.origin else {
            throw SessionError.rule(
                "\(given.name) is a checkpoint of \(note.checkpoint.origin), and this is \(key.origin). "
                    + "Name the "
                    + "right file, or the right campaign with --campaign.", exit: .badInput)
        }
        guard note.isSigned(by: key) else {
            throw SessionError.refused(
                "\(given.name) is not signed by \(key.text). It was changed, or another key signed it: "
                    + "name that "
                    + "one with --public-key.")
        }
        return RootWitness(source: .file, count: note.checkpoint.count, root: note.checkpoint.root)
    }

    /// The key that is to have signed a checkpoint: the one that was named, else the campaign's, else one
    /// that the book kept from before a key was lost.
    func checkpointKey(
        _ named: String?, of record: CampaignRecord, signing note: CheckpointNote?, in records: Records
    ) throws -> CheckpointPublicKey {
        if let named {
            guard let key = CheckpointPublicKey(named) else { throw Self.noPublicKey(named) }
            return key
        }
        let kept = try records.checkpoints(campaign: record.number).map {
            try signed($0, of: record).publicKey
        }
        let own = master.map { CheckpointKey(master: $0, book: book.id, campaign: record.id).publicKey }
        if let own, note?.isSigned(by: own) == true { return own }
        if let key = kept.first(where: { note?.isSigned(by: $0) == true }) { return key }
        guard let key = own ?? kept.last else {
            throw SessionError.rule(
                "The book knows no key of checkpoints. Name it with --public-key.", exit: .usage)
        }
        return key
    }
}

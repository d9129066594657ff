import Accounting
import Crowdfunding
import Receipts
import Storage

/// Makes one campaign's rows in a new book, entry by entry: the journal is replayed as `book check` does it,
/// and wherever a command gave out units they are given out again from the rows as they stood then.
final class CampaignRebuild {
    let session: Session
    let old: Records
    let new: Records
    let record: CampaignRecord
    let names: PledgeNames
    private(set) var replay: JournalReplay
    let findings: CheckFindings
    let append: BulkAppend
    var definition: LoadedCampaign?
    var methods: [String?]
    private let pledges: RowCopier
    /// Pledges and payments whose rows are behind the replay, by their places.
    private var changedPledges = Places()
    private var changedPayments = Places()
    /// Entries of the batch that are not yet replayed begin here.
    private var done = 0

    init(_ session: Session, _ record: CampaignRecord, from old: Records, to new: Records) throws {
        self.session = session
        self.old = old
        self.new = new
        // Receipts before the first pledge do not say whether the money is real: which one it was, and of
        // what kind, is told by the journal and not by the row.
        var record = record
        let first = try old.firstEntry(of: .placed, campaign: record.number)
        record.firstPledge = first?.number
        record.isRehearsal = first.map { EntryDetail.value("via", in: $0.detail) == "2" }
        self.record = record
        let number = record.number
        for table in ["campaign"] + BookTable.told {
            try RowCopier(table, from: old, to: new, campaign: number).copyAll()
        }
        // The lock comes back with its entry: until then the days before it are written.
        record.lockedThrough = nil
        try new.update(record)
        pledges = try RowCopier("placing", from: old, to: new, campaign: number)
        names = try PledgeNames(record, in: old)
        findings = CheckFindings(record.id.rawValue)
        replay = JournalReplay(record, names, hash: old.hash, findings)
        methods = Array(repeating: nil, count: names.count)
        append = try BulkAppend(new, campaign: number)
    }

    func run() throws {
        var chain = try ChainCheck(session, record, names, in: old)
        let reader = try EntryReader(old, campaign: record.number)
        var failure: (any Error)?
        try chain.run(reader) { batch in
            guard failure == nil else { return }
            do { try take(batch) } catch { failure = error }
        }
        try checkChain(chain)
        if let failure { throw failure }
        try writeRows(isLast: true)
        try finish()
    }

    /// A journal that is broken itself cannot be the source of anything.
    private func checkChain(_ chain: ChainCheck) throws {
        if chain.proof == .otherKey { throw SessionError.wrongKey(campaign: record.id.rawValue) }
        // A head that is damaged is made anew, and so is a check value.
        let broken = chain.findings.shown.first { $0.table == "entry" }
        guard let found = broken ?? findings.shown.first else { return }
        throw SessionError.rule(
            "The journal of \(record.id) cannot be followed: \(found). Nothing was written; go back to a "
                + "backup that passes `pledgebook book check`.", exit: .refused)
    }

    // MARK: Entry by entry

    private func take(_ batch: StoredEntries) throws {
        done = 0
        for (index, entry) in batch.entries.enumerated() {
            guard let kind = entry.kind else { continue }
            switch kind {
            case .campaignLaunched, .campaignAmended, .runLaunched, .runDelayed, .runReceived, .runClosed,
                .runCanceled, .unitsWrittenOff:
                try replay(batch, upTo: index + 1)
                try follow(kind, entry, batch)
            default: break
            }
        }
        try replay(batch, upTo: batch.entries.count)
    }

    /// Replays entries of the batch and copies them.
    private func replay(_ batch: StoredEntries, upTo end: Int) throws {
        guard end > done else { return }
        var part = StoredEntries()
        part.bytes = batch.bytes
        part.entries = Array(batch.entries[done..<end])
        replay.apply(part)
        done = end
        var rows = AppendBatch()
        rows.bytes = batch.bytes
        for entry in part.entries {
            let row = try row(of: entry)
            if try !isCopied(entry) { rows.entries.append(row) } else { append.count(row) }
            guard entry.pledge != 0, let kind = entry.kind else { continue }
            let place = names.index(of: entry.pledge)
            guard place >= 0 else { continue }
            changedPledges.insert(place)
            if kind != .placed && kind != .changed { changedPayments.insert(place) }
            guard kind == .placed || kind == .changed else { continue }
            if kind == .placed || !entry.reference.isEmpty {
                methods[place] = entry.reference.isEmpty ? nil : batch.text(entry.reference)
            }
        }
        try append.append(rows)
    }

    /// Copies the row of the pledge that an entry placed.
    ///
    /// - Returns: Whether the entry stands in it.
    private func isCopied(_ entry: StoredEntry) throws -> Bool {
        guard entry.kind == .placed, names.index(of: entry.pledge) >= 0 else { return false }
        guard let holdsEntry = try pledges.copyPlacing(entry.pledge) else { throw missingPledge(entry) }
        return holdsEntry
    }

    private func missingPledge(_ entry: StoredEntry) -> SessionError {
        .rule(
            "The row of the pledge that entry \(entry.number) places is gone, and with it its reference. "
                + "Nothing was written; go back to a backup that passes `pledgebook book check`.",
            exit: .refused)
    }

    private func row(of entry: StoredEntry) throws -> EntryRow {
        guard let kind = entry.kind else {
            throw SessionError.rule(
                "Entry \(entry.number) is of a kind that this version does not know. Use the version that "
                    + "wrote it.", exit: .badInput)
        }
        var row = EntryRow()
        row.number = entry.number
        row.kind = kind
        row.pledge = entry.pledge
        row.instalment = entry.instalment
        row.run = entry.run
        row.at = entry.at
        row.day = entry.day
        row.parts = entry.parts
        row.reverses = entry.reverses
        row.reference = entry.reference
        row.detail = entry.detail
        row.tag = entry.tag
        return row
    }

    // MARK: Rows that follow

    /// Brings pledges, lines and payments up to the entry that was replayed last.
    func writeRows(isLast: Bool) throws {
        let number = record.number
        let demand = Demand(definition?.definition, replay)
        let tiers = try offers(.tier, replay.tiers.words)
        let promotions = try offers(.promotion, replay.promotions.words)
        let words = replay.words.words
        for place in changedPledges.take() {
            let told = replay.pledges[place]
            guard told.entry > 0 else { continue }
            var row = DerivedPledge(told, number: names.number(at: place), method: methods[place])
            row.tier = told.tier < 0 ? -1 : tiers[Int(told.tier)]
            row.promotion = told.promotion < 0 ? -1 : promotions[Int(told.promotion)]
            row.state = Int64(demand.state(of: told))
            try new.put(row, campaign: number)
            let lines = replay.lines(of: told).map {
                LineRow(
                    pledge: row.number, kind: Int($0.kind), id: words[Int($0.word)], quantity: $0.quantity)
            }
            try new.putUncounted(lines, of: row.number, campaign: number)
        }
        guard !isLast else { return }
        var payments: [PaymentRow] = []
        for place in changedPayments.take() {
            guard let told = replay.payment(ofPledge: place, instalment: 1) else { continue }
            payments.append(PaymentRow(pledge: names.number(at: place), payment: told.payment))
        }
        try append.putUncounted(payments)
    }

    private func offers(_ kind: OfferKind, _ words: [String]) throws -> [Int64] {
        let numbers = try new.offerNumbers(kind, campaign: record.number)
        return words.map { numbers[$0] ?? -1 }
    }

    /// What is written once, when the whole journal is replayed.
    private func finish() throws {
        let number = record.number
        try RebuiltPayments(self).write()
        try giveOut()
        let taken = replay.placesTaken
        for (kind, words, counts) in [
            (OfferKind.tier, replay.tiers.words, taken.tiers),
            (.promotion, replay.promotions.words, taken.promotions),
            (.addOn, replay.words.words, taken.addOns),
        ] {
            for (id, count) in zip(words, counts) {
                try new.setTaken(kind, id: id, to: max(0, count), campaign: number)
            }
        }
        try new.dropUnchangedPledges(campaign: number)
        try new.recount(campaign: number)
        try writeKeys()
        try append.finish()
        var restored = record
        let told = replay.campaign
        restored.state = told.state
        restored.isRehearsal = told.isRehearsal
        restored.seed = told.seed ?? record.seed
        restored.launchedAt = told.launchedAt.map(Timestamp.init(seconds:)) ?? record.launchedAt
        restored.closedAt = told.closedAt.map(Timestamp.init(seconds:))
        restored.decidedAt = told.decidedAt.map(Timestamp.init(seconds:))
        restored.releaseTo = told.releaseTo
        restored.hasSucceeded = told.hasSucceeded
        restored.firstPledge = told.firstPledge
        restored.lockedThrough = told.lockedThrough
        restored.head = replay.lastNumber
        restored.tag = try new.entry(campaign: number, number: replay.lastNumber)?.tag ?? .zero
        restored.frontier = nil
        restored.frontier = try session.tree(of: restored, in: new).frontier
        try new.restore(restored)
    }

    private func writeKeys() throws {
        let number = record.number
        var contents: [Int64: Int64] = [:]
        try old.forEachPledgeKey(campaign: number) { contents[$1] = $2 }
        let hash = new.hash
        var keys: [(hash: Int64, number: Int64, content: Int64)] = []
        try new.readPledges(campaign: number) { row in
            let key = row.sourceKey.isEmpty ? row.reference : row.sourceKey
            keys.append((hash(Span(_unsafeElements: key)), row.number, contents[row.number] ?? 0))
        }
        try new.insert(keys, into: .pledge, campaign: number)
        var addresses: [(hash: Int64, number: Int64, content: Int64)] = []
        try new.readAddresses(campaign: number) { backer, email in
            guard !email.isEmpty else { return }
            addresses.append((hash(Span(_unsafeElements: email)), backer, 0))
        }
        try new.insert(addresses, into: .backer, campaign: number)
    }
}

/// A set of small numbers that is emptied as a whole.
private struct Places {
    private var isIn: [Bool] = []
    private var members: [Int] = []

    mutating func insert(_ place: Int) {
        while isIn.count <= place { isIn.append(false) }
        guard !isIn[place] else { return }
        isIn[place] = true
        members.append(place)
    }

    mutating func take() -> [Int] {
        defer {
            for place in members { isIn[place] = false }
            members = []
        }
        return members.sorted()
    }
}

extension StoredEntries {
    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }
}

extension DerivedPledge {
    /// What is replayed of a pledge, apart from what only the book's offers and definitions say.
    fileprivate init(_ told: ReplayedPledge, number: Int64, method: String?) {
        self.init()
        self.number = number
        quantity = told.quantity
        if told.destination != 0 {
            let code = [UInt8(told.destination >> 8), UInt8(truncatingIfNeeded: told.destination)]
            destination = String(decoding: code, as: UTF8.self)
        }
        goods = told.goods
        shipping = told.shipping
        tax = told.tax
        bonus = told.bonus
        placedAt = told.placedAt
        gateway = Int64(told.gateway)
        self.method = method
    }
}

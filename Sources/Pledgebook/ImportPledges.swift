public import Accounting
public import Crowdfunding
public import Imports
import Parsing
import Receipts
import Storage

/// What an import is told besides the files.
public struct ImportOptions: Sendable {
    /// Overrides what the header says: one of `sourceNames`.
    public var source: String?
    /// What the files' bytes are where no byte order mark says it.
    public var encoding = FileEncoding.utf8
    /// How a file of another source is to be read.
    public var map: SourceMap?
    /// Takes the good rows and leaves the bad ones to the rejects file.
    public var takesGoodRows = false
    /// Books what a later file tells of pledges that are in the book.
    public var update = false
    /// Plans and changes nothing.
    public var dryRun = false
    /// The day of what changed since the last file; today without it.
    public var day: CalendarDay?
    /// How many bytes of changed rows are kept in memory; the others wait in a file.
    var changesInMemory = 4 << 20
    /// Whether keys are looked up one by one; `nil`: where that is less work.
    var looksUpKeys: Bool?

    /// Nothing but what the files say: no update, no dry run, and bad rows refuse the file.
    public init() {}
}

/// Takes what an import has to tell while it runs: rejected rows with their bytes, and how far it is.
public struct ImportObserver: Sendable {
    /// Called once a file with its header row.
    public var header: @Sendable (_ bytes: [UInt8]) throws -> Void
    /// Called for every row that is not taken.
    public var rejected: @Sendable (_ problem: RejectedRow, _ bytes: [UInt8]) throws -> Void
    /// Called every few thousand rows: rows so far, bytes so far, bytes in all.
    public var progress: @Sendable (_ rows: Int64, _ bytes: Int64, _ of: Int64) -> Void
    /// Called for everything that the files tell otherwise than the book; `nil` where nobody asks.
    public var difference: (@Sendable (DifferenceRow) throws -> Void)?

    /// Takes nothing where nothing is given.
    public init(
        header: @escaping @Sendable ([UInt8]) throws -> Void = { _ in },
        rejected: @escaping @Sendable (RejectedRow, [UInt8]) throws -> Void = { _, _ in },
        progress: @escaping @Sendable (Int64, Int64, Int64) -> Void = { _, _, _ in }
    ) {
        self.header = header
        self.rejected = rejected
        self.progress = progress
    }
}

/// Ends a transaction without keeping anything: a dry run, or a file with bad rows.
struct NothingKept: Error {}

extension Session {
    /// Imports the file, folder or archive at a path.
    ///
    /// - Throws: What `importPledges(_:name:into:options:observer:)` throws, and a sentence for a path that
    ///   cannot be read.
    public func importPledges(
        at path: String, into id: CampaignID?, options: ImportOptions, observer: ImportObserver
    ) throws -> ImportSummary {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try importPledges(
            sourceFiles(at: path), name: name, into: id, options: options, observer: observer)
    }

    /// Imports one file, folder or archive in one transaction: read on one thread, place and sign on another,
    /// write on a third.
    ///
    /// What is collected on pledge, or late, is charged after that.
    ///
    /// - Returns: What was done. A file with bad rows changes nothing unless `takesGoodRows`.
    /// - Throws: `FileProblem`, `SessionError`, `BookError`.
    public func importPledges(
        _ files: [SourceFile], name: String, into id: CampaignID?, options: ImportOptions,
        observer: ImportObserver
    ) throws -> ImportSummary {
        guard master != nil else { throw SessionError.keyMissing }
        var summary = ImportSummary()
        let isFilling = try isFilling(files, options)
        do {
            summary = try book.inBulk(filling: isFilling) {
                try book.write { records in
                    let campaign = try campaign(id, in: records)
                    return try run(files, name: name, campaign: campaign, options, observer, in: records)
                }
            }
        } catch is NothingKept {
            return summary
        } catch let stopped as ImportStopped {
            return stopped.summary
        } catch BookError.unwritten(let path) where isFilling && (try? hasPledges()) == true {
            // Without the log, a transaction may have ended when the system refuses to say so.
            throw BookError.unconfirmed(path: path)
        }
        try chargeAtOnce(id, &summary)
        return summary
    }

    /// Whether almost all that the import writes is new: a large file into a book without pledges, where
    /// nobody can be looking at any either.
    ///
    /// Others that wrote in between make it slower, and no worse.
    private func isFilling(_ files: [SourceFile], _ options: ImportOptions) throws -> Bool {
        guard !options.dryRun, files.reduce(0, { $0 + $1.size }) >= Self.fillsFrom else { return false }
        return try !hasPledges()
    }

    private func hasPledges() throws -> Bool {
        try book.read { try $0.campaigns().contains { $0.firstPledge != nil } }
    }

    /// In bytes; a smaller file gains nothing that would be worth keeping others out.
    private static var fillsFrom: Int64 { 4 << 20 }

    private func run(
        _ files: [SourceFile], name: String, campaign: LoadedCampaign, _ options: ImportOptions,
        _ observer: ImportObserver, in records: Records
    ) throws -> ImportSummary {
        try checkClock(campaign.record, in: records)
        let today = campaign.day(of: now)
        let factDay = options.day ?? today
        guard factDay <= today else { throw SessionError.dayInFuture(factDay, today: today) }
        try campaign.checkIsOpen(factDay)
        let size = files.reduce(0) { $0 + $1.size }
        let oneByOne = options.looksUpKeys ?? BookKeys.areAskedFor(bytes: size, in: campaign.record)
        let keys = try ImportKeys(campaign, oneByOne: oneByOne, in: records)
        let producer = try ImportProducer(
            files: files, campaign: campaign, rows: rows(for: campaign, keys, factDay: factDay, in: records),
            changed: ChangedRows(besides: book.path, inMemory: options.changesInMemory), options, observer)
        try writeRows(of: producer, campaign.record.number, in: records)
        if let failure = producer.failure { throw failure }
        var summary = producer.rows.summary
        summary.source = producer.source
        summary.remarks = producer.remarks
        if !campaign.chargesAtOnce { summary.chargeable = 0 }
        if !producer.isDoomed { try finishRows(campaign, producer, in: records) }
        try update(campaign, producer, options, observer, in: records, &summary)
        try findVanished(campaign, producer, observer, in: records, &summary)
        summary.sameFile = try records.imports(campaign: campaign.record.number).last {
            $0.digest == producer.digest && $0.undone == nil
        }?.number
        summary.refusedByKind.sort { ($1.count, $0.kind) < ($0.count, $1.kind) }
        if summary.refused > 0 && !options.takesGoodRows || options.dryRun {
            throw ImportStopped(summary: summary)
        }
        if summary.placed > 0, !producer.isDoomed {
            try keepCovered(reload(campaign, in: records).record, in: records)
        }
        summary.number = try leaveImport(campaign, producer, name: name, summary, in: records)
        return summary
    }

    /// Writes what the producer hands over, until it has ended; keys and rollup with it.
    private func writeRows(of producer: ImportProducer, _ campaign: Int64, in records: Records) throws {
        let append = try BulkAppend(records, campaign: campaign)
        if producer.runsFirst {
            // What asks the book has to run here, where the transaction is; a thread had nothing to do.
            producer.run()
            try write(producer.queue, append, campaign, in: records)
        } else {
            let worker = try Worker { producer.run() }
            do {
                try write(producer.queue, append, campaign, in: records)
            } catch {
                producer.queue.abandon()
                worker.join()
                throw error
            }
            worker.join()
        }
        if producer.failure == nil, !producer.isDoomed { try append.finish() }
    }

    private func write(
        _ queue: BoundedQueue<ImportRows.Outcome>, _ append: BulkAppend, _ campaign: Int64,
        in records: Records
    ) throws {
        while let outcome = queue.take() {
            try append.append(outcome.batch)
            try check(outcome.claims, outcome.batch.bytes, campaign, in: records)
        }
    }

    private func rows(
        for campaign: LoadedCampaign, _ keys: ImportKeys, factDay: CalendarDay, in records: Records
    ) throws -> ImportRows {
        var taken = PlacesTaken(for: campaign.definition)
        let number = campaign.record.number
        let tiers = try records.taken(.tier, campaign: number)
        let addOns = try records.taken(.addOn, campaign: number)
        let promotions = try records.taken(.promotion, campaign: number)
        for (index, tier) in campaign.definition.tiers.enumerated() {
            taken.tiers[index] = tiers[tier.id] ?? 0
        }
        for (index, addOn) in campaign.definition.addOns.enumerated() {
            taken.addOns[index] = addOns[addOn.id] ?? 0
        }
        for (index, promotion) in campaign.definition.promotions.enumerated() {
            taken.promotions[index] = promotions[promotion.code] ?? 0
        }
        taken.items = soldItems(campaign.definition, taken)
        guard
            let placement = PledgePlacement(
                definitions: campaign.history, state: campaign.record.state,
                isRehearsal: campaign.record.isRehearsal, taken: taken)
        else { throw SessionError.definitionUnreadable(campaign: campaign.record.id.rawValue) }
        let key = try signingKey(campaign.record, in: records)
        let record = campaign.record
        return ImportRows(
            campaign: campaign, placement: placement, keys: keys, hash: records.hash, now: now,
            factDay: factDay
        ) { isRehearsal in
            let head = ReceiptHead(
                issuer: record.id.rawValue, currency: record.currency.code, scale: record.currency.exponent,
                isRehearsal: isRehearsal)
            return ReceiptSigner(
                key: key, head: head, after: record.head, tag: record.tag,
                tree: record.tree.map(GrowingTree.init))
        }
    }

    /// A hit of a 64-bit hash is believed only when the text agrees.
    private func check(
        _ claims: [(backer: Int64, email: ByteRange)], _ bytes: [UInt8], _ campaign: Int64,
        in records: Records
    ) throws {
        for claim in claims {
            guard
                try records.hasEmail(
                    bytes.span.extracting(claim.email.range), backer: claim.backer, campaign: campaign)
            else { throw BookError.hashCollision }
        }
    }

    /// Writes the campaign's row, the places taken, and the head where the new rows have left it.
    private func finishRows(_ campaign: LoadedCampaign, _ producer: ImportProducer, in records: Records)
        throws
    {
        guard let end = producer.rows.chainEnd() else { return }
        let number = campaign.record.number
        try records.moveHead(of: campaign.record, to: end)
        try leaveRow(campaign: number, first: campaign.record.head + 1, last: end.number, nil, in: records)
        var record = campaign.record
        record.firstPledge = producer.rows.firstPledge
        record.isRehearsal = producer.rows.placement.isRehearsal
        try records.update(record)
        try setTaken(producer.rows.placement.taken, campaign, in: records)
    }

    func setTaken(_ taken: PlacesTaken, _ campaign: LoadedCampaign, in records: Records) throws {
        let number = campaign.record.number
        for (index, tier) in campaign.definition.tiers.enumerated() {
            try records.setTaken(.tier, id: tier.id, to: max(0, taken.tiers[index]), campaign: number)
        }
        for (index, addOn) in campaign.definition.addOns.enumerated() {
            try records.setTaken(.addOn, id: addOn.id, to: max(0, taken.addOns[index]), campaign: number)
        }
        for (index, promotion) in campaign.definition.promotions.enumerated() {
            try records.setTaken(
                .promotion, id: promotion.code, to: max(0, taken.promotions[index]), campaign: number)
        }
    }

    /// Writes the rows that say what was done.
    ///
    /// - Returns: The import's number; `nil` where nothing was to be kept.
    private func leaveImport(
        _ campaign: LoadedCampaign, _ producer: ImportProducer, name: String, _ summary: ImportSummary,
        in records: Records
    ) throws -> Int? {
        let number = campaign.record.number
        // A book of an earlier version knows the files that it counted, but not their rows.
        let isNew = try !records.imports(campaign: number).contains { $0.digest == producer.digest }
        let missed = isNew ? summary.missed : [:]
        try records.addMissedSales(producer.rows.newlyMissed, campaign: number)
        for (missed, count) in missed {
            try records.addMissedDemand(
                reason: missed.reason, tier: missed.tier, count: count, campaign: number)
        }
        let changed = summary.changesAreBooked ? summary.changed : 0
        guard summary.placed + changed > 0 || summary.same + summary.changed == 0 || !missed.isEmpty else {
            return nil
        }
        var record = ImportRecord(
            at: now, source: summary.source, file: name, digest: producer.digest, rows: summary.rows,
            placed: summary.placed, changed: changed, same: summary.same, refused: summary.refused,
            toldOfCollected: summary.collectedCount > 0)
        let first = campaign.record.head + 1
        let last = try reload(campaign, in: records).record.head
        if last >= first { record.entries = first...last }
        record.operatorName = operatorName
        record.vanished = summary.vanished
        record.changes = summary.changes.prefix(Self.keptChanges).map { "\($0.reference): \($0.text)" }
        return try records.insert(record, campaign: number)
    }

    /// How many differences are kept with an import.
    private static var keptChanges: Int { 20 }
}

/// Carries the summary out of a transaction that is not kept.
struct ImportStopped: Error {
    let summary: ImportSummary
}

import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What undoing an import does, or did.
public struct ImportUndo: Sendable {
    /// Whose import it is.
    public let campaign: LoadedCampaign
    /// The import as it stands before.
    public let file: ImportedFile
    /// Pledges that it had placed and that are canceled.
    public internal(set) var canceled: Int64 = 0
    /// What those had promised, minor units.
    public internal(set) var amount: Int64 = 0
    /// Pledges that it had changed and that are as they were.
    public internal(set) var restored: Int64 = 0
    /// Payments of which a fact is taken back.
    public internal(set) var payments: Int64 = 0
    /// What the book counted as collected by those facts, minor units; less what they paid back.
    public internal(set) var collected: Int64 = 0
    /// The entries that it takes.
    public internal(set) var entries: ClosedRange<Int64> = 0...0

    /// The key in a signed detail by which a cancellation says which import it undoes.
    static let detailKey = "undo"
}

extension Session {
    /// Takes an import back, in one transaction: pledges that it placed are canceled, those that it changed
    /// are as they were, and the money that it told of is taken back.
    ///
    /// Places in tiers and in the queue are free again. Names, addresses and answers stay as the file told
    /// them, since no entry has them. Afterwards the same file may be imported again.
    ///
    /// - Parameters:
    ///   - number: The import's, from `importedFiles`.
    ///   - reason: Why; kept with the session, its SHA-256 signed with each entry.
    ///   - id: The campaign's; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was done.
    /// - Throws: `SessionError` where there is no such import, it was undone before, the campaign has been
    ///   decided since, or a pledge has moved since, which it names.
    public func undoImport(
        _ number: Int, because reason: String, in id: CampaignID?, dryRun: Bool = false
    ) throws -> ImportUndo {
        try checkReason(reason)
        let campaignID = try campaign(id).record.id
        let lock = try GatewayLock(book: book.path, campaign: campaignID)
        defer { withExtendedLifetime(lock) {} }
        var done: ImportUndo?
        do {
            try book.write { records in
                let campaign = try campaign(campaignID, in: records)
                let record = try importToUndo(number, campaign, in: records)
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                var undoing = try UndoingImport(campaign, record, reason, journal, in: records)
                try undoing.run()
                try journal.finish(reason: reason)
                let first = campaign.record.head + 1
                undoing.undo.entries = first...max(first, journal.lastNumber)
                try records.setUndone(
                    number, at: now, by: undoing.undo.entries, campaign: campaign.record.number)
                done = undoing.undo
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    private func importToUndo(
        _ number: Int, _ campaign: LoadedCampaign, in records: Records
    ) throws -> ImportRecord {
        let record = try importRecord(number, campaign, in: records)
        if let undone = record.undone {
            throw SessionError.refused(
                "Import \(number) was undone on \(campaign.day(of: undone.at)) already, from entry "
                    + "\(undone.entries.lowerBound) on.")
        }
        guard let entries = record.entries else {
            throw SessionError.refused(
                record.placed + record.changed == 0
                    ? "Import \(number) placed nothing and changed nothing; there is nothing to undo."
                    : "Import \(number) has no entries in the book: only names, addresses or answers, or an "
                        + "earlier version wrote it. Cancel single pledges with `pledgebook pledge cancel "
                        + "WHO`.")
        }
        let decisions: [EntryKind] = [
            .campaignCollecting, .campaignReleasing, .campaignFunded, .campaignUnfunded, .campaignCanceled,
            .campaignClosed, .campaignFinished,
        ]
        let later = try records.entries(campaign: campaign.record.number, kinds: decisions).map(\.entry)
        let reversed = Set(later.compactMap(\.reverses))
        if let decision = later.last(where: {
            $0.number > entries.upperBound && $0.reverses == nil && !reversed.contains($0.number)
        }) {
            throw SessionError.refused(
                "Import \(number) cannot be undone: the campaign has gone on since by entry "
                    + "\(decision.number) (\(decision.kind.title), \(decision.day)). Cancel single pledges "
                    + "with `pledgebook pledge cancel WHO`.")
        }
        return record
    }
}

/// An import that is being taken back.
struct UndoingImport {
    var undo: ImportUndo
    let campaign: LoadedCampaign
    let records: Records
    let journal: JournalWriter
    let entries: ClosedRange<Int64>
    /// SHA-256 of the reason, as details carry it.
    let why: String
    let tierNumbers: [String: Int64]
    let promotionNumbers: [String: Int64]
    private let openOperations: Set<Int64>
    /// Entries of imports that were undone, and those that undid them: together they are nothing.
    private let void: [ClosedRange<Int64>]
    private let files: [ImportRecord]
    /// The pledges that are being taken back.
    var known = PledgeFacts()
    /// Pledges that lose their places, and that are canceled, when the window is written.
    var released: [PledgeRecord] = []
    var ended: [Int64] = []
    /// By what the window's pledges are known.
    var keys: [(hash: Int64, pledge: Int64)] = []

    /// How many pledges are read and written at once.
    private static let window = 1_024

    init(
        _ campaign: LoadedCampaign, _ record: ImportRecord, _ reason: String, _ journal: JournalWriter,
        in records: Records
    ) throws {
        undo = ImportUndo(campaign: campaign, file: ImportedFile(record))
        self.campaign = campaign
        self.records = records
        self.journal = journal
        entries = record.entries ?? 0...0
        why = SHA256Digest.hex(of: Array(reason.utf8))
        let number = campaign.record.number
        tierNumbers = try records.offerNumbers(.tier, campaign: number)
        promotionNumbers = try records.offerNumbers(.promotion, campaign: number)
        openOperations = Set(try records.openOperations(campaign: number).map(\.pledge))
        files = try records.imports(campaign: number)
        void = files.flatMap { file in
            [file.entries, file.undone?.entries].compactMap { file.undone == nil ? nil : $0 }
        }
    }

    mutating func run() throws {
        let number = campaign.record.number
        // The latest first: whoever changed twice is taken back in order.
        for window in windows(of: try records.pledges(placedBy: entries, campaign: number)) {
            known = try records.facts(of: window, campaign: number)
            for pledge in window { try cancel(pledge) }
            try writeWindow()
        }
        for window in windows(of: try records.pledges(changedBy: entries, campaign: number)) {
            known = try records.facts(of: window, campaign: number)
            for pledge in window { try restore(pledge) }
            try writeWindow()
        }
        if undo.payments > 0 { try checkPayouts() }
    }

    /// The last numbers first, in windows of numbers that lie close together.
    private func windows(of pledges: [Int64]) -> [[Int64]] {
        var windows: [[Int64]] = []
        for pledge in pledges.reversed() {
            if let first = windows.last?.first, windows[windows.count - 1].count < Self.window,
                first - pledge < Int64(Self.window) * 8
            {
                windows[windows.count - 1].append(pledge)
            } else {
                windows.append([pledge])
            }
        }
        return windows
    }

    private mutating func writeWindow() throws {
        let number = campaign.record.number
        try journal.flush()
        try records.releasePlaces(of: released, campaign: number)
        try records.setState(of: ended, to: .canceled, campaign: number)
        try records.forgetContents(keys, campaign: number)
        released.removeAll(keepingCapacity: true)
        ended.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }

    /// A payout that has come since has settled the money with the others.
    private func checkPayouts() throws {
        let kinds: [EntryKind] = [
            .payoutCreated, .payoutArrived, .payoutReceipts, .payoutRefunds, .payoutChargebacks,
            .payoutChargebacksReversed, .payoutUnexplainedIn, .payoutUnexplainedOut,
        ]
        let later = try records.entries(campaign: campaign.record.number, kinds: kinds).map(\.entry)
        let reversed = Set(later.compactMap(\.reverses))
        if let payout = later.last(where: {
            $0.number > entries.upperBound && $0.reverses == nil && !reversed.contains($0.number)
        }) {
            throw SessionError.refused(
                "Import \(undo.file.number) cannot be undone: entry \(payout.number) (\(payout.kind.title), "
                    + "\(payout.day)) has paid out money that it told of. Take that back first with "
                    + "`pledgebook entry reverse \(payout.number) --because TEXT`. Nothing was changed.")
        }
    }

    /// The pledge with what the import said of it: its entries of the import that stand, in order.
    ///
    /// - Throws: `SessionError.refused` for the pledge where something has happened since.
    func facts(of pledge: Int64) throws -> (row: PledgeRecord, all: [JournalEntry], own: [JournalEntry]) {
        guard let row = known.pledges[pledge], let all = known.entries[pledge] else {
            throw BookError.storage(reason: "a pledge of the import is gone")
        }
        // A pair of a fact and its reversal is as if neither had been there, unless the import itself has
        // taken something older back.
        let taken = Set(all.filter { $0.number > entries.upperBound }.compactMap(\.reverses))
        let later = all.last { entry in
            entry.number > entries.upperBound && !taken.contains(entry.number)
                && (entry.reverses.map { $0 < entries.lowerBound } ?? true)
                && !void.contains { $0.contains(entry.number) }
        }
        if let later {
            let file = files.first { $0.undone == nil && $0.entries?.contains(later.number) == true }
            throw moved(row, "entry \(later.number) (\(later.kind.title), \(later.day))", by: file?.number)
        }
        if openOperations.contains(pledge) { throw moved(row, "the gateway was asked for something") }
        if known.shipped.contains(pledge) { throw moved(row, "a parcel has left") }
        if known.further.contains(pledge) { throw moved(row, "a further payment was asked for") }
        let own = all.filter {
            entries.contains($0.number) && $0.kind != .placed && !taken.contains($0.number)
        }
        return (row, all, own)
    }

    private func moved(_ row: PledgeRecord, _ how: String, by file: Int? = nil) -> SessionError {
        let remedy =
            file.map { "Undo import \($0) first, which told of it." }
            ?? "Take that back first, where it can be, or cancel single pledges with `pledgebook pledge "
            + "cancel`."
        return .refused(
            "Import \(undo.file.number) cannot be undone: \(row.reference) has moved since: \(how). "
                + "Nothing was changed. \(remedy)")
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// What locking a month did in one campaign, or would do.
public struct MonthLock: Sendable {
    /// The campaign.
    public let campaign: CampaignID
    /// The last day of the month.
    public let through: CalendarDay
    /// The first day that entries may be dated on afterwards.
    public let firstOpen: CalendarDay
    /// How many entries are dated on a day that is locked then.
    public let entries: Int64
    /// The entry that locks it; `nil` where it was locked already.
    public let entry: Int64?
}

extension Session {
    /// Locks a month, and all days before it: nothing is dated into it any more.
    ///
    /// One signed entry a campaign, and a checkpoint over everything up to it. A month that is locked already
    /// is left as it is.
    ///
    /// - Parameters:
    ///   - month: A whole calendar month.
    ///   - id: One campaign; `nil`: every campaign of the book.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: One for each campaign, in the order of launch.
    /// - Throws: `SessionError` for a month that is not over in a campaign's zone, and without the key.
    public func lockMonth(_ month: Period, in id: CampaignID?, dryRun: Bool = false) throws -> [MonthLock] {
        var locks: [MonthLock] = []
        do {
            try book.write { records in
                let all = try records.campaigns()
                if let id, !all.contains(where: { $0.id == id }) {
                    throw SessionError.unknownCampaign(id.rawValue, known: all.map(\.id.rawValue))
                }
                guard !all.isEmpty else { throw SessionError.noCampaign }
                locks = try all.filter { id == nil || $0.id == id }.map { record in
                    try lock(month, load(record, in: records), in: records)
                }
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        return locks
    }

    private func lock(_ month: Period, _ campaign: LoadedCampaign, in records: Records) throws -> MonthLock {
        let record = campaign.record
        let today = campaign.day(of: now)
        guard month.last < today else {
            throw SessionError.notYet(
                "The month is not over for \(record.id): today is \(today) in \(record.offsets.name). "
                    + "Nothing "
                    + "was changed.")
        }
        let through = max(month.last, record.lockedThrough ?? month.last)
        var entry: Int64?
        let totals = try records.dailyTotals(campaign: record.number)
        if record.lockedThrough.map({ $0 < month.last }) ?? true {
            let journal = try JournalWriter(self, record: record, in: records)
            entry = journal.write(.periodLocked, detail: EntryDetail().adding("through", month.last))
            journal.record.lockedThrough = month.last
            try journal.finish()
            try attest(journal.record, in: records)
        }
        return MonthLock(
            campaign: record.id, through: through, firstOpen: through.adding(days: 1),
            entries: totals.filter { $0.day <= through }.reduce(0) { $0 + $1.count }, entry: entry)
    }
}

extension LoadedCampaign {
    /// The day itself, or the first open day where it lies in a locked month: for what a file tells of the
    /// past.
    func openDay(_ day: CalendarDay) -> CalendarDay {
        record.lockedThrough.map { max(day, $0.adding(days: 1)) } ?? day
    }

    /// Refuses a day that a person said and that lies in a locked month.
    func checkIsOpen(_ day: CalendarDay) throws {
        guard openDay(day) != day else { return }
        throw SessionError.dayIsLocked(day, firstOpen: openDay(day))
    }
}

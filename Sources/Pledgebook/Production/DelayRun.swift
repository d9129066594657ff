public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// A move of a run's expected day.
public struct RunSlip: Hashable, Sendable {
    /// The entry that says so.
    public let entry: Int64
    /// The day on which somebody said it.
    public let toldOn: CalendarDay
    /// Expected until then.
    public let from: CalendarDay
    /// Expected from then on.
    public let to: CalendarDay
    /// Why; `nil` where the session's row is gone.
    public let reason: String?

    /// How many days later, or, below zero, earlier.
    public var days: Int { to.number - from.number }
}

/// What moving a run's expected day does, or has done.
public struct RunDelay: Sendable {
    /// The run's id.
    public let run: String
    /// Expected until now.
    public let from: CalendarDay
    /// Expected from now on.
    public let to: CalendarDay
    /// Expected by the launch.
    public let first: CalendarDay
    /// Pledges that wait for units of the run, and how many.
    public let pledges: Int64
    /// Units that those pledges wait for.
    public let units: Int64
    /// Of those pledges, the ones that were promised a month that ends before the new day.
    public let late: [String]
    /// Whether that day was expected already, so that nothing was done.
    public let wasSo: Bool

    /// How many days later, or, below zero, earlier.
    public var days: Int { to.number - from.number }
    /// How many days after what was expected by the launch.
    public var slip: Int { to.number - first.number }
}

extension Session {
    /// Moves the day on which a launched run's goods are expected; one entry, one slip for every pledge that
    /// waits for them.
    ///
    /// Said again with the same day it changes nothing.
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - day: When the goods are expected now; not in the past.
    ///   - reason: Why; kept with the session, its digest signed.
    ///   - dryRun: Says what would be done and changes nothing.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: From when to when, and who is touched by it.
    /// - Throws: `RunRefusal`, `SessionError`, `BookError`.
    public func delayRun(
        _ run: String, to day: CalendarDay, because reason: String, dryRun: Bool = false,
        campaign id: CampaignID? = nil
    ) throws -> RunDelay {
        try checkReason(reason)
        var done: RunDelay?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let loaded = try LoadedRun(run, of: campaign, in: records)
                var production = loaded.production
                let today = campaign.day(of: now)
                let before = try production.delay(to: day, today: today)
                let plan = try delay(loaded, from: before, to: day, campaign, in: records)
                done = plan
                guard !plan.wasSo, !dryRun else { throw NothingKept() }
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                var detail = EntryDetail()
                detail.add("expected", day)
                detail.add("was", before)
                detail.add("why", reasonDigest(reason))
                journal.write(.runDelayed, run: run, detail: detail)
                try records.put(loaded.row(production, today: today), campaign: campaign.record.number)
                try journal.finish(reason: reason)
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    private func delay(
        _ run: LoadedRun, from before: CalendarDay, to day: CalendarDay, _ campaign: LoadedCampaign,
        in records: Records
    ) throws -> RunDelay {
        let number = campaign.record.number
        let waiting = try records.allocations(campaign: number).filter {
            $0.run == run.plan.id && $0.shipped < $0.quantity
        }
        let words = try ProductionWords(campaign, in: records)
        var late: [String] = []
        for pledge in Set(waiting.map(\.pledge)).sorted() {
            guard let queued = try records.queuedPledge(campaign: number, number: pledge) else { continue }
            let tier = words.tier(of: queued)
            guard tier >= 0, let promised = campaign.definition.tiers[tier].delivery,
                promised.ends(before: day),
                let record = try records.pledge(campaign: number, number: pledge)
            else { continue }
            late.append(record.reference)
        }
        return RunDelay(
            run: run.plan.id, from: before, to: day,
            first: run.production.firstExpected ?? before,
            pledges: Int64(Set(waiting.map(\.pledge)).count),
            units: waiting.reduce(0) { $0 + $1.quantity - $1.shipped }, late: late, wasSo: before == day)
    }

    /// The moves of a run's expected day that stand, oldest first.
    func slips(_ run: String, campaign: Int64, in records: Records) throws -> [RunSlip] {
        let entries = try records.entries(campaign: campaign, run: run).map(\.entry).filter {
            $0.kind == .runDelayed
        }
        guard !entries.isEmpty else { return [] }
        let takenBack = Set(entries.compactMap(\.reverses))
        let sessions = try records.sessions(campaign: campaign)
        return entries.compactMap { entry in
            guard entry.reverses == nil, !takenBack.contains(entry.number),
                let from = EntryDetail.value("was", in: entry.detail).flatMap({ CalendarDay($0) }),
                let to = EntryDetail.value("expected", in: entry.detail).flatMap({ CalendarDay($0) })
            else { return nil }
            return RunSlip(
                entry: entry.number, toldOn: entry.day, from: from, to: to,
                reason: sessions.last { $0.first <= entry.number && entry.number <= $0.last }?.reason)
        }
    }
}

extension DeliveryMonth {
    /// Whether the month is over on that day.
    fileprivate func ends(before day: CalendarDay) -> Bool { (year, month) < (day.year, day.month) }
}

import Accounting
public import Crowdfunding
import Storage

/// What canceling a run does, or has done.
public struct RunCancellation: Sendable {
    /// The run's id.
    public let run: String
    /// Units that will not be made.
    public let units: [UnitLine]
    /// Pledges that lose units by it and wait again, at the places they had.
    public let pledgesWaiting: Int64
    /// Units that wait again.
    public let unitsWaiting: Int64
    /// Whether the run was canceled before, so that nothing was done.
    public let wasCanceled: Bool
}

extension Session {
    /// Cancels a launched run of which nothing came and for which nothing was paid; one transaction.
    ///
    /// Its units go out of the supply, and who held them waits for the next run at the place of the pledge's
    /// time. What came or was paid has to be taken back first, or the run is closed short.
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - reason: Why; kept with the session, its digest signed. May be left out.
    ///   - dryRun: Says what would be done and changes nothing.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: Who waits again.
    /// - Throws: `RunRefusal`; `SessionError.refused` naming the entries that stand in the way; `BookError`.
    public func cancelRun(
        _ run: String, because reason: String? = nil, dryRun: Bool = false, campaign id: CampaignID? = nil
    ) throws -> RunCancellation {
        if let reason { try checkReason(reason) }
        var plan: RunCancellation?
        do {
            return try book.write { records in
                let campaign = try campaign(id, in: records)
                let loaded = try LoadedRun(run, of: campaign, in: records)
                let done = try cancel(loaded, reason, campaign, in: records)
                plan = done
                if dryRun { throw NothingKept() }
                return done
            }
        } catch is NothingKept {
            guard let plan else { throw NothingKept() }
            return plan
        }
    }

    private func cancel(
        _ run: LoadedRun, _ reason: String?, _ campaign: LoadedCampaign, in records: Records
    ) throws -> RunCancellation {
        var production = run.production
        guard production.state != .canceled else {
            return RunCancellation(
                run: run.plan.id, units: [], pledgesWaiting: 0, unitsWaiting: 0, wasCanceled: true)
        }
        guard production.state != .planned else {
            throw SessionError.refused(
                "“\(run.plan.id)” is not launched, so there is nothing to cancel. Take it out of the "
                    + "campaign file and say `pledgebook campaign amend FILE`.")
        }
        try checkNothingCame(run, campaign, in: records)
        let units = production.units.map {
            UnitLine(sku: run.name(of: $0.sku), title: run.title(of: $0.sku), units: $0.outstanding)
        }.filter { $0.units > 0 }
        try production.cancel()
        let journal = try JournalWriter(self, record: campaign.record, in: records)
        var detail = EntryDetail()
        detail.add(units: units.map { ($0.sku, $0.units) })
        let first = journal.write(.unitsWrittenOff, run: run.plan.id, detail: detail)
        var end = EntryDetail().adding("of", first)
        if let reason { end.add("why", reasonDigest(reason)) }
        journal.write(.runCanceled, run: run.plan.id, detail: end)
        try records.put(
            run.row(production, today: journal.today), campaign: campaign.record.number)
        let before = try held(campaign, in: records)
        try journal.finish(reason: reason)
        let (pledges, lost) = Self.lost(before, try held(campaign, in: records))
        return RunCancellation(
            run: run.plan.id, units: units, pledgesWaiting: pledges, unitsWaiting: lost, wasCanceled: false)
    }

    /// Goods that came and money that went are not undone by giving the run up.
    private func checkNothingCame(
        _ run: LoadedRun, _ campaign: LoadedCampaign, in records: Records
    ) throws {
        let entries = try records.entries(campaign: campaign.record.number, run: run.plan.id).map(\.entry)
        let takenBack = Set(entries.compactMap(\.reverses))
        let standing = entries.filter { entry in
            guard entry.reverses == nil, !takenBack.contains(entry.number) else { return false }
            switch entry.kind {
            case .runReceived, .supplierDeposit, .supplierPaid, .delivered: return true
            default: return false
            }
        }
        guard let last = standing.last else { return }
        let what = standing.map { entry in
            let amount =
                entry.kind.isMemo ? entry.units ?? "" : campaign.money(entry.parts.amount).description
            return "entry \(entry.number) (\(entry.kind.title), \(amount))"
        }
        throw SessionError.refused(
            "“\(run.plan.id)” cannot be canceled: \(what.joined(separator: ", ")) "
                + "\(what.count == 1 ? "stands" : "stand") in the way. Close it with `pledgebook run close "
                + "\(run.plan.id) --short`; or, if that never happened, take it back first: `pledgebook "
                + "entry reverse \(last.number)`.")
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// What closing a run does, or has done.
public struct RunClosing: Sendable {
    /// The run's id.
    public let run: String
    /// Will not come.
    public let writtenOff: [UnitLine]
    /// Pledges that lose units by it and wait again.
    public let pledgesWaiting: Int64
    /// Units that wait again.
    public let unitsWaiting: Int64
    /// The rule that a person overrode.
    public let overridden: RunRefusal?
    /// What is still owed to the supplier, minor units.
    public let owed: Int64
    /// What the supplier still holds of the deposit, minor units.
    public let depositLeft: Int64
    /// Whether the run was closed before, so that nothing was done.
    public let wasClosed: Bool
    /// Of every amount here.
    public let currency: Currency
}

extension Session {
    /// Closes a run when nothing is outstanding and the supplier is paid; one transaction.
    ///
    /// With `short`, what has not come is written off: the last in the queue get their units back into the
    /// queue, and no unit is lost. A deposit that is left pays what is owed.
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - short: Writes off what has not come.
    ///   - overrideReason: Why a person closes it while the supplier is owed money.
    ///   - dryRun: Says what would be done and changes nothing.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: What is written off, who waits again, and what is owed.
    /// - Throws: `RunRefusal`, `SessionError`, `BookError`.
    public func closeRun(
        _ run: String, short: Bool = false, overrideReason: String? = nil, dryRun: Bool = false,
        campaign id: CampaignID? = nil
    ) throws -> RunClosing {
        var plan: RunClosing?
        do {
            return try book.write { records in
                let campaign = try campaign(id, in: records)
                let loaded = try LoadedRun(run, of: campaign, in: records)
                let closing = try close(loaded, short, overrideReason, campaign, in: records)
                plan = closing
                if dryRun { throw NothingKept() }
                return closing
            }
        } catch is NothingKept {
            guard let plan else { throw NothingKept() }
            return plan
        }
    }

    private func close(
        _ run: LoadedRun, _ short: Bool, _ overrideReason: String?, _ campaign: LoadedCampaign,
        in records: Records
    ) throws -> RunClosing {
        let number = campaign.record.number
        var balance = try supplierBalance(run.plan.id, campaign: number, in: records)
        var production = run.production
        guard production.state != .closed else {
            return RunClosing(
                run: run.plan.id, writtenOff: [], pledgesWaiting: 0, unitsWaiting: 0, overridden: nil,
                owed: balance.owed, depositLeft: balance.depositLeft, wasClosed: true,
                currency: campaign.record.currency)
        }
        let applied = max(min(balance.depositLeft, balance.owed), 0)
        balance.owed -= applied
        balance.depositLeft -= applied
        let missing = production.units.filter { $0.outstanding > 0 }
        let overridden = try production.close(
            owed: balance.owed, currency: campaign.record.currency, writesOffShort: short,
            overrideReason: overrideReason)
        let journal = try JournalWriter(self, record: campaign.record, in: records)
        let reason = overridden == nil ? nil : overrideReason
        let lost = missing.map {
            UnitLine(sku: run.name(of: $0.sku), title: run.title(of: $0.sku), units: $0.outstanding)
        }
        var first: Int64?
        func write(_ kind: EntryKind, _ detail: EntryDetail = EntryDetail(), other: Int64 = 0) {
            let detail = first.map { detail.adding("of", $0) } ?? detail
            let number = journal.write(
                kind, run: run.plan.id, parts: EntryParts(other: other), detail: detail)
            first = first ?? number
        }
        if !lost.isEmpty {
            var detail = EntryDetail()
            detail.add(units: lost.map { ($0.sku, $0.units) })
            write(.unitsWrittenOff, detail)
        }
        if applied > 0 { write(.depositApplied, other: applied) }
        write(.runClosed, Self.detail(of: production, reason: reason))
        try records.put(run.row(production, today: journal.today), campaign: number)
        let before = try held(campaign, in: records)
        try journal.finish(reason: reason)
        let (pledges, units) = Self.lost(before, try held(campaign, in: records))
        return RunClosing(
            run: run.plan.id, writtenOff: lost, pledgesWaiting: pledges, unitsWaiting: units,
            overridden: overridden,
            owed: balance.owed, depositLeft: balance.depositLeft, wasClosed: false,
            currency: campaign.record.currency)
    }

    /// The units that every pledge holds.
    func held(_ campaign: LoadedCampaign, in records: Records) throws -> [Int64: Int64] {
        try records.allocations(campaign: campaign.record.number).reduce(into: [:]) {
            $0[$1.pledge, default: 0] += $1.quantity
        }
    }

    /// Units that will not come were taken from the last in the queue: how many pledges wait again, and for
    /// how many units.
    static func lost(
        _ before: [Int64: Int64], _ after: [Int64: Int64]
    ) -> (pledges: Int64, units: Int64) {
        before.reduce(into: (0, 0)) { sum, held in
            let units = held.value - (after[held.key] ?? 0)
            guard units > 0 else { return }
            sum.0 += 1
            sum.1 += units
        }
    }

    private static func detail(of run: ProductionRun, reason: String?) -> EntryDetail {
        var detail = EntryDetail()
        detail.add("ordered", run.unitsOrdered)
        detail.add("received", run.units.reduce(0) { $0 + $1.received })
        detail.add("lost", run.units.reduce(0) { $0 + $1.writtenOff })
        if let reason { detail.add("override", reasonDigest(reason)) }
        return detail
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// What was counted in of a run, and what it means for the supplier.
public struct RunReceipt: Sendable {
    /// The run's id.
    public let run: String
    /// Counted in now; empty where the delivery was counted before.
    public let counted: [UnitLine]
    /// Where it stands.
    public let state: RunState
    /// Still to come, and come beyond what was ordered, by SKU.
    public let short: [UnitLine]
    /// Come beyond what was ordered, by SKU.
    public let over: [UnitLine]
    /// Goods received now at cost, and the part that the deposit pays, minor units.
    public let cost: Int64
    /// The part that the deposit pays, minor units.
    public let depositApplied: Int64
    /// What the books owe the supplier for the run now, minor units.
    public let owed: Int64
    /// Whether a delivery of that reference was counted before, so that nothing was done.
    public let wasCounted: Bool
    /// Of every amount here.
    public let currency: Currency
}

extension Session {
    /// Counts units of a run in, short or over, books them at cost (E20), and lets the deposit pay for them
    /// (E20d).
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - count: By SKU, or one number: for a run of one SKU, or all that is outstanding.
    ///   - reference: Of the delivery note; the same one again counts nothing. A run that was received in
    ///     full takes more only with a new one.
    ///   - day: When they came; today without it.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: What was counted, and what is owed for it.
    /// - Throws: `RunRefusal`, `SessionError`, `BookError`.
    public func receiveRun(
        _ run: String, _ count: UnitCount, reference: String = "", on day: CalendarDay? = nil,
        campaign id: CampaignID? = nil
    ) throws -> RunReceipt {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            let loaded = try LoadedRun(run, of: campaign, in: records)
            let day = try factDay(day, campaign)
            guard isReceiptReference(reference) else {
                throw SessionError.rule(
                    "A receipt cannot carry that reference. Use up to 200 ASCII characters without quotes "
                        + "and backslashes.", exit: .badInput)
            }
            if let done = try counted(reference, loaded, campaign, in: records) { return done }
            let units = try loaded.units(count) { try spread($0, loaded) }.filter { $0.units > 0 }
            var production = loaded.production
            if production.state == .received, reference.isEmpty {
                throw SessionError.refused(
                    "“\(run)” was received in full. Name the delivery note of what came beyond it with "
                        + "--reference."
                )
            }
            guard !units.isEmpty else {
                throw SessionError.rule("Nothing was counted. Say how many units came.", exit: .badInput)
            }
            try production.receive(units)
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            let booked = try book(units, of: loaded, reference: reference, on: day, journal)
            try records.put(loaded.row(production, today: journal.today), campaign: campaign.record.number)
            try journal.finish()
            return RunReceipt(
                run: run, counted: lines(units, loaded), state: production.state,
                short: lines(production.units.map { ($0.sku, $0.outstanding) }, loaded),
                over: lines(
                    production.units.map { ($0.sku, $0.received + $0.writtenOff - $0.ordered) }, loaded),
                cost: booked.cost, depositApplied: booked.applied, owed: booked.owed, wasCounted: false,
                currency: campaign.record.currency)
        }
    }

    private func book(
        _ units: [(sku: Int, units: Int64)], of run: LoadedRun, reference: String, on day: CalendarDay,
        _ journal: JournalWriter
    ) throws -> (cost: Int64, applied: Int64, owed: Int64) {
        let balance = try supplierBalance(run.plan.id, campaign: journal.record.number, in: journal.records)
        let total = units.reduce(0) { $0 + $1.units }
        let cost = total * run.plan.unitCost
        guard cost <= largestAmount else {
            throw SessionError.refused(
                "\(total) units of “\(run.plan.id)” cost more than can be booked at once.")
        }
        var detail = EntryDetail()
        detail.add(units: units.map { (run.name(of: $0.sku), $0.units) })
        let first = journal.write(
            .runReceived, run: run.plan.id, day: day, reference: reference, detail: detail)
        let applied = min(max(balance.depositLeft, 0), cost)
        if cost > 0 {
            journal.write(
                .goodsReceived, run: run.plan.id, day: day, parts: EntryParts(other: cost),
                reference: reference, detail: detail.adding("of", first))
        }
        if applied > 0 {
            journal.write(
                .depositApplied, run: run.plan.id, day: day, parts: EntryParts(other: applied),
                detail: EntryDetail().adding("of", first))
        }
        return (cost, applied, balance.owed + cost - applied)
    }

    /// One number stands for the only SKU, or for everything outstanding.
    private func spread(_ total: Int64, _ run: LoadedRun) throws -> [Int64] {
        if run.skus.count == 1 { return [total] }
        let production = run.production
        guard total == production.unitsOutstanding else {
            throw SessionError.rule(
                "“\(run.plan.id)” makes \(run.names.joined(separator: ", ")), and "
                    + "\(production.unitsOutstanding) units are to come. Count by SKU: "
                    + "\(run.names.map { "\($0)=…" }.joined(separator: " ")).",
                exit: .badInput)
        }
        return run.skus.map { sku in production.units.first { $0.sku == sku }?.outstanding ?? 0 }
    }

    private func counted(
        _ reference: String, _ run: LoadedRun, _ campaign: LoadedCampaign, in records: Records
    ) throws -> RunReceipt? {
        guard !reference.isEmpty else { return nil }
        let entries = try records.entries(campaign: campaign.record.number, kinds: [.runReceived]).map(
            \.entry)
        let takenBack = Set(entries.compactMap(\.reverses))
        let isKnown = entries.contains {
            $0.run == run.plan.id && $0.reference == reference && $0.reverses == nil
                && !takenBack.contains($0.number)
        }
        guard isKnown else { return nil }
        let production = run.production
        let balance = try supplierBalance(run.plan.id, campaign: campaign.record.number, in: records)
        return RunReceipt(
            run: run.plan.id, counted: [], state: production.state,
            short: lines(production.units.map { ($0.sku, $0.outstanding) }, run), over: [], cost: 0,
            depositApplied: 0, owed: balance.owed, wasCounted: true, currency: campaign.record.currency)
    }

    private func lines(_ units: [(sku: Int, units: Int64)], _ run: LoadedRun) -> [UnitLine] {
        units.filter { $0.units > 0 }.map {
            UnitLine(sku: run.name(of: $0.sku), title: run.title(of: $0.sku), units: $0.units)
        }
    }
}

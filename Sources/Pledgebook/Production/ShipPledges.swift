public import Accounting
public import Crowdfunding
import Imports
import Parsing
import Storage

/// What a shipment file did.
public struct ShipmentSummary: Sendable {
    /// Rows of the file.
    public var rows: Int64 = 0
    /// Rows that were booked before, or stand twice in the file.
    public var same: Int64 = 0
    /// Units shipped.
    public var units: Int64 = 0
    /// Pledges of which something was shipped.
    public var pledges: Int64 = 0
    /// Pledges that have everything now.
    public var delivered: Int64 = 0
    /// What the deliveries earned, minor units; the tax part is 0 unless the tax point is delivery.
    public var earned = EntryParts.zero
    /// What the shipped units cost, minor units.
    public var cost: Int64 = 0
    /// Of every amount here.
    public let currency: Currency
}

extension Session {
    /// Books the deliveries of a shipment file, all of it in one transaction or nothing.
    ///
    /// Each row is E22, by its units' share of what the pledge is worth (`UnitValues`), and E23, their cost.
    /// Shipping is earned by the same share; the last delivery takes what is left. A row that was booked
    /// before changes nothing. Only allocated units of stock or counted in of a run ship, of a pledge that
    /// owes nothing and is not disputed.
    ///
    /// - Parameters:
    ///   - bytes: `pledge_id,shipped_on,sku,quantity,carrier,tracking`, the last two at will.
    ///   - file: How messages name it.
    ///   - dryRun: Changes nothing.
    ///   - id: The campaign; without it, the only one under way.
    /// - Returns: What was shipped, earned and complete.
    /// - Throws: `FileProblem` with every bad row, `SessionError`, `BookError`.
    public func shipPledges(
        _ bytes: [UInt8], file: String, dryRun: Bool = false, campaign id: CampaignID? = nil
    ) throws -> ShipmentSummary {
        let shipments = try ShipmentFile(bytes, name: file)
        var done: ShipmentSummary?
        do {
            return try book.write { records in
                let campaign = try campaign(id, in: records)
                let summary = try ship(shipments, campaign, in: records)
                done = summary
                if dryRun { throw NothingKept() }
                return summary
            }
        } catch is NothingKept {
            guard let done else { throw NothingKept() }
            return done
        }
    }

    private func ship(
        _ file: ShipmentFile, _ campaign: LoadedCampaign, in records: Records
    ) throws -> ShipmentSummary {
        guard campaign.record.state.hasSucceeded else {
            throw SessionError.refused(
                "\(campaign.record.id) is \(campaign.record.state.rawValue): nothing ships before it is "
                    + "funded."
            )
        }
        var plan = try ShipmentPlan(file, campaign, today: campaign.day(of: now), in: records)
        try plan.check()
        if plan.lacksUnits {
            // Supply that nobody was given yet, for example stock of a campaign that launches no run.
            try coverDemand(campaign, in: records)
            plan = try ShipmentPlan(file, campaign, today: campaign.day(of: now), in: records)
            try plan.check()
        }
        guard plan.problems.isEmpty else { throw FileProblem(plan.problems) }
        let journal = try JournalWriter(self, record: campaign.record, in: records)
        var summary = ShipmentSummary(currency: campaign.record.currency)
        summary.rows = Int64(file.rows.count)
        summary.same = plan.same
        for index in plan.pledges.indices { try book(&plan.pledges[index], campaign, journal, &summary) }
        try journal.finish()
        return summary
    }

    private func book(
        _ pledge: inout ShippedPledge, _ campaign: LoadedCampaign, _ journal: JournalWriter,
        _ summary: inout ShipmentSummary
    ) throws {
        guard !pledge.parcels.isEmpty else { return }
        let subject = (pledge.record.number, pledge.record.reference)
        // What one row told is taken back together: every source that its units came from, and their cost.
        var first: (line: Int, entry: Int64)?
        for parcel in pledge.parcels {
            let before = UnitValues.weight(pledge.values, left: pledge.left)
            pledge.left[parcel.item, default: 0] -= parcel.units
            let after = UnitValues.weight(pledge.values, left: pledge.left)
            let parts = pledge.money.delivery(
                before: before, after: after, taxInGoods: campaign.taxInGoods(of: pledge.record))
            pledge.money.deliver(parts)
            var detail = EntryDetail()
            detail.add(units: [(parcel.row.sku, parcel.units)])
            if parcel.units != parcel.row.quantity { detail.add("row", parcel.row.quantity) }
            if !parcel.row.carrier.isEmpty { detail.add("carrier", parcel.row.carrier) }
            if let first, first.line == parcel.row.line { detail.add("of", first.entry) }
            let run = parcel.run.isEmpty ? nil : parcel.run
            let delivered = journal.write(
                .delivered, pledge: subject, instalment: 1, run: run, day: parcel.row.shippedOn, parts: parts,
                reference: parcel.row.tracking, detail: detail)
            if first?.line != parcel.row.line { first = (parcel.row.line, delivered) }
            let cost = parcel.units * parcel.unitCost
            if cost > 0 {
                var units = EntryDetail()
                units.add(units: [(parcel.row.sku, parcel.units)])
                units.add("of", first?.entry ?? delivered)
                journal.write(
                    .costOfDelivered, pledge: subject, instalment: 1, run: run, day: parcel.row.shippedOn,
                    parts: EntryParts(other: cost), detail: units)
            }
            summary.units += parcel.units
            summary.earned = summary.earned + parts
            summary.cost += cost
        }
        summary.pledges += 1
        try journal.records.put(pledge.allocations, campaign: campaign.record.number)
        guard pledge.left.values.allSatisfy({ $0 <= 0 }) else { return }
        try journal.records.setState(of: subject.0, to: .delivered, campaign: campaign.record.number)
        summary.delivered += 1
    }
}

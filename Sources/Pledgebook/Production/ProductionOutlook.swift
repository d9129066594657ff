import Crowdfunding
import Storage

extension ProductionQueue {
    /// Who waits and what can be had, for screens: from the totals where nothing depends on who comes first,
    /// else from every pledge.
    ///
    /// Nothing does as long as no unit is given out and no backer has a variant to choose: then each item is
    /// one SKU, and how many wait for it is all there is to say.
    static func outlook(
        _ campaign: LoadedCampaign, countsUnpaid: Bool, in records: Records
    ) throws -> ProductionQueue {
        let number = campaign.record.number
        let isUniform = campaign.definition.items.allSatisfy(\.variants.isEmpty)
        guard isUniform, try !records.hasAllocations(campaign: number) else {
            return try ProductionQueue(campaign, countsUnpaid: countsUnpaid, in: records)
        }
        return try ProductionQueue(
            campaign, totals: records.totals(campaign: number), lines: records.lineTotals(campaign: number),
            countsUnpaid: countsUnpaid, in: records)
    }

    private init(
        _ campaign: LoadedCampaign, totals: [PledgeTotal], lines: [LineTotal], countsUnpaid: Bool,
        in records: Records
    ) throws {
        try self.init(emptyFor: campaign, in: records)
        let hasDeposits = campaign.definition.prepayment.plan == .deposit
        func waits(_ state: PledgeState, _ paid: PaidShare) -> Bool {
            state == .placed && (countsUnpaid || paid.getsUnits || hasDeposits && paid.isCollected)
        }
        for total in totals where total.isHeld {
            let waits = waits(total.state, total.paid)
            words.units.forEachContent(
                tier: words.tier(numbered: total.tier), quantity: total.quantity, lines: []
            ) { item, units in count(units, of: item, waiting: waits) }
        }
        for total in lines where total.isHeld && total.kind == 1 {
            let waits = waits(total.state, total.paid)
            let addOn = words.addOn(total.id).map {
                OrderLine(role: .addOn, index: Int32($0), quantity: 1)
            }
            guard let addOn else { continue }
            words.units.forEachContent(tier: -1, quantity: 0, lines: [addOn]) { item, units in
                count(units * total.units, of: item, waiting: waits)
            }
        }
    }
}

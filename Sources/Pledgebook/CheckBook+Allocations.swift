import Accounting
import Crowdfunding
import Storage

// Who holds which units, and what of them went out.

extension BookComparison {
    /// What went out is in the journal; who holds what follows from it, and is never more than there is.
    func compareAllocations() throws {
        let stored = try records.allocations(campaign: record.number)
        let gone = replay.supply.shippedRows(names)
        compareShipped(stored, gone)
        let stock = definition.map { StockLot.all($0, booked: replay.supply.stock) } ?? []
        checkSupply(stored, stock)
        guard let definition, replay.campaign.state.hasSucceeded else { return }
        // Nothing is given out before the first launch or parcel.
        guard !replay.supply.runs.isEmpty || !stored.isEmpty else { return }
        let supply = Supply.inOrder(stock: stock, runs: replay.supply.rows)
        compareHeld(stored, queue(definition, gone).allocations(supply))
    }

    private func key(_ row: AllocationRecord) -> String {
        let index = names.index(of: row.pledge)
        let reference = index < 0 ? "of no pledge" : names.reference(at: index)
        return "\(reference) \(row.sku) \(row.run.isEmpty ? "stock" : row.run)"
    }

    private func entry(_ row: AllocationRecord) -> Int64? {
        let index = names.index(of: row.pledge)
        return index < 0 ? nil : replay.pledges[index].entry
    }

    // MARK: What went out

    private func compareShipped(_ stored: [AllocationRecord], _ gone: [AllocationRecord]) {
        for row in stored where names.index(of: row.pledge) >= 0 {
            let told = Self.find(row, in: gone)?.shipped ?? 0
            findings.compare(
                "allocation", key(row), "shipped", book: row.shipped, journal: told, entry: entry(row))
        }
        for row in gone where Self.find(row, in: stored) == nil {
            findings.add(
                "allocation", key(row), "shipped", book: "no row", journal: "\(row.shipped)",
                entry: entry(row))
        }
    }

    private static func find(_ row: AllocationRecord, in rows: [AllocationRecord]) -> AllocationRecord? {
        var low = rows.startIndex
        var high = rows.endIndex
        while low < high {
            let middle = (low + high) / 2
            if AllocationRecord.isBefore(rows[middle], row) { low = middle + 1 } else { high = middle }
        }
        return low < rows.endIndex && rows[low].isSamePlace(as: row) ? rows[low] : nil
    }

    // MARK: What is held

    private func checkSupply(_ stored: [AllocationRecord], _ stock: [StockLot]) {
        var reserved: [SupplyKey: Int64] = [:]
        for row in stored { reserved[SupplyKey(run: row.run, sku: row.sku), default: 0] &+= row.quantity }
        let supply = Supply.inOrder(stock: stock, runs: replay.supply.rows)
        for (place, units) in reserved.sorted(by: { ($0.key.run, $0.key.sku) < ($1.key.run, $1.key.sku) }) {
            let there = supply.first { $0.key == place }?.units ?? 0
            guard units > there else { continue }
            findings.add(
                "allocation", "\(place.run.isEmpty ? "stock" : place.run) \(place.sku)", "quantity",
                book: "\(units) units are reserved", journal: "there are \(there)")
        }
    }

    private func compareHeld(_ stored: [AllocationRecord], _ wanted: [AllocationRecord]) {
        for row in AllocationRecord.changes(from: stored, to: wanted) {
            let book = Self.find(row, in: stored)?.quantity ?? 0
            // What went out is compared above.
            guard book != row.quantity else { continue }
            findings.add(
                "allocation", key(row), "quantity", book: "\(book)", journal: "\(row.quantity)",
                entry: entry(row))
        }
    }

    /// Everyone who waits, as the journal tells it.
    private func queue(_ definition: CampaignDefinition, _ gone: [AllocationRecord]) -> UnitQueue {
        let units = PledgeUnits(definition)
        var queue = UnitQueue(definition, itemOfSKU: units.itemOfSKU)
        let tiers = replay.tiers.words.map { id in definition.tiers.firstIndex { $0.id == id } ?? -1 }
        let words = replay.words.words
        let addOns = words.map { id in definition.addOns.firstIndex { $0.id == id } }
        let skus = words.map { definition.skus.firstIndex(of: $0) }
        let others = replay.furtherInstalments
        var next = gone.startIndex
        for index in replay.pledges.indices {
            let pledge = replay.pledges[index]
            let number = names.number(at: index)
            let start = next
            while next < gone.endIndex, gone[next].pledge == number { next += 1 }
            var wants: (chosen: [Int: Int64], open: [Int: Int64]) = ([:], [:])
            if replay.getsUnits(index, others[index] ?? [], definition.prepayment) {
                let lines = replay.lines(of: pledge).compactMap { line -> OrderLine? in
                    let place = line.kind == 1 ? addOns[Int(line.word)] : skus[Int(line.word)]
                    return place.map {
                        OrderLine(
                            role: line.kind == 1 ? .addOn : .choice, index: Int32($0),
                            quantity: Int32(clamping: line.quantity))
                    }
                }
                wants = units.demand(
                    tier: pledge.tier < 0 ? -1 : tiers[Int(pledge.tier)], quantity: pledge.quantity,
                    lines: lines[...])
            }
            guard start < next || !wants.chosen.isEmpty || !wants.open.isEmpty else { continue }
            queue.add(
                number, placedAt: Timestamp(seconds: pledge.placedAt), wants: wants,
                gone: Array(gone[start..<next]))
        }
        queue.sort()
        return queue
    }
}

extension JournalReplay {
    /// Whether a pledge may have units: placed, paid in full or with its deposit, and not all of it given
    /// back.
    fileprivate func getsUnits(
        _ index: Int, _ further: [ReplayedPayment], _ prepayment: Prepayment
    ) -> Bool {
        let pledge = pledges[index]
        guard pledge.state == UInt8(PledgeState.placed.rawValue) else { return false }
        let total = pledge.goods &+ pledge.shipping &+ pledge.tax &+ pledge.bonus
        var captured: Int64 = 0
        var held: Int64 = 0
        for payment in [payment(ofPledge: index, instalment: 1)].compactMap({ $0 }) + further {
            captured &+= payment.captured
            held &+= payment.captured &- payment.refunded &- payment.committed &- payment.lost
        }
        return prepayment.givesUnits(total: total, captured: captured, held: held)
    }

    /// Payments beyond the first of a pledge, by its place.
    fileprivate var furtherInstalments: [Int: [ReplayedPayment]] {
        Dictionary(grouping: payments.filter { $0.instalment > 1 }) { Int($0.pledge) }
    }
}

extension ReplayedSupply {
    /// The runs as the book would hold them.
    fileprivate var rows: [RunRecord] {
        runs.map { id, run in
            RunRecord(
                id: id, state: run.state, launchedOn: CalendarDay(number: Int(clamping: run.launchedOn)),
                expectedOn: CalendarDay(number: 0), unitCost: 0, deposit: 0,
                units: run.units.map { sku, units in
                    RunUnits(
                        sku: sku, ordered: units.ordered, received: units.received,
                        writtenOff: units.writtenOff)
                })
        }
    }
}

extension ReplayedSupply {
    /// What the journal says was shipped, as rows of nothing else, in the order of pledges.
    func shippedRows(_ names: PledgeNames) -> [AllocationRecord] {
        let (skus, runs) = (skus.words, runNames.words)
        return shipped.compactMap { key, units -> AllocationRecord? in
            guard key.pledge >= 0, units != 0 else { return nil }
            return AllocationRecord(
                pledge: names.number(at: Int(key.pledge)), sku: skus[Int(key.sku)], run: runs[Int(key.run)],
                quantity: units, shipped: units)
        }.sorted(by: AllocationRecord.isBefore)
    }
}

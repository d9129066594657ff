import Accounting
import Crowdfunding
import GRDB

/// Appends batches of rows within one transaction, and moves the totals with them.
///
/// What one refuses leaves the rows before it: whoever writes undoes the whole transaction.
public final class BulkAppend {
    let records: Records
    let campaign: Int64
    let feed: BulkFeed
    private var rollup = DailyRollup()

    /// - Parameters:
    ///   - records: The transaction to write in.
    ///   - campaign: The campaign's number in this book.
    /// - Throws: `BookError`.
    public init(_ records: Records, campaign: Int64) throws {
        guard let connection = records.db.sqliteConnection else {
            throw BookError.storage(reason: "the connection is closed")
        }
        self.records = records
        self.campaign = campaign
        feed = try BulkFeed(connection)
    }

    /// Inserts the batch's rows; payments replace those that are there.
    public func append(_ batch: AppendBatch) throws {
        let text = batch.bytes.isEmpty ? [0] : batch.bytes
        try feed.write(batch.backers, text: text, campaign: campaign)
        let entries = try place(batch, text)
        try feed.write(batch.lines, text: text, campaign: campaign)
        try countPlaced(batch)
        try write(entries, text)
        for row in batch.entries { count(row) }
        try put(batch.payments)
        try feed.write(batch.backerKeys, campaign: campaign)
        try feed.write(batch.pledgeKeys, campaign: campaign)
    }

    /// Adds an entry to the daily rollup; those of a batch are added with it.
    public func count(_ row: EntryRow) {
        rollup.add(day: row.day, kind: row.kind, parts: row.parts)
    }

    /// Inserts the batch's pledges, and with each the entry that placed it where both say the same.
    ///
    /// - Returns: The entries that are not yet written.
    private func place(_ batch: AppendBatch, _ text: [UInt8]) throws -> [EntryRow] {
        guard !batch.pledges.isEmpty else { return batch.entries }
        var others: [EntryRow] = []
        var placed: [PlacedPledge] = []
        placed.reserveCapacity(batch.pledges.count)
        var next = batch.entries.startIndex
        text.withUnsafeBufferPointer { text in
            for pledge in batch.pledges {
                while next < batch.entries.endIndex, batch.entries[next].number < pledge.number {
                    others.append(batch.entries[next])
                    next += 1
                }
                if next < batch.entries.endIndex,
                    let whole = PlacedPledge(pledge, batch.entries[next], text)
                {
                    placed.append(whole)
                    next += 1
                } else {
                    placed.append(PlacedPledge(pledge))
                }
            }
        }
        others += batch.entries[next...]
        try feed.write(placed, text: text, campaign: campaign)
        return others
    }

    private func write(_ entries: [EntryRow], _ text: [UInt8]) throws {
        if entries.allSatisfy(\.isPlain) {
            try feed.write(entries.map(PlainEntry.init), text: text, campaign: campaign)
        } else if entries.allSatisfy(\.isPlainCapture) {
            try feed.write(entries.map(PlainCapture.init), text: text, campaign: campaign)
        } else {
            try feed.write(entries, text: text, campaign: campaign)
        }
    }

    private func write(_ payments: [PaymentRow]) throws {
        if payments.allSatisfy(\.isPlain) {
            try feed.write(payments.map(PlainPayment.init), campaign: campaign)
        } else {
            try feed.write(payments, campaign: campaign)
        }
    }

    /// Writes the daily rollup.
    ///
    /// To be called once, before the transaction ends.
    /// - Throws: `BookError`, also where an entry is dated into a locked month, or an account that may not be
    ///   negative would become so.
    public func finish() throws {
        let appended = try records.merge(&rollup, campaign: campaign)
        try AppendGuard(records: records, campaign: campaign).check(appended)
    }

    /// Moves the totals by the pledges that are new.
    private func countPlaced(_ batch: AppendBatch) throws {
        guard !batch.pledges.isEmpty else { return }
        var tally = PledgeTally()
        var next = batch.lines.startIndex
        for row in batch.pledges {
            let count = PledgeCount(placing: row)
            tally.add(count)
            // Both are in the order of the pledges' numbers.
            while next < batch.lines.endIndex, batch.lines[next].pledge <= row.number {
                let line = batch.lines[next]
                if line.pledge == row.number {
                    tally.add(line.quantity, of: (Int64(line.kind), line.id), count.key)
                }
                next += 1
            }
        }
        try records.merge(tally, campaign: campaign)
    }

    /// Inserts or replaces payments and moves the totals: by what is known of each pledge, or by counting it
    /// anew.
    private func put(_ rows: [PaymentRow]) throws {
        let isSorted = zip(rows, rows.dropFirst()).allSatisfy { $0.pledge < $1.pledge }
        let known = isSorted ? rows.filter { $0.counted != nil } : []
        let others = known.isEmpty ? rows : rows.filter { $0.counted == nil }
        if !others.isEmpty {
            try records.recounting(others.map(\.pledge), campaign: campaign) { try write(others) }
        }
        try putCounted(known)
    }

    /// The rows are in the order of their pledges, and each knows what its pledge counts as.
    private func putCounted(_ rows: [PaymentRow]) throws {
        guard let first = rows.first?.pledge, let last = rows.last?.pledge else { return }
        var tally = PledgeTally()
        for row in rows {
            guard let before = row.counted else { continue }
            tally.add(before, sign: -1)
            tally.add(before.paying(row.payment))
        }
        var next = 0
        try records.forEachLine(campaign: campaign, from: first, to: last) { pledge, line, units in
            while next < rows.count, rows[next].pledge < pledge { next += 1 }
            guard next < rows.count, rows[next].pledge == pledge, let before = rows[next].counted else {
                return
            }
            tally.add(-units, of: line, before.key)
            tally.add(units, of: line, before.paying(rows[next].payment).key)
        }
        try write(rows)
        try records.merge(tally, campaign: campaign)
    }
}

public import Accounting
public import Crowdfunding
import GRDB

/// Appends batches of rows within one transaction, and moves the totals with them.
///
/// What one refuses leaves the rows before it: whoever writes undoes the whole transaction.
public final class BulkAppend {
    private let records: Records
    private let campaign: Int64
    private let feed: BulkFeed
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
        try feed.write(batch.pledges, text: text, campaign: campaign)
        try feed.write(batch.lines, text: text, campaign: campaign)
        try countPlaced(batch)
        if batch.entries.allSatisfy(\.isPlain) {
            try feed.write(batch.entries.map(PlainEntry.init), text: text, campaign: campaign)
        } else {
            try feed.write(batch.entries, text: text, campaign: campaign)
        }
        for row in batch.entries { rollup.add(day: row.day, kind: row.kind, parts: row.parts) }
        try put(batch.payments)
        try feed.write(batch.backerKeys, campaign: campaign)
        try feed.write(batch.pledgeKeys, campaign: campaign)
    }

    /// Writes the daily rollup.
    ///
    /// To be called once, before the transaction ends.
    public func finish() throws {
        try records.merge(&rollup, campaign: campaign)
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

    /// Inserts or replaces payments and moves the totals.
    private func put(_ rows: [PaymentRow]) throws {
        let numbers = rows.lazy.map(\.pledge)
        guard let first = numbers.min(), let last = numbers.max() else { return }
        guard rows.allSatisfy({ $0.counted != nil }) else {
            return try records.recounting(rows.map(\.pledge), campaign: campaign) {
                try feed.write(rows, campaign: campaign)
            }
        }
        var tally = PledgeTally()
        var moved: [Int64: (from: PledgeCount.Key, to: PledgeCount.Key)] = [:]
        for row in rows {
            guard let before = row.counted else { continue }
            let after = before.paying(row.payment)
            tally.add(before, sign: -1)
            tally.add(after)
            moved[row.pledge] = (before.key, after.key)
        }
        try records.forEachLine(campaign: campaign, from: first, to: last) {
            pledge, line, units in
            guard let (from, to) = moved[pledge] else { return }
            tally.add(-units, of: line, from)
            tally.add(units, of: line, to)
        }
        try feed.write(rows, campaign: campaign)
        try records.merge(tally, campaign: campaign)
    }

    /// Opens operations: committed before anything is sent.
    public func open(_ operations: [Operation], at now: Timestamp) throws {
        try feed.write(operations.map { OpenedOperation(operation: $0, at: now) }, campaign: campaign)
    }

    /// Writes down how the operations of a window ended, or that nobody knows.
    ///
    /// Most succeed: what is still open of the window's pledges when the others are written has succeeded.
    /// The window holds every open operation between its first and its last pledge, because its sender holds
    /// the gateway lock.
    public func settle(_ operations: [(operation: Operation, state: OperationState)], at now: Timestamp)
        throws
    {
        guard let first = operations.first?.operation.pledge, let last = operations.last?.operation.pledge
        else {
            return
        }
        for (operation, state) in operations where state != .succeeded {
            try records.settle(operation, as: state, at: now, campaign: campaign)
        }
        let succeeded = operations.filter { $0.state == .succeeded }
        let isWhole = succeeded.count * 2 > operations.count && first <= last
        guard isWhole, try records.openCount(from: first, to: last, campaign: campaign) == succeeded.count
        else {
            for (operation, state) in succeeded {
                try records.settle(operation, as: state, at: now, campaign: campaign)
            }
            return
        }
        try records.succeed(from: first, to: last, at: now, campaign: campaign)
    }
}

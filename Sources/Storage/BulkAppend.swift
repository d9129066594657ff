public import Accounting
public import Crowdfunding
import GRDB

/// Appends batches of rows within one `writeInBulk` (or `write`).
///
/// Keys are hashes and come in no order: they are kept, sorted, and written in runs.
public final class BulkAppend {
    private let records: Records
    private let campaign: Int64
    private let feed: BulkFeed
    private var rollup = DailyRollup()
    private var backerKeys: [(hash: Int64, number: Int64)] = []
    private var pledgeKeys: [(hash: Int64, number: Int64, content: Int64)] = []
    private let runLength = 262_144

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
        try text.withUnsafeBufferPointer { buffer in
            guard let bytes = buffer.baseAddress else { return }
            try batch.backers.withUnsafeBufferPointer { try appendBackers($0, bytes) }
            try batch.pledges.withUnsafeBufferPointer { try appendPledges($0, bytes) }
            try appendLines(batch.lines)
            try batch.entries.withUnsafeBufferPointer { try appendEntries($0, bytes) }
        }
        try batch.payments.withUnsafeBufferPointer { try putPayments($0) }
        if pledgeKeys.count >= runLength || backerKeys.count >= runLength { try flushKeys() }
    }

    /// Writes what is still held: keys and the daily rollup.
    ///
    /// To be called once, before the transaction ends.
    /// - Throws: `BookError`, also where an entry is dated into a locked month, or an account that may not be
    ///   negative would become so.
    public func finish() throws {
        try flushKeys()
        let appended = try records.merge(&rollup, campaign: campaign)
        try AppendGuard(records: records, campaign: campaign).check(appended)
    }

    private func appendBackers(_ rows: UnsafeBufferPointer<BackerRow>, _ bytes: UnsafePointer<UInt8>) throws {
        let campaign = campaign
        try feed.run(
            """
            INSERT INTO backer (campaign, number, email, name, country, address, answers)
            SELECT c0, c1, c2, c3, c4, c5, c6 FROM feed
            """, rows: rows.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(rows[index].number)
            case 2: result.text(rows[index].email, in: bytes)
            case 3: result.text(rows[index].name, in: bytes)
            case 4: result.country(rows[index].country)
            case 5: result.text(rows[index].address, in: bytes)
            default: result.text(rows[index].answers, in: bytes)
            }
        }
        for row in rows { backerKeys.append((row.hash, row.number)) }
    }

    private func appendPledges(_ rows: UnsafeBufferPointer<PledgeRow>, _ bytes: UnsafePointer<UInt8>) throws {
        let campaign = campaign
        try feed.run(
            """
            INSERT INTO pledge (campaign, number, reference, source_key, backer, tier, promotion, quantity,
              destination, goods, shipping, tax, bonus, placed_at, gateway, method, state)
            SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16 FROM feed
            """, rows: rows.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(rows[index].number)
            case 2: result.text(rows[index].reference, in: bytes)
            case 3: result.text(rows[index].sourceKey, in: bytes)
            case 4: result.integer(rows[index].backer)
            case 5: result.integer(Int64(rows[index].tier), orNullWhen: rows[index].tier < 0)
            case 6: result.integer(Int64(rows[index].promotion), orNullWhen: rows[index].promotion < 0)
            case 7: result.integer(rows[index].quantity)
            case 8: result.country(rows[index].destination)
            case 9: result.integer(rows[index].goods)
            case 10: result.integer(rows[index].shipping)
            case 11: result.integer(rows[index].tax)
            case 12: result.integer(rows[index].bonus)
            case 13: result.integer(rows[index].placedAt)
            case 14: result.integer(Int64(rows[index].gateway))
            case 15: result.text(rows[index].method, in: bytes)
            default: result.integer(Int64(rows[index].state))
            }
        }
        for row in rows { pledgeKeys.append((row.hash, row.number, row.content)) }
    }

    private func appendLines(_ rows: [LineRow]) throws {
        let campaign = campaign
        try feed.run(
            "INSERT INTO line (campaign, pledge, kind, id, quantity) SELECT c0, c1, c2, c3, c4 FROM feed",
            rows: rows.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(rows[index].pledge)
            case 2: result.integer(Int64(rows[index].kind))
            case 3: result.text(rows[index].id)
            default: result.integer(rows[index].quantity)
            }
        }
    }

    private func appendEntries(_ rows: UnsafeBufferPointer<EntryRow>, _ bytes: UnsafePointer<UInt8>) throws {
        let campaign = campaign
        try feed.run(
            """
            INSERT INTO entry (campaign, number, kind, pledge, instalment, run, at, day,
              goods, shipping, tax, fee, other, reverses, reference, detail, tag)
            SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16 FROM feed
            """, rows: rows.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(rows[index].number)
            case 2: result.integer(Int64(rows[index].kind.rawValue))
            case 3: result.integer(rows[index].pledge, orNullWhen: rows[index].pledge == 0)
            case 4: result.integer(rows[index].instalment, orNullWhen: rows[index].instalment == 0)
            case 5: result.text(rows[index].run, in: bytes)
            case 6: result.integer(rows[index].at)
            case 7: result.integer(rows[index].day)
            case 8: result.integer(rows[index].parts.goods)
            case 9: result.integer(rows[index].parts.shipping)
            case 10: result.integer(rows[index].parts.tax)
            case 11: result.integer(rows[index].parts.fee)
            case 12: result.integer(rows[index].parts.other)
            case 13: result.integer(rows[index].reverses, orNullWhen: rows[index].reverses == 0)
            case 14: result.text(rows[index].reference, in: bytes)
            case 15: result.text(rows[index].detail, in: bytes)
            default: result.blob(rows[index].tag)
            }
        }
        for row in rows { rollup.add(day: row.day, kind: row.kind, parts: row.parts) }
    }

    private func putPayments(_ rows: UnsafeBufferPointer<PaymentRow>) throws {
        let campaign = campaign
        try feed.run(
            """
            INSERT INTO payment (campaign, pledge, instalment, state, ending, flags, authorized, captured,
              voided, refunded, committed, disputed, lost, excess, capture_before)
            SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14 FROM feed WHERE true
            ON CONFLICT (campaign, pledge, instalment) DO UPDATE SET
              state = excluded.state, ending = excluded.ending, flags = excluded.flags,
              authorized = excluded.authorized, captured = excluded.captured, voided = excluded.voided,
              refunded = excluded.refunded, committed = excluded.committed, disputed = excluded.disputed,
              lost = excluded.lost, excess = excluded.excess, capture_before = excluded.capture_before
            """, rows: rows.count
        ) { index, column, result in
            let payment = rows[index].payment
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(rows[index].pledge)
            case 2: result.integer(rows[index].instalment)
            case 3: result.integer(Int64(payment.state.rawValue))
            case 4: result.integer(Int64(payment.ending.rawValue))
            case 5: result.integer(Int64(payment.flags.rawValue))
            case 6: result.integer(payment.authorized)
            case 7: result.integer(payment.captured)
            case 8: result.integer(payment.voided)
            case 9: result.integer(payment.refunded)
            case 10: result.integer(payment.committed)
            case 11: result.integer(payment.disputed)
            case 12: result.integer(payment.lost)
            case 13: result.integer(payment.excess)
            default:
                result.integer(payment.captureBefore?.seconds ?? 0, orNullWhen: payment.captureBefore == nil)
            }
        }
    }

    /// Opens operations: committed before anything is sent.
    public func open(_ operations: [Operation], at now: Timestamp) throws {
        let campaign = campaign
        try feed.run(
            """
            INSERT INTO operation (campaign, pledge, instalment, kind, attempt, amount, state, at)
            SELECT c0, c1, c2, c3, c4, c5, c6, c7 FROM feed
            """, rows: operations.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(operations[index].pledge)
            case 2: result.integer(Int64(operations[index].instalment))
            case 3: result.integer(Int64(operations[index].kind.rawValue))
            case 4: result.integer(Int64(operations[index].attempt))
            case 5: result.integer(operations[index].amount)
            case 6: result.integer(Int64(OperationState.open.rawValue))
            default: result.integer(now.seconds)
            }
        }
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

    private func flushKeys() throws {
        let campaign = campaign
        backerKeys.sort { $0.hash < $1.hash }
        let backers = backerKeys
        try feed.run(
            "INSERT INTO backer_key (campaign, hash, number) SELECT c0, c1, c2 FROM feed", rows: backers.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(backers[index].hash)
            default: result.integer(backers[index].number)
            }
        }
        backerKeys.removeAll(keepingCapacity: true)
        pledgeKeys.sort { $0.hash < $1.hash }
        let pledges = pledgeKeys
        try feed.run(
            "INSERT INTO pledge_key (campaign, hash, number, content) SELECT c0, c1, c2, c3 FROM feed",
            rows: pledges.count
        ) { index, column, result in
            switch column {
            case 0: result.integer(campaign)
            case 1: result.integer(pledges[index].hash)
            case 2: result.integer(pledges[index].number)
            default: result.integer(pledges[index].content)
            }
        }
        pledgeKeys.removeAll(keepingCapacity: true)
    }
}

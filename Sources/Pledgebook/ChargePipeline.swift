import Accounting
import Crowdfunding
import Storage

/// What a closing knows of the journal between its transactions.
private struct JournalWatch {
    /// Signs after the entry that was written last.
    var signer: EntrySigner
    /// The chain's head after our last transaction.
    var ours: Int64
    /// Where it stood when somebody else was last seen to have written; what was read before is out of date.
    var others: Int64

    mutating func look(at head: Int64) {
        if head != ours { others = head }
    }
}

extension OperationWindows {
    /// Charges what is in scope, window by window, with two windows under way: one at the gateway, one at the
    /// database.
    ///
    /// - Parameters:
    ///   - scope: Which payments are meant.
    ///   - rule: What to charge.
    /// - Throws: `SessionError`, `BookError`, and what the gateway throws.
    mutating func charge(_ scope: CollectionScope, rule: @escaping ChargeRule) throws {
        let start = try session.campaign(known.record.id)
        let reader = try ChargeReader(session, start, scope, window: gateway.window, rule: rule)
        let signer = try session.book.read { records in
            try session.checkClock(start.record, in: records)
            return try EntrySigner(session, record: start.record, in: records)
        }
        var watch = JournalWatch(signer: signer, ours: start.record.head, others: start.record.head)
        var answered: AnsweredWindow?
        var pending = try write(nil, opening: reader.next(), reader, &watch)
        var page = try reader.next()
        while !pending.isEmpty {
            let window = ChargeWindow(
                pending, gateway: gateway, campaign: start, prefix: Self.prefix(session, start),
                signer: watch.signer, reader: reader)
            let worker = try Worker { window.run() }
            let next = Result { try write(answered, opening: page, reader, &watch) }
            worker.join()
            gateway = window.gateway
            answered = window.answered
            pending = try next.get()
            if let failure = window.failure { throw failure }
            page = window.page
            if let answered { count += answered.settled.count }
        }
        if answered != nil { _ = try write(answered, opening: ChargePage(), reader, &watch) }
    }

    /// One transaction: writes a window's answers, and opens the next window.
    private func write(
        _ answered: AnsweredWindow?, opening page: ChargePage, _ reader: ChargeReader,
        _ watch: inout JournalWatch
    ) throws -> [PendingRequest] {
        var after = watch
        var page = page
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            let append = try BulkAppend(records, campaign: campaign.record.number)
            after.look(at: campaign.record.head)
            after.ours = campaign.record.head
            if page.head < after.others { page = try reader.again(page, in: records) }
            if var answered {
                if answered.start != campaign.record.head {
                    answered = try signedAnew(answered, &after, campaign, in: records)
                }
                try append.append(answered.batch)
                try answered.settled.write(
                    with: append, at: session.now, records, campaign: campaign.record.number)
                try moveHead(campaign, to: answered.end, in: records)
                after.ours = answered.end.number
            }
            try append.append(page.rows)
            try append.open(page.requests.map(\.operation), at: session.now)
            try append.finish()
            if let answered, answered.batch.movesUnits {
                try session.keepCovered(campaign.record, in: records)
            }
        }
        watch = after
        return page.requests
    }

    private func moveHead(_ campaign: LoadedCampaign, to end: ChainEnd, in records: Records) throws {
        guard end.number > campaign.record.head else { return }
        try records.moveHead(of: campaign.record, to: end)
        try session.leaveRow(
            campaign: campaign.record.number, first: campaign.record.head + 1, last: end.number, nil,
            in: records)
    }

    /// Somebody has written to the journal since the window was signed: its entries follow theirs, and what
    /// is known of its pledges is read again.
    private func signedAnew(
        _ window: AnsweredWindow, _ watch: inout JournalWatch, _ campaign: LoadedCampaign, in records: Records
    ) throws -> AnsweredWindow {
        watch.signer = try EntrySigner(session, record: campaign.record, in: records)
        var answers = window.answers
        for index in answers.requests.indices {
            let pledge = answers.requests[index].item.pledge
            let found = try records.collectionItem(campaign: campaign.record.number, pledge: pledge)
            guard let item = found.map(campaign.priced) else { continue }
            answers.requests[index].item = item
            if let payment = item.payment { answers.requests[index].payment = payment }
        }
        return try AnsweredWindow(
            answers, campaign, keyLifetime: gateway.keyLifetime, isUnmoved: false, signer: watch.signer)
    }
}

import Accounting
import Crowdfunding
import Receipts
import Storage

extension OperationWindows {
    /// Asks for what `rule` says of every payment in scope, window by window, with two windows under way: one
    /// at the gateway, one at the database; the payments of the next are read meanwhile.
    ///
    /// - Parameters:
    ///   - scope: Which payments are meant.
    ///   - rule: What to ask of a payment, or `nil` to leave it.
    /// - Throws: `SessionError`, `BookError`, and what the gateway throws.
    mutating func sweep(_ scope: CollectionScope, rule: @escaping SweepRule) throws {
        let start = try session.campaign(known.record.id)
        let reader = try SweepReader(session, start, scope, window: gateway.window, rule: rule)
        var signer = try session.book.read { records in
            try session.checkClock(start.record, in: records)
            return try EntrySigner(session, record: start.record, in: records, keepsReceipts: true)
        }
        var tree = start.record.tree
        let context = context(of: start)
        let prefix = Self.prefix(session, start)
        func step(_ page: SweepPage) throws -> SweepStep {
            try SweepStep(
                GatewayAnswers(), page, start, context, areAnswersUnmoved: true, signer: signer)
        }
        var pending = try write(step(reader.next()), context, &signer, &tree)
        var next = try step(reader.next())
        var page = try reader.next()
        while !pending.isEmpty || !next.isEmpty {
            let window = SweepWindow(
                pending, then: page, gateway: gateway, campaign: start, context, prefix: prefix,
                signer: signer)
            let worker = try Worker { window.run() }
            let opened = Result { try write(next, context, &signer, &tree) }
            let ahead = Result { try reader.next() }
            worker.join()
            gateway = window.gateway
            pending = try opened.get()
            if let failure = window.failure { throw failure }
            page = try ahead.get()
            guard let made = window.step else { return }
            next = made
        }
    }

    /// One transaction: writes a window's answers, and opens the window after the next.
    ///
    /// - Returns: The requests that it opened, to be sent now.
    private mutating func write(
        _ made: SweepStep, _ context: PaymentContext, _ signer: inout EntrySigner, _ tree: inout MerkleTree?
    ) throws -> [PendingRequest] {
        guard !made.isEmpty else { return [] }
        var step = made
        var now = signer
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            known = campaign
            let number = campaign.record.number
            let append = try BulkAppend(records, campaign: number)
            if !step.follows(campaign.record) {
                // Somebody has written to the journal since this was signed: it follows theirs, and what is
                // known of its pledges is read again.
                now = try EntrySigner(session, record: campaign.record, in: records, keepsReceipts: true)
                tree = campaign.record.tree
                try refresh(step.answers, campaign, in: records)
                step = try SweepStep(
                    step.answers, step.page.again(in: records), campaign, context,
                    areAnswersUnmoved: false, signer: now)
            }
            try append.append(step.answered)
            try step.settled.write(
                with: append, at: session.now, records, campaign: number, isWindow: true)
            try append.append(step.opening)
            try step.opened.write(with: append, at: session.now, records, campaign: number)
            try append.finish()
            if step.answered.movesUnits || step.opening.movesUnits {
                try session.keepCovered(campaign.record, in: records)
            }
            guard step.end.number > campaign.record.head else { return }
            // Not on the thread that signs: nothing else can do its part.
            if let tree { for receipts in step.receipts { tree.append(receipts) } }
            var end = step.end
            end.frontier = tree?.frontier
            try records.moveHead(of: campaign.record, to: end)
            try session.leaveRow(
                campaign: number, first: campaign.record.head + 1, last: step.end.number, nil, in: records)
        }
        signer = now
        count += step.settled.count
        count += step.opened.count
        return step.opened.requests
    }

    /// Reads again the payments of requests that are answered.
    private func refresh(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, in records: Records
    ) throws {
        let number = campaign.record.number
        for request in answers.requests {
            let found = try records.collectionItem(
                campaign: number, pledge: request.item.pledge, instalment: request.item.instalment)
            guard let item = found.map(campaign.priced) else { continue }
            let payment = item.payment ?? request.payment
            request.item = item
            request.payment = payment
            guard item.needsHistory(payment) else { continue }
            request.left = PartsLeft(due: item.parts, replaying: item.history)
        }
    }
}

public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What closing would do, before anything is done.
public struct ClosingPlan: Sendable {
    /// The campaign to be closed.
    public let campaign: LoadedCampaign
    /// The instant at which it would be.
    public let now: Timestamp
    /// What the goal's decision stands on.
    public let standing: FundingStanding
    /// What the rule says now.
    public let decision: FundingDecision
    /// Pledges that are neither canceled nor dropped.
    public let pledges: Int64
    /// To be charged now, and how much.
    public let chargeable: Int64
    /// What those come to, minor units.
    public let chargeableAmount: Int64
    /// Collected already.
    public let collected: Int64
    /// Failed, waiting or recorded elsewhere and not collected.
    public let open: Int64
    /// What those come to, minor units.
    public let openAmount: Int64
    /// Where something is due later: the end of the retry window.
    public let windowEnds: Timestamp?
}

/// What closing did.
public struct ClosingResult: Sendable {
    /// Where the campaign was before.
    public let before: CampaignState
    /// The campaign as it is now.
    public let campaign: LoadedCampaign
    /// What the goal's decision stands on.
    public let standing: FundingStanding
    /// What was decided; `nil` while it is still collecting.
    public let decision: FundingDecision?
    /// What became of the payments.
    public let count: SweepCount
    /// What became of refundable deposits when the campaign succeeded, minor units.
    public let becameContract: Int64
    /// Entries that were written.
    public let entries: Int64
}

extension Session {
    /// What closing would do now.
    ///
    /// - Throws: `SessionError.notYet` before the campaign's end, `.refused` when it is over.
    public func planClosing(_ id: CampaignID?) throws -> ClosingPlan {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            try checkMayClose(campaign)
            let totals = try records.totals(campaign: campaign.record.number)
            let standing = try standing(campaign, totals, in: records)
            let held = totals.filter { $0.state == .placed || $0.state == .delivered }
            let decision: FundingDecision =
                campaign.record.state == .live
                ? .atClose(campaign.definition.funding, standing)
                : .whileCollecting(campaign.definition.funding, standing)
            let due = held.filter { $0.isUncharged && $0.gateway != 1 }
            let open = held.filter { $0.isRetryable && !($0.isUncharged && $0.gateway != 1) }
            return ClosingPlan(
                campaign: campaign, now: now, standing: standing, decision: decision,
                pledges: held.reduce(0) { $0 + $1.count }, chargeable: due.reduce(0) { $0 + $1.count },
                chargeableAmount: try chargeable(due, campaign, in: records),
                collected: held.filter(\.isCollected).reduce(0) { $0 + $1.count },
                open: open.reduce(0) { $0 + $1.count }, openAmount: open.reduce(0) { $0 + $1.amount },
                windowEnds: windowEnd(campaign))
        }
    }

    /// What is charged at once: the price of each pledge, or its deposit.
    private func chargeable(
        _ due: [PledgeTotal], _ campaign: LoadedCampaign, in records: Records
    ) throws -> Int64 {
        guard campaign.definition.prepayment.plan == .deposit else { return due.reduce(0) { $0 + $1.amount } }
        return try campaign.pricesDue(
            [nil, .pledged, .methodSaved, .authorized, .expired], in: records
        ).amount
    }

    /// Closes a campaign, or carries its closing on: does what is due, and nothing twice.
    public func closeCampaign(_ id: CampaignID?) throws -> ClosingResult {
        let before = try campaign(id)
        try checkMayClose(before)
        let lock = try GatewayLock(book: book.path, campaign: before.record.id)
        defer { withExtendedLifetime(lock) {} }
        return try book.inBulk { try carryOn(before) }
    }

    /// Writes the end of a closing that was stopped when all its steps were done and the campaign is over.
    ///
    /// A closing of a campaign that is not over is carried on by `closeCampaign`, its end with it.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `SessionError`, `BookError`.
    public func endInterruptedClosing(_ id: CampaignID?) throws -> Bool {
        let campaign = try campaign(id)
        guard [.unfunded, .canceled].contains(campaign.record.state),
            let start = try interruptedClosing(campaign)
        else { return false }
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        return try writeClosed(campaign.record.id, SweepCount(), since: start) > 0
    }

    /// The last entry before a closing that was stopped before its end was written; `nil`: none was.
    func interruptedClosing(_ campaign: LoadedCampaign) throws -> Int64? {
        try book.read { records in
            let number = campaign.record.number
            let commands = ["campaign close", "campaign cancel"]
            guard let session = try records.lastSession(of: commands, campaign: number),
                let last = try records.entry(campaign: number, number: session.last)?.entry,
                last.kind != .campaignClosed
            else { return nil }
            return session.first - 1
        }
    }

    private func carryOn(_ before: LoadedCampaign) throws -> ClosingResult {
        let id = before.record.id
        let start = try interruptedClosing(before) ?? before.record.head
        var windows = try OperationWindows(self, campaign: before)
        try windows.resolve()
        let totals = KeptTotals()
        var contract: Int64 = 0
        var copying: Worker?
        defer { if let worker = copying.take() { worker.join() } }
        if before.record.state == .live { try beginClosing(id, totals) }
        contract += try decide(id, totals)
        if try campaign(id).record.state.isCollectingOrLater {
            try windows.collect()
            copying = copyBack(after: windows.count)
            totals.forget()
            contract += try decide(id, totals)
            if try campaign(id).retryWindowIsOver(at: now) {
                try windows.drop()
                totals.forget()
                contract += try decide(id, totals)
            }
        }
        if try windows.closeBalances() { totals.forget() }
        if try campaign(id).record.hasSucceeded, try deliverItemless(campaign: id) > 0 { totals.forget() }
        if try campaign(id).record.state == .releasing {
            try windows.expire()
            try windows.release()
            totals.forget()
            try endReleasing(id, totals)
        }
        try queueReminders(id)
        let counted = try writeClosed(id, windows.count, since: start, totals)
        return try book.read { records in
            let after = try campaign(id, in: records)
            let standing = try standing(after, totals.of(after, in: records), in: records)
            return ClosingResult(
                before: before.record.state, campaign: after, standing: standing,
                decision: after.record.state == .collecting
                    ? .whileCollecting(after.definition.funding, standing) : nil,
                count: windows.count, becameContract: contract, entries: counted)
        }
    }

    /// Has a second thread copy a long log into the book while what is left to do keeps only one busy.
    ///
    /// What it does not come to is copied at the end, as a short log is.
    private func copyBack(after count: SweepCount) -> Worker? {
        guard count.captured > 100_000 else { return nil }
        let book = book
        return try? Worker { try? book.copyBack() }
    }

    func checkMayClose(_ campaign: LoadedCampaign) throws {
        let record = campaign.record
        if [.unfunded, .canceled, .finished].contains(record.state) {
            throw SessionError.refused("\(record.id) is \(record.state.rawValue). Nothing is left to close.")
        }
        guard record.state != .live || now >= campaign.definition.closesAt else {
            throw SessionError.notYet(
                "\(record.id) is open until \(campaign.definition.closesAt); close it then. "
                    + "To end it earlier, set closes_at with `pledgebook campaign amend FILE`, or cancel it "
                    + "with `pledgebook campaign cancel --because TEXT`.")
        }
    }

    /// The first decision: collect, or give everything back.
    ///
    /// One entry with the figures that it stands on.
    private func beginClosing(_ id: CampaignID, _ kept: KeptTotals) throws {
        try write(id) { campaign, journal in
            let totals = try kept.of(campaign, in: journal.records)
            let standing = try standing(campaign, totals, in: journal.records)
            let decision = FundingDecision.atClose(campaign.definition.funding, standing)
            journal.record.closedAt = now
            if case .release = decision {
                journal.record.state = .releasing
                journal.record.releaseTo = .unfunded
                journal.write(.campaignReleasing, detail: standing.detail)
            } else {
                journal.record.state = .collecting
                journal.write(.campaignCollecting, detail: standing.detail)
            }
        }
    }

    /// The decision while collecting, as soon as it is certain.
    ///
    /// - Returns: What became of refundable deposits if the campaign succeeded just now, minor units.
    func decide(_ id: CampaignID, _ kept: KeptTotals = KeptTotals()) throws -> Int64 {
        var moved: Int64 = 0
        try write(id) { campaign, journal in
            guard campaign.record.state == .collecting else { return }
            let totals = try kept.of(campaign, in: journal.records)
            let standing = try standing(campaign, totals, in: journal.records)
            switch FundingDecision.whileCollecting(campaign.definition.funding, standing) {
            case .funded:
                journal.record.state = .funded
                journal.record.decidedAt = now
                journal.record.hasSucceeded = true
                journal.write(.campaignFunded, detail: standing.detail)
                moved = try balance(of: .refundableDeposits, campaign, in: journal.records)
                if moved > 0 { journal.write(.succeeded, parts: EntryParts(goods: moved)) }
            case .unfunded:
                journal.record.state = .releasing
                journal.record.releaseTo = .unfunded
                journal.write(.campaignReleasing, detail: standing.detail)
            case .collect, .release, .undecided: break
            }
        }
        return moved
    }

    /// Unfunded or canceled only when nothing is open or owed; a dispute does not hold up the end.
    func endReleasing(_ id: CampaignID, _ kept: KeptTotals = KeptTotals()) throws {
        try write(id) { campaign, journal in
            let totals = try kept.of(campaign, in: journal.records)
            guard totals.allSatisfy(\.isReleased) else { return }
            let end = campaign.record.releaseTo ?? .unfunded
            journal.record.state = end
            journal.record.decidedAt = now
            let standing = try standing(campaign, totals, in: journal.records)
            journal.write(end == .canceled ? .campaignCanceled : .campaignUnfunded, detail: standing.detail)
        }
    }

    /// One entry a closing that did something, with counts and totals; and a checkpoint over all of it.
    func writeClosed(
        _ id: CampaignID, _ count: SweepCount, since head: Int64, _ kept: KeptTotals = KeptTotals()
    ) throws -> Int64 {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            guard campaign.record.head > head else { return 0 }
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            let standing = try standing(campaign, kept.of(campaign, in: records), in: records)
            journal.write(.campaignClosed, detail: count.detail(standing))
            try journal.finish()
            try attest(journal.record, in: records)
            return campaign.record.head - head + 1
        }
    }

    /// One transaction that may write to the campaign's journal.
    func write(_ id: CampaignID, _ body: (LoadedCampaign, JournalWriter) throws -> Void) throws {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            try body(campaign, journal)
            try journal.finish()
        }
    }

    /// What we owe on an account by the rollup, as a positive figure for liabilities.
    func balance(of account: Account, _ campaign: LoadedCampaign, in records: Records) throws -> Int64 {
        var trial = TrialBalance()
        for total in try records.dailyTotals(campaign: campaign.record.number) {
            try trial.add(total.parts, by: total.kind.postings)
        }
        let balance = trial.balance(of: account)
        return account.rawValue >= 2000 && account.rawValue < 5000 ? -balance : balance
    }
}

/// A campaign's totals, added up once for several decisions between which no pledge and no payment moves.
final class KeptTotals {
    private var kept: [PledgeTotal]?

    /// The totals as they were read last, or read now.
    func of(_ campaign: LoadedCampaign, in records: Records) throws -> [PledgeTotal] {
        if let kept { return kept }
        let totals = try records.totals(campaign: campaign.record.number)
        kept = totals
        return totals
    }

    /// Pledges or payments have moved.
    func forget() { kept = nil }
}

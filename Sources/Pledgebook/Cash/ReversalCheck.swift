import Accounting
import Crowdfunding
import Storage

/// Finds what a later entry stands on: an entry that is stood on is not taken back before the later one is.
struct ReversalCheck {
    let taken: [JournalEntry]
    let campaign: LoadedCampaign
    let records: Records

    init(_ taken: [JournalEntry], _ campaign: LoadedCampaign, _ records: Records) {
        self.taken = taken
        self.campaign = campaign
        self.records = records
    }

    /// - Throws: `SessionError.refused` with the entry that stands on what is to be taken back.
    func run() throws {
        try checkPledge()
        try checkFinished()
        try checkRun()
        try checkUnits()
        let all = try records.dailyTotals(campaign: campaign.record.number).map { ($0.kind, $0.parts) }
        try checkBalances(all, run: nil, Account.allCases)
        if let run = taken.first?.run {
            let entries = try records.entries(campaign: campaign.record.number, run: run)
            // Of one run only what its supplier is owed and was paid ahead has to add up.
            try checkBalances(
                entries.map { ($0.entry.kind, $0.entry.parts) }, run: run, [.supplierDeposits, .suppliers])
        }
        try checkPayouts(all)
    }

    /// Whatever moved money on the pledge afterwards.
    private func checkPledge() throws {
        guard let pledge = taken.first?.pledge else { return }
        let entries = try records.entries(campaign: campaign.record.number, pledge: pledge).map(\.entry)
        // A parcel's cost goes with the parcel.
        var later = standing(entries).filter {
            (!$0.kind.isMemo || $0.kind == .balanceDue) && $0.kind != .costOfDelivered
        }
        if taken[0].kind == .canceled { later = later.filter { !isAskedFor($0) } }
        if let last = later.last { throw stoodOn(by: last) }
    }

    /// The refund that goes with a cancellation, while nobody has made it.
    private func isAskedFor(_ entry: JournalEntry) -> Bool {
        entry.number == taken[0].number + 1 && entry.at == taken[0].at
            && [.refundCommitted, .refundCommittedAfterSuccess].contains(entry.kind)
    }

    /// A campaign is finished when nothing is unshipped and every run is closed.
    private func checkFinished() throws {
        guard campaign.record.state == .finished,
            taken.contains(where: { $0.kind.isOfRun || $0.kind == .delivered || $0.kind == .canceled })
        else { return }
        let entries = try records.entries(campaign: campaign.record.number, kinds: [.campaignFinished])
        if let last = standing(entries.map(\.entry)).last { throw stoodOn(by: last) }
    }

    /// Whatever was done with the run afterwards: everything stands on its launch, what ended it on every
    /// count and on what its supplier was paid, a delay on the delays before it.
    private func checkRun() throws {
        guard let id = taken[0].run else { return }
        let entries = try records.entries(campaign: campaign.record.number, run: id).map(\.entry)
        let ends: Set<EntryKind> = [.unitsWrittenOff, .runClosed, .runCanceled]
        let later = standing(entries).filter { entry in
            switch taken[0].kind {
            case .runLaunched: entry.kind != .costOfDelivered
            case .runReceived, .supplierDeposit, .supplierPaid: ends.contains(entry.kind)
            case .runDelayed: ends.contains(entry.kind) || entry.kind == .runDelayed
            default: false
            }
        }
        if let last = later.last { throw stoodOn(by: last) }
    }

    /// What has left a run or stock was there.
    private func checkUnits() throws {
        guard taken[0].kind == .runReceived || taken[0].kind == .stockAtLaunch else { return }
        let run = taken[0].run ?? ""
        let there: [(sku: String, units: Int64)]
        if run.isEmpty {
            there = try StockLot.all(campaign, in: records).map { ($0.sku, $0.units) }
        } else {
            let row = try records.runs(campaign: campaign.record.number).first { $0.id == run }
            there = row?.units.map { ($0.sku, $0.received) } ?? []
        }
        let shipped = try records.shippedUnits(campaign: campaign.record.number)
        for (sku, units) in EntryDetail.units(in: taken[0].detail) {
            let left = (there.first { $0.sku == sku }?.units ?? 0) - units
            guard (shipped.first { $0.run == run && $0.sku == sku }?.shipped ?? 0) > left else { continue }
            let entries = try records.entries(campaign: campaign.record.number, kinds: [.delivered])
            let gone = standing(entries.map(\.entry)).filter { entry in
                entry.run ?? "" == run && EntryDetail.units(in: entry.detail).contains { $0.sku == sku }
            }
            if let last = gone.last { throw stoodOn(by: last) }
        }
    }

    /// No account that may not be negative becomes so, in all or, where the entry is about one, for the run.
    private func checkBalances(
        _ entries: [(EntryKind, EntryParts)], run: String?, _ accounts: [Account]
    ) throws {
        let before = try AccountGuard(campaign.record.currency, entries)
        var after = before
        for entry in taken { try after.add(-entry.parts, as: entry.kind) }
        guard let account = after.overdrawn(since: before, among: accounts) else { return }
        let kinds = EntryKind.allCases.filter { $0.postings.contains { $0.takes(from: account) } }
        let later = try standing(records.entries(campaign: campaign.record.number, kinds: kinds).map(\.entry))
            .filter { run == nil || $0.run == run }
        // The campaign's success took every deposit; another backer's refund took only its own.
        if let last = later.last(where: { $0.kind == .succeeded }) ?? later.last { throw stoodOn(by: last) }
        throw SessionError.refused(
            "Without entry \(taken[0].number) \(account.path) would hold "
                + "\(campaign.money(after.balance(of: account))). Nothing was changed.")
    }

    /// What an arrived payout has settled was there to be settled.
    private func checkPayouts(_ entries: [(EntryKind, EntryParts)]) throws {
        let lines: [(CashLine, Int64, EntryKind)] = [
            (.receipts, 1, .payoutReceipts), (.refunds, -1, .payoutRefunds),
            (.chargebacks, -1, .payoutChargebacks),
            (.chargebacksReversed, 1, .payoutChargebacksReversed), (.processorFees, -1, .payoutProcessorFees),
            (.platformFees, -1, .payoutPlatformFees),
        ]
        let before = try AccountGuard(campaign.record.currency, entries)
        var after = before
        for entry in taken { try after.add(-entry.parts, as: entry.kind) }
        for (line, sign, kind) in lines {
            let left = try after.unsettled(line) * sign
            guard left < 0, try left < before.unsettled(line) * sign else { continue }
            let payouts = try records.entries(campaign: campaign.record.number, kinds: [kind]).map(\.entry)
            if let last = standing(payouts).last { throw stoodOn(by: last) }
        }
    }

    /// The entries after those that are taken back, which are neither reversals nor reversed.
    private func standing(_ entries: [JournalEntry]) -> [JournalEntry] {
        let reversed = Set(entries.compactMap(\.reverses))
        let end = taken.last?.number ?? 0
        return entries.filter { $0.number > end && $0.reverses == nil && !reversed.contains($0.number) }
    }

    private func stoodOn(by later: JournalEntry) -> SessionError {
        let code = later.kind.code.map { "\($0), " } ?? ""
        return .refused(
            "Entry \(taken[0].number) (\(taken[0].kind.title)) cannot be reversed: entry \(later.number) "
                + "(\(code)\(later.kind.title), \(later.day)) stands on it. Reverse that one first, where it "
                + "can be. Nothing was changed.")
    }
}

extension PostingRule {
    /// Whether a positive part makes the account smaller, on the side on which it grows.
    fileprivate func takes(from account: Account) -> Bool {
        account == (account.normalSide == .debit ? credit : debit)
    }
}

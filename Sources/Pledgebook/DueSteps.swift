public import Accounting
import Crowdfunding
import Storage

/// Finds what is due in a campaign, now or on a day that is known.
struct DueReader {
    let session: Session
    let campaign: LoadedCampaign
    let records: Records
    let totals: [PledgeTotal]
    let money: MoneyStanding
    let runs: [RunStanding]
    let open: OpenPledges
    /// Whether every unit that was sold was shipped.
    let isShipped: Bool

    private var record: CampaignRecord { campaign.record }
    private var definition: CampaignDefinition { campaign.definition }

    func steps() throws -> [DueStep] {
        switch record.state {
        case .live:
            if totals.isEmpty { return [.importPledges] }
            return holds + [.close(from: definition.closesAt)] + choices
        case .collecting: return try collecting() + notices() + choices
        case .funded, .fulfilling:
            return try collecting() + balances + notices() + runSteps + payout() + refunds + choices + end
        case .releasing: return try releasing() + refunds
        case .unfunded, .canceled, .finished: return try payout() + refunds
        }
    }

    /// What `campaign hold` would do, now or in the last days.
    private var holds: [DueStep] {
        guard definition.prepayment.collect == .hold, record.isRehearsal == true else { return [] }
        let window = HoldWindow(closesAt: definition.closesAt)
        let left = totals.tally {
            $0.state == .placed && $0.isUncharged && $0.payment != .authorized && $0.gateway != 1
        }
        guard !left.isEmpty, !window.isOver(at: session.now) else { return [] }
        return [.hold(from: window.opens, left)]
    }

    /// What saying `campaign close` again would do, now or later.
    private func collecting() throws -> [DueStep] {
        var steps: [DueStep] = []
        if !money.unknown.isEmpty { steps.append(.ask(money.unknown)) }
        let uncharged = totals.tally { $0.state == .placed && $0.isUncharged && $0.gateway != 1 }
        if !uncharged.isEmpty {
            let hasDeposits = definition.prepayment.plan == .deposit
            steps.append(
                .charge(
                    hasDeposits
                        ? try campaign.pricesDue(
                            [nil, .pledged, .methodSaved, .authorized, .expired], in: records) : uncharged))
        }
        let schedule = try RetryOutlook(session, campaign, in: records)
        if let retry = schedule.next { steps.append(.retry(from: retry, schedule.failed)) }
        let notCollected = totals.tally { $0.state == .placed && $0.isRetryable }
        if let ends = campaign.retryWindowEnds, !notCollected.isEmpty {
            steps.append(.drop(from: ends, notCollected))
        }
        return steps
    }

    /// What is left of prices that were paid in part: asked for on the promised day, else when goods are
    /// there.
    private var balances: [DueStep] {
        let balances = money.balances
        var steps: [DueStep] = []
        let isNear = runs.isEmpty || runs.contains { $0.received > 0 }
        if !balances.toAsk.isEmpty, definition.prepayment.balancesFrom != nil || isNear {
            steps.append(.askBalance(from: definition.prepayment.balancesFrom, balances.toAsk))
        }
        if let next = balances.nextTry { steps.append(.retry(from: next, balances.failed)) }
        if let ends = balances.ends { steps.append(.drop(from: ends, balances.open)) }
        return steps
    }

    private func notices() throws -> [DueStep] {
        let open = try session.openNotices(campaign, in: records).count
        return open > 0 ? [.sendNotices(Int64(open))] : []
    }

    private var choices: [DueStep] { open.pledges > 0 ? [.choose(open)] : [] }

    private var runSteps: [DueStep] {
        runs.filter { $0.state == .planned && $0.waiting > 0 && $0.shortfall == nil }.map {
            .launchRun(id: $0.plan.id, since: record.decidedAt.map(campaign.day(of:)))
        }
    }

    private func payout() throws -> [DueStep] {
        guard money.atProcessor > 0 else { return [] }
        let source = try records.imports(campaign: record.number).last { $0.toldOfCollected }?.source
        let isPlatform = source != nil && source != "own"
        let about = isPlatform ? campaign.day(of: definition.closesAt).adding(days: 14) : nil
        return [
            .recordPayout(
                Tally(amount: money.atProcessor, count: money.collected.count),
                source: isPlatform ? source : nil,
                about: about)
        ]
    }

    /// Refunds that the gateway does not make by itself.
    private var refunds: [DueStep] { money.owed.isEmpty ? [] : [.refund(money.owed)] }

    private func releasing() throws -> [DueStep] {
        let left = totals.tally {
            !$0.isReleased && $0.payment != .refundOwed && $0.payment != .refundPending
        }
        return left.isEmpty ? [] : [.release(left)]
    }

    private var end: [DueStep] {
        let isSettled = money.owed.isEmpty && money.disputed.isEmpty && money.unknown.isEmpty
        return record.state == .fulfilling && isShipped && isSettled ? [.finish] : []
    }
}

/// When failed cards are tried again, by the campaign's schedule.
public struct RetryOutlook: Sendable {
    /// Every card that failed and is tried again.
    public let failed: Tally
    /// Those of them that are due now.
    public let due: Tally
    /// When the first of them is due; `nil` where none is, or not within the window.
    public let next: Timestamp?

    init(_ session: Session, _ campaign: LoadedCampaign, in records: Records) throws {
        let definition = campaign.definition
        let schedule = RetrySchedule(
            definition.prepayment, began: max(campaign.record.closedAt ?? session.now, definition.closesAt))
        let number = campaign.record.number
        let all = try records.failedCharges(campaign: number, triedBy: session.now)
        let ripe = try records.failedCharges(
            campaign: number, triedBy: session.now.adding(seconds: -schedule.every))
        var amounts = (all: all.amount, ripe: ripe.amount)
        if definition.prepayment.plan == .deposit, all.count > 0 {
            let by = session.now.adding(seconds: -schedule.every)
            amounts.all = try campaign.pricesDue([.failed], in: records) {
                $0.payment?.ending == .failedSoft
            }.amount
            amounts.ripe = try campaign.pricesDue([.failed], in: records) {
                $0.payment?.ending == .failedSoft && $0.lastAttempt.map { $0 <= by } == true
            }.amount
        }
        failed = Tally(amount: amounts.all, count: all.count)
        let isOver = schedule.isOver(at: session.now)
        due = isOver ? Tally() : Tally(amount: amounts.ripe, count: ripe.count)
        next = isOver ? nil : all.earliest.flatMap { schedule.next(after: $0) }
    }
}

extension Session {
    /// When failed cards of a campaign are tried again.
    public func retryOutlook(_ campaign: LoadedCampaign) throws -> RetryOutlook {
        try book.read { try RetryOutlook(self, campaign, in: $0) }
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// A notice as lists and exports show it.
///
/// Name and e-mail address are personal.
public struct Notice: Sendable {
    /// From 1, in the order in which they were queued.
    public let number: Int64
    /// What it says: `payment-failed`, `confirm-payment`, `new-card`, `balance-due`.
    public let kind: String
    /// The payment's reference.
    public let reference: String
    /// The backer's name; empty where nobody said.
    public let name: String
    /// The backer's e-mail address; empty where nobody said.
    public let email: String
    /// What was not paid then, minor units.
    public let amount: Int64
    /// When it was queued.
    public let at: Timestamp
    /// When the payment is tried again; `nil`: not by itself.
    public let nextTry: Timestamp?
    /// When it is given up.
    public let ends: Timestamp?
    /// Where it stands.
    public let state: State

    /// Where a notice stands.
    public enum State: Hashable, Sendable {
        /// To be sent.
        case open
        /// Sent on that day, as somebody said.
        case sent(CalendarDay)
        /// Nobody has sent it, and it is not true any more: it was paid, canceled or given up since, or a
        /// newer one says the same.
        case outdated
    }
}

extension Session {
    /// Queues a reminder for every payment that failed, or waits for its backer, while there is time left to
    /// do something about it: once in each period of the retry window.
    func queueReminders(_ id: CampaignID) throws {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            guard campaign.record.state.isCollectingOrLater else { return }
            var notices: [NoticeRecord] = []
            if let schedule = campaign.retrySchedule, schedule.period(at: now) != nil {
                let waits: [PaymentState?] = [.failed, .actionRequired]
                let isAny = try records.totals(campaign: campaign.record.number).contains {
                    $0.state == .placed && waits.contains($0.payment)
                }
                if isAny {
                    notices += try reminders(.placed(waits), campaign, in: records) { _ in schedule }
                }
            }
            if try records.hasLaterPayments(campaign: campaign.record.number) {
                notices += try reminders(.later(PaymentState.unpaid), campaign, in: records) {
                    campaign.balanceSchedule(of: $0)
                }
            }
            try records.queue(notices, campaign: campaign.record.number)
        }
    }

    private func reminders(
        _ scope: CollectionScope, _ campaign: LoadedCampaign, in records: Records,
        schedule: (CollectionItem) -> RetrySchedule?
    ) throws -> [NoticeRecord] {
        var notices: [NoticeRecord] = []
        var cursor: Int64 = 0
        while true {
            let items = try records.collectionItems(
                campaign: campaign.record.number, after: cursor, limit: 4_096, scope)
            for item in items.map(campaign.priced) {
                guard let payment = item.payment, payment.operation == nil, let schedule = schedule(item),
                    let turn = schedule.period(at: now),
                    let kind = PaymentReminder(
                        payment.state, payment.ending, instalment: item.instalment,
                        isRecorded: item.gateway == 1)
                else { continue }
                let isTried = kind == .paymentFailed
                notices.append(
                    NoticeRecord(
                        pledge: item.pledge, instalment: Int64(item.instalment), kind: kind.rawValue,
                        turn: turn, amount: item.price, at: now,
                        nextTry: isTried ? item.lastAttempt.flatMap { schedule.next(after: $0) } : nil,
                        ends: schedule.ends))
            }
            guard items.count == 4_096, let last = items.last else { return notices }
            cursor = last.pledge
        }
    }

    /// Notices that are to be sent and still true: of those that say the same of a payment, the newest.
    func openNotices(_ campaign: LoadedCampaign, in records: Records) throws -> [NoticeRecord] {
        let unsent = try records.notices(campaign: campaign.record.number, unsentOnly: true)
        var said: Set<NoticeSubject> = []
        return unsent.reversed().filter { $0.isTrue(at: now) && said.insert(NoticeSubject($0)).inserted }
            .reversed()
    }

    /// The notices of a campaign in their order.
    ///
    /// - Parameters:
    ///   - id: The campaign; without one, the only one that is not over.
    ///   - openOnly: Only those that are to be sent.
    /// - Returns: Each with its backer.
    /// - Throws: `SessionError`, `BookError`.
    public func notices(_ id: CampaignID?, openOnly: Bool) throws -> [Notice] {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let number = campaign.record.number
            let open = try openNotices(campaign, in: records)
            let numbers = Set(open.map(\.number))
            let found = openOnly ? open : try records.notices(campaign: number)
            return try found.compactMap { notice in
                guard let pledge = try records.pledge(campaign: number, number: notice.pledge) else {
                    return nil
                }
                let backer = try records.backer(campaign: number, number: pledge.backer)
                let state: Notice.State =
                    if let day = notice.sentOn { .sent(day) } else {
                        numbers.contains(notice.number) ? .open : .outdated
                    }
                return Notice(
                    number: notice.number, kind: notice.kind,
                    reference: instalmentReference(pledge.reference, Int(notice.instalment)),
                    name: backer?.name ?? "", email: backer?.email ?? "", amount: notice.amount,
                    at: notice.at, nextTry: notice.nextTry, ends: notice.ends, state: state)
            }
        }
    }

    /// Writes down that notices were sent; said again it changes nothing.
    ///
    /// - Parameters:
    ///   - numbers: Which; `nil`: all that are to be sent.
    ///   - day: When; `nil`: today.
    ///   - id: The campaign; without one, the only one that is not over.
    ///   - dryRun: Says how many and changes nothing.
    /// - Returns: How many were not said to be sent before.
    /// - Throws: `SessionError.rule` for a number that is none; `.dayInFuture`.
    public func markSent(
        _ numbers: [Int64]?, on day: CalendarDay? = nil, in id: CampaignID?, dryRun: Bool = false
    ) throws -> Int {
        var count = 0
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let day = try factDay(day, campaign)
                let known = Set(try records.notices(campaign: campaign.record.number).map(\.number))
                let wanted = try numbers ?? openNotices(campaign, in: records).map(\.number)
                for number in wanted {
                    guard known.contains(number) else {
                        throw SessionError.rule(
                            "\(campaign.record.id) has no notice \(number). See `pledgebook notice list`.",
                            exit: .badInput)
                    }
                    if try records.setSent(number, on: day, campaign: campaign.record.number) { count += 1 }
                }
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        return count
    }
}

/// What a notice says, of which payment.
private struct NoticeSubject: Hashable {
    let pledge: Int64
    let instalment: Int64
    let kind: String

    init(_ notice: NoticeRecord) {
        pledge = notice.pledge
        instalment = notice.instalment
        kind = notice.kind
    }
}

extension NoticeRecord {
    /// Whether what it says is still so, and there is time left.
    fileprivate func isTrue(at now: Timestamp) -> Bool {
        guard let standing, standing.pledge == .placed, ends.map({ now < $0 }) ?? true else { return false }
        let reminder = PaymentReminder(
            standing.payment, standing.ending, instalment: Int(instalment),
            isRecorded: standing.gateway == 1)
        return reminder?.rawValue == kind
    }
}

extension LoadedCampaign {
    /// When failed charges are tried again, and until when; `nil` before the close.
    fileprivate var retrySchedule: RetrySchedule? {
        guard let closed = record.closedAt, let ends = retryWindowEnds else { return nil }
        let began = ends.adding(seconds: -Int64(definition.prepayment.retryDays) * 86_400)
        return RetrySchedule(definition.prepayment, began: min(began, max(closed, definition.closesAt)))
    }
}

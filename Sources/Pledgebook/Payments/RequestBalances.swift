public import Accounting
public import Crowdfunding
import Storage

/// What asking for balances would do, before anything is asked for.
public struct BalancePlan: Sendable {
    /// Whose backers.
    public let campaign: LoadedCampaign
    /// The instant at which it would be.
    public let now: Timestamp
    /// Pledges of which a part is paid, and the rest is asked for now.
    public let asked: Tally
    /// Balances that were asked for before and are tried now.
    public let again: Tally
    /// Balances that were asked for and are not paid, those of `again` among them.
    public let open: Tally
    /// Whether their money moves elsewhere, so that nothing is charged.
    public let isRecorded: Bool
    /// When what fails is given up.
    public let ends: Timestamp
}

extension Session {
    /// What asking for balances would do now.
    ///
    /// - Parameters:
    ///   - who: One pledge's reference, e-mail address or name; `nil`: every pledge of which a part is paid.
    ///   - id: The campaign; without one, the only one that is not over.
    /// - Returns: How many pledges, and how much.
    /// - Throws: As `requestBalances`, but for the gateway's own.
    public func planBalances(_ who: String?, of id: CampaignID?) throws -> BalancePlan {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            try checkMayAsk(campaign)
            var asked = Tally()
            try forEachOwing(who, campaign, in: records) { owing in
                asked += Tally(amount: owing.price, count: 1)
            }
            let only = try who.map { try paymentCases($0, of: campaign, in: records)[0].pledge.number }
            let open = try openBalances(campaign, in: records).filter { only == nil || $0.pledge == only }
            let due = open.filter { campaign.balanceCharge(of: $0, at: now) != nil }
            return BalancePlan(
                campaign: campaign, now: now, asked: asked, again: Tally(due), open: Tally(open),
                isRecorded: campaign.record.isRehearsal != true,
                ends: RetrySchedule(campaign.definition.prepayment, began: now).ends)
        }
    }

    /// Asks backers for what is left of their price, each as a further payment (T53), and charges it.
    ///
    /// Said again it asks for what is new, and tries what failed and is due; nothing twice.
    ///
    /// - Parameters:
    ///   - who: One pledge's reference, e-mail address or name; `nil`: every pledge of which a part is paid.
    ///   - id: The campaign; without one, the only one that is not over.
    /// - Returns: What became of it.
    /// - Throws: `SessionError.notYet` before the day on which balances are due, `.refused` before the
    ///   campaign has succeeded, `.gatewayBusy`; what the gateway throws.
    public func requestBalances(_ who: String?, of id: CampaignID?) throws -> SweepCount {
        let campaign = try campaign(id)
        try checkMayAsk(campaign)
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        var windows = try OperationWindows(self, campaign: campaign)
        try windows.resolve()
        var only: Int64?
        try book.write { records in
            let campaign = try self.campaign(campaign.record.id, in: records)
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            try forEachOwing(who, campaign, in: records) { next in
                let payment = writeAsked(next, journal)
                journal.put(payment, pledge: next.pledge.number, instalment: Int64(next.instalment))
            }
            try journal.finish()
            if let who { only = try paymentCases(who, of: campaign, in: records)[0].pledge.number }
        }
        try windows.collectBalances(only: only)
        try queueReminders(campaign.record.id)
        return windows.count
    }

    private func checkMayAsk(_ campaign: LoadedCampaign) throws {
        let record = campaign.record
        guard record.state == .funded || record.state == .fulfilling else {
            throw SessionError.refused(
                "\(record.id) is \(record.state.rawValue): balances are asked for while it owes goods.")
        }
        if let day = campaign.definition.prepayment.balancesFrom, campaign.day(of: now) < day {
            throw SessionError.notYet(
                "The balances of \(record.id) are due on \(day); backers were promised that. Ask then.")
        }
    }

    /// Calls `body` with the next payment of every pledge of which a part is paid and nothing is under way.
    private func forEachOwing(
        _ who: String?, _ campaign: LoadedCampaign, in records: Records, _ body: (PaymentCase) throws -> Void
    ) throws {
        if let who {
            let cases = try paymentCases(PaymentName(who).who, of: campaign, in: records)
            if let next = try nextPayment(cases, in: records) { try body(next) }
            return
        }
        var cursor: Int64 = 0
        while true {
            let numbers = try records.partlyPaid(
                campaign: campaign.record.number, after: cursor, limit: 4_096)
            for number in numbers {
                guard let pledge = try records.pledge(campaign: campaign.record.number, number: number)
                else { continue }
                let cases = try paymentCases(of: pledge, campaign, in: records)
                if let next = try nextPayment(cases, in: records) { try body(next) }
            }
            guard numbers.count == 4_096, let last = numbers.last else { return }
            cursor = last
        }
    }

    /// The payment that would ask for what the others have not taken; `nil` where one of them still does, or
    /// nothing is left.
    func nextPayment(_ cases: [PaymentCase], in records: Records) throws -> PaymentCase? {
        guard let last = cases.last, last.pledge.state == .placed, last.payment.isAtRest else { return nil }
        return try furtherPayment(cases, in: records)
    }

    /// The payment for what is left of the price when all others are paid; `nil` where nothing is.
    func furtherPayment(_ cases: [PaymentCase], in records: Records) throws -> PaymentCase? {
        guard let last = cases.last,
            var item = try records.collectionItem(
                campaign: last.campaign.record.number, pledge: last.pledge.number,
                instalment: last.instalment + 1)
        else { return nil }
        item.paidBefore = cases.reduce(0) { $0 + $1.payment.captured + ($1.isUnpaid ? $1.due : 0) }
        guard item.paidBefore > 0, item.paidBefore < last.pledge.total else { return nil }
        return try PaymentCase(item, last.pledge, last.campaign, in: records)
    }

    /// T53: an entry, and a payment of its own.
    ///
    /// - Returns: The payment, to be put into the book.
    @discardableResult
    func writeAsked(_ next: PaymentCase, day: CalendarDay? = nil, _ journal: JournalWriter) -> Payment {
        let pledge = next.pledge
        let change = Payment.balance(
            due: next.price, hasMethod: pledge.gateway != 1 && pledge.method?.isEmpty == false)
        for booking in change.bookings {
            journal.write(
                booking.kind, pledge: (pledge.number, pledge.reference), instalment: next.instalment,
                day: day,
                detail: EntryDetail().adding("amt", booking.amount))
        }
        return change.payment
    }

    /// Further payments that were asked for and are not paid.
    func openBalances(_ campaign: LoadedCampaign, in records: Records) throws -> [CollectionItem] {
        var items: [CollectionItem] = []
        while true {
            let more = try records.collectionItems(
                campaign: campaign.record.number, after: items.last?.pledge ?? 0, limit: 4_096,
                .later(PaymentState.unpaid))
            items += more.map(campaign.priced)
            guard more.count == 4_096 else { return items }
        }
    }
}

extension OperationWindows {
    /// Charges the balances that are due: never tried, or failed softly and the next try has come.
    mutating func collectBalances(only pledge: Int64? = nil) throws {
        let now = session.now
        try sweep(.later([.methodSaved, .failed])) { item, _, campaign in
            pledge == nil || pledge == item.pledge ? campaign.balanceCharge(of: item, at: now) : nil
        }
    }

    /// Tries the balances that are due again, and gives up those whose time is over.
    ///
    /// - Returns: Whether there are any.
    mutating func closeBalances() throws -> Bool {
        let number = known.record.number
        guard try session.book.read({ try $0.hasLaterPayments(campaign: number) }) else { return false }
        try collectBalances()
        try dropBalances()
        return true
    }

    /// Gives up the balances whose own window is over, and with each its pledge: its deposit waits for a
    /// person (T49).
    mutating func dropBalances() throws {
        let now = session.now
        try sweep(.later(PaymentState.unpaid)) { item, payment, campaign in
            guard payment.operation == nil, payment.captured == 0,
                campaign.balanceSchedule(of: item)?.isOver(at: now) == true
            else { return nil }
            return .drop
        }
    }
}

extension LoadedCampaign {
    /// The charge of a balance that is due now.
    fileprivate func balanceCharge(of item: CollectionItem, at now: Timestamp) -> PaymentEvent? {
        guard item.gateway != 1, item.price > 0, let payment = item.payment else { return nil }
        switch payment.state {
        case .methodSaved: return .charge(item.price)
        case .failed:
            guard let last = item.lastAttempt, let schedule = balanceSchedule(of: item) else { return nil }
            return schedule.isDue(payment, failed: last, at: now) ? .charge(item.price) : nil
        default: return nil
        }
    }
}

extension Payment {
    /// Whether it has taken what it could, and nothing of it is under way, in doubt or in dispute.
    fileprivate var isAtRest: Bool {
        switch state {
        case .captured, .partiallyRefunded: true
        default: false
        }
    }
}

extension PaymentState {
    /// Asked for and not paid.
    static let unpaid: [PaymentState] = [.pledged, .methodSaved, .failed, .actionRequired]
}

extension Tally {
    init(_ items: [CollectionItem]) {
        self.init(amount: items.reduce(0) { $0 + $1.price }, count: Int64(items.count))
    }
}

import Accounting
public import Crowdfunding
import Storage

extension Session {
    /// What reconciling would ask, and what is open; changes nothing.
    public func planReconciliation(_ id: CampaignID?, everything: Bool = false) throws -> Reconciliation {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let reader = ReviewReader(session: self, campaign: campaign, records: records)
            let waiting = try reader.waiting()
            let due = waiting.filter { everything || $0.asksAt <= now || $0.state == .open }.count
            return Reconciliation(
                campaign: campaign, asked: due, count: SweepCount(),
                expired: try endedHolds(campaign, in: records), marked: 0, waiting: waiting,
                reviews: try reader.reviews())
        }
    }

    /// Asks the gateway about everything that is unknown or pending and due by the schedule (T47).
    ///
    /// Frees holds that have run out (T19), and lists what needs a person.
    ///
    /// What nobody has known for seven days is marked for review. What moves elsewhere is not asked about.
    ///
    /// - Parameters:
    ///   - id: The campaign; without one, the only one that is not over.
    ///   - everything: Asks also about what is not due yet.
    /// - Returns: What was asked, and what is open now.
    /// - Throws: `SessionError.gatewayBusy`, or what the gateway or the book says.
    public func reconcilePayments(_ id: CampaignID?, everything: Bool = false) throws -> Reconciliation {
        let before = try campaign(id)
        let lock = try GatewayLock(book: book.path, campaign: before.record.id)
        defer { withExtendedLifetime(lock) {} }
        var windows = try OperationWindows(self, campaign: before)
        try windows.resolve { operation in
            // What moves elsewhere has nobody to ask; an open request of it is only marked as pending.
            operation.state == .open
                || before.isRehearsal
                    && (everything
                        || AskSchedule.next(since: operation.at, asked: operation.asked) <= now)
        }
        let expired = try book.read { try endedHolds(before, in: $0) }
        if expired > 0 { try windows.expire() }
        let marked = try markForReview(before.record.id)
        return try book.read { records in
            let campaign = try reload(before, in: records)
            let reader = ReviewReader(session: self, campaign: campaign, records: records)
            return Reconciliation(
                campaign: campaign, asked: before.isRehearsal ? windows.asked : 0, count: windows.count,
                expired: expired,
                marked: marked,
                waiting: try reader.waiting(), reviews: try reader.reviews())
        }
    }

    private func endedHolds(_ campaign: LoadedCampaign, in records: Records) throws -> Int {
        var count = 0
        try records.forEachPayment(campaign: campaign.record.number) { row in
            if row.payment.hasEndedHold(at: now) { count += 1 }
        }
        return count
    }

    /// Marks every payment whose request nobody has known the end of for seven days.
    private func markForReview(_ id: CampaignID) throws -> Int {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            let number = campaign.record.number
            let old = try records.openOperations(campaign: number).filter {
                $0.state == .unknown && AskSchedule.needsReview(since: $0.at, at: now)
            }
            var rows: [PaymentRow] = []
            for operation in old {
                guard
                    var row = try records.payments(campaign: number, pledge: operation.pledge)
                        .first(where: { $0.instalment == Int64(operation.instalment) }),
                    row.payment.flags.insert(.needsReview).inserted
                else { continue }
                rows.append(row)
            }
            guard !rows.isEmpty else { return 0 }
            var batch = AppendBatch()
            batch.payments = rows
            let append = try BulkAppend(records, campaign: number)
            try append.append(batch)
            try append.finish()
            return rows.count
        }
    }
}

extension OperationWindows {
    /// Frees holds that have run out by the clock (T19).
    mutating func expire() throws {
        let now = session.now
        let states: [PaymentState] = [.authorized, .partiallyCaptured]
        for scope in [CollectionScope.payments(states), .later(states)] {
            try sweep(scope) { _, payment, _ in payment.hasEndedHold(at: now) ? .expire : nil }
        }
    }
}

extension Payment {
    /// Whether it holds something that can no longer be captured, and no request is under way.
    func hasEndedHold(at now: Timestamp) -> Bool {
        guard let captureBefore, operation == nil, excess == 0, disputed == 0 else { return false }
        return capturable > 0 && now >= captureBefore
    }
}

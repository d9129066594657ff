public import Crowdfunding
import Receipts
import Storage

/// What calling a campaign off comes to, pledge by pledge; minor units.
public struct CampaignCancellation: Hashable, Sendable {
    /// Pledges that were never charged, or failed: what they promised.
    public var released = Tally()
    /// What the gateway pays back.
    public var refunded = Tally()
    /// What was paid elsewhere, so that the maker has to pay it back.
    public var refundedByYou = Tally()
    /// What is to be paid back already.
    public var owed = Tally()
    /// In open disputes, which take their own course.
    public var disputed = Tally()
    /// Asked for, and nobody knows.
    public var unknown = Tally()

    /// Whether the campaign stays releasing until a person or a gateway has done something.
    public var waits: Bool { !refundedByYou.isEmpty || !owed.isEmpty || !unknown.isEmpty }

    init(_ totals: [PledgeTotal]) {
        for total in totals {
            let held = total.captured - total.refunded - total.committed - total.lost
            if total.committed > 0 { owed.add(total.committed, total.count) }
            if total.disputed > 0 {
                disputed.add(total.disputed, total.count)
            } else if total.isUnknown {
                unknown.add(total.amount, total.count)
            } else if held > 0, total.gateway == 1 {
                refundedByYou.add(held, total.count)
            } else if held > 0 {
                refunded.add(held, total.count)
            } else if total.state == .placed, total.captured == 0 {
                released.add(total.amount, total.count)
            }
        }
    }
}

extension Tally {
    fileprivate mutating func add(_ amount: Int64, _ count: Int64) {
        self.amount += amount
        self.count += count
    }
}

extension LoadedCampaign {
    /// Whether it gives everything back because it was called off.
    public var isBeingCanceled: Bool { record.releaseTo == .canceled }
}

extension Session {
    /// Calls a campaign off: everything is let go or paid back, then it is canceled.
    ///
    /// It stays releasing while anything is open or owed. Said again it carries on where it stopped; on a
    /// canceled campaign it does nothing. The reason is kept with the session, and its digest is signed.
    ///
    /// Throws `SessionError.refused` for a blank reason, a campaign that has succeeded, or one that gives
    /// everything back already because it missed its goal.
    public func cancelCampaign(_ id: CampaignID?, because reason: String) throws -> ClosingResult {
        let before = try campaign(id)
        try checkMayCancel(before, because: reason)
        let lock = try GatewayLock(book: book.path, campaign: before.record.id)
        defer { withExtendedLifetime(lock) {} }
        return try book.inBulk {
            let id = before.record.id
            let start = try interruptedClosing(before) ?? before.record.head
            var windows = try OperationWindows(self, campaign: before)
            if before.record.state != .canceled {
                try windows.resolve()
                try beginCanceling(id, because: reason)
                try windows.expire()
                try windows.release()
                try endReleasing(id)
            }
            let entries = try writeClosed(id, windows.count, since: start)
            return try book.read { records in
                let after = try campaign(id, in: records)
                let standing = try standing(after, records.totals(campaign: after.record.number), in: records)
                return ClosingResult(
                    before: before.record.state, campaign: after, standing: standing, decision: nil,
                    count: windows.count, becameContract: 0, entries: entries)
            }
        }
    }

    /// What calling a campaign off would come to.
    public func planCancellation(of id: CampaignID?) throws -> CampaignCancellation {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            return CampaignCancellation(try records.totals(campaign: campaign.record.number))
        }
    }

    /// Throws `SessionError.refused`, with what to do instead, where a campaign cannot be called off.
    public func checkMayCancel(_ campaign: LoadedCampaign, because reason: String) throws {
        let record = campaign.record
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw SessionError.refused(
                "Say why the campaign is canceled: --because TEXT. It is kept in the book.")
        }
        switch record.state {
        case .live, .collecting, .canceled: return
        case .releasing:
            guard record.releaseTo == .canceled else {
                throw SessionError.refused(
                    "\(record.id) has missed its goal and gives everything back already. "
                        + "`pledgebook campaign close` carries on.")
            }
        case .funded, .fulfilling:
            throw SessionError.refused(
                "\(record.id) has succeeded and owes its backers goods; it cannot be called off as a whole. "
                    + "Cancel pledges with `pledgebook pledge cancel WHO`.")
        case .unfunded, .finished:
            throw SessionError.refused("\(record.id) is \(record.state.rawValue). Nothing is left to cancel.")
        }
    }

    private func beginCanceling(_ id: CampaignID, because reason: String) throws {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            guard campaign.record.state != .releasing else { return }
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            let standing = try standing(
                campaign, records.totals(campaign: campaign.record.number), in: records)
            journal.record.state = .releasing
            journal.record.releaseTo = .canceled
            if journal.record.closedAt == nil { journal.record.closedAt = now }
            journal.write(
                .campaignReleasing,
                detail: standing.detail.adding("end", "canceled")
                    .adding("why", hexText(SHA256Digest.of(Array(reason.utf8)))))
            try journal.finish(reason: reason)
        }
    }
}

public import Crowdfunding
import Receipts
import Storage

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
                    + "Cancel pledges with `pledgebook pledge cancel`.")
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

public import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What a reversal did or would do.
public struct Reversal: Sendable {
    /// The entries that are taken back, in the order of the journal.
    public let taken: [JournalEntry]
    /// The entries that take them back.
    public let entries: [JournalEntry]
    /// The payment as it stands afterwards, where it was about one.
    public let payment: Payment?
    /// The pledge's state afterwards, where it was about one.
    public let pledge: PledgeState?
    /// The run's state afterwards, where it was about one; a launch that is taken back leaves it planned.
    public let run: RunState?
    /// The currency of all figures.
    public let currency: Currency
}

extension Session {
    /// Takes back what a person or a file told, with all entries of the same fact: entries of the same
    /// kinds with negative parts, on the days of those that they take back; on the first open day where such
    /// a day lies in a locked month.
    ///
    /// Money, counts, deliveries, launches, delays and ends of runs, a canceled pledge, the campaign's
    /// finish. Units that come back go to who is next in the queue.
    ///
    /// - Parameters:
    ///   - number: The entry's number; any of the fact's.
    ///   - reason: Why; kept with the session, and its SHA-256 in the signed detail.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was taken back.
    /// - Throws: `SessionError` for what a gateway did, a reversal, what is reversed already, what has to be
    ///   mended otherwise, and for an entry that a later one stands on, which it names.
    public func reverseEntry(
        _ number: Int64, because reason: String, in id: CampaignID?, dryRun: Bool = false
    ) throws -> Reversal {
        try checkReason(reason)
        var done: Reversal?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let entry = try signedEntry(number, campaign, in: records).entry
                let taken = try factToReverse(entry, campaign, in: records)
                try checkNotSettled(taken, campaign, in: records)
                try ReversalCheck(taken, campaign, records).run()
                let besides = try entriesBeside(taken, campaign, in: records)
                done = try reverse(
                    (taken + besides).sorted { $0.number < $1.number }, campaign, reason, in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    /// The entries of the fact that an entry belongs to, where it may be taken back at all.
    private func factToReverse(
        _ entry: JournalEntry, _ campaign: LoadedCampaign, in records: Records
    ) throws -> [JournalEntry] {
        let name = "Entry \(entry.number) (\(entry.kind.title))"
        if let first = entry.reverses {
            throw SessionError.refused(
                "\(name) takes back entry \(first) itself. Record anew what has happened.")
        }
        if let by = try records.reversal(campaign: campaign.record.number, of: entry.number) {
            throw SessionError.refused("\(name) was reversed already, by entry \(by).")
        }
        let fact = try fact(of: entry, campaign, in: records)
        if let pledge = entry.pledge, entry.kind.isOfPayment {
            let row = try records.pledge(campaign: campaign.record.number, number: pledge)
            guard row?.gateway == 1 || entry.isOfToldFact, EntryDetail.value("op", in: entry.detail) == nil
            else {
                throw SessionError.refused(
                    "\(name) is what a gateway did, or was asked to do; only what a person or a file told "
                        + "can be reversed. Money goes back by a refund.")
            }
            return fact
        }
        let isCash = [.unmatchedIn, .unmatchedOut].contains(entry.kind) && entry.isOfToldFact
        guard isCash || fact.contains(where: { $0.isReversible }) else {
            throw SessionError.refused("\(name) \(entry.kind.insteadOfReversal)")
        }
        return fact
    }

    /// What goes with a fact although it was not told with it: the campaign is not fulfilling without a run,
    /// and nobody is to be paid back when the cancellation is taken back.
    private func entriesBeside(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, in records: Records
    ) throws -> [JournalEntry] {
        let number = campaign.record.number
        switch taken[0].kind {
        case .runLaunched where try records.runs(campaign: number).count == 1:
            let entries = try records.entries(campaign: number, kinds: [.campaignFulfilling]).map(\.entry)
            let reversed = Set(entries.compactMap(\.reverses))
            return entries.filter { $0.reverses == nil && !reversed.contains($0.number) }
        case .canceled: return try refundAsked(with: taken[0], campaign, in: records).map { [$0] } ?? []
        default: return []
        }
    }

    /// A settlement has taken a part of the fact back (T52).
    private func checkNotSettled(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, in records: Records
    ) throws {
        for entry in taken {
            guard let by = try records.reversal(campaign: campaign.record.number, of: entry.number) else {
                continue
            }
            throw SessionError.refused(
                "Entry \(entry.number) (\(entry.kind.title)), which was told with it, was settled already, "
                    + "by entry \(by). What is left of the fact stands. Nothing was changed.")
        }
    }

    private func reverse(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, _ reason: String, in records: Records
    ) throws -> Reversal {
        let journal = try JournalWriter(self, record: campaign.record, in: records)
        let why = SHA256Digest.hex(of: Array(reason.utf8))
        var numbers: [Int64] = []
        for entry in taken.reversed() {
            var detail = EntryDetail().adding("why", why)
            // What the parts cannot say is signed again, so that the journal replays without looking back.
            for key in ["amt", "units"] {
                if let value = EntryDetail.value(key, in: entry.detail) { detail.add(key, value) }
            }
            if entry.kind == .runDelayed, let day = EntryDetail.value("was", in: entry.detail) {
                detail.add("expected", day)
            }
            numbers.append(
                journal.write(
                    entry.kind, pledge: entry.pledge.map { ($0, entry.subject) },
                    instalment: entry.instalment,
                    run: entry.run, day: campaign.openDay(entry.day), parts: -entry.parts,
                    reverses: entry.number,
                    reference: entry.reference, detail: detail))
        }
        let payment = try takeBackPayment(taken, campaign, journal)
        let pledge = try takeBackUnits(taken, campaign, journal)
        try takeBackRun(taken, campaign, journal)
        try takeBackState(taken, journal)
        try journal.finish(reason: reason)
        return Reversal(
            taken: taken,
            entries: try numbers.compactMap {
                try records.entry(campaign: campaign.record.number, number: $0)?.entry
            },
            payment: payment, pledge: pledge, run: try runState(after: taken, campaign, in: records),
            currency: campaign.record.currency)
    }

    /// The payment's row, as if the entries had not been there.
    private func takeBackPayment(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws -> Payment? {
        if let canceled = taken.first(where: { $0.kind == .canceled }) {
            return try takeBackCancellation(canceled, taken, campaign, journal)
        }
        let about = taken.filter { $0.pledge != nil && $0.kind.isOfPayment }
        guard let first = about.first, let pledge = first.pledge else { return nil }
        var last: Payment?
        // A fact may be about several payments of its pledge.
        for row in try journal.records.payments(campaign: campaign.record.number, pledge: pledge) {
            let own = about.filter { Int64(max(1, $0.instalment)) == row.instalment }
            guard !own.isEmpty else { continue }
            var payment = row.payment
            payment.takeBack(own)
            if payment.captured == 0 { payment.flags.remove(.late) }
            if payment.excess == 0 { payment.flags.remove(.needsReview) }
            if first.told == PaymentTelling.inquiry.word { payment.flags.remove(.inquiry) }
            guard payment.violations().isEmpty else {
                throw SessionError.refused(
                    "Without entry \(taken[0].number) the payment would not add up: "
                        + "\(payment.violations()[0]). Reverse what was recorded later first.")
            }
            journal.put(payment, pledge: pledge, instalment: row.instalment)
            last = payment
        }
        return last
    }
}

extension Payment {
    /// Takes back what entries did, the last first.
    mutating func takeBack(_ entries: [JournalEntry]) {
        for entry in entries.reversed() {
            let noted = EntryDetail.value("amt", in: entry.detail).flatMap(Int64.init) ?? 0
            let amount = entry.kind.isMemo ? noted : entry.parts.amount
            replay(Booking(entry.kind, amount, isReversal: true))
            if entry.kind == .declined { ending = .pledged }
        }
    }
}

extension JournalEntry {
    /// Whether it tells what a person or a file told, apart from payments.
    fileprivate var isReversible: Bool {
        switch kind {
        case .stockAtLaunch, .runLaunched, .runDelayed, .runReceived, .runClosed, .runCanceled,
            .campaignFinished, .canceled:
            true
        // What contains nothing is delivered by the campaign's success.
        case .delivered: EntryDetail.value("units", in: detail) != nil
        default: kind.isRecordedCash && isOfToldFact
        }
    }
}

extension EntryKind {
    /// Whether it tells what happened to a backer's payment.
    var isOfPayment: Bool {
        switch self {
        case .methodSaved, .authorized, .voided, .expired, .declined, .noted, .captured,
            .capturedAfterSuccess,
            .refundCommitted, .refundCommittedAfterSuccess, .refundCommittedAfterDelivery, .refunded,
            .refundedFromOwn, .refundReturned, .disputeOpened, .disputeWon, .disputeLost,
            .disputeLostAfterSuccess,
            .disputeLostAfterDelivery, .disputeLostCommitted, .claimFromDispute, .claimFromRefund,
            .claimGivenUp,
            .unmatchedIn, .unmatchedOut, .processorFee:
            true
        default: false
        }
    }

    /// Why an entry of this kind stands, and what to do instead.
    fileprivate var insteadOfReversal: String {
        switch self {
        case .placed, .changed:
            "is what a file told of a pledge. Cancel it with `pledgebook pledge cancel WHO`, or import a "
                + "mended row with --update."
        case .dropped:
            "is what the campaign's rule did with a pledge that was not paid in time. Record money that came "
                + "after all with `pledgebook payment record WHO AMOUNT --on DATE --reference REFERENCE`."
        case .campaignLaunched:
            "is the beginning of the campaign. End it with `pledgebook campaign cancel --because TEXT`."
        case .campaignAmended:
            "changed the definition. Say `pledgebook campaign amend FILE` with the file as it was."
        case .campaignFulfilling: "came with the first launch of a run. Reverse that launch."
        case .campaignCollecting, .campaignReleasing, .campaignFunded, .campaignUnfunded, .campaignCanceled,
            .campaignClosed, .succeeded:
            "is what was decided by the campaign's rule, and backers' money has followed it; it stands. "
                + "Money of single backers goes back with `pledgebook pledge cancel WHO`."
        case .delivered: "was booked because the pledge contains nothing to ship; it stands."
        default: "is nothing that a person or a file told of money or counts; it stands."
        }
    }
}

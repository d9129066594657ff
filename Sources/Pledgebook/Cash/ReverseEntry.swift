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
    /// The currency of all figures.
    public let currency: Currency
}

extension Session {
    /// Takes back what a person or a file told, with all entries of the same fact: entries of the same
    /// kinds with negative parts, on the days of those that they take back.
    ///
    /// - Parameters:
    ///   - number: The entry's number; any of the fact's.
    ///   - reason: Why; kept with the session, and its SHA-256 in the signed detail.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was taken back.
    /// - Throws: `SessionError` for what a gateway did, a reversal, what is reversed already, and for an
    ///   entry that a later one stands on, which it names.
    public func reverseEntry(
        _ number: Int64, because reason: String, in id: CampaignID?, dryRun: Bool = false
    ) throws -> Reversal {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 2000 else {
            throw SessionError.rule("Say why, in at most 2,000 bytes, with --because.", exit: .usage)
        }
        var done: Reversal?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let entry = try signedEntry(number, campaign, in: records).entry
                try checkMayBeReversed(entry, campaign, in: records)
                let taken = try fact(of: entry, campaign, in: records)
                try checkNotSettled(taken, campaign, in: records)
                try ReversalCheck(taken, campaign, records).run()
                done = try reverse(taken, campaign, reason, in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    private func checkMayBeReversed(
        _ entry: JournalEntry, _ campaign: LoadedCampaign, in records: Records
    ) throws {
        let name = "Entry \(entry.number) (\(entry.kind.title))"
        if let first = entry.reverses {
            throw SessionError.refused(
                "\(name) takes back entry \(first) itself. Record anew what has happened.")
        }
        if let by = try records.reversal(campaign: campaign.record.number, of: entry.number) {
            throw SessionError.refused("\(name) was reversed already, by entry \(by).")
        }
        if let pledge = entry.pledge, entry.kind.isOfPayment {
            let row = try records.pledge(campaign: campaign.record.number, number: pledge)
            guard row?.gateway == 1 || entry.isOfToldFact, EntryDetail.value("op", in: entry.detail) == nil
            else {
                throw SessionError.refused(
                    "\(name) is what a gateway did, or was asked to do; only what a person or a file told "
                        + "can be reversed. Money goes back by a refund.")
            }
            return
        }
        let isCash = entry.kind.isRecordedCash || entry.kind == .unmatchedIn || entry.kind == .unmatchedOut
        guard entry.kind == .stockAtLaunch || isCash && entry.isOfToldFact else {
            throw SessionError.refused(
                "\(name) is nothing that a person or a file told of money or counts; it stands.")
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
            if let amount = EntryDetail.value("amt", in: entry.detail) { detail.add("amt", amount) }
            numbers.append(
                journal.write(
                    entry.kind, pledge: entry.pledge.map { ($0, entry.subject) },
                    instalment: entry.instalment,
                    run: entry.run, day: entry.day, parts: -entry.parts, reverses: entry.number,
                    reference: entry.reference, detail: detail))
        }
        let payment = try takeBack(taken, campaign, journal)
        try journal.finish(reason: reason)
        let entries = try numbers.compactMap {
            try records.entry(campaign: campaign.record.number, number: $0)?.entry
        }
        return Reversal(taken: taken, entries: entries, payment: payment, currency: campaign.record.currency)
    }

    /// The payment's row, as if the entries had not been there.
    private func takeBack(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws -> Payment? {
        let about = taken.filter { $0.pledge != nil && $0.kind.isOfPayment }
        guard let first = about.first, let pledge = first.pledge else { return nil }
        let rows = try journal.records.payments(campaign: campaign.record.number, pledge: pledge)
        let instalment = Int64(max(1, first.instalment))
        guard var payment = rows.first(where: { $0.instalment == instalment })?.payment else { return nil }
        for entry in about.reversed() {
            let noted = EntryDetail.value("amt", in: entry.detail).flatMap(Int64.init) ?? 0
            let amount = entry.kind.isMemo ? noted : entry.parts.amount
            payment.replay(Booking(entry.kind, amount, isReversal: true))
            if entry.kind == .declined { payment.ending = .pledged }
        }
        if payment.captured == 0 { payment.flags.remove(.late) }
        if payment.excess == 0 { payment.flags.remove(.needsReview) }
        if first.told == PaymentTelling.inquiry.word { payment.flags.remove(.inquiry) }
        guard payment.violations().isEmpty else {
            throw SessionError.refused(
                "Without entry \(taken[0].number) the payment would not add up: \(payment.violations()[0]). "
                    + "Reverse what was recorded later first.")
        }
        journal.put(payment, pledge: pledge, instalment: instalment)
        return payment
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
}

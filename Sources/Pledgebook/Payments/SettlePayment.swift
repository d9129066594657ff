import Accounting
public import Crowdfunding
import Receipts
import Storage

/// What becomes of what facts brought beyond the book, or fell short of it (T52).
public enum SettlementChoice: String, CaseIterable, Sendable {
    /// It did not stay: money in went back, money out came back. What stood in suspense is reversed; a claim
    /// on the backer stays a claim.
    case returned
    /// Money in is the backer's payment after all, and is kept.
    case kept
    /// Money in is the backer's payment after all, and is paid back at once (T22).
    case refunded
    /// Money out is owed by the backer from now on (E19r).
    case claimed
    /// What the backer owes, by claims and by money out, is given up (E19w).
    case givenUp = "given-up"
}

/// What settling a payment comes to, or came to.
public struct PaymentSettlement: Sendable {
    /// Whose it is.
    public let campaign: LoadedCampaign
    /// The payment's reference.
    public let reference: String
    /// What contradicts the book, minor units.
    public let excess: Int64
    /// Of that, money in and money out that stand in suspense, and what is only noted.
    public let unmatchedIn: Int64
    /// Money that went out and that nobody can explain.
    public let unmatchedOut: Int64
    /// What is only noted.
    public let noted: Int64
    /// What the backer owes by claims that stand, minor units.
    public let claims: Int64
    /// Of what is settled, what is given up now.
    public let givenUp: Int64
    /// Of what is settled, what is paid back now.
    public let refunded: Int64
    /// The entries; empty in a plan, and where nothing was left to settle.
    public internal(set) var entries: [JournalEntry] = []
    /// The payment afterwards.
    public internal(set) var after: Payment
    /// Where it was before.
    public let before: PaymentState
    let pledge: Int64
    let instalment: Int

    /// Whether nothing is left for a person to say.
    public let isSettled: Bool
}

extension Session {
    /// What settling would do.
    ///
    /// - Throws: As `settlePayment`.
    public func planSettlement(
        of who: String, as choice: SettlementChoice, in id: CampaignID?
    ) throws -> PaymentSettlement {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            return try Settling(self, choice, settledCase(who, campaign, in: records)).plan
        }
    }

    /// Settles a payment by a person's word: nothing of it is conflicted or in suspense afterwards, and its
    /// marks for review are gone (T52).
    ///
    /// A payment that is not conflicted is only looked at: its marks go, and a claim on its backer can be
    /// given up. Said again it changes nothing.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name; `P-1042/2` names a second payment.
    ///   - choice: What becomes of it.
    ///   - reason: Why; kept with the session, its digest signed.
    ///   - id: The campaign; without one, the only one that is not over.
    /// - Returns: What was settled.
    /// - Throws: `PaymentRefusal`, `SessionError`; what the gateway throws where it is paid back.
    public func settlePayment(
        of who: String, as choice: SettlementChoice, because reason: String, in id: CampaignID?
    ) throws -> PaymentSettlement {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 2000 else {
            throw SessionError.rule("Say why, in at most 2,000 bytes, with --because.", exit: .usage)
        }
        let campaign = try campaign(id)
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        var done = try book.write { records in
            let campaign = try self.campaign(campaign.record.id, in: records)
            let settling = try Settling(self, choice, settledCase(who, campaign, in: records))
            return try settling.write(because: reason, in: records)
        }
        guard done.refunded > 0, !done.entries.isEmpty else { return done }
        var windows = try OperationWindows(self, campaign: campaign)
        try windows.request(of: done.pledge, instalment: done.instalment, because: nil) { _, _, _ in
            .refund(done.refunded)
        }
        done.after =
            try book.read { records in
                try records.collectionItem(
                    campaign: campaign.record.number, pledge: done.pledge, instalment: done.instalment)?
                    .payment
            } ?? done.after
        return done
    }

    /// The payment that needs it: conflicted, else marked, else with a claim; else the newest.
    private func settledCase(_ who: String, _ campaign: LoadedCampaign, in records: Records) throws
        -> PaymentCase
    {
        let cases = try paymentCases(who, of: campaign, in: records)
        return cases.last { $0.payment.excess != 0 } ?? cases.last { $0.payment.isMarked }
            ?? cases.last { $0.claims > 0 } ?? cases[cases.count - 1]
    }
}

extension Payment {
    /// Whether a person was asked to look at it.
    var isMarked: Bool { flags.contains(.needsReview) || flags.contains(.inquiry) }
}

extension PaymentCase {
    /// What the backer owes by claims, minor units.
    var claims: Int64 {
        entries.filter { $0.instalment == instalment }.reduce(0) { sum, entry in
            switch entry.kind {
            case .claimFromDispute, .claimFromRefund: sum + entry.parts.other
            case .claimGivenUp: sum - entry.parts.other
            default: sum
            }
        }
    }
}

/// Works a settlement out and writes it.
private struct Settling {
    let session: Session
    let choice: SettlementChoice
    let about: PaymentCase
    let plan: PaymentSettlement
    private let open: [JournalEntry]
    private let settlement: Settlement

    init(_ session: Session, _ choice: SettlementChoice, _ about: PaymentCase) throws {
        self.session = session
        self.choice = choice
        self.about = about
        let open = about.standing.filter { $0.excess > 0 }
        self.open = open
        func sum(_ kind: EntryKind) -> Int64 {
            open.filter { $0.kind == kind }.reduce(0) { $0 + $1.excess }
        }
        var settlement = Settlement(
            unmatchedIn: sum(.unmatchedIn), unmatchedOut: sum(.unmatchedOut), noted: sum(.noted))
        var claims = about.claims
        switch choice {
        case .returned: break
        case .kept, .refunded: settlement.accepted = settlement.unmatchedIn
        case .claimed: settlement.claimed = settlement.unmatchedOut
        case .givenUp:
            settlement.claimed = settlement.unmatchedOut
            claims += settlement.claimed
            settlement.claimGivenUp = claims
        }
        if choice == .kept || choice == .refunded, settlement.accepted == 0 {
            throw SessionError.refused(
                "\(about.reference) has no money in suspense that could be \(choice.rawValue). "
                    + "Say --as returned or --as given-up.")
        }
        self.settlement = settlement
        var after = about.payment
        if after.excess != 0 {
            let context = about.context(at: session.now)
            after = try after.applying(.settle(settlement), in: context).payment
        }
        after.flags.remove(.needsReview)
        after.flags.remove(.inquiry)
        plan = PaymentSettlement(
            campaign: about.campaign, reference: about.reference, excess: about.payment.excess,
            unmatchedIn: settlement.unmatchedIn, unmatchedOut: settlement.unmatchedOut,
            noted: settlement.noted,
            claims: about.claims, givenUp: settlement.claimGivenUp,
            refunded: choice == .refunded ? settlement.accepted : 0, after: after,
            before: about.payment.state, pledge: about.pledge.number, instalment: about.instalment,
            isSettled: about.payment.excess == 0 && !about.payment.isMarked && settlement.claimGivenUp == 0)
    }

    func write(because reason: String, in records: Records) throws -> PaymentSettlement {
        guard !plan.isSettled else { return plan }
        let journal = try JournalWriter(session, record: about.campaign.record, in: records)
        let why = EntryDetail().adding("why", SHA256Digest.hex(of: Array(reason.utf8)))
        let subject = (about.pledge.number, about.pledge.reference)
        let first = journal.lastNumber + 1
        for entry in open {
            let detail = entry.kind.isMemo ? why.adding("amt", entry.excess) : why
            journal.write(
                entry.kind, pledge: subject, instalment: about.instalment, parts: -entry.parts,
                reverses: entry.number, reference: entry.reference, detail: detail)
        }
        var left = about.left
        let change =
            about.payment.excess != 0
            ? try about.payment.applying(.settle(settlement), in: about.context(at: session.now)) : nil
        var bookings = (change?.bookings ?? []).filter { !$0.isReversal }
        if change == nil, settlement.claimGivenUp > 0 {
            bookings = [Booking(.claimGivenUp, settlement.claimGivenUp, pool: .other)]
        }
        for booking in bookings {
            journal.write(
                booking.kind, pledge: subject, instalment: about.instalment, parts: try left.take(booking),
                detail: why)
        }
        // A person has looked at it: that is a fact of its own.
        if open.isEmpty, bookings.isEmpty {
            journal.write(
                .noted, pledge: subject, instalment: about.instalment, detail: why.adding("told", "looked.0"))
        }
        journal.put(plan.after, pledge: about.pledge.number, instalment: Int64(about.instalment))
        let last = journal.lastNumber
        try journal.finish(reason: reason)
        var done = plan
        done.entries = try records.entries(campaign: about.campaign.record.number, from: first, to: last)
            .map(\.entry)
        return done
    }
}

extension JournalEntry {
    /// What it adds to the excess of its payment, minor units.
    var excess: Int64 {
        switch kind {
        case .unmatchedIn, .unmatchedOut: parts.amount
        case .noted: EntryDetail.value("amt", in: detail).flatMap { Int64($0) } ?? 0
        default: 0
        }
    }
}

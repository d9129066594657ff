import Accounting
public import Crowdfunding
import Storage

/// A payment whose backer gave another method.
public struct SavedMethod: Sendable {
    /// The pledge's reference.
    public let reference: String
    /// Where the payment is with it.
    public let state: PaymentState
    /// It has that method already; nothing was changed.
    public let isSame: Bool
}

extension Session {
    /// Gives a payment another saved method (T02), so that it can be charged again.
    ///
    /// - Parameters:
    ///   - token: What the processor calls the method; never a card number.
    ///   - who: A reference, an e-mail address or a name.
    ///   - id: The campaign; without one, the only one that is not over.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: The payment with it.
    /// - Throws: `PaymentRefusal` where nothing is left to be charged, `SessionError`.
    public func saveMethod(
        _ token: String, of who: String, in id: CampaignID?, dryRun: Bool = false
    ) throws -> SavedMethod {
        try checkFactReference(token)
        guard !token.isEmpty, !isCardNumber(token) else {
            throw SessionError.rule(
                "This is no token of a processor. A card number is never taken; give what the processor "
                    + "calls the saved method. Nothing was changed.", exit: .badInput)
        }
        let lock = try dryRun ? nil : GatewayLock(book: book.path, campaign: campaign(id).record.id)
        defer { withExtendedLifetime(lock) {} }
        var done: SavedMethod?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let cases = try paymentCases(who, of: campaign, in: records)
                let about = cases.first { $0.due > 0 } ?? cases[0]
                done = try save(token, about, in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    private func save(_ token: String, _ about: PaymentCase, in records: Records) throws -> SavedMethod {
        let pledge = about.pledge
        guard pledge.gateway != 1 else {
            throw SessionError.refused(
                "\(pledge.reference) is paid elsewhere: no method of it is kept here.")
        }
        if pledge.method == token, about.payment.ending == .methodSaved {
            return SavedMethod(reference: pledge.reference, state: about.payment.state, isSame: true)
        }
        let change = try about.payment.applying(.saveMethod, in: about.context(at: now))
        let journal = try JournalWriter(self, record: about.campaign.record, in: records)
        journal.write(
            .methodSaved, pledge: (pledge.number, pledge.reference), instalment: about.instalment,
            reference: token)
        journal.put(change.payment, pledge: pledge.number, instalment: Int64(about.instalment))
        try journal.finish()
        try records.setMethod(of: pledge.number, to: token, campaign: about.campaign.record.number)
        return SavedMethod(reference: pledge.reference, state: change.payment.state, isSame: false)
    }

    /// 13 to 19 digits, with nothing else: whatever their check digit says, no processor calls a token so.
    private func isCardNumber(_ token: String) -> Bool {
        let digits = token.utf8.filter { (0x30...0x39).contains($0) }
        return (13...19).contains(digits.count)
            && token.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x20 }
    }
}

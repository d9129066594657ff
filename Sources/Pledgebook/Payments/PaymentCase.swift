import Accounting
import Crowdfunding
import Storage

/// One payment of a pledge with all that a request or a fact about it needs.
struct PaymentCase {
    let pledge: PledgeRecord
    /// From 1.
    let instalment: Int
    let campaign: LoadedCampaign
    let payment: Payment
    /// What the instalment asks for, minor units.
    let price: Int64
    /// Of the whole pledge, over all its payments.
    let left: PartsLeft
    /// Every entry about the pledge, in the order of the journal.
    let entries: [JournalEntry]
    /// Requests for this payment, oldest first.
    let operations: [OperationRecord]
    /// Whether the book has no row of it yet.
    let isNew: Bool

    init(_ item: CollectionItem, _ pledge: PledgeRecord, _ campaign: LoadedCampaign, in records: Records)
        throws
    {
        let item = campaign.priced(item)
        self.pledge = pledge
        self.campaign = campaign
        instalment = item.instalment
        payment = item.payment ?? item.unwritten
        price = item.price
        operations = item.operations
        isNew = item.payment == nil && item.instalment > 1
        entries = try records.entries(campaign: campaign.record.number, pledge: pledge.number).map(\.entry)
        left = PartsLeft(due: item.parts, replaying: entries)
    }

    /// What of the price has not come, minor units.
    var due: Int64 { max(0, price - payment.captured) }

    /// As receipts and people name it: `P-1042`, a second payment `P-1042/2`.
    var reference: String { instalmentReference(pledge.reference, instalment) }

    /// The request that nobody knows the end of.
    var openOperation: OperationRecord? {
        operations.last(where: \.isOpen)
    }

    /// Entries about this payment that stand: neither reversals nor taken back.
    var standing: [JournalEntry] {
        let taken = Set(entries.compactMap(\.reverses))
        return entries.filter {
            $0.instalment == instalment && $0.reverses == nil && !taken.contains($0.number)
        }
    }

    func context(at now: Timestamp) -> PaymentContext {
        var context = campaign.paymentContext(at: now)
        context.due = due
        context.delivered = left.delivered(of: payment)
        return context
    }
}

/// The reference of a payment: the pledge's, with the instalment from the second on.
func instalmentReference(_ pledge: String, _ instalment: Int) -> String {
    instalment == 1 ? pledge : "\(pledge)/\(instalment)"
}

/// Who a person means, and which of the payments: `P-1042/2` names the second.
struct PaymentName {
    let who: String
    let instalment: Int?

    init(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let last = parts.last, !last.isEmpty,
            last.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(last), number > 0
        else {
            who = text
            instalment = nil
            return
        }
        who = String(parts[0])
        instalment = number
    }
}

extension Session {
    /// The payments of the pledge that a person means, oldest first; only the one that they name, if any.
    ///
    /// - Throws: `SessionError.unknownPledge`, `.severalPledges`, `.refused` for an instalment that is not.
    func paymentCases(_ text: String, of campaign: LoadedCampaign, in records: Records) throws
        -> [PaymentCase]
    {
        let name = PaymentName(text)
        let pledge = try pledge(name.who, campaign: campaign.record.number, in: records)
        let cases = try paymentCases(of: pledge, campaign, in: records)
        guard let instalment = name.instalment else { return cases }
        guard let named = cases.first(where: { $0.instalment == instalment }) else {
            throw SessionError.refused(
                "\(pledge.reference) has \(cases.count == 1 ? "one payment" : "\(cases.count) payments"), no "
                    + "payment \(instalment).")
        }
        return [named]
    }

    /// All payments of a pledge, oldest first; one or more.
    func paymentCases(
        of pledge: PledgeRecord, _ campaign: LoadedCampaign, in records: Records
    ) throws -> [PaymentCase] {
        let number = campaign.record.number
        let last = try records.lastInstalment(campaign: number, pledge: pledge.number)
        return try (1...last).compactMap {
            guard
                let item = try records.collectionItem(
                    campaign: number, pledge: pledge.number, instalment: $0)
            else { return nil }
            return try PaymentCase(item, pledge, campaign, in: records)
        }
    }
}

public import Accounting
import Crowdfunding
import Receipts
import Storage

/// The receipts of one pledge, for a person.
public struct PledgeReceipts: Sendable {
    /// One fact.
    public struct Fact: Sendable {
        /// The entry's number.
        public let number: Int64
        /// The day it counts on, in the campaign's time zone.
        public let day: CalendarDay
        /// What people call it.
        public let title: String
        /// What it moved, in the campaign's currency.
        public let amount: Money
        /// The signed text.
        public let receipt: String
    }

    /// The pledge's reference.
    public let reference: String
    /// The backer's name; personal.
    public let name: String
    /// What the backer promised to pay.
    public let promised: Money
    /// What was collected in all.
    public let received: Money
    /// What was paid back in all.
    public let refunded: Money
    /// In the order of the journal.
    public let facts: [Fact]
}

extension Session {
    /// The receipts of every pledge that `who` means: a reference, an e-mail address or a name.
    public func receipts(of who: String, in campaign: LoadedCampaign) throws -> [PledgeReceipts] {
        try book.read { records in
            var stream = try ReceiptStream(campaign, in: records)
            return try pledges(who, of: campaign, in: records).map { pledge in
                try receipts(of: pledge, in: campaign, &stream, records)
            }
        }
    }

    private func receipts(
        of pledge: PledgeRecord, in campaign: LoadedCampaign, _ stream: inout ReceiptStream,
        _ records: Records
    ) throws -> PledgeReceipts {
        let number = campaign.record.number
        let payments = try records.payments(campaign: number, pledge: pledge.number).map(\.payment)
        var facts: [PledgeReceipts.Fact] = []
        for signed in try records.entries(campaign: number, pledge: pledge.number) {
            let entry = signed.entry
            let before = try records.entry(campaign: number, number: entry.number - 1)
            var line: [UInt8] = []
            stream.append(signed, after: before?.tag ?? .zero, to: &line)
            facts.append(
                PledgeReceipts.Fact(
                    number: entry.number, day: entry.day, title: entry.kind.title,
                    amount: campaign.money(entry.parts.amount), receipt: String(decoding: line, as: UTF8.self)
                ))
        }
        return PledgeReceipts(
            reference: pledge.reference,
            name: try records.backer(campaign: number, number: pledge.backer)?.name ?? "",
            promised: campaign.money(pledge.total),
            received: campaign.money(payments.reduce(0) { $0 + $1.captured }),
            refunded: campaign.money(payments.reduce(0) { $0 + $1.refunded }), facts: facts)
    }
}

public import Accounting
public import Crowdfunding
import Storage

/// A movement at the bank that a person told of.
public struct CashMovement: Sendable {
    /// The number of its first entry, by which it is reversed.
    public let number: Int64
    /// When it happened.
    public let day: CalendarDay
    /// `payout` or a `CashPurpose`.
    public let what: String
    /// Minor units; money in is positive.
    public let amount: Int64
    /// The run it is for.
    public let run: String?
    /// The bank's or platform's own.
    public let reference: String
    /// The entry that takes it back.
    public let reversedBy: Int64?
}

extension Session {
    /// What was recorded at the bank, by day, then number; with the bank's balance by the journal.
    public func cashMovements(
        _ id: CampaignID?
    ) throws -> (campaign: LoadedCampaign, movements: [CashMovement], bank: Int64) {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let number = campaign.record.number
            let movements = try records.cashEntries(campaign: number, withReversed: true).compactMap {
                entry -> CashMovement? in
                guard let what = entry.told, let amount = entry.toldAmount else { return nil }
                return CashMovement(
                    number: entry.number, day: entry.day, what: what,
                    amount: what == "payout" || what == CashPurpose.own.rawValue ? amount : -amount,
                    run: entry.run,
                    reference: entry.reference,
                    reversedBy: try records.reversal(campaign: number, of: entry.number))
            }
            let bank = try AccountGuard(campaign.record, in: records).balance(of: .bank)
            return (campaign, movements.sorted { ($0.day, $0.number) < ($1.day, $1.number) }, bank)
        }
    }
}

extension Records {
    /// The first entries of what was recorded at the bank; of those that stand, unless reversed ones are
    /// asked for.
    func cashEntries(campaign: Int64, withReversed: Bool = false) throws -> [JournalEntry] {
        let words = ["payout"] + CashPurpose.allCases.map(\.rawValue)
        let kinds = EntryKind.allCases.filter { $0.isRecordedCash }
        let entries = try entries(campaign: campaign, kinds: kinds).map(\.entry)
        let taken = Set(entries.compactMap(\.reverses))
        return entries.filter {
            $0.reverses == nil && (withReversed || !taken.contains($0.number))
                && $0.told.map(words.contains) == true
        }
    }
}

extension EntryKind {
    /// Whether a person records it as money at the bank, or as what has to stand beside that.
    var isRecordedCash: Bool {
        switch self {
        case .payoutCreated, .payoutArrived, .payoutReceipts, .payoutRefunds, .payoutChargebacks,
            .payoutChargebacksReversed, .payoutProcessorFees, .payoutPlatformFees, .payoutUnexplainedIn,
            .payoutUnexplainedOut, .processorFee, .platformFeeKept, .platformFeeDue, .platformFeePaid,
            .supplierDeposit, .supplierPaid, .carrierOwed, .carrierPaid, .taxRemitted, .toolingPaid,
            .ownMoney:
            true
        default: false
        }
    }
}

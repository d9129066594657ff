import Accounting
import Crowdfunding
public import Storage

/// What the books say about a run and its supplier, minor units.
public struct SupplierBalance: Hashable, Sendable {
    /// Deposits paid (E12) that no goods have used up yet: what lies in 1300 for the run.
    public var depositLeft: Int64 = 0
    /// Goods received and not paid for: what lies in 2040 for the run.
    public var owed: Int64 = 0
    /// Paid so far, deposits and balances.
    public var paid: Int64 = 0
    /// Goods received, at cost.
    public var received: Int64 = 0

    /// Adds the run's entries up; a reversal has negative parts.
    init(_ entries: [JournalEntry]) {
        for entry in entries {
            let amount = entry.parts.other
            switch entry.kind {
            case .supplierDeposit:
                depositLeft += amount
                paid += amount
            case .goodsReceived:
                owed += amount
                received += amount
            case .depositApplied:
                depositLeft -= amount
                owed -= amount
            case .supplierPaid:
                owed -= amount
                paid += amount
            case .supplierDefaulted: depositLeft -= amount
            default: break
            }
        }
    }

    static let kinds: [EntryKind] = [
        .supplierDeposit, .goodsReceived, .depositApplied, .supplierPaid, .supplierDefaulted,
    ]
}

extension Session {
    /// What the books say about a run and its supplier.
    public func supplierBalance(_ run: String, campaign: Int64, in records: Records) throws -> SupplierBalance
    {
        try supplierBalances(campaign: campaign, in: records)[run] ?? SupplierBalance([])
    }

    /// The same for every run that has entries, by id.
    func supplierBalances(campaign: Int64, in records: Records) throws -> [String: SupplierBalance] {
        var entries: [String: [JournalEntry]] = [:]
        for signed in try records.entries(campaign: campaign, kinds: SupplierBalance.kinds) {
            if let run = signed.entry.run { entries[run, default: []].append(signed.entry) }
        }
        return entries.mapValues(SupplierBalance.init)
    }
}

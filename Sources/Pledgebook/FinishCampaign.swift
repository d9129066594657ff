public import Crowdfunding
import Storage

/// What keeps a campaign from being finished.
public struct UnfinishedBusiness: Hashable, Sendable {
    /// One reason, how many pledges or runs it holds for, and the first few by reference.
    public struct Item: Hashable, Sendable {
        /// Why the campaign cannot be finished.
        public enum Reason: String, CaseIterable, Sendable {
            /// Collected and not delivered.
            case unshipped
            /// Neither collected nor dropped, or an operation is under way or unknown.
            case open
            /// A refund is owed or on its way.
            case owed
            case disputed
            /// Contradicting facts wait for a person.
            case conflicted
            /// Runs that are launched or received and not closed.
            case runs
        }
        /// What is left to do.
        public let reason: Reason
        /// Pledges, or runs.
        public internal(set) var count: Int64
        /// References, or the runs' ids; at most `shown`.
        public internal(set) var first: [String]
    }
    /// In the order of `Reason`; empty when the campaign can be finished.
    public internal(set) var items: [Item] = []
    private var last: [Item.Reason: String] = [:]

    /// How many references are named for each reason.
    public static let shown = 5

    mutating func add(_ reason: Item.Reason, _ reference: String) {
        guard let index = items.firstIndex(where: { $0.reason == reason }) else {
            items.append(Item(reason: reason, count: 1, first: [reference]))
            last[reason] = reference
            return
        }
        // A pledge of several payments is named once; its rows come one after the other.
        guard last.updateValue(reference, forKey: reason) != reference else { return }
        items[index].count += 1
        if items[index].first.count < Self.shown { items[index].first.append(reference) }
    }

    /// For example `12 unshipped (P-1, P-2 …), 1 disputed (P-9)`.
    public var text: String {
        let order = Item.Reason.allCases
        let sorted = items.sorted {
            (order.firstIndex(of: $0.reason) ?? 0) < (order.firstIndex(of: $1.reason) ?? 0)
        }
        return sorted.map { item in
            let more = item.count > Int64(item.first.count) ? " …" : ""
            let runs = item.count == 1 ? "run not closed" : "runs not closed"
            let what = item.reason == .runs ? runs : item.reason.rawValue
            return "\(item.count) \(what) (\(item.first.joined(separator: ", "))\(more))"
        }.joined(separator: ", ")
    }
}

extension Session {
    /// What is left to do before a campaign can be finished.
    func unfinishedBusiness(_ campaign: LoadedCampaign, in records: Records) throws -> UnfinishedBusiness {
        let number = campaign.record.number
        let definition = campaign.definition
        let tiers = try records.offerNumbers(.tier, campaign: number)
        let shipped = Set(
            definition.tiers.filter { !$0.contains.isEmpty }.compactMap { tiers[$0.id].map { Int($0) } })
        let addOns = Set(definition.addOns.filter { !$0.contains.isEmpty }.map(\.id))
        var business = UnfinishedBusiness()
        try records.forEachOpenPledge(campaign: number) { pledge in
            if let reason = paymentReason(pledge) { business.add(reason, pledge.reference) }
            guard pledge.state == .placed, pledge.isHeldMoney else { return }
            var contains = pledge.tier.map { shipped.contains($0) } ?? false
            if !contains, pledge.hasAddOns {
                contains = try records.lines(campaign: number, pledge: pledge.number)
                    .contains { $0.kind == 1 && addOns.contains($0.id) }
            }
            if contains { business.add(.unshipped, pledge.reference) }
        }
        let reviews = try ReviewReader(session: self, campaign: campaign, records: records)
            .moneyWithoutPledge()
        for review in reviews { business.add(.owed, review.reference) }
        for run in try records.runs(campaign: number) where run.state == .launched || run.state == .received {
            business.add(.runs, run.id)
        }
        return business
    }

    private func paymentReason(_ pledge: OpenPledge) -> UnfinishedBusiness.Item.Reason? {
        if pledge.hasOpenOperation, pledge.payment != .refundPending { return .open }
        switch pledge.payment {
        case .conflicted: return .conflicted
        case .disputed: return .disputed
        case .refundPending, .refundOwed: return .owed
        case .unknown, .authorizing, .capturePending, .voidPending, .authorized: return .open
        case nil, .pledged, .methodSaved, .failed, .actionRequired:
            return pledge.state == .placed && pledge.amount > 0 ? .open : nil
        case .canceled, .dropped, .voided, .expired, .captured, .partiallyCaptured, .partiallyRefunded,
            .refunded,
            .disputeLost:
            return nil
        }
    }

    /// Throws what `finishCampaign` would.
    public func checkMayFinish(_ id: CampaignID?) throws {
        try book.read { try checkMayFinish(campaign(id, in: $0), in: $0) }
    }

    private func checkMayFinish(_ campaign: LoadedCampaign, in records: Records) throws {
        let record = campaign.record
        switch record.state {
        case .finished: return
        case .funded, .fulfilling: break
        case .live, .collecting, .releasing:
            throw SessionError.notYet(
                "\(record.id) is \(record.state.rawValue). Close it first with `pledgebook campaign close`.")
        case .unfunded, .canceled:
            throw SessionError.refused("\(record.id) is \(record.state.rawValue), which is an end already.")
        }
        let business = try unfinishedBusiness(campaign, in: records)
        guard business.items.isEmpty else {
            throw SessionError.refused("\(record.id) cannot be finished yet: \(business.text).")
        }
    }

    /// Finishes a campaign of which everything is delivered, paid and settled.
    ///
    /// - Returns: The campaign as it stands; one that is finished already is left as it is.
    /// - Throws: `SessionError.refused`, naming what is unshipped, owed, open or disputed.
    public func finishCampaign(_ id: CampaignID?) throws -> LoadedCampaign {
        try book.write { records in
            let campaign = try campaign(id, in: records)
            try checkMayFinish(campaign, in: records)
            guard campaign.record.state != .finished else { return campaign }
            let journal = try JournalWriter(self, record: campaign.record, in: records)
            journal.record.state = .finished
            let totals = try records.totals(campaign: campaign.record.number)
            journal.write(.campaignFinished, detail: try standing(campaign, totals, in: records).detail)
            try journal.finish()
            return try reload(campaign, in: records)
        }
    }
}

extension OpenPledge {
    /// Something was collected and is not paid back, so that goods are owed.
    fileprivate var isHeldMoney: Bool {
        switch payment {
        case .captured, .partiallyCaptured, .partiallyRefunded, .disputed, .conflicted, .refundOwed,
            .refundPending:
            true
        // Nothing was to be paid: it is shipped all the same.
        default: amount == 0
        }
    }
}

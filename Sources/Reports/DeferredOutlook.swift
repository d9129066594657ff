public import Accounting
public import Crowdfunding
import Storage

/// An entry as the outlook of deferred revenue reads it.
public struct LiabilityEntry: Sendable {
    /// The entry.
    public var entry: JournalEntry
    /// Units that it says went out; negative where it takes a delivery back.
    public var deliveredUnits: Int64

    /// Puts it together.
    public init(_ entry: JournalEntry, deliveredUnits: Int64 = 0) {
        self.entry = entry
        self.deliveredUnits = deliveredUnits
    }
}

/// What a pledge asks for, and when the last of it is expected.
public struct ExpectedPledge: Hashable, Sendable {
    /// The number of the entry that placed it.
    public var pledge: Int64
    /// All units that it contains.
    public var units: Int64
    /// The latest day on which undelivered units of it are expected; `nil`: nobody can say.
    public var expectedOn: CalendarDay?

    /// Puts it together.
    public init(pledge: Int64, units: Int64, expectedOn: CalendarDay?) {
        self.pledge = pledge
        self.units = units
        self.expectedOn = expectedOn
    }
}

/// What is still owed to backers at the end of a report's days: what is expected to go out within twelve
/// months, and what later.
///
/// When something is expected is what the book knows today, also for days that are past. What nobody can date
/// is current: there is no right to deliver it later.
public struct DeferredOutlook: Hashable, Sendable {
    /// What is owed of one account, minor units.
    public struct Share: Hashable, Sendable {
        /// Expected within twelve months of the last day.
        public internal(set) var current: Int64 = 0
        /// Expected later.
        public internal(set) var later: Int64 = 0
    }

    /// Of 2010, and of what becomes it when the campaign succeeds (2000).
    public private(set) var goods = Share()
    /// Of 2015.
    public private(set) var shipping = Share()
    /// Units of pledges to which something is owed that have not gone out.
    public private(set) var unitsOpen: Int64 = 0
    /// The last day that counts as current.
    public let currentUntil: CalendarDay

    /// Adds up what is owed on each pledge.
    ///
    /// - Parameters:
    ///   - last: The day whose end it is told for.
    ///   - entries: Gives every entry that posts something.
    ///   - pledges: Gives every pledge that contains units.
    /// - Throws: What the two throw, and `ReportError.tooLarge`.
    public init(
        through last: CalendarDay, entries: (_ visit: (LiabilityEntry) throws -> Void) throws -> Void,
        pledges: (_ visit: (ExpectedPledge) throws -> Void) throws -> Void
    ) throws {
        currentUntil =
            CalendarDay(year: last.year + 1, month: last.month, day: last.day)
            ?? last.adding(days: 365)
        var owed: [Int64: Owed] = [:]
        var all = Owed()
        var legs: [EntryKind: [PostingLeg]] = [:]
        try entries { posted in
            let kind = posted.entry.kind
            guard posted.entry.day <= last, let pledge = posted.entry.pledge else { return }
            if legs[kind] == nil { legs[kind] = PostingLeg.legs(of: kind) }
            var change = Owed(posted.entry.parts, by: legs[kind] ?? [])
            change.delivered = posted.deliveredUnits
            guard change != Owed() else { return }
            owed[pledge, default: Owed()].add(change)
            all.add(change)
        }
        // What nobody can date is current, so it is enough to know what is later.
        var later = Owed()
        var open: Int64 = 0
        try pledges { pledge in
            guard let known = owed[pledge.pledge] else { return }
            if let day = pledge.expectedOn, day > currentUntil { later.add(known) }
            if known.goods + known.shipping > 0 { open += max(pledge.units - known.delivered, 0) }
        }
        unitsOpen = open
        goods = Share(current: try narrow(all.goods - later.goods), later: try narrow(later.goods))
        shipping = Share(
            current: try narrow(all.shipping - later.shipping), later: try narrow(later.shipping))
    }

    private struct Owed: Equatable {
        var goods: Int128 = 0
        var shipping: Int128 = 0
        var delivered: Int64 = 0

        init() {}

        /// What an entry adds to what is owed; less than nothing where it takes from it.
        init(_ parts: EntryParts, by legs: [PostingLeg]) {
            for leg in legs {
                let amount = Int128(parts[leg.part]) * Int128(-leg.sign)
                switch leg.account {
                case .refundableDeposits, .contract: goods += amount
                case .contractShipping: shipping += amount
                default: break
                }
            }
        }

        mutating func add(_ other: Owed) {
            goods += other.goods
            shipping += other.shipping
            delivered += other.delivered
        }
    }
}

extension Deferred {
    /// The report with what is owed at its end parted by when it is expected.
    ///
    /// Before the campaign has succeeded goods are a deposit that may go back, not yet a promise: then only
    /// shipping is parted.
    ///
    /// - Throws: `ReportError.liabilityDoesNotAgree` where the pledges owe other sums than the accounts hold.
    public func parted(by outlook: DeferredOutlook) throws -> Deferred {
        var parted = self
        for index in rows.indices.suffix(Self.accounts.count) {
            let row = rows[index]
            let isGoods = row.account == .contract
            if isGoods, deposits != 0 { continue }
            let share = isGoods ? outlook.goods : outlook.shipping
            guard share.current + share.later == row.closing else {
                throw ReportError.liabilityDoesNotAgree(
                    account: row.account, period: row.period,
                    reckoned: Money(
                        minorUnits: share.current + share.later, currency: campaign.currency),
                    held: Money(minorUnits: row.closing, currency: campaign.currency))
            }
            parted.shares[row.account] = share
        }
        parted.outlook = outlook
        return parted
    }
}

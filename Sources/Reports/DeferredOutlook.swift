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

    private struct Owed {
        var goods: Int128 = 0
        var shipping: Int128 = 0
        var delivered: Int64 = 0
    }

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
        try entries { posted in
            guard posted.entry.day <= last, let pledge = posted.entry.pledge else { return }
            let (goods, shipping) = Self.owed(by: posted.entry)
            guard goods != 0 || shipping != 0 || posted.deliveredUnits != 0 else { return }
            owed[pledge, default: Owed()].goods += goods
            owed[pledge, default: Owed()].shipping += shipping
            owed[pledge, default: Owed()].delivered += posted.deliveredUnits
        }
        var sums = (goods: (Int128(0), Int128(0)), shipping: (Int128(0), Int128(0)))
        func add(_ owed: Owed, isLater: Bool) {
            if isLater {
                sums.goods.1 += owed.goods
                sums.shipping.1 += owed.shipping
            } else {
                sums.goods.0 += owed.goods
                sums.shipping.0 += owed.shipping
            }
        }
        var open: Int64 = 0
        try pledges { pledge in
            guard let known = owed.removeValue(forKey: pledge.pledge) else { return }
            add(known, isLater: pledge.expectedOn.map { $0 > currentUntil } ?? false)
            if known.goods + known.shipping > 0 { open += max(pledge.units - known.delivered, 0) }
        }
        for rest in owed.values { add(rest, isLater: false) }
        unitsOpen = open
        goods = Share(current: try narrow(sums.goods.0), later: try narrow(sums.goods.1))
        shipping = Share(current: try narrow(sums.shipping.0), later: try narrow(sums.shipping.1))
    }

    private static func owed(by entry: JournalEntry) -> (goods: Int128, shipping: Int128) {
        var owed = (goods: Int128(0), shipping: Int128(0))
        for leg in PostingLeg.legs(of: entry.kind) {
            let amount = Int128(entry.parts[leg.part]) * Int128(-leg.sign)
            switch leg.account {
            case .refundableDeposits, .contract: owed.goods += amount
            case .contractShipping: owed.shipping += amount
            default: break
            }
        }
        return owed
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

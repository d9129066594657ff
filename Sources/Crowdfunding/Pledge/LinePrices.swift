public import Accounting

/// What each line of a pledge, its tier and its add-ons, cost the backer.
///
/// It is what a refund of that line gives back.
///
/// Definition prices weigh the lines; what was paid for goods, tax in it and without bonus and shipping, is
/// split over them by largest remainder. So a promotion and a tax on top are in every line by its share, and
/// all lines together are what was paid.
public struct LinePrices: Hashable, Sendable {
    /// One line.
    public struct Line: Hashable, Sendable {
        /// The tier's or add-on's id.
        public var id: String
        /// What people read.
        public var title: String
        /// More than 0.
        public var units: Int64
        /// What all units cost the backer, minor units.
        public var amount: Int64
    }

    /// The tier first, then add-ons in the order of their ids.
    public private(set) var lines: [Line]

    /// Lays out the lines of a pledge.
    ///
    /// - Parameters:
    ///   - tier: What was pledged for, and how many of it; `nil` for no reward.
    ///   - addOns: The same of each add-on.
    ///   - goods: What was priced for goods, net of tax, without the bonus; minor units.
    ///   - shipping: Net of tax.
    ///   - tax: What lies on goods and shipping.
    ///   - pricesIncludeTax: Whether definition prices have the tax in them.
    ///   - promotion: What was taken off.
    public init(
        tier: (tier: RewardTier, units: Int64)?, addOns: [(addOn: AddOn, units: Int64)], goods: Int64,
        shipping: Int64, tax: Int64, pricesIncludeTax: Bool, promotion: Percentage?
    ) {
        var found: [Line] = []
        if let tier {
            found.append(
                Line(
                    id: tier.tier.id, title: tier.tier.title, units: tier.units,
                    amount: tier.tier.price * tier.units))
        }
        for line in addOns {
            found.append(
                Line(
                    id: line.addOn.id, title: line.addOn.title, units: line.units,
                    amount: line.addOn.price * line.units))
        }
        let sum = found.reduce(0) { $0 + $1.amount }
        let asked = sum - (promotion?.of(sum) ?? 0)
        let paid = goods + allocate(tax, between: goods, and: shipping).0
        // Tax that was carved out of goods and shipping together may be a minor unit off for the goods alone.
        let isAsPriced = pricesIncludeTax && abs(asked - paid) <= 1
        let shares = allocate(isAsPriced ? asked : paid, by: found.map(\.amount))
        lines = zip(found, shares).map { line, share in
            var line = line
            line.amount = share
            return line
        }
    }

    /// So many units of a line, with what they cost; all of them where `units` is `nil`.
    ///
    /// - Throws: `LineRefusal` where the pledge has no such line or not so many.
    public func line(_ id: String, units: Int64?) throws(LineRefusal) -> Line {
        guard var line = lines.first(where: { $0.id == id }) else {
            throw .noSuchLine(id, known: lines.map(\.id))
        }
        let wanted = units ?? line.units
        guard wanted >= 1, wanted <= line.units else { throw .unitsOutOfRange(id, asked: wanted, line.units) }
        line.amount = allocate(line.amount, between: wanted, and: line.units - wanted).0
        line.units = wanted
        return line
    }
}

/// Why a line of a pledge cannot be refunded.
public enum LineRefusal: UserFacingError, Hashable {
    case noSuchLine(String, known: [String])
    case unitsOutOfRange(String, asked: Int64, Int64)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .noSuchLine(let id, let known):
            "The pledge has no tier or add-on “\(id)”. "
                + (known.isEmpty ? "It has none: say --amount." : "It has: \(known.joined(separator: ", ")).")
        case .unitsOutOfRange(let id, let asked, let units):
            "The pledge has \(units) of “\(id)”, not \(asked). Say from 1 to \(units)."
        }
    }

    /// The question does not fit the pledge.
    public var exitCode: ExitStatus { .badInput }
}

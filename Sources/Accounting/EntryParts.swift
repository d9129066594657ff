/// A money component of an entry.
///
/// The raw values are stored.
public enum EntryPart: Int, CaseIterable, Sendable {
    /// What is sold, with the bonus, net of tax.
    case goods = 1
    /// Shipping paid by the backer, net of tax.
    case shipping = 2
    /// Tax paid by the backer.
    case tax = 3
    /// Processor, platform and dispute fees; they stand beside the amount.
    case fee = 4
    /// Payouts, suppliers, stock, carriers.
    case other = 5
}

/// The five money components of an entry, in minor units; negative only in a reversal.
///
/// Arithmetic beyond 64 bits is a programming error and traps; amounts from input are at most
/// `largestAmount`.
public struct EntryParts: Hashable, Sendable {
    /// What is sold, with the bonus, net of tax.
    public var goods: Int64
    /// Shipping paid by the backer, net of tax.
    public var shipping: Int64
    /// Tax paid by the backer.
    public var tax: Int64
    /// Processor, platform and dispute fees; beside the amount.
    public var fee: Int64
    /// Payouts, suppliers, stock, carriers.
    public var other: Int64

    /// Puts parts together; what is not named is 0.
    public init(goods: Int64 = 0, shipping: Int64 = 0, tax: Int64 = 0, fee: Int64 = 0, other: Int64 = 0) {
        self.goods = goods
        self.shipping = shipping
        self.tax = tax
        self.fee = fee
        self.other = other
    }

    /// Nothing at all.
    public static let zero = EntryParts()

    /// Goods, shipping, tax and other; the fee stands beside it.
    public var amount: Int64 { goods + shipping + tax + other }

    /// The backer's money: goods, shipping, tax; the weights of partial refunds, disputes and shipments.
    public var backers: [Int64] { [goods, shipping, tax] }

    /// The component by name.
    public subscript(part: EntryPart) -> Int64 {
        get {
            switch part {
            case .goods: goods
            case .shipping: shipping
            case .tax: tax
            case .fee: fee
            case .other: other
            }
        }
        set {
            switch part {
            case .goods: goods = newValue
            case .shipping: shipping = newValue
            case .tax: tax = newValue
            case .fee: fee = newValue
            case .other: other = newValue
            }
        }
    }

    /// All parts the other way, as a reversal has them.
    public static prefix func - (parts: EntryParts) -> EntryParts { .zero - parts }

    /// Part by part.
    public static func + (left: EntryParts, right: EntryParts) -> EntryParts {
        EntryParts(
            goods: left.goods + right.goods, shipping: left.shipping + right.shipping,
            tax: left.tax + right.tax,
            fee: left.fee + right.fee, other: left.other + right.other)
    }

    /// Part by part.
    public static func - (left: EntryParts, right: EntryParts) -> EntryParts {
        EntryParts(
            goods: left.goods - right.goods, shipping: left.shipping - right.shipping,
            tax: left.tax - right.tax,
            fee: left.fee - right.fee, other: left.other - right.other)
    }

    /// Adds in place, part by part.
    public static func += (left: inout EntryParts, right: EntryParts) { left = left + right }

    /// Subtracts in place, part by part.
    public static func -= (left: inout EntryParts, right: EntryParts) { left = left - right }
}

/// A whole number of minor units with its currency: `7_900` with `EUR` is EUR 79.00.
///
/// Mixing currencies and overflow are programming errors and trap; bad input is refused by `parseAmount` long
/// before.
public struct Money: Hashable, Comparable, Sendable {
    /// Cents, yen, fils: units of 10 to the power of minus `currency.exponent`.
    public let minorUnits: Int64
    /// What they are units of.
    public let currency: Currency

    /// Puts an amount together.
    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency: currency) }

    /// The sum; both in one currency.
    public static func + (left: Money, right: Money) -> Money {
        left.assertSameCurrency(as: right)
        return Money(minorUnits: left.minorUnits + right.minorUnits, currency: left.currency)
    }

    /// The difference; both in one currency.
    public static func - (left: Money, right: Money) -> Money {
        left.assertSameCurrency(as: right)
        return Money(minorUnits: left.minorUnits - right.minorUnits, currency: left.currency)
    }

    /// The same amount the other way.
    public static prefix func - (money: Money) -> Money {
        Money(minorUnits: -money.minorUnits, currency: money.currency)
    }

    /// Adds in place; both in one currency.
    public static func += (left: inout Money, right: Money) { left = left + right }

    /// Subtracts in place; both in one currency.
    public static func -= (left: inout Money, right: Money) { left = left - right }

    /// Orders by amount; both in one currency.
    public static func < (left: Money, right: Money) -> Bool {
        left.assertSameCurrency(as: right)
        return left.minorUnits < right.minorUnits
    }

    /// Splits the amount in proportion to `weights` so that the parts add up to the whole.
    ///
    /// Spare minor units go to the largest remainders first, then to the lower index: `EUR 1.00` by `[1, 1,
    /// 1]` gives `0.34, 0.33, 0.33`.
    ///
    /// - Parameter weights: Each zero or more; they are relative. All zero: everything goes to the first.
    /// - Returns: As many amounts as weights, in the same order and currency.
    public func allocated(by weights: [Int64]) -> [Money] {
        allocate(minorUnits, by: weights).map { Money(minorUnits: $0, currency: currency) }
    }

    private func assertSameCurrency(as other: Money) {
        precondition(currency == other.currency, "\(currency) does not go with \(other.currency)")
    }
}

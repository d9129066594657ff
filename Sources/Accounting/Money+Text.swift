/// The largest amount that is read from text, in minor units, either way: 10 to the power of 12.
public let largestAmount: Int64 = 1_000_000_000_000

/// Why a text is not an amount.
public enum AmountProblem: Error, Hashable, Sendable {
    /// It is not digits with at most one dot between them.
    case notANumber
    /// It has more decimals than the currency, which has this many.
    case tooManyDecimals(Int)
    /// It is beyond `largestAmount`.
    case tooLarge
    /// It is below zero where only zero and more make sense.
    case negative
}

/// Reads `79`, `79.5` or `79.00` as minor units, with an optional `-` in front.
///
/// ASCII digits only; no sign `+`, no spaces, no grouping, no exponent, a digit on both sides of the dot.
/// Allocates nothing.
///
/// - Parameters:
///   - bytes: The whole text.
///   - exponent: The currency's decimals.
/// - Returns: Minor units.
/// - Throws: `AmountProblem`; what is not a number is said before what is too large.
public func parseAmount(_ bytes: Span<UInt8>, exponent: Int) throws(AmountProblem) -> Int64 {
    let count = bytes.count
    var index = 0
    var isNegative = false
    if count > 0, bytes[unchecked: 0] == UInt8(ascii: "-") {  // count > 0
        isNegative = true
        index = 1
    }
    var value: Int64 = 0
    var digits = 0
    var decimals = -1  // -1: no dot yet
    while index < count {
        let byte = bytes[unchecked: index]  // index < count, by the loop condition
        let digit = byte &- UInt8(ascii: "0")
        if digit <= 9 {
            // Past the bound the value only needs to stay past it.
            if value <= largestAmount { value = value &* 10 &+ Int64(digit) }
            digits += 1
            if decimals >= 0 { decimals += 1 }
        } else {
            guard byte == UInt8(ascii: "."), decimals < 0, digits > 0 else { throw .notANumber }
            decimals = 0
        }
        index += 1
    }
    guard digits > 0, decimals != 0 else { throw .notANumber }
    var missing = exponent - max(decimals, 0)
    guard missing >= 0 else { throw .tooManyDecimals(exponent) }
    while missing > 0, value > 0, value <= largestAmount {
        value &*= 10
        missing -= 1
    }
    guard value <= largestAmount else { throw .tooLarge }
    return isNegative ? -value : value
}

/// Reads an amount from text, as its namesake over bytes does.
///
/// - Parameters:
///   - text: The whole text.
///   - exponent: The currency's decimals.
/// - Returns: Minor units.
/// - Throws: `AmountProblem`.
public func parseAmount(_ text: String, exponent: Int) throws(AmountProblem) -> Int64 {
    try parseAmount(Array(text.utf8).span, exponent: exponent)
}

/// Reads an amount that cannot be below zero: a price, a pledge, a cost.
///
/// `-0` is refused too.
///
/// - Parameters:
///   - bytes: The whole text.
///   - exponent: The currency's decimals.
/// - Returns: Minor units.
/// - Throws: `AmountProblem`.
public func parseUnsignedAmount(_ bytes: Span<UInt8>, exponent: Int) throws(AmountProblem) -> Int64 {
    let value = try parseAmount(bytes, exponent: exponent)
    guard bytes[0] != UInt8(ascii: "-") else { throw .negative }
    return value
}

/// Reads an amount that cannot be below zero from text.
///
/// - Parameters:
///   - text: The whole text.
///   - exponent: The currency's decimals.
/// - Returns: Minor units.
/// - Throws: `AmountProblem`.
public func parseUnsignedAmount(_ text: String, exponent: Int) throws(AmountProblem) -> Int64 {
    try parseUnsignedAmount(Array(text.utf8).span, exponent: exponent)
}

/// Appends an amount as a plain decimal with exactly the currency's digits: `1234.50`, `-3.00`, `1200`.
///
/// - Parameters:
///   - minorUnits: The amount.
///   - exponent: The currency's decimals.
///   - group: Written between groups of three digits before the point; 0 for nothing.
///   - point: The decimal point.
///   - text: Where the bytes go.
public func appendAmount(
    _ minorUnits: Int64, exponent: Int, group: UInt8 = 0, point: UInt8 = UInt8(ascii: "."),
    to text: inout [UInt8]
) {
    if minorUnits < 0 { text.append(UInt8(ascii: "-")) }
    let start = text.count
    var rest = minorUnits.magnitude
    var written = 0
    repeat {  // from the right
        if written == exponent, written > 0 { text.append(point) }
        if group != 0, written > exponent, (written - exponent).isMultiple(of: 3) { text.append(group) }
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
        written += 1
    } while rest > 0 || written <= exponent
    text[start...].reverse()
}

extension Money: CustomStringConvertible {
    /// A plain decimal with exactly the currency's digits: `1234.50`, `-3.00`; in JPY `1200`.
    public var plain: String { written(group: 0) }

    /// As `plain`, with commas for people: `1,234.50`.
    public var grouped: String { written(group: UInt8(ascii: ",")) }

    /// Code and amount for people: `EUR 1,234.50`.
    public var description: String { "\(currency.code) \(grouped)" }

    private func written(group: UInt8) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        appendAmount(minorUnits, exponent: currency.exponent, group: group, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

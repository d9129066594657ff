/// A rate from 0 to 100 per cent with at most four decimals: `19`, `2.9`.
public struct Percentage: Hashable, Sendable, CustomStringConvertible {
    /// Parts of a million: 19 per cent is 190,000.
    public let millionths: Int64

    /// No share at all.
    public static let zero = Percentage(millionths: 0)

    private init(millionths: Int64) {
        self.millionths = millionths
    }

    /// Reads `19` or `2.9`, without a sign; `nil` outside 0…100 or with more than four decimals.
    public init?(_ text: String) {
        guard let value = try? parseUnsignedAmount(text, exponent: 4), value <= 1_000_000 else { return nil }
        millionths = value
    }

    /// This share of an amount, rounded half up (away from zero, so that a reversal takes back what was
    /// booked).
    public func of(_ amount: Int64) -> Int64 { share(of: amount, dividedBy: 1_000_000) }

    /// What of a gross amount is this rate on the net: gross × rate ÷ (100 + rate), rounded half up.
    public func included(in gross: Int64) -> Int64 { share(of: gross, dividedBy: 1_000_000 + millionths) }

    /// As it is read, without trailing zeros: `2.9`.
    public var description: String {
        var bytes: [UInt8] = []
        appendAmount(millionths, exponent: 4, to: &bytes)
        while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func share(of amount: Int64, dividedBy divisor: Int64) -> Int64 {
        let product = amount.magnitude.multipliedFullWidth(by: millionths.magnitude)
        let (quotient, remainder) = divisor.magnitude.dividingFullWidth(product)
        // The quotient is at most the amount, because the rate is at most the whole.
        let rounded = quotient + (remainder * 2 >= divisor.magnitude ? 1 : 0)
        return amount < 0 ? 0 &- Int64(truncatingIfNeeded: rounded) : Int64(truncatingIfNeeded: rounded)
    }
}

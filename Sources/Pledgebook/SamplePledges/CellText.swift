import Accounting

/// Appends a whole number, as people write it.
func appendNumber(_ number: Int64, minimumDigits: Int = 1, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = number.magnitude
    repeat {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
    } while rest > 0 || bytes.count - start < minimumDigits
    bytes[start...].reverse()
}

/// Appends an amount of minor units with all of the currency's decimals and no separators: `1234.50`, `1200`
/// in JPY.
func appendAmount(_ amount: Int64, _ currency: Currency, to bytes: inout [UInt8]) {
    let unit = currency.minorUnitsPerMajor
    if amount < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = Int64(clamping: amount.magnitude)
    appendNumber(magnitude / unit, to: &bytes)
    guard currency.exponent > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    appendNumber(magnitude % unit, minimumDigits: currency.exponent, to: &bytes)
}

/// Writes instants in RFC 3339, and the day only once where many fall on it.
struct InstantText {
    private var day = Int64.min
    private var dayText: [UInt8] = []

    /// Appends `2026-03-04T09:30:00Z`, or the same instant as a clock one hour ahead shows it, with `+01:00`.
    mutating func append(_ instant: Timestamp, hoursAhead: Int64 = 0, to bytes: inout [UInt8]) {
        let seconds = instant.seconds + hoursAhead * 3_600
        let into = (seconds % 86_400 + 86_400) % 86_400
        let today = (seconds - into) / 86_400
        if today != day {
            day = today
            dayText = Array(CalendarDay(number: Int(today)).description.utf8)
        }
        bytes.append(contentsOf: dayText)
        bytes.append(UInt8(ascii: "T"))
        appendNumber(into / 3_600, minimumDigits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(into / 60 % 60, minimumDigits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(into % 60, minimumDigits: 2, to: &bytes)
        guard hoursAhead != 0 else { return bytes.append(UInt8(ascii: "Z")) }
        bytes.append(UInt8(ascii: "+"))
        appendNumber(hoursAhead, minimumDigits: 2, to: &bytes)
        bytes.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: "0"), UInt8(ascii: "0")])
    }
}

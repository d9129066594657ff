/// Why there is no such day or time of day, as `there is no month 13`; `nil` where there is one.
///
/// - Parameter numbers: Year, month and day, then hour, minute and second as far as they are there; three
///   or more.
/// - Returns: What of it is the first that cannot be.
public func calendarFault(_ numbers: [Int]) -> String? {
    guard numbers.count >= 3 else { return nil }
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard (1...9999).contains(year) else { return "there is no year \(year)" }
    guard (1...12).contains(month) else { return "there is no month \(month)" }
    let days = daysInMonth(month, of: year)
    guard day > 0 else { return "there is no day \(day)" }
    guard day <= days else { return "month \(month) has only \(days) days" }
    let parts = [("hour", 23), ("minute", 59), ("second", 59)]
    for (part, value) in zip(parts, numbers.dropFirst(3)) where !(0...part.1).contains(value) {
        return "there is no \(part.0) \(value)"
    }
    return nil
}

/// The same of a text that begins with a date and perhaps a time, as `2026-02-30T09:30:00Z`.
public func calendarFault(in text: String) -> String? {
    let digits = Array(text.utf8)
    func number(_ start: Int, _ count: Int) -> Int? {
        guard start + count <= digits.count else { return nil }
        var value = 0
        for digit in digits[start..<(start + count)] {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
    guard digits.count >= 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
        let year = number(0, 4), let month = number(5, 2), let day = number(8, 2)
    else { return nil }
    let time = [number(11, 2), number(14, 2), number(17, 2)].prefix { $0 != nil }.compactMap(\.self)
    return calendarFault([year, month, day] + time)
}

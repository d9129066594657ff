/// An instant in whole seconds of UTC, without leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z; any value.
    public let seconds: Int64

    /// An instant by its seconds since 1970.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Reads `2026-03-04T09:30:00Z` or `2026-03-04T10:30:00.25+01:00`: years 1…9999, an offset is required, a
    /// fraction of any length is dropped.
    ///
    /// Leap seconds (`:60`) are refused. Allocates nothing.
    public init?(rfc3339 text: Span<UInt8>) {
        let count = text.count
        guard count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"),
            let year = digits(of: text, from: 0, count: 4), let month = digits(of: text, from: 5, count: 2),
            let day = digits(of: text, from: 8, count: 2), let hour = digits(of: text, from: 11, count: 2),
            let minute = digits(of: text, from: 14, count: 2),
            let second = digits(of: text, from: 17, count: 2),
            let date = CalendarDay(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        if text[index] == UInt8(ascii: ".") {
            index += 1
            while index < count, text[index] &- UInt8(ascii: "0") <= 9 { index += 1 }
            guard index > 20, index < count else { return nil }
        }
        guard let offset = Timestamp.offset(in: text, from: index) else { return nil }
        seconds = Int64(date.number * 86_400 + hour * 3600 + minute * 60 + second - offset)
        guard seconds >= Timestamp.lowest, seconds <= Timestamp.highest else { return nil }
    }

    /// Reads text as its namesake over bytes does.
    public init?(rfc3339 text: String) {
        self.init(rfc3339: Array(text.utf8).span)
    }

    /// `2026-03-04T09:30:00Z`; outside the years 1…9999 the nearest day of them.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the twenty bytes of `description`.
    public func append(to text: inout [UInt8]) {
        let (day, secondOfDay) = dayAndSecond(seconds)
        CalendarDay(number: day).append(to: &text)
        text.append(UInt8(ascii: "T"))
        appendDigits(secondOfDay / 3600, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(secondOfDay / 60 % 60, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        appendDigits(secondOfDay % 60, width: 2, to: &text)
        text.append(UInt8(ascii: "Z"))
    }

    /// The instant that many seconds later, or earlier when negative; stops at the ends of 64 bits.
    public func adding(seconds more: Int64) -> Timestamp {
        let (sum, overflow) = seconds.addingReportingOverflow(more)
        return Timestamp(seconds: overflow ? (more < 0 ? .min : .max) : sum)
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    /// `Z` or `+01:00`, up to 23:59, to the end of the text, in seconds.
    private static func offset(in text: Span<UInt8>, from start: Int) -> Int? {
        if text.count == start + 1, text[start] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard text.count == start + 6, text[start + 3] == UInt8(ascii: ":"),
            let hours = digits(of: text, from: start + 1, count: 2), hours < 24,
            let minutes = digits(of: text, from: start + 4, count: 2), minutes < 60
        else { return nil }
        switch text[start] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    private static let lowest: Int64 = -62_135_596_800  // 0001-01-01T00:00:00Z
    private static let highest: Int64 = 253_402_300_799  // 9999-12-31T23:59:59Z
}

/// Splits seconds since 1970 into a day number and the second of that day, 0…86,399.
func dayAndSecond(_ seconds: Int64) -> (day: Int, second: Int) {
    var (day, second) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
    if second < 0 {
        day -= 1
        second += 86_400
    }
    return (day, second)
}

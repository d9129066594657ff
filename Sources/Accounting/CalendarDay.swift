/// A day of the proleptic Gregorian calendar, from 0001-01-01 to 9999-12-31.
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int

    /// A day by its number; what lies outside the years 1…9999 becomes the first or the last day.
    public init(number: Int) {
        self.number = min(max(number, CalendarDay.lowest), CalendarDay.highest)
    }

    /// A day by its date; `nil` where there is no such day, as 31 February, or year 0.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= daysInMonth(month, of: year)
        else { return nil }
        number = dayNumber(year, month, day)
    }

    /// Reads `2026-03-31` and nothing else.
    public init?(_ iso: String) {
        self.init(Array(iso.utf8).span)
    }

    /// Reads `2026-03-31` and nothing else.
    ///
    /// Allocates nothing.
    public init?(_ iso: Span<UInt8>) {
        guard iso.count == 10, iso[4] == UInt8(ascii: "-"), iso[7] == UInt8(ascii: "-"),
            let year = digits(of: iso, from: 0, count: 4), let month = digits(of: iso, from: 5, count: 2),
            let day = digits(of: iso, from: 8, count: 2)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// 1…9999.
    public var year: Int { civilDate(number).year }

    /// 1…12.
    public var month: Int { civilDate(number).month }

    /// The day of the month, 1…31.
    public var day: Int { civilDate(number).day }

    /// Monday 1 … Sunday 7.
    public var isoWeekday: Int { floorRemainder(number + 3, 7) + 1 }  // 1970-01-01 was a Thursday

    /// The day that many days later, or earlier when negative; stays within the calendar.
    public func adding(days: Int) -> CalendarDay {
        let (sum, overflow) = number.addingReportingOverflow(days)
        return CalendarDay(number: overflow ? (days < 0 ? .min : .max) : sum)
    }

    /// The Monday of its week.
    public var firstOfWeek: CalendarDay { adding(days: 1 - isoWeekday) }

    /// The first day of its month.
    public var firstOfMonth: CalendarDay {
        let date = civilDate(number)
        return CalendarDay(number: dayNumber(date.year, date.month, 1))
    }

    /// The first day of January, April, July or October at or before it.
    public var firstOfQuarter: CalendarDay {
        let date = civilDate(number)
        return CalendarDay(number: dayNumber(date.year, (date.month - 1) / 3 * 3 + 1, 1))
    }

    /// The first of January of its year.
    public var firstOfYear: CalendarDay { CalendarDay(number: dayNumber(year, 1, 1)) }

    /// The first day of the day, week, month, quarter or year that it lies in.
    public func first(of length: PeriodLength) -> CalendarDay {
        switch length {
        case .day: self
        case .week: firstOfWeek
        case .month: firstOfMonth
        case .quarter: firstOfQuarter
        case .year: firstOfYear
        }
    }

    /// The first day of the next day, week, month, quarter or year after the one it lies in; at the end of
    /// the calendar the last day.
    public func next(_ length: PeriodLength) -> CalendarDay {
        let start = first(of: length)
        return switch length {
        case .day: adding(days: 1)
        case .week: start.adding(days: 7)
        case .month: start.adding(days: 31).firstOfMonth
        case .quarter: start.adding(days: 92).firstOfMonth
        case .year: start.adding(days: 366).firstOfYear
        }
    }

    /// `2026-03-31`.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the ten bytes of `description`.
    public func append(to text: inout [UInt8]) {
        let date = civilDate(number)
        appendDigits(date.year, width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(date.month, width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDigits(date.day, width: 2, to: &text)
    }

    /// Orders by time.
    public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

    private static let lowest = -719_162  // 0001-01-01
    private static let highest = 2_932_896  // 9999-12-31
}

/// Days since 1970-01-01 of a date with a year from 1 on.
///
/// Years begin in March here, so that leap days come last (Howard Hinnant's `days_from_civil`).
func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

/// The date of a day number within the calendar, the inverse of `dayNumber`.
func civilDate(_ number: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468  // above zero from 0000-03-01 on
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

/// 28…31, for a month from 1 to 12.
func daysInMonth(_ month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
}

/// The number that exactly `count` ASCII digits spell; the range must lie within the bytes.
@inline(__always)
func digits(of bytes: Span<UInt8>, from start: Int, count: Int) -> Int? {
    var value = 0
    for index in start..<start + count {
        let digit = bytes[index] &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        value = value * 10 + Int(digit)
    }
    return value
}

/// Appends a number of zero or more with leading zeros up to `width`, at most 4.
func appendDigits(_ value: Int, width: Int, to text: inout [UInt8]) {
    if width > 3 { text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 1000 % 10)) }
    if width > 2 { text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 100 % 10)) }
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10 % 10))
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
}

/// The remainder that is never negative, for a divisor above zero.
func floorRemainder(_ value: Int, _ divisor: Int) -> Int {
    let remainder = value % divisor
    return remainder < 0 ? remainder + divisor : remainder
}

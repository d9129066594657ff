/// How long the columns of a report are.
public enum PeriodLength: String, CaseIterable, Sendable {
    /// A calendar day.
    case day
    /// Monday to Sunday.
    case week
    /// A calendar month.
    case month
    /// January to March, and so on.
    case quarter
    /// January to December.
    case year
}

/// Days from a first to a last, both included.
public struct Period: Hashable, Sendable {
    /// The first day, which belongs to it.
    public let first: CalendarDay
    /// The last day, which belongs to it.
    public let last: CalendarDay

    /// A period of one day or more; `nil` where the last day is before the first.
    public init?(first: CalendarDay, last: CalendarDay) {
        guard first <= last else { return nil }
        self.first = first
        self.last = last
    }

    /// Reads `2026`, `2026-Q2`, `2026-04` or `2026-04-03`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        guard span.count >= 4, let year = digits(of: span, from: 0, count: 4) else { return nil }
        var month = 1
        var length = PeriodLength.year
        switch span.count {
        case 4: break
        case 7 where span[4] == UInt8(ascii: "-") && span[5] == UInt8(ascii: "Q"):
            guard let quarter = digits(of: span, from: 6, count: 1), (1...4).contains(quarter) else {
                return nil
            }
            month = quarter * 3 - 2
            length = .quarter
        case 7 where span[4] == UInt8(ascii: "-"):
            guard let number = digits(of: span, from: 5, count: 2) else { return nil }
            month = number
            length = .month
        case 10:
            guard let day = CalendarDay(span) else { return nil }
            self.init(first: day, last: day)
            return
        default: return nil
        }
        guard let first = CalendarDay(year: year, month: month, day: 1) else { return nil }
        self.init(first: first, last: lastDay(of: length, from: first))
    }

    /// Whether the day lies in it.
    public func contains(_ day: CalendarDay) -> Bool { first <= day && day <= last }

    /// Cuts it at the borders of days, weeks, months, quarters or years; the first and last pieces may be
    /// shorter.
    ///
    /// The pieces are in order and cover it without gap or overlap.
    public func split(by length: PeriodLength) -> [Period] {
        var pieces: [Period] = []
        var start = first
        while true {
            let end = min(lastDay(of: length, from: start), last)
            guard let piece = Period(first: start, last: end) else { return pieces }
            pieces.append(piece)
            if end == last { return pieces }
            start = end.adding(days: 1)
        }
    }
}

/// The last day of the day, week, month, quarter or year that `day` lies in, up to the end of the calendar.
private func lastDay(of length: PeriodLength, from day: CalendarDay) -> CalendarDay {
    let next = day.next(length)
    // At the end of the calendar `next` is the last day itself, or the first day of the period it is in.
    guard next.first(of: length) > day.first(of: length) else { return CalendarDay(number: .max) }
    return next.adding(days: -1)
}

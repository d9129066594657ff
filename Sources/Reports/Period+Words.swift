import Accounting

private let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]

extension CalendarDay {
    /// The month's English name.
    fileprivate var monthName: String { monthNames[month - 1] }

    /// `3 April` or `3 April 2026`.
    fileprivate func words(withYear: Bool) -> String { "\(day) \(monthName)" + (withYear ? " \(year)" : "") }

    /// `3 Apr`.
    fileprivate var short: String { "\(day) \(monthName.prefix(3))" }

    /// The ISO 8601 week, `2026-W01`: it belongs to the year that its Thursday lies in.
    fileprivate var isoWeek: String {
        let thursday = firstOfWeek.adding(days: 3)
        let week = (thursday.number - thursday.firstOfYear.number) / 7 + 1
        return "\(thursday.year)-W\(week < 10 ? "0" : "")\(week)"
    }
}

extension Period {
    /// Whether it is made of whole days, weeks, months, quarters or years.
    func isWhole(_ length: PeriodLength) -> Bool {
        let after = last.adding(days: 1)
        return first.first(of: length) == first && (after.first(of: length) == after || after == last)
    }

    /// For a report's head: `2026`, `April to July 2026`, `3 April to 7 July 2026`.
    var phrase: String {
        if isWhole(.year) {
            return first.year == last.year ? "\(first.year)" : "\(first.year) to \(last.year)"
        }
        if isWhole(.month) {
            if first.firstOfMonth == last.firstOfMonth { return "\(first.monthName) \(first.year)" }
            let year = first.year == last.year ? "" : " \(first.year)"
            return "\(first.monthName)\(year) to \(last.monthName) \(last.year)"
        }
        if first == last { return first.words(withYear: true) }
        return "\(first.words(withYear: first.year != last.year)) to \(last.words(withYear: true))"
    }

    /// For the head of a column: `April`, `2026-W14`, or `3 Apr–30 Apr` where it was cut.
    ///
    /// - Parameters:
    ///   - length: What it is a piece of.
    ///   - withYear: Whether the columns are of more than one year.
    /// - Returns: A few words.
    func label(_ length: PeriodLength, withYear: Bool) -> String {
        let year = withYear ? " \(first.year)" : ""
        if length == .day { return first.words(withYear: withYear) }
        guard isWhole(length) else {
            return first == last ? first.short + year : "\(first.short)–\(last.short)\(year)"
        }
        return switch length {
        case .day: first.short
        case .week: first.isoWeek
        case .month: first.monthName + year
        case .quarter: "Q\((first.month + 2) / 3)" + year
        case .year: "\(first.year)"
        }
    }
}

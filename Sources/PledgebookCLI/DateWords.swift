import Accounting

/// Days and moments as people say them, in a campaign's zone.
struct DateWords {
    let offsets: ZoneOffsets
    let today: CalendarDay

    init(_ offsets: ZoneOffsets, now: Timestamp) {
        self.offsets = offsets
        today = offsets.day(of: now)
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// `2 April 2026`.
    static func full(_ day: CalendarDay) -> String { "\(day.day) \(months[day.month - 1]) \(day.year)" }

    /// `September 2026`.
    static func month(_ month: Int, of year: Int) -> String {
        (1...12).contains(month) ? "\(months[month - 1]) \(year)" : "\(year)"
    }

    /// `2 Apr`, for histories.
    static func brief(_ day: CalendarDay) -> String { "\(day.day) \(months[day.month - 1].prefix(3))" }

    /// `2 April`, with its year where that is not this one.
    func short(_ day: CalendarDay) -> String {
        day.year == today.year ? "\(day.day) \(Self.months[day.month - 1])" : Self.full(day)
    }

    /// `2 April 20:00`.
    func short(_ moment: Timestamp) -> String { short(offsets.day(of: moment)) + " " + time(moment) }

    /// `2 April 2026 20:00 Berlin`.
    func full(_ moment: Timestamp) -> String {
        "\(Self.full(offsets.day(of: moment))) \(time(moment)) \(place)"
    }

    /// `30 June` for its midnight, which ends the day before; else the moment.
    func until(_ moment: Timestamp) -> String {
        let day = offsets.day(of: moment)
        return offsets.start(of: day) == moment ? short(day.adding(days: -1)) : short(moment)
    }

    /// `in 3 days`, `today`, `3 days ago`.
    func distance(to moment: Timestamp) -> String {
        let days = offsets.day(of: moment).number - today.number
        return switch days {
        case 0: "today"
        case 1: "tomorrow"
        case -1: "yesterday"
        case 2...: "in \(grouped(days)) days"
        default: "\(grouped(0 - days)) days ago"
        }
    }

    /// `, 52 days late` behind an expected day; nothing where it did not move.
    static func slip(_ days: Int) -> String {
        if days == 0 { return "" }
        return ", \(counted(abs(days), "day")) \(days > 0 ? "late" : "early")"
    }

    /// The zone's city: `Europe/Berlin` is `Berlin`.
    private var place: String {
        let city = offsets.name.split(separator: "/").last ?? "UTC"
        return city.split(separator: "_").joined(separator: " ")
    }

    private func time(_ moment: Timestamp) -> String {
        let local = offsets.local(moment)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(local.hour)):\(two(local.minute))"
    }
}

/// A time on a wall, without a zone.
public struct LocalTime: Hashable, Sendable {
    /// 1…9999.
    public let year: Int
    /// 1…12.
    public let month: Int
    /// 1…31.
    public let day: Int
    /// 0…23.
    public let hour: Int
    /// 0…59.
    public let minute: Int
    /// 0…59.
    public let second: Int

    /// Puts a time together; `nil` where there is no such day or no such time of a day.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard CalendarDay(year: year, month: month, day: day) != nil, (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The time of a day, in seconds from 0 to 86,399.
    init(day calendarDay: CalendarDay, second secondOfDay: Int) {
        let date = civilDate(calendarDay.number)
        year = date.year
        month = date.month
        day = date.day
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
    }

    /// The day on the wall's calendar.
    public var calendarDay: CalendarDay { CalendarDay(number: dayNumber(year, month, day)) }

    /// Seconds since 1970-01-01T00:00:00 on the same wall.
    var seconds: Int64 { Int64(dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) }
}

/// What a time zone's clocks showed and will show, frozen as a list of transitions, so that a day never moves
/// when the machine's zone files change.
public struct ZoneOffsets: Hashable, Sendable {
    /// From an instant on, the clocks are this far ahead of UTC.
    public struct Transition: Hashable, Sendable {
        /// The first instant with this offset.
        public let at: Timestamp
        /// Seconds ahead of UTC; behind when negative.
        ///
        /// Less than a day.
        public let offsetSeconds: Int

        /// Puts a transition together.
        public init(at: Timestamp, offsetSeconds: Int) {
            self.at = at
            self.offsetSeconds = offsetSeconds
        }
    }

    /// What a local time means.
    public enum Resolution: Hashable, Sendable {
        /// One instant.
        case one(Timestamp)
        /// None: the clocks went forward over it.
        case skipped
        /// Two: the clocks went back over it; the earlier first.
        case twice(Timestamp, Timestamp)
    }

    /// The IANA name, for example `Europe/Berlin`.
    public let name: String
    /// The offset before the first transition.
    public let initial: Int
    /// In order of time.
    public let transitions: [Transition]

    /// Puts a zone together.
    ///
    /// Transitions are sorted, of two at one instant the later in the list counts; an offset of a day or more
    /// becomes the nearest below.
    public init(name: String, initial offsetSeconds: Int, transitions: [Transition]) {
        self.name = name
        initial = limited(offsetSeconds)
        var sorted: [Transition] = []
        for (_, next) in transitions.enumerated().sorted(by: { ($0.1.at, $0.0) < ($1.1.at, $1.0) }) {
            if sorted.last?.at == next.at { sorted.removeLast() }
            sorted.append(Transition(at: next.at, offsetSeconds: limited(next.offsetSeconds)))
        }
        self.transitions = sorted
    }

    /// The zone that every other is measured against.
    public static let utc = ZoneOffsets(name: "UTC", initial: 0, transitions: [])

    /// Seconds ahead of UTC at an instant.
    ///
    /// Allocates nothing; O(log n) for n transitions.
    public func offset(at instant: Timestamp) -> Int {
        let count = transitionsUp(to: instant.seconds)
        return count == 0 ? initial : transitions[count - 1].offsetSeconds
    }

    /// The calendar day at an instant.
    ///
    /// Allocates nothing; O(log n) for n transitions.
    public func day(of instant: Timestamp) -> CalendarDay {
        CalendarDay(number: dayAndSecond(instant.adding(seconds: Int64(offset(at: instant))).seconds).day)
    }

    /// What the clocks show at an instant.
    public func local(_ instant: Timestamp) -> LocalTime {
        let (day, second) = dayAndSecond(instant.adding(seconds: Int64(offset(at: instant))).seconds)
        return LocalTime(day: CalendarDay(number: day), second: second)
    }

    /// The instant or instants at which the clocks show a time.
    public func timestamp(of local: LocalTime) -> Resolution {
        let wall = local.seconds
        var first: Timestamp?
        var last: Timestamp?
        // Whatever the offset, the instant lies within a day of the wall's time read as UTC.
        var count = transitionsUp(to: wall - 86_400)
        while true {
            let offset = count == 0 ? initial : transitions[count - 1].offsetSeconds
            let instant = Timestamp(seconds: wall - Int64(offset))
            let began = count == 0 || transitions[count - 1].at <= instant
            let lasts = count == transitions.count || instant < transitions[count].at
            if began, lasts {
                first = first ?? instant
                last = instant
            }
            guard count < transitions.count, transitions[count].at.seconds <= wall + 86_400 else { break }
            count += 1
        }
        guard let first, let last else { return .skipped }
        return first == last ? .one(first) : .twice(first, last)
    }

    /// The first instant of a day: its midnight, the earlier of two, or where the clocks went forward over
    /// midnight (or over the whole day) the instant at which they did.
    public func start(of day: CalendarDay) -> Timestamp {
        let midnight = LocalTime(day: day, second: 0)
        switch timestamp(of: midnight) {
        case .one(let instant), .twice(let instant, _): return instant
        case .skipped:
            // The first transition after which the clocks show midnight or later.
            let wall = midnight.seconds
            var count = transitionsUp(to: wall - 86_400)
            while count < transitions.count {
                let next = transitions[count]
                if next.at.adding(seconds: Int64(next.offsetSeconds)).seconds > wall { return next.at }
                count += 1
            }
            return Timestamp(seconds: wall - Int64(offset(at: Timestamp(seconds: wall))))
        }
    }

    /// How many transitions are at or before an instant.
    private func transitionsUp(to seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at.seconds <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ZoneOffsets {
    /// One line of ASCII that `init(text:)` reads back: `Europe/Berlin;3600;1774746000:7200;1792890000:3600`.
    public var text: String {
        var line = "\(name);\(initial)"
        for transition in transitions { line += ";\(transition.at.seconds):\(transition.offsetSeconds)" }
        return line
    }

    /// Reads what `text` wrote and nothing else; the instants must rise.
    public init?(text: String) {
        let fields = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard fields.count >= 2, isZoneName(fields[0]), let initial = wholeNumber(fields[1]) else {
            return nil
        }
        guard initial.magnitude < 86_400 else { return nil }
        var transitions: [Transition] = []
        transitions.reserveCapacity(fields.count - 2)
        for field in fields.dropFirst(2) {
            let sides = field.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard sides.count == 2, let at = wholeNumber(sides[0]), let offset = wholeNumber(sides[1]),
                offset.magnitude < 86_400, transitions.last.map({ $0.at.seconds < at }) ?? true
            else { return nil }
            transitions.append(Transition(at: Timestamp(seconds: at), offsetSeconds: Int(offset)))
        }
        self.init(name: String(fields[0]) ?? "", initial: Int(initial), transitions: transitions)
    }
}

private func limited(_ offsetSeconds: Int) -> Int { min(max(offsetSeconds, -86_399), 86_399) }

/// Letters, digits, `_`, `+`, `-` and `/`, one to 64.
private func isZoneName(_ bytes: Substring.UTF8View) -> Bool {
    guard !bytes.isEmpty, bytes.count <= 64 else { return false }
    return bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

/// A whole number as Swift writes it: no `+`, no leading zeros.
private func wholeNumber(_ bytes: Substring.UTF8View) -> Int64? {
    let text = Substring(bytes)
    guard let value = Int64(text), String(value) == text else { return nil }
    return value
}

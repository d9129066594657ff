import Accounting
import Testing

@Suite("Zone offsets") struct ZoneOffsetsTests {
    /// Madrid's two changes of 2026, and Samoa, which left out 30 December 2011.
    static let madrid = zone(
        "Europe/Madrid", 3600, [("2026-03-29T01:00:00Z", 7200), ("2026-10-25T01:00:00Z", 3600)])
    static let samoa = zone("Pacific/Apia", -36_000, [("2011-12-30T10:00:00Z", 50_400)])
    /// Midnight is skipped in spring and seen twice in autumn, as in Beirut and once in Havana.
    static let midnight = zone(
        "Test/Midnight", 0, [("2026-03-29T00:00:00Z", 3600), ("2026-10-24T23:30:00Z", 0)])

    static func zone(_ name: String, _ initial: Int, _ changes: [(String, Int)]) -> ZoneOffsets {
        ZoneOffsets(
            name: name, initial: initial,
            transitions: changes.compactMap { text, offset in
                Timestamp(rfc3339: text).map { .init(at: $0, offsetSeconds: offset) }
            })
    }

    static func local(_ text: String) throws -> LocalTime {
        ZoneOffsets.utc.local(try #require(Timestamp(rfc3339: text + "Z")))
    }

    @Test(
        "days begin at local midnight",
        arguments: [
            (madrid, "2026-01-31T22:59:59Z", "2026-01-31"), (madrid, "2026-01-31T23:00:00Z", "2026-02-01"),
            (madrid, "2026-06-30T21:59:59Z", "2026-06-30"), (madrid, "2026-06-30T22:00:00Z", "2026-07-01"),
            (madrid, "2026-03-29T00:59:59Z", "2026-03-29"), (madrid, "2026-10-25T22:59:59Z", "2026-10-25"),
            (madrid, "1969-12-31T23:00:00Z", "1970-01-01"), (madrid, "1969-12-31T22:59:59Z", "1969-12-31"),
            (samoa, "2011-12-30T09:59:59Z", "2011-12-29"), (samoa, "2011-12-30T10:00:00Z", "2011-12-31"),
            (.utc, "2026-12-31T23:59:59Z", "2026-12-31"),
        ])
    func days(zone: ZoneOffsets, instant: String, day: String) throws {
        #expect(zone.day(of: try #require(Timestamp(rfc3339: instant))).description == day)
    }

    @Test(
        "local times mean one instant, none or two",
        arguments: [
            ("2026-03-29T01:59:59", ["2026-03-29T00:59:59Z"]), ("2026-03-29T02:00:00", []),
            ("2026-03-29T02:59:59", []), ("2026-03-29T03:00:00", ["2026-03-29T01:00:00Z"]),
            ("2026-10-25T01:59:59", ["2026-10-24T23:59:59Z"]),
            ("2026-10-25T02:00:00", ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]),
            ("2026-10-25T02:59:59", ["2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"]),
            ("2026-10-25T03:00:00", ["2026-10-25T02:00:00Z"]),
            ("2020-01-01T00:00:00", ["2019-12-31T23:00:00Z"]),
        ])
    func resolution(text: String, instants: [String]) throws {
        let expected = try instants.map { try #require(Timestamp(rfc3339: $0)) }
        switch Self.madrid.timestamp(of: try Self.local(text)) {
        case .one(let instant): #expect([instant] == expected)
        case .skipped: #expect(expected.isEmpty)
        case .twice(let first, let second): #expect([first, second] == expected)
        }
    }

    @Test(
        "days start",
        arguments: [
            (madrid, "2026-03-29", "2026-03-28T23:00:00Z"), (madrid, "2026-03-30", "2026-03-29T22:00:00Z"),
            (midnight, "2026-03-29", "2026-03-29T00:00:00Z"),
            (midnight, "2026-10-25", "2026-10-24T23:00:00Z"),
            (samoa, "2011-12-29", "2011-12-29T10:00:00Z"), (samoa, "2011-12-30", "2011-12-30T10:00:00Z"),
            (samoa, "2011-12-31", "2011-12-30T10:00:00Z"), (.utc, "2026-01-01", "2026-01-01T00:00:00Z"),
        ])
    func starts(zone: ZoneOffsets, day: String, instant: String) throws {
        #expect(zone.start(of: try #require(CalendarDay(day))).description == instant)
    }

    @Test("the start of a day is in it and the second before is not")
    func startsAreSharp() {
        for zone in [Self.madrid, .utc] {
            for number in 20_400..<20_800 {
                let day = CalendarDay(number: number)
                let start = zone.start(of: day)
                #expect(zone.day(of: start) == day)
                #expect(zone.day(of: start.adding(seconds: -1)) == day.adding(days: -1))
                let local = zone.local(start)
                #expect((local.calendarDay, local.hour, local.minute, local.second) == (day, 0, 0, 0))
            }
        }
    }

    @Test("the text is read back", arguments: [madrid, samoa, midnight, .utc])
    func roundTrip(zone: ZoneOffsets) {
        #expect(ZoneOffsets(text: zone.text) == zone)
        #expect(zone.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test("the text of Madrid") func madridText() {
        #expect(Self.madrid.text == "Europe/Madrid;3600;1774746000:7200;1792890000:3600")
    }

    @Test(
        "other texts are refused",
        arguments: [
            "", "UTC", ";0", "UTC;", "UTC;x", "UTC;0;", "UTC;0;1", "UTC;0;1:", "UTC;0;:1", "UTC;0;1:2:3",
            "UTC;+1",
            "UTC;01", "UTC;86400", "UTC;-86400", "UTC;0;1:86400", "UTC;0;2:0;1:0", "UTC;0;1:0;1:0", "UT C;0",
            "UTC;0\n",
            "Ünited;0", "UTC;9223372036854775808", "UTC;-9223372036854775808", "UTC;0;1:-9223372036854775808",
            "UTC;0;99999999999999999999:0", "UTC;-0", "UTC;１",
        ])
    func refuses(text: String) { #expect(ZoneOffsets(text: text) == nil) }

    @Test("transitions are put in order, the later of two at one instant counts, wild offsets are cut")
    func hostile() {
        let zone = ZoneOffsets(
            name: "Test", initial: .max,
            transitions: [
                .init(at: Timestamp(seconds: 20), offsetSeconds: .min),
                .init(at: Timestamp(seconds: 10), offsetSeconds: 1),
                .init(at: Timestamp(seconds: 10), offsetSeconds: 2),
                .init(at: Timestamp(seconds: .max), offsetSeconds: 3),
                .init(at: Timestamp(seconds: .min), offsetSeconds: 4),
            ])
        #expect(zone.transitions.map(\.offsetSeconds) == [4, 2, -86_399, 3])
        #expect(zone.initial == 86_399)
        #expect(ZoneOffsets(text: zone.text) == zone)
        for seconds: Int64 in [.min, .max, 0, -62_135_596_800, 253_402_300_799] {
            let instant = Timestamp(seconds: seconds)
            _ = (zone.day(of: instant), zone.local(instant), zone.timestamp(of: zone.local(instant)))
            _ = zone.start(of: zone.day(of: instant))
        }
    }

    @Test(
        "local times are checked",
        arguments: [
            (2026, 2, 31, 0, 0, 0), (0, 1, 1, 0, 0, 0), (2026, 1, 1, 24, 0, 0), (2026, 1, 1, 0, 60, 0),
            (2026, 1, 1, 0, 0, 60), (2026, 1, 1, -1, 0, 0), (.max, 1, 1, 0, 0, 0), (2026, 1, .min, 0, 0, 0),
        ])
    func localTimes(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        #expect(
            LocalTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second) == nil)
    }
}

import Accounting
import Testing

@Suite("Days and instants") struct TimeTests {
    @Test(
        "instants are read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-03-04T09:30:00Z", 1_772_616_600),
            ("2026-03-04t09:30:00z", 1_772_616_600),
            ("2026-03-04T10:30:00+01:00", 1_772_616_600),
            ("2026-03-04T09:30:00.999999999999Z", 1_772_616_600),
            ("2026-03-04T04:30:00.5-05:00", 1_772_616_600), ("1969-12-31T23:59:59Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800), ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("2026-03-04T09:30:00-00:00", 1_772_616_600),
            ("2026-03-05T09:29:00+23:59", 1_772_616_600),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.seconds == seconds)
        #expect(Timestamp(rfc3339: Array(text.utf8).span)?.seconds == seconds)
    }

    @Test(
        "what is not an instant is refused",
        arguments: [
            "", "Z", "2026-03-04", "2026-03-04T09:30:00", "2026-03-04T09:30Z", "2026-03-04 09:30:00Z",
            "2026-02-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+00:60",
            "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00 01:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.5", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00ZZ",
            "2026-01-01T00:00:00Z ",
            " 2026-01-01T00:00:00Z", "+2026-01-01T00:00:00Z", "12026-01-01T00:00:00Z", "2026-1-01T00:00:00ZZ",
            "２026-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
            "2026-01-01T-1:00:00Z",
            "2026/01/01T00:00:00Z", "2026-01-01T00.00.00Z", "2026-01-01T00:00:00.5\0Z",
        ])
    func refuses(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test("instants are written and read back")
    func roundTrip() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(state: seed)
        for _ in 0..<2000 {
            let instant = Timestamp(seconds: .random(in: -62_135_596_800...253_402_300_799, using: &random))
            #expect(Timestamp(rfc3339: instant.description) == instant, "seed \(seed)")
        }
        #expect(Timestamp(seconds: .max).description == "9999-12-31T15:30:07Z")
        #expect(Timestamp(seconds: .min).description.hasPrefix("0001-01-01T"))
        #expect(Timestamp(seconds: .max).adding(seconds: 1).seconds == .max)
        #expect(Timestamp(seconds: .min).adding(seconds: -1).seconds == .min)
    }

    @Test("every day of the calendar has one date, one after the other")
    func calendar() throws {
        var expected = (year: 1, month: 1, day: 1)
        let first = try #require(CalendarDay(year: 1, month: 1, day: 1))
        let last = try #require(CalendarDay(year: 9999, month: 12, day: 31))
        var wrong = 0
        for number in first.number...last.number {
            let day = CalendarDay(number: number)
            if (day.year, day.month, day.day) != expected { wrong += 1 }
            if CalendarDay(year: expected.year, month: expected.month, day: expected.day) != day {
                wrong += 1
            }
            expected.day += 1
            if CalendarDay(year: expected.year, month: expected.month, day: expected.day) == nil {
                expected = (expected.year, expected.month + 1, 1)
                if expected.month == 13 { expected = (expected.year + 1, 1, 1) }
            }
        }
        #expect(wrong == 0)
        #expect(expected == (10_000, 1, 1))
        #expect(last.number - first.number + 1 == 3_652_059)
    }

    @Test("days are read", arguments: [("1970-01-01", 0), ("2026-03-31", 20_543), ("2000-02-29", 11_016)])
    func readsDay(text: String, number: Int) {
        #expect(CalendarDay(text)?.number == number)
        #expect(CalendarDay(text)?.description == text)
    }

    @Test(
        "what is not a day is refused",
        arguments: [
            "", "2026", "2026-3-31", "2026-02-31", "2026-02-29", "2100-02-29", "0000-01-01", "2026-04-31",
            "2026-13-01",
            "2026-03-31 ", "2026-03-31T", "-026-03-31", "2026-03-+1", "２026-03-1", "20260331", "2026/03/31",
        ])
    func refusesDay(text: String) { #expect(CalendarDay(text) == nil) }

    @Test("days do not leave the calendar")
    func clamped() {
        #expect(CalendarDay(number: .max).description == "9999-12-31")
        #expect(CalendarDay(number: .min).description == "0001-01-01")
        #expect(CalendarDay(number: 0).adding(days: .max).description == "9999-12-31")
        #expect(CalendarDay(number: -1).adding(days: .min).description == "0001-01-01")
        #expect(CalendarDay(year: .max, month: 1, day: 1) == nil)
        #expect(CalendarDay(year: 2026, month: .min, day: .max) == nil)
        #expect(CalendarDay(number: .min).firstOfWeek.description == "0001-01-01")
    }

    @Test(
        "weekdays",
        arguments: [
            ("1970-01-01", 4), ("2026-03-30", 1), ("2026-04-05", 7), ("2000-01-01", 6), ("0001-01-01", 1),
        ])
    func weekday(text: String, weekday: Int) { #expect(CalendarDay(text)?.isoWeekday == weekday) }

    @Test(
        "first days and next ones",
        arguments: [
            ("2026-03-31", .day, "2026-03-31", "2026-04-01"),
            ("2026-04-01", .week, "2026-03-30", "2026-04-06"),
            ("2026-01-31", .month, "2026-01-01", "2026-02-01"),
            ("2024-02-29", .month, "2024-02-01", "2024-03-01"),
            ("2026-12-31", .month, "2026-12-01", "2027-01-01"),
            ("2026-05-15", .quarter, "2026-04-01", "2026-07-01"),
            ("2026-12-31", .quarter, "2026-10-01", "2027-01-01"),
            ("2026-01-01", .quarter, "2026-01-01", "2026-04-01"),
            ("2024-12-31", .year, "2024-01-01", "2025-01-01"),
            ("2025-01-01", .year, "2025-01-01", "2026-01-01"),
        ] as [(String, PeriodLength, String, String)])
    func firsts(text: String, length: PeriodLength, first: String, next: String) throws {
        let day = try #require(CalendarDay(text))
        #expect(day.first(of: length).description == first)
        #expect(day.next(length).description == next)
    }

    @Test(
        "periods are read",
        arguments: [
            ("2026", "2026-01-01", "2026-12-31"), ("2026-Q2", "2026-04-01", "2026-06-30"),
            ("2026-Q4", "2026-10-01", "2026-12-31"), ("2026-04", "2026-04-01", "2026-04-30"),
            ("2024-02", "2024-02-01", "2024-02-29"), ("2026-04-03", "2026-04-03", "2026-04-03"),
            ("9999", "9999-01-01", "9999-12-31"), ("9999-Q4", "9999-10-01", "9999-12-31"),
            ("9999-12", "9999-12-01", "9999-12-31"),
        ])
    func periods(text: String, first: String, last: String) {
        #expect(Period(text)?.first.description == first)
        #expect(Period(text)?.last.description == last)
    }

    @Test(
        "what is not a period is refused",
        arguments: [
            "", "26", "0000", "2026-", "2026-Q", "2026-Q0", "2026-Q5", "2026-q2", "2026-13", "2026-00",
            "2026-4",
            "2026-02-30", "2026 04", "２026", "2026-Q22", "-026", "2026-W14",
        ])
    func refusesPeriod(text: String) { #expect(Period(text) == nil) }

    @Test("pieces cover a period", arguments: PeriodLength.allCases)
    func split(length: PeriodLength) throws {
        for text in ["2026", "2024-02", "2026-Q2", "2026-04-03", "9999", "9999-12-31", "0001"] {
            let whole = try #require(Period(text))
            let pieces = whole.split(by: length)
            #expect(pieces.first?.first == whole.first)
            #expect(pieces.last?.last == whole.last)
            for (piece, next) in zip(pieces, pieces.dropFirst()) {
                #expect(piece.last.adding(days: 1) == next.first)
                #expect(next.first == next.first.first(of: length))
            }
        }
    }

    @Test(
        "how many pieces",
        arguments: [
            ("2026", .day, 365), ("2026", .week, 53), ("2026", .month, 12), ("2026", .quarter, 4),
            ("2026", .year, 1),
            ("2024-02", .day, 29), ("2026-04-03", .week, 1), ("9999", .month, 12), ("9999", .day, 365),
        ] as [(String, PeriodLength, Int)])
    func pieces(text: String, length: PeriodLength, count: Int) {
        #expect(Period(text)?.split(by: length).count == count)
    }

    @Test("a period does not end before it begins")
    func backwards() {
        let day = CalendarDay(number: 10)
        #expect(Period(first: day, last: day.adding(days: -1)) == nil)
        #expect(Period(first: day, last: day)?.contains(day) == true)
        #expect(Period(first: day, last: day)?.contains(day.adding(days: 1)) == false)
    }
}

import Accounting
import Parsing
import Testing

@testable import Imports

@Suite("Cells")
struct CellsTests {
    private func cells(_ currency: String, comma: Bool = false) throws -> Cells {
        Cells(currency: try #require(Currency(currency)), zone: Sample.berlin, decimalComma: comma)
    }

    /// Currency, cell, minor units.
    static let amounts: [(String, String, Int64)] = [
        ("EUR", "79", 7_900), ("EUR", "79.00", 7_900), ("EUR", "79.5", 7_950), ("USD", "$1,234.00", 123_400),
        ("SEK", "SEK 1,000.00", 100_000), ("AUD", "$17.17 AUD", 1_717), ("GBP", "£253.00", 25_300),
        ("AUD", "$66.4", 6_640), ("AUD", "$21 AUD", 2_100), ("AUD", "AU$5", 500), ("CAD", "CA$5.00", 500),
        ("EUR", "€ 5", 500), ("EUR", "5 €", 500), ("EUR", "5.00 eur", 500), ("EUR", "(5.00)", -500),
        ("EUR", "-€5.00", -500), ("EUR", "€\u{A0}5", 500), ("JPY", "¥12,000", 1_200_0),
        ("JPY", "JPY 500", 500),
        ("EUR", "1 234.00", 123_400), ("EUR", "12\u{202F}345\u{A0}678 €", 1_234_567_800),
        ("USD", "299.0", 29_900), ("EUR", "1,234,567.89", 123_456_789), ("USD", "0", 0),
    ]

    @Test("amounts", arguments: amounts)
    func amount(currency: String, text: String, units: Int64) throws {
        #expect(try cells(currency).amount(Array(text.utf8).span) == units)
    }

    @Test(
        "a decimal comma",
        arguments: [("1.234,50", 123_450), ("79,5", 7_950), ("€ 5", 500)] as [(String, Int64)])
    func decimalComma(text: String, units: Int64) throws {
        #expect(try cells("EUR", comma: true).amount(Array(text.utf8).span) == units)
    }

    /// Currency, cell, kind of the fault.
    static let badAmounts: [(String, String, String)] = [
        ("EUR", "", "amount"), ("EUR", "x", "amount"), ("EUR", "1.234", "amount"), ("EUR", "12,34", "amount"),
        ("EUR", "1,23,456.00", "amount"), ("EUR", "$5.00", "currency"), ("EUR", "SEK 5", "currency"),
        ("USD", "$5 AUD", "currency"), ("JPY", "5.00", "amount"), ("EUR", "5-", "amount"),
        ("EUR", "1.2.3", "amount"),
        ("EUR", "99999999999999999999", "amount"), ("EUR", "€", "amount"), ("EUR", "()", "amount"),
        ("EUR", "5 pieces", "amount"), ("EUR", "5 00", "amount"), ("EUR", "5\u{A0}00", "amount"),
        ("EUR", "5€00", "amount"), ("EUR", "5 .00", "amount"), ("EUR", "5 EUR 3", "amount"),
    ]

    @Test("what is no amount", arguments: badAmounts)
    func badAmount(currency: String, text: String, kind: String) throws {
        let cells = try cells(currency)
        let error = #expect(throws: CellProblem.self) { try cells.amount(Array(text.utf8).span) }
        #expect(error?.kind == kind)
    }

    @Test("the short way to read what platforms write takes amounts for the same as the long way")
    func shortWay() throws {
        let starts = ["", "€", "€ ", "EUR ", "EUR", "eur ", "$", "US$", "$ ", "USD ", "¥", "-€", " €"]
        let numbers = [
            "79.00", "79", "1,234.00", "1,234,567.8", "12,34", ",5", "5,", ".5", "5.", "1.234,50", "1.2.3",
            "0",
            "-5", "(5.00)", "5 000", "", "999,999,999,999.99", "99999999999999999999", "x",
        ]
        let ends = ["", " EUR", "EUR", " USD", " AUD", " €", " ", "  EUR"]
        var short = 0
        for (currency, comma) in [
            ("EUR", false), ("EUR", true), ("USD", false), ("AUD", false), ("JPY", false),
        ] {
            let cells = try cells(currency, comma: comma)
            for start in starts {
                for cell in numbers.flatMap({ number in ends.map { start + number + $0 } }) {
                    let bytes = Array(cell.utf8)
                    guard let amount = cells.usualAmount(bytes.span) else { continue }
                    #expect(try cells.anyAmount(bytes.span) == amount, "\(currency): \(cell)")
                    short += 1
                }
            }
        }
        #expect(short > 100)
        #expect(try cells("EUR").usualAmount(Array("€1,234.00".utf8).span) == 123_400)
        #expect(try cells("AUD").usualAmount(Array("$17.17 AUD".utf8).span) == 1_717)
        #expect(try cells("SEK").usualAmount(Array("SEK 79.00".utf8).span) == 7_900)
    }

    static let times: [(String, String)] = [
        ("2026-03-04T09:30:00Z", "2026-03-04T09:30:00Z"),
        ("2026-03-04T09:30:00+01:00", "2026-03-04T08:30:00Z"),
        ("2026-03-04 09:30", "2026-03-04T08:30:00Z"), ("2026-03-04 09:30:15", "2026-03-04T08:30:15Z"),
        ("2018/03/28, 10:27", "2018-03-28T09:27:00Z"), ("1973-05-03, 23:35", "1973-05-03T22:35:00Z"),
        ("2015-08-19 14:22:07 -0700", "2015-08-19T21:22:07Z"),
        ("2015-08-19 14:22:07 UTC", "2015-08-19T14:22:07Z"),
        ("2026-07-01 00:00", "2026-06-30T22:00:00Z"), ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
    ]

    @Test("times", arguments: times)
    func time(text: String, instant: String) throws {
        #expect(try cells("EUR").time(Array(text.utf8).span).description == instant)
    }

    @Test(
        "what is no time",
        arguments: [
            "", "2026", "2026-02-30 10:00", "2026-03-29 02:30", "10:00 2026-03-04", "2026-03-04 25:00",
            "2026-03-04 09:30 sharp", "2026-03-04 09:30:15:16", "04.03.2026 09:30", "2026-03-04 09:30 +2500",
        ])
    func badTime(text: String) throws {
        let cells = try cells("EUR")
        #expect(throws: CellProblem.self) { try cells.time(Array(text.utf8).span) }
    }

    @Test(
        "what of a time is wrong is said",
        arguments: [
            ("2026-13-04", "there is no month 13"), ("2026-13-04T09:30:00Z", "there is no month 13"),
            ("2026-00-04 09:30", "there is no month 0"), ("2026-03-00 09:30", "there is no day 0"),
            ("2026-02-30", "month 2 has only 28 days"),
            ("2028-02-30T10:00:00Z", "month 2 has only 29 days"),
            ("2026-03-04 24:30", "there is no hour 24"), ("2026-03-04 09:60", "there is no minute 60"),
            ("2026-03-04 09:30:61", "there is no second 61"), ("0000-03-04 09:30", "there is no year 0"),
            ("2026-03-04", "the day has no time"), ("04.03.2026", "this is not a time"),
        ])
    func faultyTime(text: String, said: String) throws {
        let cells = try cells("EUR")
        let error = #expect(throws: CellProblem.self) { try cells.time(Array(text.utf8).span) }
        #expect(error?.message == said)
    }

    @Test(
        "e-mail addresses",
        arguments: [
            ("a@b", true), ("a.b+c@d.example", true), ("é@b.org", true), ("a@b@c", false), ("@b", false),
            ("a@", false), ("a b@c", false), ("", false), ("a@b;c", false),
            (String(repeating: "a", count: 250) + "@b.org", false),
        ])
    func email(text: String, isEmail: Bool) {
        #expect(Cells.isEmail(Array(text.utf8).span) == isEmail)
    }

    @Test(
        "countries",
        arguments: [
            ("DE", "DE"), ("de", "DE"), ("UK", "GB"), ("EU", "EU"), ("D", nil), ("DEU", nil), ("1E", nil),
        ]
            as [(String, String?)])
    func country(text: String, code: String?) {
        let expected = code.map { UInt16($0.utf8.first!) << 8 | UInt16($0.utf8.last!) }
        #expect(Cells.country(Array(text.utf8).span) == expected)
    }

    @Test(
        "card numbers",
        arguments: [
            ("4111111111111111", true), ("4111 1111 1111 1111", true), ("3782-822463-10005", true),
            ("'4111111111111111", true), ("=\"4111111111111111\"", true),
            ("4111111111111112", false), ("+4111111111111111", false), ("411111111111", false),
            ("192785204", false), ("00000000000000000000", false),
        ])
    func card(text: String, isCard: Bool) {
        #expect(Cells.isCardNumber(Array(text.utf8).span) == isCard)
    }
}

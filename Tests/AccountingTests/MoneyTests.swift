import Accounting
import Testing

@Suite("Money") struct MoneyTests {
    static let euro = Currency("EUR") ?? Currency.all[0]

    @Test(
        "currencies have their decimals",
        arguments: [
            ("EUR", 2), ("USD", 2), ("MGA", 2), ("HUF", 2), ("TWD", 2), ("JPY", 0), ("UGX", 0), ("UYI", 0),
            ("ISK", 0),
            ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4), ("AED", 2), ("ZWG", 2),
        ])
    func exponent(code: String, exponent: Int) {
        #expect(Currency(code)?.exponent == exponent)
        #expect(Currency(code)?.code == code)
    }

    @Test(
        "what is not an active code is refused",
        arguments: [
            "", "E", "eur", "Eur", "EU", "EURO", "XXX", "XAU", "XTS", "HRK", "AAA", "ZZZ", "ЕUR", "EU\0",
            " EU",
        ])
    func refusedCode(code: String) { #expect(Currency(code) == nil) }

    @Test("the list is in order, without repeats, and each code finds itself")
    func list() {
        #expect(zip(Currency.all, Currency.all.dropFirst()).allSatisfy { $0.code < $1.code })
        #expect(Currency.all.allSatisfy { Currency($0.code) == $0 })
        #expect(Currency.all.filter { $0.exponent == 0 }.count == 17)
        #expect(Currency.all.filter { $0.exponent == 3 }.count == 7)
        #expect(Currency.all.filter { $0.exponent == 4 }.count == 2)
    }

    @Test(
        "amounts are read",
        arguments: [
            ("79.00", 2, 7_900), ("79", 2, 7_900), ("79.5", 2, 7_950), ("-3.00", 2, -300), ("0", 2, 0),
            ("-0", 2, 0),
            ("007", 2, 700), ("0.01", 2, 1), ("1200", 0, 1200), ("1.234", 3, 1234), ("1.2", 3, 1200),
            ("1.2345", 4, 12_345), ("10000000000.00", 2, largestAmount),
            ("-10000000000.00", 2, -largestAmount),
            ("1000000000000", 0, largestAmount), ("00000000000000000000000000001", 2, 100),
        ] as [(String, Int, Int64)])
    func reads(text: String, exponent: Int, expected: Int64) throws {
        #expect(try parseAmount(text, exponent: exponent) == expected)
        #expect(try parseAmount(Array(text.utf8).span, exponent: exponent) == expected)
    }

    @Test(
        "what is not an amount is refused with its reason",
        arguments: [
            ("", 2, .notANumber), ("-", 2, .notANumber), (".", 2, .notANumber), (".5", 2, .notANumber),
            ("5.", 2, .notANumber), ("5.", 0, .notANumber), ("+5", 2, .notANumber), (" 1", 2, .notANumber),
            ("1 ", 2, .notANumber), ("1e5", 2, .notANumber), ("1,5", 2, .notANumber),
            ("1.234,50", 2, .notANumber),
            ("1.2.3", 2, .notANumber), ("--1", 2, .notANumber), ("1-", 2, .notANumber), ("１", 2, .notANumber),
            ("٣", 2, .notANumber), ("0x10", 2, .notANumber), ("nan", 2, .notANumber), ("1\0", 2, .notANumber),
            ("79,0x", 2, .notANumber), ("99999999999999999999999999x", 2, .notANumber),
            ("−5", 2, .notANumber),
            ("1.234", 2, .tooManyDecimals(2)), ("1.000", 2, .tooManyDecimals(2)),
            ("1.0", 0, .tooManyDecimals(0)),
            ("10000000000.01", 2, .tooLarge), ("-10000000000.01", 2, .tooLarge),
            ("10000000001", 2, .tooLarge),
            ("9223372036854775807", 0, .tooLarge), ("9223372036854775808", 0, .tooLarge),
            ("18446744073709551617", 2, .tooLarge),
            ("99999999999999999999999999999999999999999", 2, .tooLarge),
            ("1000000000000", 4, .tooLarge),
        ] as [(String, Int, AmountProblem)])
    func refuses(text: String, exponent: Int, problem: AmountProblem) {
        #expect(throws: problem) { try parseAmount(text, exponent: exponent) }
    }

    @Test("prices are not below zero")
    func unsigned() throws {
        #expect(try parseUnsignedAmount("12.30", exponent: 2) == 1230)
        #expect(throws: AmountProblem.negative) { try parseUnsignedAmount("-1", exponent: 2) }
        #expect(throws: AmountProblem.negative) { try parseUnsignedAmount("-0", exponent: 2) }
        #expect(throws: AmountProblem.notANumber) { try parseUnsignedAmount("", exponent: 2) }
    }

    @Test(
        "amounts are written with exactly their digits",
        arguments: [
            (123_450, "EUR", "1234.50", "1,234.50"), (-300, "EUR", "-3.00", "-3.00"),
            (0, "EUR", "0.00", "0.00"),
            (5, "EUR", "0.05", "0.05"), (-5, "EUR", "-0.05", "-0.05"), (1200, "JPY", "1200", "1,200"),
            (0, "JPY", "0", "0"), (999, "JPY", "999", "999"), (1_234_567, "KWD", "1234.567", "1,234.567"),
            (100_000_000, "EUR", "1000000.00", "1,000,000.00"), (-99_999, "EUR", "-999.99", "-999.99"),
            (.max, "EUR", "92233720368547758.07", "92,233,720,368,547,758.07"),
            (.min, "EUR", "-92233720368547758.08", "-92,233,720,368,547,758.08"),
            (1, "CLF", "0.0001", "0.0001"),
        ] as [(Int64, String, String, String)])
    func writes(minor: Int64, code: String, plain: String, grouped: String) throws {
        let money = Money(minorUnits: minor, currency: try #require(Currency(code)))
        #expect(money.plain == plain)
        #expect(money.grouped == grouped)
        #expect(money.description == "\(code) \(grouped)")
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        for currency in Currency.all {
            for minor: Int64 in [0, 1, -1, 9, 10, 99, 100, 12_345, -98_765, largestAmount, -largestAmount] {
                let text = Money(minorUnits: minor, currency: currency).plain
                #expect(try parseAmount(text, exponent: currency.exponent) == minor)
            }
        }
    }

    @Test("arithmetic")
    func arithmetic() {
        let three = Money(minorUnits: 300, currency: Self.euro)
        var sum = three + Money(minorUnits: 50, currency: Self.euro)
        #expect(sum.minorUnits == 350)
        sum -= three
        #expect(sum.minorUnits == 50)
        sum += -three
        #expect(sum == Money(minorUnits: -250, currency: Self.euro))
        #expect(sum < .zero(Self.euro))
        #expect(three.allocated(by: [2, 1, 1]).map(\.minorUnits) == [150, 75, 75])
    }

    @Test(
        "rates are read and written",
        arguments: [
            ("19", 190_000, "19"), ("2.9", 29_000, "2.9"), ("0", 0, "0"), ("100", 1_000_000, "100"),
            ("7.7500", 77_500, "7.75"), ("0.0001", 1, "0.0001"), ("10", 100_000, "10"),
        ] as [(String, Int64, String)])
    func rates(text: String, millionths: Int64, written: String) throws {
        let rate = try #require(Percentage(text))
        #expect(rate.millionths == millionths)
        #expect(rate.description == written)
    }

    @Test(
        "what is not a rate is refused",
        arguments: [
            "", "-1", "-0", "100.0001", "101", "2.90000", "19%", "1e1", " 1", "１", ".5",
            "99999999999999999999",
        ])
    func refusedRate(text: String) { #expect(Percentage(text) == nil) }

    @Test(
        "a rate of an amount, half up",
        arguments: [
            ("19", 10_000, 1900, 1597), ("21", 10_890, 2287, 1890), ("50", 1, 1, 0), ("50", -1, -1, 0),
            ("49.9999", 1, 0, 0), ("20", 12_000, 2400, 2000), ("0", 500, 0, 0), ("100", 3, 3, 2),
            ("100", -3, -3, -2),
            ("100", .max, .max, 4_611_686_018_427_387_904), ("100", .min, .min, -4_611_686_018_427_387_904),
        ] as [(String, Int64, Int64, Int64)])
    func share(rate: String, amount: Int64, of: Int64, included: Int64) throws {
        let rate = try #require(Percentage(rate))
        #expect(rate.of(amount) == of)
        #expect(rate.included(in: amount) == included)
    }
}

import Accounting
import Testing

@testable import Crowdfunding

@Suite("Deposits, lines and reminders") struct InstalmentTests {
    private static func prepayment(_ deposit: Prepayment.Deposit?) -> Prepayment {
        Prepayment(
            plan: deposit == nil ? .full : .deposit, collect: .atClose, deposit: deposit,
            balanceDue: deposit == nil ? nil : .beforeShipping, retryDays: 7, retryEveryHours: 48)
    }

    private static func percent(_ text: String) throws -> Prepayment.Deposit {
        .percent(try #require(Percentage(text)))
    }

    @Test(
        "the first price is the deposit, half up, never more than the price and never nothing",
        arguments: [
            ("30", 12_000, 3_600), ("33.3", 1_000, 333), ("0.1", 100, 1), ("0.1", 0, 0), ("100", 7, 7),
            ("50", 5, 3),
        ] as [(String, Int64, Int64)])
    func percentages(share: String, total: Int64, price: Int64) throws {
        #expect(Self.prepayment(try Self.percent(share)).firstPrice(of: total) == price)
    }

    @Test("a fixed deposit is no more than the price; without a plan all of it is asked for")
    func amounts() {
        #expect(Self.prepayment(.amount(5_000)).firstPrice(of: 12_000) == 5_000)
        #expect(Self.prepayment(.amount(5_000)).firstPrice(of: 4_000) == 4_000)
        #expect(Self.prepayment(nil).firstPrice(of: 12_000) == 12_000)
    }

    @Test("units are for what is paid in full, or with its deposit, and not given back")
    func units() {
        let full = Self.prepayment(nil)
        let deposit = Self.prepayment(.amount(10))
        #expect(full.givesUnits(total: 100, captured: 100, held: 100))
        #expect(!full.givesUnits(total: 100, captured: 99, held: 99))
        #expect(!full.givesUnits(total: 100, captured: 100, held: 0))
        #expect(full.givesUnits(total: 0, captured: 0, held: 0))
        #expect(deposit.givesUnits(total: 100, captured: 10, held: 10))
        #expect(!deposit.givesUnits(total: 100, captured: 0, held: 0))
        #expect(!deposit.givesUnits(total: 100, captured: 10, held: 0))
    }

    // MARK: Lines

    private static func tier(_ price: Int64) -> RewardTier {
        RewardTier(
            id: "one", title: "One", price: price, limit: nil, perBacker: nil, until: nil, contains: [],
            delivery: nil, substitutes: [])
    }

    private static func addOn(_ id: String, _ price: Int64) -> AddOn {
        AddOn(id: id, title: id, price: price, contains: [], limit: nil, perBacker: nil)
    }

    /// A lamp of 99.00 and two bulbs of 9.00; 21 % are in them and in 9.90 shipping.
    private static func lines(promotion: String? = nil, goods: Int64, tax: Int64, included: Bool = true)
        -> LinePrices
    {
        LinePrices(
            tier: (tier(9_900), 1), addOns: [(addOn("bulb", 900), 2)], goods: goods, shipping: 818, tax: tax,
            pricesIncludeTax: included, promotion: promotion.flatMap { Percentage($0) })
    }

    @Test("a line costs what the definition says, where the pledge was priced by it")
    func asPriced() throws {
        let lines = Self.lines(goods: 9_669, tax: 2_203)
        #expect(try lines.line("one", units: nil).amount == 9_900)
        #expect(try lines.line("bulb", units: nil).amount == 1_800)
        #expect(try lines.line("bulb", units: 1).amount == 900)
        #expect(lines.lines.reduce(0) { $0 + $1.amount } == 11_700)
    }

    @Test("a promotion and a tax on top are in each line by its share, and all lines are what was paid")
    func shares() throws {
        let less = Self.lines(promotion: "10", goods: 8_702, tax: 2_000)
        #expect(less.lines.map(\.amount) == [8_910, 1_620])
        let onTop = Self.lines(goods: 11_700, tax: 2_629, included: false)
        #expect(onTop.lines.reduce(0) { $0 + $1.amount } == 11_700 + 2_457)
        // A platform's row was not priced by us: its own amount is split.
        let platform = Self.lines(goods: 5_000, tax: 0)
        #expect(platform.lines.map(\.amount) == [4_231, 769])
    }

    @Test("a line that is not in the pledge, or so many of it, is refused")
    func refused() {
        let lines = Self.lines(goods: 9_669, tax: 2_203)
        #expect(throws: LineRefusal.noSuchLine("lamp", known: ["one", "bulb"])) {
            try lines.line("lamp", units: nil)
        }
        for units in [0, 3] as [Int64] {
            #expect(throws: LineRefusal.unitsOutOfRange("bulb", asked: units, 2)) {
                try lines.line("bulb", units: units)
            }
        }
    }

    // MARK: Reminders

    @Test("in each period of the window there is one reminder, and none when it is over")
    func periods() {
        let schedule = RetrySchedule(began: now, days: 7, everyHours: 48)
        let hour: Int64 = 3600
        let periods = [-1, 0, 47, 48, 95, 96, 167, 168].map {
            schedule.period(at: now.adding(seconds: $0 * hour))
        }
        #expect(periods == [nil, 1, 1, 2, 2, 3, 4, nil])
    }

    @Test(
        "what a backer is told follows from how the payment stands",
        arguments: [
            (.failed, .failedSoft, 1, false, .paymentFailed), (.failed, .failedHard, 1, false, .newCard),
            (.failed, .abandoned, 2, false, .newCard),
            (.actionRequired, .actionRequired, 1, false, .confirmPayment),
            (.failed, .failedSoft, 1, true, nil), (.failed, .failedSoft, 2, true, .balanceDue),
            (.pledged, .pledged, 2, true, .balanceDue), (.methodSaved, .methodSaved, 2, false, nil),
            (.captured, .pledged, 1, false, nil), (.dropped, .dropped, 1, false, nil),
        ] as [(PaymentState, PaymentEnding, Int, Bool, PaymentReminder?)])
    func reminders(
        state: PaymentState, ending: PaymentEnding, instalment: Int, isRecorded: Bool, told: PaymentReminder?
    ) {
        #expect(PaymentReminder(state, ending, instalment: instalment, isRecorded: isRecorded) == told)
    }

    @Test("a gateway that is asked late is not asked again for every instant that was missed")
    func asked() {
        let minute: Int64 = 60
        let day: Int64 = 86_400
        let ages = [0, 1, minute, 5 * minute, 30 * minute, 7_200, 43_200, day - 1, day, 3 * day + 5]
        let asked = ages.map { AskSchedule.asked(since: now, at: now.adding(seconds: $0)) }
        #expect(asked == [0, 0, 1, 2, 3, 4, 5, 5, 6, 8])
        for (age, count) in zip(ages, asked) {
            let next = AskSchedule.next(since: now, asked: count)
            #expect(next > now.adding(seconds: age), "\(age)")
        }
    }
}

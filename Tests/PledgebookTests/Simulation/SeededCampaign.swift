import Accounting
import Glibc

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook

/// A small campaign and its pledges, drawn from a seed.
struct SeededCampaign {
    struct Row {
        var reference: String
        var pledgedAt: Timestamp
        var cells: String
    }

    let text: String
    let opens: Timestamp
    let closes: Timestamp
    let retryDays: Int
    /// In the order of time.
    let rows: [Row]
    let currency: String

    /// Ends that lie where clocks are changed, where a month or a leap day ends, or nowhere in particular.
    private static let ends: [(zone: String, closes: String)] = [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("America/New_York", "2026-11-01T05:30:00Z"), ("America/New_York", "2026-03-08T06:59:59Z"),
        ("UTC", "2028-02-29T23:59:59Z"), ("Asia/Tokyo", "2028-02-29T15:00:00Z"),
        ("UTC", "2026-12-31T23:59:59Z"), ("Pacific/Auckland", "2026-04-04T14:30:00Z"),
        ("UTC", "2026-05-14T12:00:00Z"),
    ]

    /// How many times as many pledges as usual: PLEDGEBOOK_PLEDGES, in the long form.
    static let size = getenv("PLEDGEBOOK_PLEDGES").flatMap { Int(String(cString: $0)) } ?? 1

    init(_ random: inout SampleRandom) {
        let end = Self.ends[random.below(Self.ends.count)]
        closes = SampleCampaigns.instant(end.closes)
        opens = closes.adding(seconds: -Int64(5 + random.below(30)) * 86_400)
        currency = ["EUR", "EUR", "JPY", "KWD"][random.below(4)]
        retryDays = random.below(10)
        let point = ["JPY": "", "KWD": ".000"][currency] ?? ".00"
        func amount(_ units: Int) -> String { "\(units)\(point)" }
        let count = (4 + random.below(10)) * Self.size
        let prices = [20, 35, 100]
        var rows: [Row] = []
        var sum = 0
        let span = Int(closes.seconds - opens.seconds)
        for (index, offset) in (0..<count).map({ _ in random.below(span) }).sorted().enumerated() {
            let tier = random.below(3)
            let quantity = 1 + random.below(2)
            let at = opens.adding(seconds: Int64(offset))
            let backer = random.chance(1_000) ? 1 : index + 1
            sum += prices[tier] * quantity
            rows.append(
                Row(
                    reference: "P-\(index + 1)", pledgedAt: at,
                    cells: "P-\(index + 1),b\(backer)@post.example,DE,t\(tier),\(quantity),\(at),rehearsal,"
                        + "pm_\(index + 1)"))
        }
        self.rows = rows
        let rule = random.chance(7_500) ? "all-or-nothing" : "keep-it-all"
        let goal = max(1, sum * (30 + random.below(75)) / 100)
        text = """
            {
              "id": "lamp", "title": "Lamp", "currency": "\(currency)", "time_zone": "\(end.zone)",
              "opens_at": "\(opens)", "closes_at": "\(closes)",
              "late_pledges_until": "\(closes.adding(seconds: 30 * 86_400))",
              "funding": { "rule": "\(rule)", "goal": "\(amount(goal))",
                "goal_basis": "\(random.chance(6_000) ? "collected" : "pledged")" },
              "prepayment": { "collect": "\(random.chance(3_000) ? "on-pledge" : "at-close")",
                "retry_days": \(retryDays), "retry_every_hours": \(12 + random.below(48)) },
              "cancellation": { "last_day_rule": false },
              "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "\(amount(5))" }],
              "tiers": [
                { "id": "t0", "title": "Thanks", "price": "\(amount(prices[0]))", "contains": {} },
                { "id": "t1", "title": "Lamp", "price": "\(amount(prices[1]))", "contains": { "LAMP": 1 } },
                { "id": "t2", "title": "Lamps", "price": "\(amount(prices[2]))", "contains": { "LAMP": 3 } }
              ],
              "tax": { "prices_include_tax": true, "rates": { "DE": "19", "*": "0" } },
              "fees": { "processor_percent": "2.9" }
            }
            """
    }

    static let header = "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference\n"

    /// The file of pledges as it is at a moment.
    func file(at now: Timestamp) -> String {
        Self.header + rows.filter { $0.pledgedAt <= now }.map { $0.cells + "\n" }.joined()
    }
}

extension RehearsalProfile {
    /// A processor with faults of every kind, few or many.
    init(_ random: inout SampleRandom, fees: FeeEstimate?) {
        let most = [0, 20_000, 100_000][random.below(3)]
        var faults: [RehearsalFault: Int] = [:]
        for fault in RehearsalFault.allCases where random.chance(6_000) {
            faults[fault] = random.below(most + 1)
        }
        // What another amount or currency brings has to be settled by a person; most lives are without.
        if random.chance(7_000) {
            faults[.wrongAmount] = nil
            faults[.wrongCurrency] = nil
        }
        self.init(
            seed: random.next(), declineSoft: random.below(300_000), declineHard: random.below(100_000),
            actionRequired: random.below(100_000), faults: faults, fees: fees)
        delayDays = 1 + random.below(6)
    }
}

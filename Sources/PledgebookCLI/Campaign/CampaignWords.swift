import Accounting
import Crowdfunding

/// A definition in the words of a plan.
struct CampaignWords {
    let definition: CampaignDefinition

    init(_ definition: CampaignDefinition) { self.definition = definition }

    /// `3 tiers, 1 add-on, 2 items, 2 runs`, without what there is none of.
    var contents: String {
        let counts = [
            (definition.tiers.count, "tier"), (definition.addOns.count, "add-on"),
            (definition.items.count, "item"),
            (definition.promotions.count, "promotion"), (definition.production.count, "run"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(
            separator: ", ")
    }

    /// What is decided by what, and when.
    var rule: String {
        let funding = definition.funding
        let goal = Money(minorUnits: funding.goal, currency: definition.currency)
        var words = [funding.rule.rawValue]
        if funding.goal > 0 { words.append("goal \(goal) \(funding.basis.rawValue)") }
        if funding.minimumUnits > 0 { words.append("at least \(funding.minimumUnits) units") }
        return words.joined(separator: ", ")
    }

    /// When backers pay.
    var payment: String {
        let days = definition.prepayment.retryDays
        let word =
            switch definition.prepayment.collect {
            case .onPledge: "on the day of the pledge"
            case .atClose: "at the close"
            case .hold: "held in the last days, taken at the close"
            }
        let again = days == 0 ? word : "\(word), tried again for \(days) days"
        return deposit.map { "\($0) \(again)" } ?? again
    }

    /// `a deposit of 30 %, the balance before shipping,`; `nil` where all is paid at once.
    private var deposit: String? {
        let prepayment = definition.prepayment
        let size =
            switch prepayment.deposit {
            case nil: ""
            case .percent(let share): "\(share) %"
            case .amount(let amount): Money(minorUnits: amount, currency: definition.currency).description
            }
        guard !size.isEmpty else { return nil }
        let balance = prepayment.balancesFrom.map { "on \($0)" } ?? "before shipping"
        return "a deposit of \(size), the balance \(balance);"
    }

    /// A moment as the campaign's zone says it.
    static func local(_ moment: Timestamp, _ zone: ZoneOffsets) -> String {
        let local = zone.local(moment)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(local.calendarDay) \(two(local.hour)):\(two(local.minute)) \(zone.name)"
    }
}

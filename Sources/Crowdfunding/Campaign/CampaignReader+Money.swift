import Accounting
import Parsing

/// The rules of money: goal, prepayment, shipping, tax, fees, cancellation.
extension FieldReading {
    mutating func funding(_ campaign: Fields) -> FundingRule {
        var rule = FundingRule(rule: .allOrNothing, goal: 0, basis: .collected, minimumUnits: 0, stretchGoals: [])
        guard let value = required(campaign, "funding", example: "{ \"goal\": \"\(exampleAmount)\" }"),
            let fields = fields(of: value, .funding)
        else { return rule }
        rule.rule = optional(fields, "rule", else: "all-or-nothing") { $0.choice($1, FundingRule.Rule.self) } ?? rule.rule
        if rule.rule == .keepItAll {
            rule.goal = optional(fields, "goal", else: "none") { $0.amount($1, atLeast: 1) } ?? 0
        } else {
            rule.goal = required(fields, "goal", example: "\"\(exampleAmount)\"")
                .flatMap { self.amount($0, atLeast: 1) } ?? 0
        }
        rule.basis = optional(fields, "goal_basis", else: "collected") { $0.choice($1, FundingRule.Basis.self) } ?? rule.basis
        rule.minimumUnits = optional(fields, "minimum_units", else: "0") { $0.integer($1) } ?? 0
        rule.stretchGoals = stretchGoals(fields, goal: rule.goal)
        return rule
    }

    private mutating func stretchGoals(_ funding: Fields, goal: Int64) -> [FundingRule.StretchGoal] {
        var goals: [FundingRule.StretchGoal] = []
        var last = goal
        for value in elements(of: funding["stretch_goals"]) {
            guard let fields = fields(of: value, .stretchGoal) else { continue }
            let amount = required(fields, "at", example: "\"\(exampleAmount)\"").flatMap { self.amount($0, atLeast: 1) }
            let title = required(fields, "title", example: "\"Walnut base\"").flatMap { self.text($0) }
            if let amount, let value = fields["at"] {
                if amount <= last {
                    let than = goals.isEmpty ? "the goal" : "the stretch goal before it"
                    report(value, "it is not above \(than)", fix: "write stretch goals in rising order, above the goal")
                }
                last = max(last, amount)
            }
            goals.append(FundingRule.StretchGoal(at: amount ?? 0, title: title ?? ""))
        }
        return goals
    }

    mutating func prepayment(_ campaign: Fields, funding: FundingRule) -> Prepayment {
        var prepayment = Prepayment(
            plan: .full, collect: .atClose, deposit: nil, balanceDue: nil, retryDays: 7, retryEveryHours: 48)
        guard let fields = part(campaign, "prepayment", .prepayment) else { return prepayment }
        prepayment.plan = optional(fields, "plan", else: "full") { $0.choice($1, Prepayment.Plan.self) } ?? .full
        prepayment.collect =
            optional(fields, "collect", else: "at-close") { $0.choice($1, Prepayment.Collect.self) } ?? .atClose
        prepayment.retryDays = Int(optional(fields, "retry_days", else: "7") { $0.integer($1, in: 0...90) } ?? 7)
        prepayment.retryEveryHours =
            Int(optional(fields, "retry_every_hours", else: "48") { $0.integer($1, in: 1...720) } ?? 48)
        if prepayment.plan == .deposit {
            if funding.basis == .collected {
                let value = fields["plan"] ?? Located(path: fields.path, node: fields.node)
                report(
                    value, "deposits cannot reach a goal that counts collected money",
                    fix: "set \"goal_basis\": \"pledged\" in \"funding\", or \"plan\": \"full\"")
            }
            prepayment.deposit = deposit(fields)
            prepayment.balanceDue =
                optional(fields, "balance_due", else: "before-shipping") { $0.balanceDue($1) } ?? .beforeShipping
        } else {
            for key in ["deposit_percent", "deposit_amount", "balance_due"] {
                guard let value = fields[key] else { continue }
                report(value, "plan full has no deposit", fix: "take it out, or write \"plan\": \"deposit\"")
            }
        }
        return prepayment
    }

    private mutating func deposit(_ fields: Fields) -> Prepayment.Deposit? {
        let percent = ifPresent(fields, "deposit_percent") { $0.percentage($1) }
        let amount = ifPresent(fields, "deposit_amount") { $0.amount($1, atLeast: 1) }
        switch (fields["deposit_percent"], fields["deposit_amount"]) {
        case (nil, nil):
            _ = required(fields, "deposit_percent", example: "\"30\"")
        case (.some, .some(let value)):
            report(value, "there is a deposit_percent already", fix: "take one of the two out")
        case (.some(let value), nil):
            if percent?.millionths == 0 { report(value, "a deposit of 0 % is none", fix: "write more than 0") }
        case (nil, .some): break
        }
        return percent.map { .percent($0) } ?? amount.map { .amount($0) }
    }

    private mutating func balanceDue(_ value: Located) -> Prepayment.BalanceDue? {
        let wanted = "\"before-shipping\" or a day"
        guard let text = string(value, wanted, example: "\"2026-08-01\"") else { return nil }
        if text == "before-shipping" { return .beforeShipping }
        guard text.utf8.count == 10, let day = CalendarDay(text) else {
            report(value, "\(quoted(text)) is not a day", fix: "write \(wanted), for example \"2026-08-01\"")
            return nil
        }
        if let closesAt = known.closesAt, day < CalendarDay(number: Int(closesAt.seconds / 86_400) - 1) {
            report(value, "\(day) is before the campaign closes", fix: "write a day after closes_at")
        }
        return .on(day)
    }

    /// An object of the file that may be left out; its keys' defaults are then listed under its path all the same.
    private mutating func part(_ campaign: Fields, _ key: String, _ kind: ObjectKind) -> Fields? {
        if let value = campaign[key] { return fields(of: value, kind) }
        let node = JSONNode(value: .object([]), start: campaign.node.start)
        return Fields(path: campaign.path(to: key), node: node, members: [:], suggested: [])
    }

    mutating func shipping(_ campaign: Fields) -> [ShippingRate] {
        guard let list = campaign["shipping"] else {
            useDefault(campaign, "shipping", "free")
            return []
        }
        var lines: [String: Int] = [:]
        var rates: [ShippingRate] = []
        for value in elements(of: list) {
            guard let fields = fields(of: value, .shippingRate) else { continue }
            let to = destinations(fields, lines: &lines)
            let first = required(fields, "first", example: "\"\(exampleAmount)\"").flatMap { self.amount($0) }
            let eachMore = optional(fields, "each_more", else: zeroAmount) { $0.amount($1) }
            rates.append(ShippingRate(to: to, first: first ?? 0, eachMore: eachMore ?? 0))
        }
        return rates
    }

    private mutating func destinations(_ fields: Fields, lines: inout [String: Int]) -> [String] {
        guard let list = required(fields, "to", example: "[\"DE\"]") else { return [] }
        if case .array(let nodes) = list.node.value, nodes.isEmpty {
            report(list, "there is no destination", fix: "name countries, \"EU\" or \"*\" (everywhere else)")
        }
        var destinations: [String] = []
        for value in elements(of: list) {
            guard let country = country(value, anywhere: true) else { continue }
            if let line = lines[country] {
                report(value, "\(quoted(country)) has a rate already, in line \(line)", fix: "take one of them out")
                continue
            }
            lines[country] = document.place(of: value.node.start).line
            destinations.append(country)
        }
        return destinations
    }

    mutating func tax(_ campaign: Fields) -> TaxRules {
        var rules = TaxRules(pricesIncludeTax: true, point: .receipt, rates: [:])
        guard let value = campaign["tax"] else {
            useDefault(campaign, "tax", "none")
            return rules
        }
        guard let fields = fields(of: value, .tax) else { return rules }
        rules.pricesIncludeTax = optional(fields, "prices_include_tax", else: "true") { $0.flag($1) } ?? true
        rules.point = optional(fields, "point", else: "receipt") { $0.choice($1, TaxRules.Point.self) } ?? .receipt
        guard let rates = required(fields, "rates", example: "{ \"DE\": \"19\", \"*\": \"0\" }") else { return rules }
        for entry in entries(of: rates) {
            let country = country(entry.key, at: entry.keyStart, path: rates.path, anywhere: true)
            let rate = percentage(entry.value)
            if let country, let rate { rules.rates[country] = rate }
        }
        return rules
    }

    mutating func fees(_ campaign: Fields) -> FeeEstimate {
        var fees = FeeEstimate(platformPercent: .zero, processorPercent: .zero, processorFixed: 0)
        guard let value = campaign["fees"] else {
            useDefault(campaign, "fees", "none")
            return fees
        }
        guard let fields = fields(of: value, .fees) else { return fees }
        fees.platformPercent = optional(fields, "platform_percent", else: "0") { $0.percentage($1) } ?? .zero
        fees.processorPercent = optional(fields, "processor_percent", else: "0") { $0.percentage($1) } ?? .zero
        fees.processorFixed = optional(fields, "processor_fixed", else: zeroAmount) { $0.amount($1) } ?? 0
        return fees
    }

    mutating func cancellation(_ campaign: Fields) -> CancellationRule {
        var rule = CancellationRule(backerMayCancelUntil: known.closesAt, lastDayRule: true)
        guard let fields = part(campaign, "cancellation", .cancellation) else { return rule }
        if let value = fields["backer_may_cancel_until"] {
            rule.backerMayCancelUntil = endOfCancellation(value)
        } else {
            useDefault(fields, "backer_may_cancel_until", "closes_at")
        }
        rule.lastDayRule = optional(fields, "last_day_rule", else: "true") { $0.flag($1) } ?? true
        return rule
    }

    private mutating func endOfCancellation(_ value: Located) -> Timestamp? {
        switch value.node.value {
        case .string("closes_at"): return known.closesAt
        case .string("never"): return nil
        case .string(let text) where text.utf8.first.map(isDigit) != true:
            report(
                value, "\(quoted(text)) is not known here",
                fix: "write \"closes_at\", \"never\" or a time, for example \"2026-03-31T20:00:00+02:00\"")
            return nil
        default: break
        }
        guard let until = time(value) else { return nil }
        if let opensAt = known.opensAt, until < opensAt {
            report(value, "\(until) is before the campaign opens", fix: "write a later time, or \"never\"")
        }
        return until
    }
}

import Accounting
import Crowdfunding
import Pledgebook
import Reports

/// How a campaign stands, as lines for people.
///
/// What the campaign does not have has no line.
struct StandingWords {
    private let standing: CampaignStanding
    private let definition: CampaignDefinition
    private let dates: DateWords

    init(_ standing: CampaignStanding) {
        self.standing = standing
        definition = standing.campaign.definition
        dates = DateWords(standing.campaign.offsets, now: standing.now)
    }

    var lines: [String] {
        var lines = standing.isRehearsal ? [Output.bold(Screen.rehearsal)] : []
        lines.append(Screen.line("\(definition.id) · \(visible(definition.title))", state))
        lines += money
        let plans = standing.state.isPast ? [] : [runs, choices + supplies + shipped]
        for block in [tiers] + plans + [locked] where !block.isEmpty { lines += [""] + block }
        return lines
    }

    /// `live, 12 days left`, `funded on 2 April 2026`.
    private var state: String {
        let word = standing.state.rawValue
        switch standing.state {
        case .live where standing.now >= definition.closesAt:
            return "ended on \(dates.full(definition.closesAt)), not closed yet"
        case .live:
            let end = dates.full(definition.closesAt)
            let days = (definition.closesAt.seconds - standing.now.seconds) / 86_400
            return days > 0
                ? "live until \(end), \(counted(days, "day")) left" : "live until \(end), the last day"
        case .collecting, .releasing:
            return standing.closedAt.map { "\(word) since \(DateWords.full(day(of: $0)))" } ?? word
        case .fulfilling: return standing.reachedOn.map { "\(word) since \(DateWords.full($0))" } ?? word
        case .finished: return standing.reachedOn.map { "\(word) on \(DateWords.full($0))" } ?? word
        default: return standing.decidedAt.map { "\(word) on \(DateWords.full(day(of: $0)))" } ?? word
        }
    }

    private func day(of moment: Timestamp) -> CalendarDay { standing.campaign.day(of: moment) }

    private func amount(_ minorUnits: Int64) -> String { standing.campaign.money(minorUnits).grouped }

    // MARK: Money

    private struct MoneyLine {
        var label: String
        var amount: Int64?
        var words: String?
        var rest: String
    }

    private var money: [String] {
        let lines = goalLines + moneyLines
        let width = lines.compactMap { $0.amount.map { amount($0).count } }.max() ?? 0
        let whole = definition.currency.code.count + 1 + width
        let labels = max(11, (lines.map { displayWidth($0.label) }.max() ?? 0) + 2)
        return lines.map { line in
            let figure =
                line.amount.map { "\(definition.currency.code) \(Screen.right(amount($0), width))" }
                ?? Screen.right(line.words ?? "", whole)
            let text = "  \(Screen.left(line.label, labels))\(figure)   \(line.rest)"
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
    }

    private var goalLines: [MoneyLine] {
        var lines: [MoneyLine] = []
        let funding = standing.funding
        if definition.funding.goal > 0 {
            let goal = definition.funding.goal
            let pledged = Screen.percent(standing.money.pledged.amount, of: goal) + " pledged"
            let isLive = standing.state == .live
            let words =
                isLive ? pledged : "\(Screen.percent(funding.collected, of: goal)) collected (\(pledged))"
            let bar = Screen.bar(isLive ? standing.money.pledged.amount : funding.collected, of: goal)
            lines.append(MoneyLine(label: "goal", amount: goal, rest: "\(bar)  \(words)"))
        }
        let minimum = definition.funding.minimumUnits
        if minimum > 0, !standing.state.isPast {
            lines.append(
                MoneyLine(
                    label: "units", words: "\(grouped(minimum)) needed",
                    rest: "\(Screen.bar(funding.units, of: minimum))  \(grouped(funding.units))"))
        }
        return lines
    }

    private var moneyLines: [MoneyLine] {
        let money = standing.money
        var lines = [
            MoneyLine(
                label: "pledged", amount: money.pledged.amount,
                rest: standing.state.isPast && standing.state != .finished ? "when it closed" : pledges)
        ]
        if standing.state != .live || money.collected.amount != 0 {
            let tallies =
                [("dropped", money.dropped), ("refunded", money.refunded), ("disputed", money.disputed)]
                .map { "\($0.0) \(with($0.1))" }
            let count = Screen.left(grouped(money.collected.count), grouped(money.pledged.count).count + 8)
            lines.append(
                MoneyLine(
                    label: "collected", amount: money.collected.amount,
                    rest: ([count] + tallies).joined(separator: "   ")))
        }
        for (label, tally) in [
            ("held", money.held), ("card failed", money.failed), ("waiting", money.needBacker),
            ("in doubt", money.unknown),
            ("balances", money.balances.toAsk), ("asked for", money.balances.open),
            ("to pay back", money.owed),
        ] where !tally.isEmpty {
            let words =
                label == "waiting"
                ? "\(counted(tally.count, "pledge needs", "pledges need")) the backer"
                : label == "balances"
                    ? "of \(counted(tally.count, "pledge")), not asked for"
                    : label == "asked for" ? "\(counted(tally.count, "balance")), not paid" : nil
            lines.append(
                MoneyLine(label: label, amount: tally.amount, rest: words ?? counted(tally.count, "pledge")))
        }
        if money.lost > 0 { lines.append(MoneyLine(label: "lost", amount: money.lost, rest: "in disputes")) }
        if money.collected.amount > 0 {
            lines.append(MoneyLine(label: "yours", amount: money.yours, rest: taken))
        }
        return lines
    }

    /// `592 pledges, dropped ones among them`: what was promised and not canceled.
    private var pledges: String {
        counted(standing.money.pledged.count, "pledge")
            + (standing.money.dropped.count > 0 ? ", dropped ones among them" : "")
    }

    /// `after fees 8,179.26 (estimated until a payout) and VAT 8,900.12`.
    private var taken: String {
        var parts: [String] = []
        if standing.money.fees > 0 {
            let note = standing.money.feesAreEstimated ? " (estimated until a payout)" : ""
            parts.append("fees \(amount(standing.money.fees))\(note)")
        }
        if standing.money.tax > 0 { parts.append("\(definition.taxWord) \(amount(standing.money.tax))") }
        return parts.isEmpty ? "" : "after " + parts.joined(separator: " and ")
    }

    private func with(_ tally: Tally) -> String {
        amount(tally.amount) + (tally.count > 0 ? " (\(grouped(tally.count)))" : "")
    }

    // MARK: Tables

    private var tiers: [String] {
        var rows = [["tier", "price", "sold", "limit", ""]]
        for tier in standing.tiers {
            rows.append([
                tier.tier.id, amount(tier.tier.price), grouped(tier.sold),
                tier.tier.limit.map { grouped($0) } ?? "–", note(tier),
            ])
        }
        if !standing.withoutReward.isEmpty {
            rows.append(["no reward", "–", grouped(standing.withoutReward.count), "–", ""])
        }
        return Screen.grid(rows, numbers: [1, 2, 3])
    }

    private func note(_ tier: TierStanding) -> String {
        if let soldOut = tier.soldOutAt { return "sold out \(dates.short(soldOut))" }
        if let until = tier.tier.until, until <= standing.now { return "ended \(dates.short(until))" }
        guard isSelling else { return "" }
        let left = tier.left.map { "\(grouped($0)) left" }
        return [left, tier.tier.until.map { "until \(dates.until($0))" }].compactMap { $0 }.joined(
            separator: " · ")
    }

    /// Whether pledges are still taken, late ones among them.
    private var isSelling: Bool {
        if standing.state.isPast || standing.state == .finished { return false }
        return standing.now < max(definition.closesAt, definition.latePledgesUntil ?? definition.closesAt)
    }

    private var runs: [String] {
        guard !standing.runs.isEmpty else { return [] }
        var rows = [["run", "state", "waiting", "minimum", "capacity", "expected"]]
        for run in standing.runs {
            rows.append([
                run.plan.id, run.state.rawValue, grouped(run.waiting), grouped(run.plan.minimumUnits),
                run.plan.capacity.map { grouped($0) } ?? "–", expected(run),
            ])
        }
        return Screen.grid(rows, numbers: [2, 3, 4])
    }

    private func expected(_ run: RunStanding) -> String {
        switch run.state {
        case .planned: run.expectedOn.map { "\(dates.short($0)) if launched today" } ?? "–"
        case .launched:
            (run.expectedOn.map { dates.short($0) } ?? "–") + DateWords.slip(run.slip)
                + " · \(grouped(run.received)) of \(grouped(run.ordered)) received"
        case .received, .closed: "\(grouped(run.received)) received"
        case .canceled: "–"
        }
    }

    private var choices: [String] {
        standing.choices.map { choice in
            var words = choice.variants.map { "\(visible($0.title)) \(grouped($0.units))" }
            if choice.open > 0 { words.append("open \(grouped(choice.open))") }
            let title = standing.choices.count > 1 ? visible(choice.item) + ": " : ""
            return "  choices    \(title)\(words.joined(separator: " · "))"
        }
    }

    private var supplies: [String] {
        guard !standing.supplies.isEmpty, isSelling else { return [] }
        let words = standing.supplies.map {
            "\(visible($0.title)) \(grouped($0.left)) of \(grouped($0.most))"
        }
        return Screen.wrapped(words, label: "left", indent: 13)
    }

    private var locked: [String] {
        standing.campaign.lockedThrough.map { ["  locked     through \(DateWords.full($0))"] } ?? []
    }

    private var shipped: [String] {
        standing.shipped > 0
            ? ["  shipped    \(grouped(standing.shipped)) of \(counted(standing.units, "unit"))"] : []
    }
}

extension CampaignDefinition {
    /// What backers call the tax in the price: VAT where a European rate is set.
    var taxWord: String {
        tax.rates.keys.contains {
            $0 == Country.europeanUnion || Country.memberStates.contains($0) || $0 == "GB"
        }
            ? "VAT" : "tax"
    }
}

import Accounting
import Crowdfunding
import Pledgebook

/// A closing before anything is done: what will happen, and what has been decided already.
struct ClosingWords {
    private let closing: ClosingPlan
    private let standing: CampaignStanding
    private let outlook: RetryOutlook
    private let campaign: LoadedCampaign
    private let definition: CampaignDefinition
    private let dates: DateWords

    init(_ plan: ClosingPlan, standing: CampaignStanding, outlook: RetryOutlook) {
        closing = plan
        self.standing = standing
        self.outlook = outlook
        campaign = plan.campaign
        definition = plan.campaign.definition
        dates = DateWords(plan.campaign.offsets, now: plan.now)
    }

    var plan: [String] {
        var lines = campaign.isRehearsal ? [Output.bold(Screen.rehearsal)] : []
        lines.append(title)
        lines += [""] + Screen.grid(figures, numbers: [1])
        if let verdict { lines.append("  so: \(verdict)") }
        return lines + [""] + Screen.grid(work, numbers: [1]) + remarks.map { "  \($0)" }
    }

    private var title: String {
        switch campaign.state {
        case .live: "Close \(definition.id)? It ended on \(dates.full(definition.closesAt))."
        case .releasing: "Carry on giving back what \(definition.id) has collected?"
        default:
            "Carry on closing \(definition.id)? It is \(campaign.state.rawValue), and ended on "
                + "\(dates.full(definition.closesAt))."
        }
    }

    /// What the decision stands on, one test a row.
    private var figures: [[String]] {
        let funding = closing.standing
        let isBegun = campaign.state != .live
        var rows = [["pledged", counted(closing.pledges, "pledge"), money(funding.pledged)]]
        if isBegun || funding.collected > 0 {
            rows.append([
                "collected", counted(standing.money.collected.count, "pledge"), money(funding.collected),
            ])
        }
        if definition.funding.goal > 0 {
            let onCollected = isBegun && definition.funding.basis == .collected
            let has = onCollected ? funding.collected : funding.pledged
            let index = rows.count - (onCollected || rows.count == 1 ? 1 : 2)
            rows[index] += [
                "goal \(amount(definition.funding.goal)) \(onCollected ? "collected" : "pledged")",
                has >= definition.funding.goal ? "met" : "not met",
            ]
        }
        if definition.funding.minimumUnits > 0 {
            rows.append([
                "units", grouped(funding.units), "", "minimum \(grouped(definition.funding.minimumUnits))",
                funding.units >= definition.funding.minimumUnits ? "met" : "not met",
            ])
        }
        return rows
    }

    private var verdict: String? {
        switch campaign.state {
        case .live:
            switch closing.decision {
            case .release: return "UNFUNDED"
            case .collect where definition.funding.rule == .keepItAll || definition.funding.basis == .pledged:
                return "FUNDED"
            case .collect where closing.standing.collected >= definition.funding.goal: return "FUNDED"
            default:
                return "collect; decided when \(money(definition.funding.goal)) are collected"
                    + (closing.windowEnds.map { ", at the latest on \(dates.short($0))" } ?? "")
            }
        case .collecting:
            switch closing.decision {
            case .funded: return "FUNDED"
            case .unfunded: return "UNFUNDED"
            default: return "not decided yet"
            }
        default: return nil
        }
    }

    private var isReleasing: Bool {
        switch closing.decision {
        case .release where campaign.state == .live: true
        case .unfunded where campaign.state == .collecting: true
        default: campaign.state == .releasing
        }
    }

    private var work: [[String]] { isReleasing ? releasing : collecting }

    /// Everything goes back.
    private var releasing: [[String]] {
        let untouched = closing.chargeable
        let failed = closing.open
        var rows: [[String]] = []
        if untouched + failed > 0 {
            let reason =
                standing.money.collected.count == 0 ? "nothing was charged" : "these were not charged"
            rows.append(["will be released", grouped(untouched + failed), "\(reason); cannot be undone"])
        }
        let held = standing.money.collected
        if held.count > 0 {
            rows.append(["will be paid back", grouped(held.count), money(held.amount) + "; cannot be undone"])
        }
        if standing.money.owed.count > 0 {
            rows.append([
                "owed by you", grouped(standing.money.owed.count), money(standing.money.owed.amount),
            ])
        }
        if rows.isEmpty { rows.append(["will be released", "0", "nothing is left"]) }
        return rows
    }

    private var collecting: [[String]] {
        var rows: [[String]] = []
        let isElsewhere = closing.chargeable == 0 && !campaign.isRehearsal
        if isElsewhere {
            rows.append(["will be charged", "0", "what is paid elsewhere is not charged by this program"])
        } else if closing.chargeable > 0 {
            let expectation = closing.chargeable >= 20 ? "; expect 1 to 5 % to fail" : ""
            rows.append([
                "will be charged", grouped(closing.chargeable), money(closing.chargeableAmount) + expectation,
            ])
        }
        if standing.money.held.count > 0 {
            rows.append([
                "of them held", grouped(standing.money.held.count), money(standing.money.held.amount),
            ])
        }
        if outlook.due.count > 0 {
            rows.append(["charged again", grouped(outlook.due.count), money(outlook.due.amount)])
        }
        if standing.money.unknown.count > 0 {
            rows.append([
                "will be asked for", grouped(standing.money.unknown.count), "charges without an answer",
            ])
        }
        if closing.open > 0 { rows.append(["failed, still open", grouped(closing.open), openWords]) }
        rows += balances
        if becomesYours > 0 {
            rows.append([
                "becomes yours", "",
                money(becomesYours) + "   from refundable deposits to what you owe in goods",
            ])
        }
        if rows.isEmpty { rows.append(["will be charged", "0", "nothing is due"]) }
        return rows
    }

    /// Balances whose time has come: tried again, or given up with their pledges.
    private var balances: [[String]] {
        let balances = standing.money.balances
        if let ends = balances.ends, closing.now >= ends {
            return [
                [
                    "balances not paid", grouped(balances.open.count),
                    "\(money(balances.open.amount))   some of "
                        + "them dropped now: the time of the first ended on \(dates.short(ends))",
                ]
            ]
        }
        guard let next = balances.nextTry, closing.now >= next else { return [] }
        return [
            ["balances", grouped(balances.failed.count), "\(money(balances.failed.amount))   charged again"]
        ]
    }

    private var isOver: Bool { closing.windowEnds.map { closing.now >= $0 } ?? false }

    private var openWords: String {
        let sum = money(closing.openAmount)
        guard let ends = closing.windowEnds else { return sum }
        return isOver
            ? "\(sum)   dropped now: their time ended on \(dates.short(ends))"
            : "\(sum)   wait until \(dates.short(ends)); then dropped"
    }

    /// What is collected already and becomes owed in goods now.
    private var becomesYours: Int64 {
        verdict == "FUNDED" && !campaign.state.hasSucceeded ? closing.standing.collected : 0
    }

    private var remarks: [String] {
        if isReleasing { return [] }
        let ready = standing.runs.filter { $0.state == .planned && $0.waiting > 0 && $0.shortfall == nil }
        let ids = ready.map(\.plan.id)
        let command = ids.first.map { "pledgebook run launch \($0)" } ?? ""
        let note = ids.isEmpty ? "" : " (\(ids.joined(separator: ", ")) could be: \(command))"
        return ["nothing is refunded" + (definition.production.isEmpty ? "" : ", no run is launched\(note)")]
    }

    private func amount(_ minorUnits: Int64) -> String { campaign.money(minorUnits).grouped }
    private func money(_ minorUnits: Int64) -> String { campaign.money(minorUnits).description }
}

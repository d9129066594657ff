import Accounting
import Crowdfunding
import Pledgebook

/// A closing after it was carried out: the plan's lines in the past tense.
struct ClosingResultWords {
    private let result: ClosingResult
    private let after: CampaignStanding
    private let dates: DateWords

    init(_ result: ClosingResult, after: CampaignStanding) {
        self.result = result
        self.after = after
        dates = DateWords(after.campaign.offsets, now: after.now)
    }

    var lines: [String] {
        var lines = after.isRehearsal ? [Output.bold(Screen.rehearsal)] : []
        let when = dates.full(after.now)
        guard result.entries > 0 else {
            return lines + ["Nothing was due for \(id) on \(when): it is \(after.state.rawValue)."] + again
        }
        lines.append("Closed \(id) on \(when): \(grouped(result.entries)) entries.")
        lines += [""] + Screen.grid(rows, numbers: [1])
        if let verdict { lines.append("  so: \(verdict)") }
        return lines + again
    }

    private var id: CampaignID { after.campaign.definition.id }

    private var rows: [[String]] {
        let count = result.count
        var rows: [[String]] = []
        func add(_ label: String, _ number: Int64, _ words: String = "") {
            if number > 0 { rows.append([label, grouped(number), words]) }
        }
        let fees = count.fees > 0 ? " (fees \(amount(count.fees)))" : ""
        add("charged", count.captured, money(count.capturedAmount) + fees)
        add("card failed", count.failedSoft, "tried again" + until)
        add("card failed", count.failedHard, "for good: their backers have to give another")
        add("needs the backer", count.needBacker, "to confirm the charge")
        add("in doubt", count.unknown, "the gateway has not answered; the next closing asks again")
        add("to be looked at", count.conflicted, "what was done differs from what was asked")
        add("dropped", count.dropped, money(count.droppedAmount))
        add("released", count.released, "nothing was charged")
        add("paid back", count.refunded, money(count.refundedAmount))
        add("to be paid back", count.pending, "by you: " + money(count.pendingAmount))
        let open = after.due.compactMap { step -> Tally? in
            if case .drop(_, let tally) = step { tally } else { nil }
        }.first
        if let open, after.state != .releasing { add("still open", open.count, money(open.amount)) }
        if result.becameContract > 0 {
            rows.append([
                "became yours", "", money(after.money.collected.amount) + "   now owed in goods",
            ])
        }
        if rows.isEmpty { rows.append(["charged", "0", "nothing was charged by this program"]) }
        return rows
    }

    private var until: String {
        after.campaign.retryWindowEnds.map { " until \(dates.short($0))" } ?? ""
    }

    private var verdict: String? {
        guard result.before != after.state else { return nil }
        return switch after.state {
        case .funded: "FUNDED"
        case .unfunded: "UNFUNDED"
        case .canceled: "CANCELED"
        case .collecting: "collecting; not decided yet"
        case .releasing:
            "\(after.campaign.isBeingCanceled ? "CANCELED" : "UNFUNDED") once everything is paid back"
        default: nil
        }
    }

    /// When to say it again.
    private var again: [String] {
        let times = after.due.compactMap { step -> Timestamp? in
            switch step {
            case .retry(let from, _), .drop(let from, _): from
            case .ask, .charge: after.now
            default: nil
            }
        }
        guard let next = times.min() else { return [] }
        let when = next <= after.now ? "" : " on or after \(dates.short(next))"
        return ["  say `pledgebook campaign close \(id)` again\(when): it does what is due and nothing twice"]
    }

    private func amount(_ minorUnits: Int64) -> String { after.campaign.money(minorUnits).grouped }
    private func money(_ minorUnits: Int64) -> String { after.campaign.money(minorUnits).description }
}

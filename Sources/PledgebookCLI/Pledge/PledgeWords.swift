import Accounting
import Crowdfunding
import Pledgebook

/// One pledge as lines for people.
struct PledgeWords {
    private let pledge: PledgeDetails
    private let dates: DateWords

    init(_ pledge: PledgeDetails) {
        self.pledge = pledge
        dates = DateWords(pledge.campaign.offsets, now: pledge.now)
    }

    var lines: [String] {
        var lines = pledge.campaign.isRehearsal ? [Output.bold(Screen.rehearsal)] : []
        lines.append(head)
        let place = pledge.place.map { ", place \(grouped($0)) in the queue" } ?? ""
        lines.append("  pledged    \(dates.full(pledge.placedAt))\(place)")
        lines += goods
        lines += [paid, "  owes       \(owes)"]
        let address = pledge.address.map { visible($0) }
        if !address.isEmpty { lines += Screen.wrapped(address, label: "ships to", indent: 13, by: ", ") }
        lines += Screen.wrapped(can, label: "can they", indent: 13)
        lines += Screen.wrapped(history, label: "history", indent: 13)
        for note in pledge.notes {
            let day = DateWords.brief(pledge.campaign.day(of: note.at))
            lines.append("  note \(Screen.left(grouped(note.number), 6))\(day): \(visible(note.text))")
        }
        return lines + ["Receipts: pledgebook receipt show \(pledge.reference)"]
    }

    private var head: String {
        let mail = pledge.email.isEmpty ? "" : " <\(visible(pledge.email))>"
        let who = visible(pledge.name) + mail
        let names = [pledge.reference, who.isEmpty ? nil : who, pledge.destination].compactMap { $0 }
        return Screen.line(
            names.joined(separator: " · "),
            "\(pledge.campaign.definition.id), \(pledge.campaign.state.rawValue)")
    }

    private var goods: [String] {
        guard !pledge.goods.isEmpty else { return ["  gets       nothing to ship"] }
        let rows = pledge.goods.map { item in
            var chosen = item.chosen.map { "\(grouped($0.units)) \(visible($0.title))" }
            if item.open > 0 { chosen.append("\(grouped(item.open)) open") }
            return [
                "\(grouped(item.units)) × \(visible(item.title))", chosen.joined(separator: " · "),
                sources(of: item),
            ]
        }
        return Screen.grid(rows, numbers: []).enumerated().map { number, line in
            Screen.left(number == 0 ? "  gets" : "", 13) + line.dropFirst(2)
        }
    }

    /// `run-1   expected 18 September 2026 (promised September 2026)`.
    private func sources(of item: PledgedItem) -> String {
        let promised = item.promised.map { " (promised \(DateWords.month($0.month, of: $0.year)))" } ?? ""
        if item.shipped == item.units { return "shipped" }
        if pledge.campaign.state.isPast || !pledge.state.holdsPlace { return "" }
        var words = item.sources.map { source in
            let count = item.sources.count > 1 ? "\(grouped(source.units)) from " : ""
            guard let run = source.run else {
                return "\(count)in stock" + (source.isReserved ? ", reserved" : "")
            }
            if source.hasArrived { return "\(count)\(run)   has come, to be shipped\(promised)" }
            let expected =
                source.expectedOn.map { "   expected \(DateWords.full($0))\(DateWords.slip(source.slip))" }
                ?? ""
            return "\(count)\(run)\(expected)\(source.isReserved ? "" : " if launched today")\(promised)"
        }
        if item.shipped > 0 { words.append("\(grouped(item.shipped)) shipped") }
        return words.isEmpty ? promised.trimmed : words.joined(separator: " · ")
    }

    private var paid: String {
        let payment = pledge.payment
        let price =
            " = " + pledge.priceParts.map { "\($0.label) \(amount($0.amount))" }.joined(separator: " + ")
        let tax =
            pledge.tax > 0
            ? "   (\(pledge.campaign.definition.taxWord) \(amount(pledge.tax)) in it)" : ""
        guard payment.captured > 0 else {
            return "  promised   \(money(pledge.total))  \(price)\(tax)"
        }
        let when = payment.paidOn.map { " on \(DateWords.full($0))" } ?? ""
        let by = payment.gateway == 1 ? payment.platform.map { " by \(platformName($0))" } ?? "" : ""
        let whole = payment.captured < pledge.total ? " of \(amount(pledge.total))" : ""
        return "  paid       \(money(payment.captured))\(whole)\(when)\(by)  \(price)\(tax)"
    }

    private var owes: String {
        let payment = pledge.payment
        var words = [PaymentWords.standing(pledge.state, payment)]
        let unpaid = pledge.total - payment.captured
        if words == ["paid"] { words = [unpaid > 0 ? "paid in part, the rest before it ships" : "nothing"] }
        if pledge.state == .placed, unpaid > 0, !pledge.campaign.state.isPast {
            words.insert(money(unpaid), at: 0)
        } else if words != ["nothing"] {
            words.insert("nothing", at: 0)
        }
        if let next = payment.nextTry {
            words.append(
                "\(next <= pledge.now ? "tried again at the next closing, due since" : "tried again on") "
                    + dates.short(next))
        }
        if let drops = payment.dropsAt { words.append("dropped on \(dates.short(drops)) if not paid") }
        if payment.committed > 0 { words.append("you owe the backer \(money(payment.committed))") }
        return words.joined(separator: " · ")
    }

    private var can: [String] {
        var words: [String] = []
        switch pledge.cancellation {
        case nil:
            words.append("cancel: yes" + (pledge.cancelUntil.map { ", until \(dates.short($0))" } ?? ""))
        case .tooLate(_, let until): words.append("cancel: no, since \(dates.short(until)) (rule)")
        case .neverAllowed: words.append("cancel: no (rule)")
        case .belowGoal: words.append("cancel: no, not in the last day (rule)")
        case .delivered: words.append("cancel: no, it was delivered")
        case .campaignOver(let state): words.append("cancel: no, the campaign is \(state.rawValue)")
        case .notPlaced(let state): words.append("cancel: no, it is \(state)")
        }
        if pledge.payment.refundable > 0 {
            let most = pledge.payment.refundable < pledge.payment.captured
            words.append(
                "refund: by you, with a reason" + (most ? ", up to \(money(pledge.payment.refundable))" : ""))
        }
        return words
    }

    private var history: [String] {
        var words: [String] = []
        for event in pledge.history {
            guard let said = PaymentWords.event(event, money: amount(event.amount), total: pledge.total)
            else {
                continue
            }
            words.append("\(DateWords.brief(event.day)) \(event.isReversal ? "taken back: " : "")\(said)")
        }
        return words
    }

    private func amount(_ minorUnits: Int64) -> String { pledge.campaign.money(minorUnits).grouped }
    private func money(_ minorUnits: Int64) -> String { pledge.campaign.money(minorUnits).description }
}

extension String {
    /// Without spaces at its start.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}

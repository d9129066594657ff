import Accounting
import Crowdfunding
import Pledgebook

/// What happened to a payment, a sentence an entry, for the maker.
struct PaymentHistoryWords {
    let details: PaymentDetails

    /// Entry, day, which payment, and the sentence.
    func row(_ entry: PaymentEntry) -> [String] {
        let hasSeveral = details.payments.count > 1
        let payment = hasSeveral && entry.instalment > 1 ? "payment \(entry.instalment): " : ""
        let takenBack = entry.reverses.map { "takes back entry \(grouped($0)): " } ?? ""
        var notes: [String] = []
        if entry.fee > 0, entry.kind != .processorFee { notes.append("fee \(money(entry.fee))") }
        if entry.told != nil { notes.append("told by a person") }
        if !entry.reference.isEmpty, entry.kind != .placed, entry.kind != .changed {
            notes.append(visible(entry.reference))
        }
        if let reason = entry.reason { notes.append("because “\(visible(reason))”") }
        let note = notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
        return [
            "entry \(grouped(entry.number))", DateWords.full(entry.day),
            payment + takenBack + sentence(entry) + note,
        ]
    }

    private func sentence(_ entry: PaymentEntry) -> String {
        let amount = money(entry.amount)
        switch entry.kind {
        case .placed: return "pledged \(amount)"
        case .changed: return "the pledge was changed"
        case .methodSaved: return "another method was saved"
        case .authorized: return "\(amount) held on the card"
        case .voided: return "\(amount) of the hold let go"
        case .expired: return "the hold of \(amount) ran out"
        case .declined: return "card failed"
        case .canceled: return "the pledge was canceled"
        case .dropped: return "dropped, because it was not paid"
        case .captured, .capturedAfterSuccess: return "\(amount) paid"
        case .processorFee: return "a fee of \(money(entry.fee))"
        case .balanceDue: return "\(amount) asked for"
        case .delivered: return "shipped, \(amount) earned"
        case .noted: return noted(entry, amount)
        case .unmatchedIn: return "\(amount) came beyond what was asked for: in suspense"
        case .unmatchedOut: return "\(amount) went beyond what was paid: in suspense"
        default: return moneyBack(entry, amount)
        }
    }

    private func moneyBack(_ entry: PaymentEntry, _ amount: String) -> String {
        switch entry.kind {
        case .refundCommitted, .refundCommittedAfterSuccess: "\(amount) to be paid back"
        case .refundCommittedAfterDelivery: "\(amount) of what was delivered to be paid back"
        case .refunded: "\(amount) paid back"
        case .refundedFromOwn: "\(amount) paid back from your own account"
        case .refundReturned: "\(amount) of a refund came back"
        case .disputeOpened: "disputed: the backer's bank took \(amount) back for now"
        case .disputeWon: "dispute won: \(amount) came back"
        case .disputeLost, .disputeLostAfterSuccess: "dispute lost: \(amount)"
        case .disputeLostAfterDelivery: "dispute lost: \(amount) of what was delivered"
        case .disputeLostCommitted: "dispute lost: \(amount) that was to be paid back"
        case .claimFromDispute, .claimFromRefund: "the backer owes \(amount), paid back too much"
        case .claimGivenUp: "\(amount) that the backer owed was given up"
        default: "\(entry.kind.title) \(amount)"
        }
    }

    private func noted(_ entry: PaymentEntry, _ amount: String) -> String {
        switch entry.told {
        case "inquiry": "the bank asked, no money moved"
        case "refund-failed": "the refund failed, and is owed"
        case "missing": "the processor's statement does not have it"
        case "looked": "a person looked at it"
        default: entry.amount > 0 ? "\(amount) noted, which does not fit" : "noted"
        }
    }

    private func money(_ minorUnits: Int64) -> String { details.campaign.money(minorUnits).description }
}

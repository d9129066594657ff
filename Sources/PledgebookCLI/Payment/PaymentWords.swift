import Crowdfunding
import Pledgebook

/// What happened to a payment, in the words of people.
///
/// They are: paid, card failed, needs the backer, dropped, released, paid back, disputed.
enum PaymentWords {
    /// Where a pledge's money is.
    static func standing(_ pledge: PledgeState, _ payment: PledgePayment) -> String {
        standing(pledge, payment.state, payment.ending, isRecorded: payment.gateway == 1)
    }

    /// The same of one payment.
    static func standing(_ pledge: PledgeState, _ payment: Payment, isRecorded: Bool) -> String {
        standing(pledge, payment.state, payment.ending, isRecorded: isRecorded)
    }

    private static func standing(
        _ pledge: PledgeState, _ state: PaymentState, _ ending: PaymentEnding, isRecorded: Bool
    ) -> String {
        switch state {
        case .captured where pledge == .canceled: "canceled, not paid back yet"
        case .partiallyRefunded: "paid, part of it paid back"
        case .failed where ending == .failedHard: "card failed for good"
        case .pledged, .methodSaved:
            switch pledge {
            case .placed, .delivered: isRecorded ? "not paid yet" : "to be charged at the close"
            case .canceled: "canceled"
            case .dropped: "dropped"
            }
        default: standing(state)
        }
    }

    /// A state by itself.
    static func standing(_ state: PaymentState) -> String {
        switch state {
        case .pledged: "not paid yet"
        case .methodSaved: "to be charged"
        case .actionRequired: "needs the backer"
        case .failed: "card failed"
        case .canceled, .voided, .expired: "released"
        case .dropped: "dropped"
        case .authorizing, .capturePending: "being charged"
        case .authorized: "held on the card"
        case .voidPending: "being released"
        case .captured: "paid"
        case .partiallyCaptured: "paid in part"
        case .refundPending: "being paid back"
        case .refundOwed: "to be paid back"
        case .partiallyRefunded: "paid back in part"
        case .refunded: "paid back"
        case .disputed: "disputed"
        case .disputeLost: "dispute lost"
        case .unknown: "in doubt"
        case .conflicted: "to be looked at"
        }
    }

    /// What an entry says to a backer; `nil` for what is of no interest to one.
    static func event(_ event: PledgeEvent, money: String, total: Int64) -> String? {
        let amount = event.amount == total || event.amount == 0 ? "" : " \(money)"
        switch event.kind {
        case .placed: return "pledged"
        case .changed: return "changed"
        case .methodSaved: return "card saved"
        case .balanceDue: return "balance asked for"
        case .authorized: return "held on the card"
        case .voided, .expired: return "released"
        case .declined: return "card failed"
        case .canceled: return "canceled"
        case .dropped: return "dropped"
        case .captured, .capturedAfterSuccess: return "paid\(amount)"
        case .refundCommitted, .refundCommittedAfterSuccess, .refundCommittedAfterDelivery:
            return "to be paid back\(amount)"
        case .refunded, .refundedFromOwn: return "paid back\(amount)"
        case .refundReturned: return "refund came back\(amount)"
        case .disputeOpened: return "disputed\(amount)"
        case .disputeWon: return "dispute won"
        case .disputeLost, .disputeLostAfterSuccess, .disputeLostAfterDelivery, .disputeLostCommitted:
            return "dispute lost\(amount)"
        case .delivered: return "shipped"
        case .campaignFunded: return "funded"
        case .campaignUnfunded: return "unfunded"
        case .campaignCanceled: return "campaign canceled"
        case .campaignFinished: return "campaign finished"
        case .runLaunched: return "\(event.run ?? "run") launched"
        case .runDelayed:
            return (event.run ?? "run")
                + (event.movedTo.map { " moved to \(DateWords.full($0))" } ?? " moved")
        case .runReceived: return "\(event.run ?? "run") received"
        case .runCanceled: return "\(event.run ?? "run") canceled"
        case .noted: return "noted, to be looked at"
        default: return nil
        }
    }
}

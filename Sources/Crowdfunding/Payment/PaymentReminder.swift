public import Accounting

/// What a backer is to be told about a payment that is not paid.
///
/// The raw values are stored and exported.
public enum PaymentReminder: String, CaseIterable, Sendable {
    /// The card failed and is tried again.
    case paymentFailed = "payment-failed"
    /// The backer has to confirm the charge at the bank.
    case confirmPayment = "confirm-payment"
    /// The card failed for good: another is needed.
    case newCard = "new-card"
    /// The rest of the price is due, and nobody charges it: the backer pays it.
    case balanceDue = "balance-due"

    /// What an unpaid payment asks of its backer; `nil`: nothing.
    ///
    /// What moves elsewhere is asked for by the platform that moves it, but for a balance, which only the
    /// maker asks for.
    public init?(_ state: PaymentState, _ ending: PaymentEnding, instalment: Int, isRecorded: Bool) {
        switch state {
        case .failed where isRecorded, .pledged, .methodSaved:
            guard isRecorded, instalment > 1 else { return nil }
            self = .balanceDue
        case .failed: self = ending == .failedSoft ? .paymentFailed : .newCard
        case .actionRequired: self = .confirmPayment
        default: return nil
        }
    }
}

extension RetrySchedule {
    /// Which period of the window it is, from 1: in each a backer is reminded once.
    ///
    /// `nil` when the window is over or has not begun: there is no time left to do anything about it.
    public func period(at now: Timestamp) -> Int? {
        guard now >= began, !isOver(at: now) else { return nil }
        return every > 0 ? Int((now.seconds - began.seconds) / every) + 1 : 1
    }
}

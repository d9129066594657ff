import Accounting
import Crowdfunding

let now = Timestamp(seconds: 1_775_000_000)

let euro = Currency("EUR") ?? Currency.all[0]

/// A context in which nothing stands in the way.
func setting(
    _ campaign: CampaignState = .collecting, _ change: (inout PaymentContext) -> Void = { _ in }
) -> PaymentContext {
    var context = PaymentContext(currency: euro, campaign: campaign, now: now)
    context.retryWindowEnds = now
    change(&context)
    return context
}

/// A payment written as its amounts.
func payment(
    a: Int64 = 0, c: Int64 = 0, v: Int64 = 0, r: Int64 = 0, rp: Int64 = 0, disputed: Int64 = 0,
    lost: Int64 = 0,
    x: Int64 = 0, _ operation: OperationKind? = nil, _ amount: Int64 = 100, _ state: OperationState = .open,
    ending: PaymentEnding = .pledged
) -> Payment {
    var payment = Payment()
    payment.authorized = a
    payment.captured = c
    payment.voided = v
    payment.refunded = r
    payment.committed = rp
    payment.disputed = disputed
    payment.lost = lost
    payment.excess = x
    payment.operation = operation.map { OpenOperation($0, amount: amount, state: state) }
    payment.ending = ending
    return payment
}

/// One payment of 100 in each state.
func sample(_ state: PaymentState) -> Payment {
    switch state {
    case .pledged: payment()
    case .methodSaved: payment(ending: .methodSaved)
    case .actionRequired: payment(ending: .actionRequired)
    case .failed: payment(ending: .failedSoft)
    case .canceled: payment(ending: .canceled)
    case .dropped: payment(ending: .dropped)
    case .authorizing: payment(.charge)
    case .authorized: payment(a: 100)
    case .capturePending: payment(a: 100, .capture)
    case .voidPending: payment(a: 100, .void)
    case .voided: payment(a: 100, v: 100, ending: .voided)
    case .expired: payment(a: 100, v: 100, ending: .expired)
    case .captured: payment(a: 100, c: 100)
    case .partiallyCaptured: payment(a: 100, c: 60)
    case .refundPending: payment(a: 100, c: 100, rp: 40, .refund, 40)
    case .refundOwed: payment(a: 100, c: 100, rp: 40)
    case .partiallyRefunded: payment(a: 100, c: 100, r: 40)
    case .refunded: payment(a: 100, c: 100, r: 100)
    case .disputed: payment(a: 100, c: 100, disputed: 100)
    case .disputeLost: payment(a: 100, c: 100, lost: 100)
    case .unknown: payment(.charge, 100, .unknown)
    case .conflicted: payment(a: 100, c: 100, x: 5)
    }
}

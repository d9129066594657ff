public import Accounting

/// Why a request to a payment is refused.
///
/// Nothing changes and nothing is sent.
public enum PaymentRefusal: UserFacingError, Equatable {
    /// The state has no such move.
    case notAllowed(request: String, state: PaymentState)
    /// An amount that is zero, negative or beyond what any payment can be (minor units).
    case amountOutOfRange(Int64)
    /// An operation has timed out; nothing may be asked of the payment until the gateway has said what
    /// became of it.
    case outcomeUnknown(request: String, operation: OperationKind, amount: Money)
    /// Another operation is under way (I3).
    case operationOpen(request: String, operation: OperationKind, amount: Money)
    /// A person must settle it first.
    case conflicted(request: String, excess: Money)
    /// A dispute freezes refunds.
    case disputeOpen(request: String, disputed: Money)
    /// More than the hold has left.
    case captureBeyondHold(asked: Money, left: Money)
    /// Less than six hours are left to capture.
    case holdEndsTooSoon(captureBefore: Timestamp)
    /// The hold has ended; a new one is needed.
    case authorizationExpired
    /// The clock has not reached the end of the hold.
    case holdStillValid(captureBefore: Timestamp)
    /// The payment holds nothing that expires.
    case holdHasNoEnd
    /// Money is taken at the close, and the campaign is not there, or gives everything back.
    case campaignNotCollecting(CampaignState)
    /// A hard decline or an abandoned try wants another method.
    case needsNewMethod(abandoned: Bool)
    /// T27.
    case refundBeyondRefundable(asked: Money, refundable: Money)
    /// T50.
    case refundBeyondOwed(asked: Money, owed: Money)
    /// T49, too early; `nil` where no window is running.
    case retryWindowOpen(until: Timestamp?)
    /// T52: the figures do not add up to the excess.
    case settlementDoesNotFit(settled: Money, excess: Money)
    /// T38.
    case keyReused(asked: Money, before: Money)
    /// The parts have less left than an entry wants to take.
    case partsExhausted(asked: Int64, left: Int64)

    /// Refused by a rule; bad figures are bad input.
    public var exitCode: ExitStatus {
        switch self {
        case .amountOutOfRange: .badInput
        case .partsExhausted: .fault
        default: .refused
        }
    }

    /// What stands against it, with the figures, and what to do.
    public var message: String {
        switch self {
        case .notAllowed(let request, let state):
            "A payment that is \(state.label) cannot be \(request)."
        case .amountOutOfRange(let amount):
            amount == 0
                ? "An amount of 0 moves nothing. Name one that is more than zero."
                : "\(amount) minor units is not an amount that can be moved. "
                    + "Give more than zero and at most \(largestAmount)."
        case .outcomeUnknown(let request, let operation, let amount):
            "The payment cannot be \(request): nobody knows yet what became of its "
                + "\(operation.label) of \(amount). "
                + "Ask the gateway first with `pledgebook payment reconcile`."
        case .operationOpen(let request, let operation, let amount):
            "The payment cannot be \(request) while its \(operation.label) of \(amount) is under way. "
                + "Wait for its answer."
        case .conflicted(let request, let excess):
            "The payment cannot be \(request): it is conflicted by \(excess). Settle it first, with a reason."
        default: furtherMessage
        }
    }

    private var furtherMessage: String {
        switch self {
        case .disputeOpen(let request, let disputed):
            "The payment cannot be \(request): \(disputed) is in dispute. Wait for the dispute's end."
        case .captureBeyondHold(let asked, let left):
            "\(asked) cannot be captured: the hold has \(left) left."
        case .holdEndsTooSoon(let captureBefore):
            "The hold ends at \(captureBefore), less than six hours from now: void it and authorize again."
        case .authorizationExpired:
            "The authorization has expired and nothing can be captured from it. Authorize or charge again."
        case .holdStillValid(let captureBefore):
            "The hold is valid until \(captureBefore); it has not expired."
        case .holdHasNoEnd: "The hold has no end that is known; wait for the gateway to say that it expired."
        case .campaignNotCollecting(let state):
            "Nothing can be captured while the campaign is \(state.rawValue). Close the campaign first."
        case .needsNewMethod(let abandoned):
            (abandoned ? "The last try was abandoned" : "The method was declined for good")
                + ", so the payment is not tried again with it. Save another method first."
        case .refundBeyondRefundable(let asked, let refundable):
            "\(asked) cannot be refunded: \(refundable) is refundable."
        case .refundBeyondOwed(let asked, let owed):
            "A refund of \(asked) cannot be sent again: \(owed) is owed to the backer."
        case .retryWindowOpen(.some(let until)):
            "The payment is not dropped before the retry window ends at \(until)."
        case .retryWindowOpen(.none): "The payment is not dropped: no retry window is running."
        case .settlementDoesNotFit(let settled, let excess):
            "The settlement covers \(settled) of a conflict of \(excess). Say what becomes of all of it."
        case .keyReused(let asked, let before):
            "This operation was asked for before with other figures (\(before), now \(asked)). "
                + "It is not sent again."
        case .partsExhausted(let asked, let left):
            "An entry of \(asked) minor units has only \(left) left to take its parts from. "
                + "Run `pledgebook book check`."
        default: ""
        }
    }
}

extension OperationKind {
    /// How people read it, for example `capture`.
    public var label: String {
        switch self {
        case .authorize: "authorization"
        case .charge: "charge"
        case .capture: "capture"
        case .void: "void"
        case .refund: "refund"
        }
    }
}

extension PaymentEvent {
    /// What a request would make of the payment, as a refusal reads it: “cannot be *captured*”.
    var participle: String {
        switch self {
        case .saveMethod: "given another method"
        case .authorize: "authorized"
        case .charge: "charged"
        case .capture: "captured"
        case .cancel: "canceled"
        case .refund: "refunded"
        case .resendRefund: "refunded again"
        case .expire: "expired"
        case .drop: "dropped"
        case .settle: "settled"
        default: "changed"
        }
    }
}

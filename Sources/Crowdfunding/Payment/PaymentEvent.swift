public import Accounting

/// What is asked of a payment, or has happened to it.
///
/// Amounts and fees are minor units of the campaign's currency.
///
/// A *request* that the table does not allow is refused; a *fact* is never refused.
public enum PaymentEvent: Hashable, Sendable {
    // Requests.
    /// The backer saved a method (a processor's token): T02.
    case saveMethod
    /// Hold an amount: T03.
    case authorize(Int64)
    /// Authorize and capture in one: T03.
    case charge(Int64)
    /// Take from the hold: T09, T15, T20.
    case capture(Int64)
    /// Give the payment up: T16, T17, T41. What is captured needs `refund`.
    case cancel
    /// Give back: T22, T27, T30.
    case refund(Int64)
    /// Send a refund that failed once more, under a new key: T50.
    case resendRefund(Int64)
    /// The clock has passed the end of the hold: T19.
    case expire
    /// The retry window is over: T49.
    case drop
    /// A person settles a conflict: T52.
    case settle(Settlement)

    // What the gateway answers, at once, later, or when asked.
    /// A hold was placed: T04, T08.
    case authorized(Int64, captureBefore: Timestamp?)
    /// Authorized and captured in one: T48, T08.
    case charged(Int64, fee: Int64)
    /// Taken: T10, T11, T14; unasked T21.
    case captured(Int64, fee: Int64)
    /// The backer must act (3-D Secure): T05.
    case needsBacker
    /// Declined: T06, T08.
    case declined(hard: Bool)
    /// T12, T14.
    case captureFailed(expired: Bool)
    /// The hold was freed: T16, T17.
    case holdVoided
    /// The gateway would not void: T16.
    case voidFailed
    /// Time-out, 5xx or a crash after sending: T07, T13, T18, T26.
    case timedOut
    /// The gateway has it and will say later: T25.
    case accepted
    /// Asked: never seen.
    ///
    /// `sentAt` is when the key was first sent: T08, T14.
    case notFound(sentAt: Timestamp)
    /// A refund that we asked for is done: T23. Without an open refund it counts as made outside.
    case refunded(Int64, fee: Int64)
    /// Failed for certain: T24.
    case refundFailed

    // What happens elsewhere.
    /// The gateway says that the hold is gone: T19.
    case holdExpired
    /// A refund made in the processor's dashboard or from the maker's own account: T28.
    case refundedOutside(Int64, fee: Int64, fromOwnAccount: Bool)
    /// A refund that was done came back: T51.
    case refundReturned(Int64)
    /// The bank asks; no money moved: T31.
    case inquiry
    /// T29, T32.
    case disputeOpened(Int64, fee: Int64)
    /// T33.
    case disputeWon(Int64, feeReturned: Int64)
    /// Lost or accepted: T34.
    case disputeLost(Int64)

    /// Whether it has happened, so that it cannot be refused.
    public var isFact: Bool {
        switch self {
        case .saveMethod, .authorize, .charge, .capture, .cancel, .refund, .resendRefund, .expire, .drop,
            .settle:
            false
        default: true
        }
    }

    /// What it moves, holds or asks for; `nil` where it names no amount.
    public var amount: Int64? {
        switch self {
        case .authorize(let amount), .charge(let amount), .capture(let amount), .refund(let amount),
            .resendRefund(let amount), .authorized(let amount, _), .charged(let amount, _),
            .captured(let amount, _), .refunded(let amount, _), .refundedOutside(let amount, _, _),
            .refundReturned(let amount), .disputeOpened(let amount, _), .disputeWon(let amount, _),
            .disputeLost(let amount):
            amount
        default: nil
        }
    }

    /// What the gateway's answer to an operation says.
    ///
    /// The reason `expired` of a declined capture is the gateways' word for a hold that has ended. `sentAt`
    /// is when the operation's key was first sent.
    public init(_ answer: GatewayAnswer, to kind: OperationKind, sentAt: Timestamp) {
        switch (answer, kind) {
        case (.done(let amount, _, _, let captureBefore), .authorize):
            self = .authorized(amount, captureBefore: captureBefore)
        case (.done(let amount, _, let fee, _), .charge): self = .charged(amount, fee: fee)
        case (.done(let amount, _, let fee, _), .capture): self = .captured(amount, fee: fee)
        case (.done, .void): self = .holdVoided
        case (.done(let amount, _, let fee, _), .refund): self = .refunded(amount, fee: fee)
        case (.declined(let hard, _), .authorize), (.declined(let hard, _), .charge):
            self = .declined(hard: hard)
        case (.declined(_, let reason), .capture): self = .captureFailed(expired: reason == "expired")
        case (.declined, .void): self = .voidFailed
        case (.declined, .refund): self = .refundFailed
        case (.actionRequired, _): self = .needsBacker
        case (.pending, _): self = .accepted
        case (.unknown, _): self = .timedOut
        case (.notFound, _): self = .notFound(sentAt: sentAt)
        }
    }
}

/// How a person settles a conflict (T52).
///
/// Minor units; the first three add up to the payment's excess.
public struct Settlement: Hashable, Sendable {
    /// Of the excess, money in that stands as E25; the entries are reversed.
    public var unmatchedIn: Int64
    /// Of the excess, money out that stands as E25o; the entries are reversed.
    public var unmatchedOut: Int64
    /// Of the excess, what was only noted.
    public var noted: Int64
    /// Of `unmatchedIn`, what is taken as paid after all; T22 can then give it back.
    public var accepted: Int64
    /// Claims on the backer that are given up (E19w).
    public var claimGivenUp: Int64
    /// Of `unmatchedOut`, what the backer owes from now on (E19r); it can be given up at once.
    public var claimed: Int64

    /// Puts a settlement together; the table checks it.
    public init(
        unmatchedIn: Int64 = 0, unmatchedOut: Int64 = 0, noted: Int64 = 0, accepted: Int64 = 0,
        claimGivenUp: Int64 = 0, claimed: Int64 = 0
    ) {
        self.unmatchedIn = unmatchedIn
        self.unmatchedOut = unmatchedOut
        self.noted = noted
        self.accepted = accepted
        self.claimGivenUp = claimGivenUp
        self.claimed = claimed
    }
}

/// What the guards of the table need to know beside the payment.
///
/// Make it once a campaign and vary it.
public struct PaymentContext: Sendable {
    /// The campaign's.
    public var currency: Currency
    /// Where the campaign stands.
    public var campaign: CampaignState
    /// Whether a pledge is charged when it is placed.
    public var collectsOnPledge: Bool
    /// The clock.
    public var now: Timestamp
    /// Whether the rest of a hold stays capturable after a partial capture.
    public var multicapture: Bool
    /// Seconds for which the gateway remembers a key.
    public var keyLifetime: Int64
    /// Whether the fact at hand is in the campaign's currency.
    public var currencyMatches = true
    /// What the instalment asks for and has not got; `nil`: not compared.
    public var due: Int64?
    /// Of what this payment holds, how much has been delivered; more than it holds means all.
    public var delivered: Int64 = 0
    /// When failed charges are given up; `nil`: not collecting.
    public var retryWindowEnds: Timestamp?

    /// A context with what every payment of a campaign shares.
    public init(
        currency: Currency, campaign: CampaignState, collectsOnPledge: Bool = false, now: Timestamp,
        multicapture: Bool = false, keyLifetime: Int64 = 86_400
    ) {
        self.currency = currency
        self.campaign = campaign
        self.collectsOnPledge = collectsOnPledge
        self.now = now
        self.multicapture = multicapture
        self.keyLifetime = keyLifetime
    }

    /// Whether deposits are owed as goods by now.
    public var hasSucceeded: Bool { campaign.hasSucceeded }

    /// Whether all of the payment is delivered; setting it delivers all or nothing.
    public var isDelivered: Bool {
        get { delivered == .max }
        set { delivered = newValue ? .max : 0 }
    }
}

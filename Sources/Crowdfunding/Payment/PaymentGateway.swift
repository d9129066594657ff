public import Accounting

/// What a request to a gateway asks for.
///
/// The raw values are stored.
public enum OperationKind: Int, CaseIterable, Sendable {
    case authorize = 1
    case charge = 2
    case capture = 3
    case void = 4
    case refund = 5
}

/// Where a request to a gateway stands.
///
/// The raw values are stored; below 3 it is open.
public enum OperationState: Int, CaseIterable, Sendable {
    /// Committed, not known to have been sent.
    case open = 0
    /// The gateway has it and will say later.
    case pending = 1
    /// Nobody knows: ask, never send with a new key.
    case unknown = 2
    case succeeded = 3
    case failedSoft = 4
    case failedHard = 5
    /// Never reached the gateway, and its key is too old to send again.
    case abandoned = 6
}

/// One request to a gateway, with all that its idempotency key is made of.
public struct Operation: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// The pledge's reference.
    public var reference: String
    /// From 1.
    public var instalment: Int
    /// What is asked for.
    public var kind: OperationKind
    /// From 1; grows only after a definite failure.
    public var attempt: Int
    /// Minor units, more than zero.
    public var amount: Int64
    /// The saved method's token.
    public var method: String
    /// What the gateway called the charge this captures, voids or refunds; empty for a new one.
    public var target: String

    /// Puts a request together.
    public init(
        pledge: Int64, reference: String, instalment: Int, kind: OperationKind, attempt: Int, amount: Int64,
        method: String, target: String
    ) {
        self.pledge = pledge
        self.reference = reference
        self.instalment = instalment
        self.kind = kind
        self.attempt = attempt
        self.amount = amount
        self.method = method
        self.target = target
    }

    /// `<prefix>/<reference>/<instalment>/<kind>/<attempt>`, where the prefix is `<book>/<campaign>`.
    public func key(_ prefix: String) -> String {
        "\(prefix)/\(reference)/\(instalment)/\(kind.rawValue)/\(attempt)"
    }
}

/// What a gateway answered, or did not.
public enum GatewayAnswer: Hashable, Sendable {
    /// Done. `amount` is what was moved, `currency` its code, `fee` what the gateway keeps; `captureBefore`
    /// for a hold.
    case done(amount: Int64, currency: String, fee: Int64, captureBefore: Timestamp?)
    case declined(hard: Bool, reason: String)
    /// The backer must act (3-D Secure).
    case actionRequired
    /// The gateway has it and will say later (recorded: a person will).
    case pending
    /// Time-out, 5xx: neither success nor failure.
    case unknown
    /// Asked by key: the gateway has never seen it.
    case notFound
}

/// An answer with the reference the gateway gives (charge, refund or dispute id; empty when there is none).
public struct GatewayOutcome: Hashable, Sendable {
    /// What was answered.
    public var answer: GatewayAnswer
    /// The gateway's own reference; empty when there is none.
    public var reference: String

    /// An answer, and the reference that came with it.
    public init(_ answer: GatewayAnswer, reference: String = "") {
        self.answer = answer
        self.reference = reference
    }
}

/// What moves money elsewhere.
///
/// It decides nothing and knows nothing of the book.
public protocol PaymentGateway {
    /// Stored with each pledge: 1 recorded, 2 rehearsal.
    var code: Int { get }
    var name: String { get }
    /// Operations carried out between two database transactions.
    var window: Int { get }
    /// Seconds for which an idempotency key is remembered.
    var keyLifetime: Int64 { get }
    /// Whether what is left of a hold stays capturable after a partial capture.
    var multicapture: Bool { get }
    /// Carries out the operations; one outcome each, in the same order. Keys are `operation.key(prefix)`.
    mutating func perform(_ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp)
        throws
        -> [GatewayOutcome]
    /// Asks what became of an operation, by its key.
    mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) throws -> GatewayOutcome
}

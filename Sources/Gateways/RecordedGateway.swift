public import Accounting
public import Crowdfunding

/// Money that moves elsewhere: a platform collected it, a bank transfer arrived.
///
/// It moves nothing: every request is pending until a file or a person tells the fact, and is never retried
/// by itself.
public struct RecordedGateway: PaymentGateway, Sendable {
    /// 1, stored with each pledge.
    public var code: Int { 1 }
    /// `recorded`.
    public var name: String { "recorded" }
    /// 4,096.
    public var window: Int { 4096 }
    /// Without end: nothing is ever sent, so no key grows old.
    public var keyLifetime: Int64 { 100 * 366 * 86_400 }
    /// Facts say what was taken; what is left of a hold stays until one says that it is gone.
    public var multicapture: Bool { true }

    /// The gateway has no state.
    public init() {}

    /// Every request is pending.
    public mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) -> [GatewayOutcome] {
        [GatewayOutcome](repeating: GatewayOutcome(.pending), count: operations.count)
    }

    /// Pending: only a fact ends it.
    public mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) -> GatewayOutcome {
        GatewayOutcome(.pending)
    }
}

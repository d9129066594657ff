import Accounting
import Crowdfunding

/// Hands everything on to another gateway, two pledges a window, and lets a test meddle around each window.
struct MeddledGateway: PaymentGateway {
    /// The process dies: what it sent has arrived, and nobody hears the answers.
    struct Died: Error {}

    private var inner: any PaymentGateway
    var code: Int { inner.code }
    var name: String { inner.name }
    /// Small, so that a few pledges take several windows.
    var window: Int { 2 }
    var keyLifetime: Int64 { inner.keyLifetime }
    var multicapture: Bool { inner.multicapture }
    /// Called before a window is sent, and after its answers have come, with the number of windows before it.
    private let before: @Sendable (_ windows: Int) throws -> Void
    private let after: @Sendable (_ windows: Int) throws -> Void
    private var windows = 0

    init(
        _ inner: any PaymentGateway, before: @escaping @Sendable (_ windows: Int) throws -> Void = { _ in },
        after: @escaping @Sendable (_ windows: Int) throws -> Void = { _ in }
    ) {
        self.inner = inner
        self.before = before
        self.after = after
    }

    /// One that dies after so many windows were answered.
    static func dying(_ inner: any PaymentGateway, after windows: Int) -> Self {
        Self(inner, after: { if $0 >= windows { throw Died() } })
    }

    mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) throws -> [GatewayOutcome] {
        try before(windows)
        let outcomes = try inner.perform(operations, prefix: prefix, currency: currency, at: now)
        try after(windows)
        windows += 1
        return outcomes
    }

    mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) throws -> GatewayOutcome {
        try inner.find(operation, prefix: prefix, at: now)
    }
}

public import Crowdfunding

// The truth, to compare the books with.

extension RehearsalGateway {
    /// Every request that arrived, in the order in which they did.
    ///
    /// Meant for tests and small campaigns: it holds all of them in memory.
    public func records() throws(RehearsalError) -> [RehearsalRecord] {
        var records: [RehearsalRecord] = []
        try truth.forEach { records.append($1) }
        return records
    }

    /// What the processor has done in all.
    public func totals() throws(RehearsalError) -> RehearsalTotals {
        var totals = RehearsalTotals()
        try truth.forEach { totals.add($1) }
        return totals
    }

    /// What the processor did under an operation's key; `nil` where the request never arrived.
    ///
    /// - Parameters:
    ///   - operation: Only what its key is made of counts.
    ///   - prefix: `<book>/<campaign>`, or what a rehearsal has in its place.
    /// - Returns: One line of the truth.
    /// - Throws: What the file says.
    public func record(of operation: Operation, prefix: String) throws(RehearsalError) -> RehearsalRecord? {
        try truth.record(RehearsalKey(operation, prefix: RehearsalKey.hash(prefix, 0)))
    }
}

/// Sums over all requests that were done, in minor units.
public struct RehearsalTotals: Hashable, Sendable {
    /// Requests that arrived.
    public var requests = 0
    /// Held.
    public var authorized: Int64 = 0
    /// Taken, by charges and captures.
    public var captured: Int64 = 0
    /// Freed by voids.
    public var voided: Int64 = 0
    /// Given back.
    public var refunded: Int64 = 0
    /// Kept by the processor.
    public var fees: Int64 = 0

    /// Nothing yet.
    public init() {}

    /// Adds what a request did.
    public mutating func add(_ record: RehearsalRecord) {
        requests += 1
        guard record.outcome == .done else { return }
        fees += record.fee
        switch record.kind {
        case .authorize: authorized += record.amount
        case .charge, .capture: captured += record.amount
        case .void: voided += record.amount
        case .refund: refunded += record.amount
        }
    }
}

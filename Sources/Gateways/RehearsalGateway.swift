public import Accounting
public import Crowdfunding

/// A seeded simulation of a card processor, so that makers can rehearse a close and tests can break things.
///
/// What it does depends only on the seed and the requests. It keeps its own truth in an append-only file,
/// one line a request that arrived, written and made durable before the answers of a window return; so a
/// test, or a person, can compare the books with it. Asked twice under one key it acts once.
public struct RehearsalGateway: PaymentGateway {
    /// 2, stored with each pledge.
    public var code: Int { 2 }
    /// `rehearsal`.
    public var name: String { "rehearsal" }
    /// 4,096.
    public var window: Int { 4096 }
    /// 24 hours, as Stripe's.
    public var keyLifetime: Int64 { 86_400 }
    /// Whether what a capture leaves over stays held; by the profile, as a rule not.
    public var multicapture: Bool { profile.multicapture }
    /// How the processor behaves.
    public let profile: RehearsalProfile

    private let truth: RehearsalTruth
    /// Keys that were lost on their way once; the next time they arrive.
    private var lostOnce: Set<RehearsalKey> = []
    private var redelivered: [RehearsalDelivery] = []
    private var lastPrefix = ""
    private var lastPrefixHash: UInt64 = RehearsalKey.hash("", 0)

    /// Opens the truth at `path`, making the file (0600) where there is none.
    ///
    /// Throws where it cannot be opened, is a link or no regular file.
    public init(_ profile: RehearsalProfile, path: String) throws(RehearsalError) {
        self.profile = profile
        truth = try RehearsalTruth(path: path)
    }

    /// Carries out the operations; see `PaymentGateway`.
    ///
    /// Throws `keyReused` where a key comes back with other figures, `amountOutOfRange`, or what the file
    /// says; what went before in the window may have happened then: ask.
    public mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) throws -> [GatewayOutcome] {
        let prefixHash = hash(prefix)
        var outcomes: [GatewayOutcome] = []
        outcomes.reserveCapacity(operations.count)
        do throws(RehearsalError) {
            for operation in operations {
                outcomes.append(try carryOut(operation, prefix, prefixHash, currency, now))
            }
        } catch {
            try truth.flush()
            throw error
        }
        try truth.flush()
        return outcomes
    }

    /// What became of an operation: its stored result, or `notFound`.
    public mutating func find(
        _ operation: Operation, prefix: String, at now: Timestamp
    ) throws -> GatewayOutcome {
        let key = RehearsalKey(operation, prefix: hash(prefix))
        guard let record = try truth.record(key) else {
            // Whoever asks sends again; that time it arrives.
            lostOnce.insert(key)
            return GatewayOutcome(.notFound)
        }
        try check(operation, against: record, prefix, currency: record.currencyBits)
        return outcome(of: record)
    }

    /// Answers that were told twice since the last call, as a processor's repeated messages are.
    public mutating func takeRedeliveries() -> [RehearsalDelivery] {
        defer { redelivered = [] }
        return redelivered
    }

    private mutating func carryOut(
        _ operation: Operation, _ prefix: String, _ prefixHash: UInt64, _ currency: Currency, _ now: Timestamp
    ) throws(RehearsalError) -> GatewayOutcome {
        guard operation.amount > 0, operation.amount <= largestAmount else {
            throw .amountOutOfRange(operation.amount)
        }
        let payment = RehearsalKey.payment(operation, prefix: prefixHash)
        let key = RehearsalKey(payment: payment, operation)
        if let before = try truth.record(key) {
            try check(operation, against: before, prefix, currency: currencyBits(of: currency))
            return outcome(of: before)
        }
        let arrival = rate(key.high, salt: 1)
        if arrival < profile.timeoutBefore, lostOnce.insert(key).inserted { return GatewayOutcome(.unknown) }
        let record = try decide(operation, key, payment, currency, now)
        truth.append(record)
        let outcome = outcome(of: record)
        let answerLost = profile.timeoutBefore + profile.timeoutAfter
        if arrival >= profile.timeoutBefore, arrival < answerLost { return GatewayOutcome(.unknown) }
        if arrival >= answerLost, arrival < answerLost + profile.duplicate {
            redelivered.append(RehearsalDelivery(operation: operation, outcome: outcome))
            // The request arrives a second time: the key says so, and nothing happens.
            return try carryOut(operation, prefix, prefixHash, currency, now)
        }
        return outcome
    }

    /// What the processor does with a request that it has not seen.
    private func decide(
        _ operation: Operation, _ key: RehearsalKey, _ payment: UInt64, _ currency: Currency,
        _ now: Timestamp
    ) throws(RehearsalError) -> RehearsalRecord {
        var record = RehearsalRecord(
            keyHigh: key.high, keyLow: key.low, kind: operation.kind, outcome: .done,
            amount: operation.amount,
            fee: 0, target: target(of: operation), at: now, currencyBits: currencyBits(of: currency)
        )
        switch operation.kind {
        case .authorize, .charge:
            record.outcome = fate(key, payment ^ record.target)
        case .capture, .void, .refund:
            guard let charge = try truth.charge(record.target) else {
                record.outcome = .declinedHard
                return record
            }
            let moved = truth.moved(charge)
            let held = charge.amount - moved.captured - moved.voided
            switch operation.kind {
            case .refund where moved.captured - moved.refunded < operation.amount:
                record.outcome = .declinedHard
            case .capture where now >= charge.at.adding(seconds: profile.holdLifetime):
                record.outcome = .expired
            case .void where now >= charge.at.adding(seconds: profile.holdLifetime):
                record.outcome = .expired
            // What a capture leaves over is freed, so a hold is captured once.
            case .capture where !profile.multicapture && moved.captured > 0 || held < operation.amount:
                record.outcome = .declinedHard
            case .void where held < operation.amount: record.outcome = .declinedHard
            default: break
            }
        }
        if record.outcome == .done, operation.kind == .charge || operation.kind == .capture {
            record.fee = profile.fee(of: operation.amount)
        }
        return record
    }

    /// Whether a hold or charge is declined: for good by payment and method, for a while by attempt.
    private func fate(_ key: RehearsalKey, _ payer: UInt64) -> RehearsalRecord.Outcome {
        let forGood = rate(payer, salt: 2)
        if forGood < profile.declineHard { return .declinedHard }
        if forGood < profile.declineHard + profile.actionRequired { return .actionRequired }
        return rate(key.low, salt: 3) < profile.declineSoft ? .declinedSoft : .done
    }

    /// 0…999,999, fixed by the seed.
    private func rate(_ value: UInt64, salt: UInt64) -> Int {
        Int((mixed(value ^ (profile.seed &* 0x2545_F491_4F6C_DD1D) ^ salt) >> 32) &* 1_000_000) >> 32
    }

    private func target(of operation: Operation) -> UInt64 {
        operation.kind == .authorize || operation.kind == .charge
            ? RehearsalKey.hash(operation.method, 1)
            : rehearsalNumber(operation.target) ?? RehearsalKey.hash(operation.target, 2)
    }

    private func check(
        _ operation: Operation, against record: RehearsalRecord, _ prefix: String, currency: UInt32
    ) throws(RehearsalError) {
        guard record.currencyBits == currency, record.kind == operation.kind,
            record.amount == operation.amount,
            record.target == target(of: operation)
        else { throw .keyReused(key: operation.key(prefix)) }
    }

    private func outcome(of record: RehearsalRecord) -> GatewayOutcome {
        switch record.outcome {
        case .done:
            GatewayOutcome(
                .done(
                    amount: record.amount, currency: record.currency, fee: record.fee,
                    captureBefore: record.kind == .authorize
                        ? record.at.adding(seconds: profile.holdLifetime) : nil
                ), reference: record.reference
            )
        case .declinedSoft: GatewayOutcome(.declined(hard: false, reason: "insufficient_funds"))
        case .declinedHard: GatewayOutcome(.declined(hard: true, reason: "not_possible"))
        case .actionRequired: GatewayOutcome(.actionRequired)
        case .expired: GatewayOutcome(.declined(hard: true, reason: "expired"))
        }
    }

    private mutating func hash(_ prefix: String) -> UInt64 {
        if prefix != lastPrefix {
            lastPrefix = prefix
            lastPrefixHash = RehearsalKey.hash(prefix, 0)
        }
        return lastPrefixHash
    }
}

/// An answer that is told a second time.
public struct RehearsalDelivery: Hashable, Sendable {
    /// What was asked.
    public var operation: Operation
    /// What was answered.
    public var outcome: GatewayOutcome
}

// MARK: - The truth, to compare the books with

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

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
    /// 8,192: more at once is not faster, and takes more memory.
    public var window: Int { 8192 }
    /// 24 hours, as Stripe's.
    public var keyLifetime: Int64 { 86_400 }
    /// Whether what a capture leaves over stays held; by the profile, as a rule not.
    public var multicapture: Bool { profile.multicapture }
    /// How the processor behaves.
    public private(set) var profile: RehearsalProfile

    let truth: RehearsalTruth
    private var faults: RehearsalFaults
    /// Requests of the window that a rate limit refuses still.
    private var limited = 0
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
        faults = RehearsalFaults(profile)
        truth = try RehearsalTruth(path: path)
    }

    /// The same processor with another temper.
    public func behaving(as profile: RehearsalProfile) -> RehearsalGateway {
        var other = self
        other.profile = profile
        other.faults = RehearsalFaults(profile)
        return other
    }

    /// Carries out the operations; see `PaymentGateway`.
    ///
    /// Throws `keyReused` where a key comes back with other figures, `amountOutOfRange`, or what the file
    /// says; what went before in the window may have happened then: ask.
    public mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) throws -> [GatewayOutcome] {
        let prefixHash = hash(prefix)
        limited = 0
        var outcomes = [GatewayOutcome](repeating: GatewayOutcome(.unknown), count: operations.count)
        do throws(RehearsalError) {
            for index in order(of: operations, prefixHash, at: now) {
                outcomes[index] = try carryOut(operations[index], prefix, prefixHash, currency, now)
            }
        } catch {
            try truth.flush()
            throw error
        }
        try truth.flush()
        return outcomes
    }

    /// The order in which requests that are sent together take effect.
    private func order(of operations: [Operation], _ prefixHash: UInt64, at now: Timestamp) -> [Int] {
        var order = Array(operations.indices)
        guard faults.reorder > 0, !profile.hasRecovered(at: now) else { return order }
        for index in order.indices {
            let key = RehearsalKey(operations[index], prefix: prefixHash)
            guard rate(key.high, salt: 6) < faults.reorder else { continue }
            order.swapAt(index, Int(truncatingIfNeeded: mixed(key.low ^ 7) % UInt64(order.count)))
        }
        return order
    }

    /// What became of an operation: its stored result, or `notFound`.
    public mutating func find(
        _ operation: Operation, prefix: String, at now: Timestamp
    ) throws -> GatewayOutcome {
        let key = RehearsalKey(operation, prefix: hash(prefix))
        if faults.deaf > 0, !profile.hasRecovered(at: now),
            rate(key.high ^ UInt64(bitPattern: now.seconds), salt: 5) < faults.deaf
        {
            return GatewayOutcome(.unknown)
        }
        guard let record = try truth.record(key) else {
            // Whoever asks sends again; that time it arrives.
            lostOnce.insert(key)
            return GatewayOutcome(.notFound)
        }
        try check(operation, against: record, prefix)
        return outcome(of: record, at: now)
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
            try check(operation, against: before, prefix, asked: currencyBits(of: currency))
            return outcome(of: before, at: now)
        }
        var fault = profile.hasRecovered(at: now) ? nil : self.fault(of: key)
        if fault == .rateLimit, !lostOnce.contains(key) { limited = RehearsalFaults.limitedAtOnce }
        if limited > 0 {
            limited -= 1
            fault = .rateLimit
        }
        if let fault, fault.isBeforeEffect(rate(key.low, salt: 8)), lostOnce.insert(key).inserted {
            return GatewayOutcome(.unknown)
        }
        let record = try decide(operation, key, payment, currency, now)
        truth.append(record)
        switch fault {
        case .garbage: return .garbage(key.low, asked: operation.amount)
        case .duplicate:
            redelivered.append(RehearsalDelivery(operation: operation, outcome: outcome(of: record, at: now)))
            // The request arrives a second time: the key says so, and nothing happens.
            return try carryOut(operation, prefix, prefixHash, currency, now)
        case .some(let fault) where fault.losesAnswer: return GatewayOutcome(.unknown)
        default: return outcome(of: record, at: now)
        }
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
        guard record.outcome == .done else { return record }
        record.amount = moved(operation, key)
        record.currencyBits = self.currency(of: key, asked: record.currencyBits)
        if operation.kind == .charge || operation.kind == .capture {
            record.fee = profile.fee(of: record.amount)
        }
        return record
    }

    /// What is moved in place of what was asked for: nearly always the same.
    ///
    /// A refund, a capture or a void never moves more, because there may be no more.
    private func moved(_ operation: Operation, _ key: RehearsalKey) -> Int64 {
        guard operation.kind != .void, fault(of: key) == .wrongAmount, operation.amount > 1 else {
            return operation.amount
        }
        let most = max(1, operation.amount / 20)
        let drift = 1 + Int64(truncatingIfNeeded: mixed(key.low ^ 9) % UInt64(most))
        let mayBeMore = operation.kind == .charge || operation.kind == .authorize
        let isMore = mayBeMore && rate(key.low, salt: 10) < 500_000
        return isMore
            ? min(operation.amount + drift, largestAmount) : max(1, operation.amount - drift)
    }

    /// The currency in which it is moved.
    private func currency(of key: RehearsalKey, asked: UInt32) -> UInt32 {
        guard fault(of: key) == .wrongCurrency else { return asked }
        let usual: [UInt32] = [0x55_53_44, 0x45_55_52]  // USD, EUR
        return asked == usual[0] ? usual[1] : usual[0]
    }

    private func fault(of key: RehearsalKey) -> RehearsalFault? {
        faults.fault(drawn: rate(key.high, salt: 1))
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

    /// Refuses a key that comes back with other figures; `asked` is the currency, where it is said.
    private func check(
        _ operation: Operation, against record: RehearsalRecord, _ prefix: String, asked: UInt32? = nil
    ) throws(RehearsalError) {
        let key = RehearsalKey(high: record.keyHigh, low: record.keyLow)
        let isDone = record.outcome == .done
        let amount = isDone ? moved(operation, key) : operation.amount
        let currency = asked.map { isDone ? self.currency(of: key, asked: $0) : $0 } ?? record.currencyBits
        guard record.currencyBits == currency, record.kind == operation.kind, record.amount == amount,
            record.target == target(of: operation)
        else { throw .keyReused(key: operation.key(prefix)) }
    }

    private func outcome(of record: RehearsalRecord, at now: Timestamp) -> GatewayOutcome {
        if faults.fault(drawn: rate(record.keyHigh, salt: 1)) == .delayed, now < told(record),
            !profile.hasRecovered(at: now)
        {
            return GatewayOutcome(.pending)
        }
        return switch record.outcome {
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

    /// When a delayed answer is told.
    private func told(_ record: RehearsalRecord) -> Timestamp {
        let days =
            1 + Int64(truncatingIfNeeded: mixed(record.keyLow ^ 11) % UInt64(max(1, profile.delayDays)))
        return record.at.adding(seconds: days * 86_400)
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

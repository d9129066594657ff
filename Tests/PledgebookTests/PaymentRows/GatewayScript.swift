import Accounting
import Crowdfunding

/// A processor that does what a test tells it, and remembers what it was asked: a key acts once, whatever is
/// sent how often.
///
/// Used by one thread at a time; the gateway lock of a campaign sees to that.
final class GatewayScript: @unchecked Sendable {
    enum Answer: Sendable {
        case done
        /// Done, with another amount than was asked for.
        case doneBy(Int64)
        case doneIn(String)
        case declined(hard: Bool)
        /// The hold that was to be captured had ended.
        case expired
        case needsBacker
        case pending
        /// It happens, and the answer is lost.
        case answerLost
        /// It never arrives.
        case lostOnTheWay
    }

    struct KeyReused: Error {}

    /// What the processor keeps of a charge or capture.
    static let fee: Int64 = 30
    var multicapture = false
    var holdLifetime: Int64 = 7 * 86_400
    /// Nothing that is asked is answered.
    var isSilent = false
    /// `P-1/1/charge/1 12000`, in the order in which they were sent.
    private(set) var sent: [String] = []
    private var answers: [String: [Answer]] = [:]
    private var truth: [String: (operation: Operation, outcome: GatewayOutcome)] = [:]

    /// What the next requests of a kind for a pledge are answered, in order; then all is done.
    func answer(_ reference: String, _ kind: OperationKind, _ next: Answer...) {
        answers["\(reference)/\(kind)", default: []] += next
    }

    /// What a pending request came to.
    func finish(_ reference: String, _ kind: OperationKind, as answer: Answer, at now: Timestamp) {
        for (key, made) in truth
        where made.operation.reference == reference && made.operation.kind == kind
            && made.outcome.answer == .pending
        {
            truth[key] = (made.operation, outcome(answer, of: made.operation, at: now))
        }
    }

    func perform(_ operation: Operation, _ key: String, at now: Timestamp) throws -> GatewayOutcome {
        sent.append(
            "\(operation.reference)/\(operation.instalment)/\(operation.kind)/\(operation.attempt) "
                + "\(operation.amount)")
        if let made = truth[key] {
            guard made.operation.amount == operation.amount, made.operation.method == operation.method else {
                throw KeyReused()
            }
            return made.outcome
        }
        let name = "\(operation.reference)/\(operation.kind)"
        let next = answers[name]?.isEmpty == false ? answers[name]?.removeFirst() : nil
        switch next {
        case .lostOnTheWay: return GatewayOutcome(.unknown)
        case .answerLost:
            truth[key] = (operation, outcome(.done, of: operation, at: now))
            return GatewayOutcome(.unknown)
        default:
            let answer = outcome(next ?? .done, of: operation, at: now)
            truth[key] = (operation, answer)
            return answer
        }
    }

    func find(_ key: String) -> GatewayOutcome {
        isSilent ? GatewayOutcome(.unknown) : truth[key]?.outcome ?? GatewayOutcome(.notFound)
    }

    private func outcome(_ answer: Answer, of operation: Operation, at now: Timestamp) -> GatewayOutcome {
        let isRefund = operation.kind == .refund
        let name = "\(operation.reference)/\(operation.instalment)"
        let reference = isRefund ? "re_\(name)/\(operation.attempt)" : "ch_\(name)"
        func done(_ amount: Int64, _ currency: String) -> GatewayOutcome {
            let takes = operation.kind == .charge || operation.kind == .capture
            return GatewayOutcome(
                .done(
                    amount: amount, currency: currency, fee: takes ? Self.fee : 0,
                    captureBefore: operation.kind == .authorize ? now.adding(seconds: holdLifetime) : nil),
                reference: reference)
        }
        switch answer {
        case .done, .answerLost, .lostOnTheWay: return done(operation.amount, "EUR")
        case .doneBy(let amount): return done(amount, "EUR")
        case .doneIn(let currency): return done(operation.amount, currency)
        case .declined(let hard): return GatewayOutcome(.declined(hard: hard, reason: "declined"))
        case .expired: return GatewayOutcome(.declined(hard: true, reason: "expired"))
        case .needsBacker: return GatewayOutcome(.actionRequired)
        case .pending: return GatewayOutcome(.pending)
        }
    }
}

/// The script as a gateway of rehearsals.
struct ScriptedGateway: PaymentGateway {
    let script: GatewayScript
    var code: Int { 2 }
    var name: String { "scripted" }
    var window: Int { 4096 }
    var keyLifetime: Int64 { 86_400 }
    var multicapture: Bool { script.multicapture }

    mutating func perform(_ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp)
        throws -> [GatewayOutcome]
    {
        try operations.map { try script.perform($0, $0.key(prefix), at: now) }
    }

    mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) throws -> GatewayOutcome {
        script.find(operation.key(prefix))
    }
}

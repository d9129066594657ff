import Accounting
import Crowdfunding

/// Which request meets which fault: fixed by the seed and the request's key.
struct RehearsalFaults {
    /// Faults that a single request can meet, each with the first rate that is beyond it.
    private let limits: [(limit: Int, fault: RehearsalFault)]
    /// Beyond this no request meets any.
    private let sum: Int
    /// Per million of requests that do not keep their place in the window.
    let reorder: Int

    /// How many requests a rate limit refuses at once.
    static let limitedAtOnce = 20

    init(_ profile: RehearsalProfile) {
        var limits: [(limit: Int, fault: RehearsalFault)] = []
        var sum = 0
        for fault in RehearsalFault.allCases where fault != .reorder {
            guard let rate = profile.faults[fault] else { continue }
            sum += rate
            limits.append((sum, fault))
        }
        self.limits = limits
        self.sum = sum
        reorder = profile.faults[.reorder] ?? 0
    }

    /// The fault of a request that was drawn so (0…999,999).
    func fault(drawn: Int) -> RehearsalFault? {
        guard drawn < sum else { return nil }
        return limits.first { drawn < $0.limit }?.fault
    }

    /// Whether a question is not answered either, per million: a processor that is busy or down is so for
    /// questions too.
    var deaf: Int { limits.isEmpty ? 0 : share(of: .rateLimit) + share(of: .serverError) }

    private func share(of fault: RehearsalFault) -> Int {
        guard let index = limits.firstIndex(where: { $0.fault == fault }) else { return 0 }
        return limits[index].limit - (index == 0 ? 0 : limits[index - 1].limit)
    }
}

extension RehearsalFault {
    /// Whether the request has had no effect when this is met first.
    func isBeforeEffect(_ coin: Int) -> Bool {
        switch self {
        case .timeoutBefore, .rateLimit: true
        case .serverError: coin < 500_000
        default: false
        }
    }

    /// Whether the answer is lost after the effect.
    var losesAnswer: Bool { self == .timeoutAfter || self == .conflict || self == .serverError }
}

extension GatewayOutcome {
    /// Answers that no processor should give: amounts, currencies, fees and references that cannot be.
    ///
    /// `number` picks one of them.
    static func garbage(_ number: UInt64, asked: Int64) -> GatewayOutcome {
        func done(_ amount: Int64, _ currency: String = "EUR", fee: Int64 = 0) -> GatewayAnswer {
            .done(amount: amount, currency: currency, fee: fee, captureBefore: nil)
        }
        return switch number % 8 {
        case 0: GatewayOutcome(done(-asked), reference: "ch_1")
        case 1: GatewayOutcome(done(0), reference: "ch_1")
        case 2: GatewayOutcome(done(.max), reference: "ch_1")
        case 3: GatewayOutcome(done(asked, "€"), reference: "ch_1")
        case 4: GatewayOutcome(done(asked, fee: -3), reference: "ch_1")
        case 5: GatewayOutcome(done(asked, fee: .max), reference: "ch_1")
        case 6: GatewayOutcome(done(asked), reference: "ch\"\\\u{0}\u{1F4A5}")
        default: GatewayOutcome(done(asked), reference: String(repeating: "x", count: 5000))
        }
    }
}

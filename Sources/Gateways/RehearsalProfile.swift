public import Accounting
public import Crowdfunding

/// How a rehearsal's processor behaves.
///
/// Rates are per million of requests, 0…1,000,000; of a request's faults together at most that.
public struct RehearsalProfile: Hashable, Sendable {
    /// Fixes every outcome; the same seed and the same requests give the same outcomes.
    public var seed: UInt64
    /// Charges and holds declined so that a later attempt may succeed, decided for each attempt.
    public var declineSoft: Int
    /// Charges and holds declined for good, decided for each payment and method.
    public var declineHard: Int
    /// Charges and holds that need the backer, decided for each payment and method.
    public var actionRequired: Int
    /// How often requests of any kind meet each fault.
    public var faults: [RehearsalFault: Int]
    /// The most days for which an answer is held back (`delayed`), 1 or more.
    public var delayDays = 3
    /// From then on every request arrives and every answer is told at once; what is moved stays as drawn.
    public var recoversAt: Timestamp?
    /// What the processor keeps of what it takes, in per cent and as minor units a charge.
    public var feePercent: Percentage?
    /// Minor units.
    public var feeFixed: Int64
    /// Seconds for which a hold can be captured.
    public var holdLifetime: Int64
    /// Whether what a capture leaves over stays held, so that a hold can be captured in parts.
    public var multicapture: Bool

    /// A processor that never fails and takes no fee, unless told otherwise.
    public init(
        seed: UInt64, declineSoft: Int = 0, declineHard: Int = 0, actionRequired: Int = 0,
        faults: [RehearsalFault: Int] = [:], fees: FeeEstimate? = nil, holdLifetime: Int64 = 7 * 86_400,
        multicapture: Bool = false
    ) {
        self.seed = seed
        self.declineSoft = declineSoft
        self.declineHard = declineHard
        self.actionRequired = actionRequired
        self.faults = faults.filter { $0.value > 0 }
        feePercent = fees?.processorPercent
        feeFixed = fees?.processorFixed ?? 0
        self.holdLifetime = holdLifetime
        self.multicapture = multicapture
    }

    /// A processor that behaves as a profile file says.
    public init(_ behavior: RehearsalBehavior, seed: UInt64, fees: FeeEstimate?) {
        self.init(
            seed: seed, declineSoft: Int(behavior.declinedSoft.millionths),
            declineHard: Int(behavior.declinedHard.millionths),
            actionRequired: Int(behavior.needsBacker.millionths),
            faults: behavior.faults.mapValues { Int($0.millionths) }, fees: fees)
        delayDays = behavior.delayDays
    }

    /// What makers see after a real deadline: 4 % of charges fail at first, half of them for a while only.
    public static func realistic(seed: UInt64, fees: FeeEstimate?) -> RehearsalProfile {
        RehearsalProfile(.realistic, seed: seed, fees: fees)
    }

    func hasRecovered(at now: Timestamp) -> Bool { recoversAt.map { now >= $0 } ?? false }

    func fee(of amount: Int64) -> Int64 {
        min(amount, (feePercent?.of(amount) ?? 0) + feeFixed)
    }
}

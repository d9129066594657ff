public import Accounting
public import Crowdfunding

/// How a rehearsal's processor behaves.
///
/// Rates are per million of requests, 0…1,000,000; together at most that.
public struct RehearsalProfile: Hashable, Sendable {
    /// Fixes every outcome; the same seed and the same requests give the same outcomes.
    public var seed: UInt64
    /// Charges and holds declined so that a later attempt may succeed, decided for each attempt.
    public var declineSoft: Int
    /// Charges and holds declined for good, decided for each payment and method.
    public var declineHard: Int
    /// Charges and holds that need the backer, decided for each payment and method.
    public var actionRequired: Int
    /// Requests of any kind that never arrive; asked for, or sent again after that, they do.
    public var timeoutBefore: Int
    /// Requests of any kind whose effect happens and whose answer is lost.
    public var timeoutAfter: Int
    /// Requests of any kind that arrive twice, and whose answer is told twice.
    public var duplicate: Int
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
        timeoutBefore: Int = 0,
        timeoutAfter: Int = 0, duplicate: Int = 0, fees: FeeEstimate? = nil, holdLifetime: Int64 = 7 * 86_400,
        multicapture: Bool = false
    ) {
        self.seed = seed
        self.declineSoft = declineSoft
        self.declineHard = declineHard
        self.actionRequired = actionRequired
        self.timeoutBefore = timeoutBefore
        self.timeoutAfter = timeoutAfter
        self.duplicate = duplicate
        feePercent = fees?.processorPercent
        feeFixed = fees?.processorFixed ?? 0
        self.holdLifetime = holdLifetime
        self.multicapture = multicapture
    }

    /// What makers see after a real deadline: 4 % of charges fail at first, half of them for a while only.
    public static func realistic(seed: UInt64, fees: FeeEstimate?) -> RehearsalProfile {
        RehearsalProfile(
            seed: seed, declineSoft: 20_000, declineHard: 15_000, actionRequired: 5_000, timeoutBefore: 300,
            timeoutAfter: 300, duplicate: 300, fees: fees
        )
    }

    func fee(of amount: Int64) -> Int64 {
        min(amount, (feePercent?.of(amount) ?? 0) + feeFixed)
    }
}

/// Where a campaign stands.
///
/// The raw values are stored.
public enum CampaignState: String, CaseIterable, Sendable {
    /// Takes pledges.
    case live
    /// Closed: what was pledged is being charged or captured.
    case collecting
    /// Succeeded: the deposits are now owed as goods.
    case funded
    /// Closed without success or canceled: everything is being voided or paid back.
    case releasing
    /// The rule was not met and nothing is owed any more.
    case unfunded
    /// A production run was launched.
    case fulfilling
    /// Nothing is unshipped, owed or disputed.
    case finished
    /// The maker gave it up and nothing is owed any more.
    case canceled

    /// The states that may follow this one.
    public var next: [CampaignState] {
        switch self {
        case .live: [.collecting, .releasing]
        case .collecting: [.funded, .releasing]
        case .funded: [.fulfilling, .finished]
        case .releasing: [.unfunded, .canceled]
        case .fulfilling: [.finished]
        case .unfunded, .finished, .canceled: []
        }
    }

    /// Whether `other` may follow this state.
    public func mayBecome(_ other: CampaignState) -> Bool { next.contains(other) }

    /// Whether the campaign has succeeded, so that money is owed as goods (2010) and no longer as a deposit
    /// (2000).
    public var hasSucceeded: Bool { self == .funded || self == .fulfilling || self == .finished }

    /// Whether holds may be captured.
    public var isCollectingOrLater: Bool { self == .collecting || hasSucceeded }

    /// Whether money that arrives now is late: the campaign gives everything back or has ended.
    public var isPast: Bool { self == .releasing || next.isEmpty }
}

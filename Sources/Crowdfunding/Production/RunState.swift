/// Where a production run stands.
///
/// The raw values are stored.
public enum RunState: String, CaseIterable, Sendable {
    /// In the campaign file, nothing ordered.
    case planned
    /// Ordered from the supplier.
    case launched
    /// Every unit ordered is counted in or written off.
    case received
    /// Nothing is missing and the supplier is paid.
    case closed
    /// Given up.
    case canceled

    /// The states that may follow this one.
    public var next: [RunState] {
        switch self {
        case .planned: [.launched, .canceled]
        case .launched: [.received, .closed, .canceled]
        case .received: [.closed]
        case .closed, .canceled: []
        }
    }

    /// Whether `other` may follow this state.
    public func mayBecome(_ other: RunState) -> Bool { next.contains(other) }
}

/// Where a pledge is.
///
/// The raw values are stored. Partly delivered is derived from its deliveries.
public enum PledgeState: Int, CaseIterable, Sendable {
    case placed = 1
    case canceled = 2
    case dropped = 3
    case delivered = 4

    /// Whether it holds its place in tier and queue.
    public var holdsPlace: Bool { self == .placed || self == .delivered }
}

/// How much of a pledge has been delivered.
public enum DeliveryProgress: Sendable {
    case none, partly, fully

    /// By units; a pledge that contains nothing has nothing to deliver.
    public init(delivered: Int64, of units: Int64) {
        self = delivered <= 0 ? .none : delivered < units ? .partly : .fully
    }
}

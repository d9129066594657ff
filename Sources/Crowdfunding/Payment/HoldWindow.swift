public import Accounting

/// When cards are held for a campaign that collects by holds: a card hold lasts five to seven days, so it is
/// placed in the campaign's last four.
public struct HoldWindow: Hashable, Sendable {
    /// Days before the end in which cards are held.
    public static let days: Int64 = 4
    /// A hold that ends sooner than that is not captured from any more, so that a slow gateway does not miss
    /// its end; seconds.
    public static let margin: Int64 = 6 * 3600
    /// The first instant.
    public let opens: Timestamp
    /// The campaign's end: from then on holds are captured.
    public let closes: Timestamp

    /// The window of a campaign that closes then.
    public init(closesAt: Timestamp) {
        closes = closesAt
        opens = closesAt.adding(seconds: -Self.days * 86_400)
    }

    /// Whether cards may be held.
    public func isOpen(at now: Timestamp) -> Bool { now >= opens && now < closes }

    /// Whether nothing is held any more.
    public func isOver(at now: Timestamp) -> Bool { now >= closes }

    /// Whether a hold can still be captured from (T09).
    public static func canCapture(until captureBefore: Timestamp?, at now: Timestamp) -> Bool {
        captureBefore.map { now < $0.adding(seconds: -margin) } ?? true
    }
}

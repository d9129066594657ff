/// The id of a campaign, for example `aurora-lamp`.
///
/// `[a-z0-9][a-z0-9_-]{0,63}`. Unique within a book.
public struct CampaignID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id as written.
    public let rawValue: String

    /// Accepts what matches the pattern, nothing else.
    public init?(_ text: some StringProtocol) {
        guard isIdentifier(text.utf8, upperCase: false) else { return nil }
        rawValue = String(text)
    }

    /// The id as written.
    public var description: String { rawValue }

    /// Orders by bytes.
    public static func < (left: CampaignID, right: CampaignID) -> Bool { left.rawValue < right.rawValue }
}

/// The reference printed on a backer's receipt, for example `P-1042`.
///
/// `[A-Za-z0-9._-]{1,64}`, unique within a campaign. Kickstarter's are `KS-<Backer Number>`.
public struct PledgeReference: Hashable, Sendable, CustomStringConvertible {
    /// The reference as written.
    public let rawValue: String

    /// Accepts what matches the pattern, nothing else.
    public init?(_ text: some StringProtocol) {
        guard isPledgeReference(Array(text.utf8).span) else { return nil }
        rawValue = String(text)
    }

    /// The reference as written.
    public var description: String { rawValue }
}

/// Whether the bytes are an id of a campaign, tier, item or run (`[a-z0-9][a-z0-9_-]{0,63}`); SKUs may also
/// use upper case.
public func isIdentifier(_ bytes: some Sequence<UInt8>, upperCase: Bool) -> Bool {
    var count = 0
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): guard upperCase else { return false }
        case UInt8(ascii: "_"), UInt8(ascii: "-"): guard count > 0 else { return false }
        default: return false
        }
        count += 1
        if count > 64 { return false }
    }
    return count > 0
}

/// Whether the bytes are a pledge's reference: `[A-Za-z0-9._-]{1,64}`.
public func isPledgeReference(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 1, bytes.count <= 64 else { return false }
    for index in bytes.indices {
        switch bytes[index] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            continue
        default: return false
        }
    }
    return true
}

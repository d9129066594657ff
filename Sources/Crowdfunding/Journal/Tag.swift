/// The 32 bytes that sign an entry: HMAC-SHA-256 over its receipt text. The chain's first `prev` is all zero.
public struct Tag: Hashable, Sendable {
    /// The bytes, eight at a time, in the order of memory.
    public var words: (UInt64, UInt64, UInt64, UInt64)

    /// What the first entry of a chain follows.
    public static let zero = Tag()

    /// All zero.
    public init() {
        words = (0, 0, 0, 0)
    }

    /// Takes exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        words = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: words) { Array($0) }
    }

    /// Byte for byte; for comparing what is stored, not for judging a signature.
    public static func == (left: Tag, right: Tag) -> Bool { left.words == right.words }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: words) { hasher.combine(bytes: $0) }
    }
}

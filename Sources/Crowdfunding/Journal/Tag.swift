/// The 32 bytes of HMAC-SHA-256 that sign an entry and, with it, its receipt.
///
/// `==` is for chains and sets; what decides whether a receipt is genuine is a comparison in constant
/// time (Receipts).
public struct Tag: Hashable, Sendable {
    /// How many bytes a tag has.
    public static let byteCount = 32
    /// The tag before the first receipt: 32 zero bytes, 43 times `A`.
    public static let zero = Tag()

    // The 32 bytes as they lie in memory.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// 32 zero bytes.
    public init() {}

    /// The tag of these bytes, which must be 32.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Reads 32 bytes from where `pointer` points.
    @inlinable
    public init(at pointer: UnsafeRawPointer) {
        words = pointer.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// Calls `body` with the 32 bytes, without copying them.
    @inlinable @inline(__always)
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        Swift.withUnsafeBytes(of: words, body)
    }

    /// Whether both are the same 32 bytes.
    @inlinable
    public static func == (left: Tag, right: Tag) -> Bool { left.words == right.words }

    /// Feeds the 32 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

import COpenSSL

/// The secret that all keys of a book are drawn from: 32 bytes that are never printed.
public struct MasterKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many bytes a master key has.
    public static let byteCount = 32

    private let secret: SecretBytes

    /// A key of these bytes, which must be 32.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = SecretBytes(bytes)
    }

    /// A new key from the system's generator.
    public static func random() -> MasterKey { MasterKey(secret: SecretBytes(randomBytes(byteCount))) }

    private init(secret: SecretBytes) { self.secret = secret }

    /// A key for another use, such as webhooks or checkpoints: HKDF-SHA-256, 32 bytes.
    ///
    /// - Parameters:
    ///   - salt: Names the family of uses, for example `pledgebook receipts v1`.
    ///   - info: Names the one use, for example `receipt|<book>|<campaign>|<epoch>`.
    public func derivedKey(salt: String, info: String) -> [UInt8] {
        hkdfSHA256(secret: secret.bytes, salt: Array(salt.utf8), info: Array(info.utf8))
    }

    /// Says that it is a key, not which.
    public var description: String { "MasterKey(32 bytes, not shown)" }

    /// Says that it is a key, not which.
    public var debugDescription: String { description }

    /// An empty mirror, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }

    /// What the key file holds: 64 hex digits and a line feed.
    var fileText: [UInt8] { Array(hexText(secret.bytes).utf8) + [UInt8(ascii: "\n")] }
}

/// Bytes that are wiped when the last reference to them goes.
///
/// Unchecked: the memory is written in `init` and `deinit` only.
final class SecretBytes: @unchecked Sendable {
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        buffer = .allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(buffer.baseAddress, buffer.count)
        buffer.deallocate()
    }

    var bytes: [UInt8] { Array(buffer) }
}

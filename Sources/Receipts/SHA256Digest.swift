import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that are all in memory.
public enum SHA256Digest {
    /// The digest of the bytes: 32 bytes.
    public static func of(_ bytes: Span<UInt8>) -> [UInt8] {
        var digest = FileDigest()
        digest.update(bytes)
        return digest.finish()
    }

    /// The digest of the bytes: 32 bytes.
    public static func of(_ bytes: [UInt8]) -> [UInt8] { of(bytes.span) }

    /// The digest of the bytes as 64 lower-case hex digits, as `sha256sum` prints it.
    public static func hex(of bytes: [UInt8]) -> String { hexText(of(bytes)) }
}

/// SHA-256 of bytes that arrive in pieces, such as a file read in chunks.
///
/// Feed it with `update`, then call `finish` once, which ends it.
public struct FileDigest: ~Copyable {
    private let context: OpaquePointer

    /// A digest that has seen no bytes yet.
    public init() {
        guard let context = EVP_MD_CTX_new() else { stopWithoutLibcrypto("EVP_MD_CTX_new") }
        expectSuccess(EVP_DigestInit_ex(context, EVP_sha256(), nil), "EVP_DigestInit_ex")
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { raw in
            expectSuccess(EVP_DigestUpdate(context, raw.baseAddress, raw.count), "EVP_DigestUpdate")
        }
    }

    /// The digest of everything taken in: 32 bytes.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            expectSuccess(EVP_DigestFinal_ex(context, buffer.baseAddress, nil), "EVP_DigestFinal_ex")
            count = 32
        }
    }
}

/// The bytes as lower-case hex digits, two a byte.
public func hexText(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
        for (index, byte) in bytes.enumerated() {
            buffer[index * 2] = digits[Int(byte >> 4)]
            buffer[index * 2 + 1] = digits[Int(byte & 15)]
        }
        return bytes.count * 2
    }
}

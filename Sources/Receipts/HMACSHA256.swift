import COpenSSL
public import Crowdfunding

/// HMAC-SHA-256 (RFC 2104) under one key, set once and kept for any number of messages.
final class HMACSHA256 {
    private let context: OpaquePointer

    init(key: [UInt8]) {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { stopWithoutLibcrypto("EVP_MAC_fetch") }
        defer { EVP_MAC_free(algorithm) }  // the context keeps its own reference
        guard let context = EVP_MAC_CTX_new(algorithm) else { stopWithoutLibcrypto("EVP_MAC_CTX_new") }
        self.context = context
        var digest = Array("SHA256".utf8CString)
        "digest".withCString { name in
            digest.withUnsafeMutableBufferPointer { value in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(name, value.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                // A nil key would mean "keep the old one": an empty key still needs an address.
                let bytes = key.isEmpty ? [0] : key
                expectSuccess(EVP_MAC_init(context, bytes, key.count, parameters), "EVP_MAC_init")
            }
        }
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The tag of one message.
    ///
    /// Allocates nothing.
    @inline(__always)
    func tag(of message: UnsafeBufferPointer<UInt8>) -> Tag {
        expectSuccess(EVP_MAC_init(context, nil, 0, nil), "EVP_MAC_init")
        expectSuccess(EVP_MAC_update(context, message.baseAddress, message.count), "EVP_MAC_update")
        return withUnsafeTemporaryAllocation(byteCount: Tag.byteCount, alignment: 8) { output in
            guard let target = output.baseAddress else { stopWithoutLibcrypto("EVP_MAC_final") }
            var written = 0
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            expectSuccess(EVP_MAC_final(context, bytes, &written, Tag.byteCount), "EVP_MAC_final")
            return Tag(at: target)
        }
    }

    /// The tag of one message.
    func tag(of message: [UInt8]) -> Tag { message.withUnsafeBufferPointer { tag(of: $0) } }
}

/// HMAC-SHA-256 of one message.
public func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> Tag { HMACSHA256(key: key).tag(of: message) }

/// HKDF with SHA-256 (RFC 5869): key bytes for one use, drawn from a secret.
///
/// - Parameters:
///   - secret: The input keying material.
///   - salt: May be empty.
///   - info: Says what the key is for; another use has another `info`.
///   - count: How many bytes, 0…8160 (255 blocks, the bound of the RFC); more gives 8160.
/// - Returns: `count` bytes.
public func hkdfSHA256(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int = 32) -> [UInt8] {
    let expander = HMACSHA256(key: hmacSHA256(secret, key: salt).bytes)
    let wanted = max(0, min(count, 255 * Tag.byteCount))
    var output: [UInt8] = []
    var block: [UInt8] = []
    var number: UInt8 = 0
    while output.count < wanted {
        number += 1  // at most 255 by the bound above
        block = expander.tag(of: block + info + [number]).bytes
        output += block
    }
    return Array(output.prefix(wanted))
}

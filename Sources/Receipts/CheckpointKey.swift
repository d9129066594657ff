import COpenSSL
public import Crowdfunding

/// The Ed25519 key that signs a campaign's checkpoints; what it signs anybody can verify with the public
/// half.
///
/// It is drawn from the master key for this use alone: who holds a signing key of receipts does not have it.
public struct CheckpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The half that may be shown to everyone.
    public let publicKey: CheckpointPublicKey
    private let seed: SecretBytes

    /// Draws the key from the master key.
    ///
    /// - Parameters:
    ///   - master: The secret of the key file.
    ///   - book: The random id of the book.
    ///   - campaign: The campaign whose journal it attests.
    public init(master: MasterKey, book: String, campaign: CampaignID) {
        let seed = master.derivedKey(
            salt: "pledgebook checkpoints v1", info: "checkpoint|\(book)|\(campaign)")
        self.seed = SecretBytes(seed)
        let origin = "pledgebook/\(book)/\(campaign)"
        publicKey = CheckpointPublicKey(origin: origin, bytes: Ed25519.publicKey(ofSeed: seed))
    }

    /// The signature of a text: 64 bytes, the same each time.
    func signature(of text: [UInt8]) -> [UInt8] { Ed25519.signature(of: text, seed: seed.bytes) }

    /// The public half only.
    public var description: String { "CheckpointKey(\(publicKey.text), secret not shown)" }

    /// The public half only.
    public var debugDescription: String { description }

    /// A mirror with the public half only, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey.text]) }
}

/// The public half of a checkpoint key, with the name of the journal it belongs to.
public struct CheckpointPublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The journal's name in checkpoints: `pledgebook/<book id>/<campaign>`.
    public let origin: String
    /// 32 bytes (RFC 8032).
    public let bytes: [UInt8]

    init(origin: String, bytes: [UInt8]) {
        self.origin = origin
        self.bytes = bytes
    }

    /// Reads `<origin>+<key id>+<base64>`, as `key show` prints it.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Base64.decode(parts[2]), key.count == 33, key[0] == 1 else {
            return nil
        }
        self.init(origin: String(parts[0]), bytes: Array(key.dropFirst()))
        guard Self.isOrigin(origin), hexText(id) == parts[1] else { return nil }
    }

    /// Puts together a key that a book kept; `nil` where the bytes are not 32.
    public init?(book: String, campaign: CampaignID, bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(origin: "pledgebook/\(book)/\(campaign)", bytes: bytes)
    }

    /// The four bytes by which a signature names the key.
    var id: [UInt8] { Array(SHA256Digest.of(Array(origin.utf8) + [0x0A, 0x01] + bytes).prefix(4)) }

    /// As verifiers take it: `<origin>+<key id>+<base64 of 0x01 and the key>`.
    public var text: String { "\(origin)+\(hexText(id))+\(Base64.encode([1] + bytes))" }

    /// The same as `text`.
    public var description: String { text }

    func isSignature(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        Ed25519.isSignature(signature, of: text, publicKey: bytes)
    }

    static func isOrigin(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "+") }
    }
}

/// Ed25519 (RFC 8032) by libcrypto.
enum Ed25519 {
    static func publicKey(ofSeed seed: [UInt8]) -> [UInt8] {
        let key = privateKey(seed)
        defer { EVP_PKEY_free(key) }
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length = 32
            expectSuccess(
                EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &length), "EVP_PKEY_get_raw_public_key")
            count = length
        }
    }

    static func signature(of text: [UInt8], seed: [UInt8]) -> [UInt8] {
        let key = privateKey(seed)
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { stopWithoutLibcrypto("EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        expectSuccess(EVP_DigestSignInit(context, nil, nil, nil, key), "EVP_DigestSignInit")
        return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            var length = 64
            expectSuccess(
                EVP_DigestSign(context, buffer.baseAddress, &length, text, text.count), "EVP_DigestSign")
            count = length
        }
    }

    /// Whether the key signed the text; bytes that are no key have signed nothing.
    static func isSignature(_ signature: [UInt8], of text: [UInt8], publicKey: [UInt8]) -> Bool {
        guard
            let key = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, publicKey, publicKey.count),
            let context = EVP_MD_CTX_new()
        else {
            ERR_clear_error()
            return false
        }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, text, text.count) == 1
    }

    private static func privateKey(_ seed: [UInt8]) -> OpaquePointer {
        guard let key = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else {
            stopWithoutLibcrypto("EVP_PKEY_new_raw_private_key_ex")
        }
        return key
    }
}

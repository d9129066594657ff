public import Crowdfunding

/// The key that signs one campaign's receipts in one epoch; who holds it can verify them, and forge them.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<campaign>.<epoch>`, as the receipts' headers name the key.
    public let kid: String
    /// 8 hex digits that tell this key from another without telling anything of it.
    ///
    /// A book stores them, so that a wrong key file is not taken for a tampered book.
    public let keyCheck: String

    private let secret: SecretBytes

    /// Draws the key from the master key.
    ///
    /// - Parameters:
    ///   - master: The secret of the key file.
    ///   - book: The random id of the book: a practice book never signs like the real one. Without `|`.
    ///   - campaign: The campaign whose receipts it signs.
    ///   - epoch: 1 for the first key, one more after each `key rotate`.
    public init(master: MasterKey, book: String, campaign: CampaignID, epoch: Int) {
        let info = "receipt|\(book)|\(campaign)|\(epoch)"
        self.init(
            kid: "\(campaign).\(epoch)", secret: master.derivedKey(salt: "pledgebook receipts v1", info: info)
        )
    }

    /// A key that was handed over, for example to an auditor: its name and its 32 bytes.
    public init?(kid: String, bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(kid: kid, secret: bytes)
    }

    private init(kid: String, secret: [UInt8]) {
        self.kid = kid
        self.secret = SecretBytes(secret)
        let check = hmacSHA256(Array("pledgebook key check v1".utf8), key: secret)
        keyCheck = hexText(Array(check.bytes.prefix(4)))
    }

    /// The 32 bytes, to hand to someone who shall verify with tools of their own. Print them nowhere else.
    public var bytes: [UInt8] { secret.bytes }

    /// The key's name only.
    public var description: String { "SigningKey(\(kid), bytes not shown)" }

    /// The key's name only.
    public var debugDescription: String { description }

    /// A mirror with the name only, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: ["kid": kid]) }
}

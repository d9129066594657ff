public import Crowdfunding

extension Tag: CustomStringConvertible {
    /// The tag that 43 characters of base64url stand for.
    public init?(base64url text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The tag as receipts write it: 43 characters.
    public var base64url: String { Base64URL.encode(bytes) }

    /// The tag as receipts write it: 43 characters.
    public var description: String { base64url }
}

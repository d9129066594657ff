/// What all receipts of a campaign say alike.
public struct ReceiptHead: Hashable, Sendable {
    /// The campaign's id: `iss`.
    public let issuer: String
    /// The code of the campaign's currency, for example `EUR`: `cur`.
    public let currency: String
    /// How many digits the currency has after the point: `scale`.
    public let scale: Int
    /// Whether the campaign is a rehearsal: its receipts say so in `typ`.
    public let isRehearsal: Bool

    /// The head of a campaign's receipts.
    public init(issuer: String, currency: String, scale: Int, isRehearsal: Bool) {
        self.issuer = issuer
        self.currency = currency
        self.scale = scale
        self.isRehearsal = isRehearsal
    }

    /// The protected header of the JWS, before it is encoded. It is compared as bytes, never parsed.
    func header(kid: String) -> [UInt8] {
        let type = isRehearsal ? "rehearsal-receipt+jwt" : "receipt+jwt"
        return Array("{\"alg\":\"HS256\",\"kid\":\"".utf8) + escaped(kid)
            + Array("\",\"typ\":\"\(type)\"}".utf8)
    }

    private func escaped(_ text: String) -> [UInt8] { ReceiptText.escaped(Array(text.utf8)) }
}

import Accounting

extension GatewayOutcome {
    /// Whether the answer can be true: amounts that can be booked, a currency's letters, a reference that a
    /// receipt can carry.
    ///
    /// Another amount or currency than was asked for is a fact and sound (T35).
    public var isSound: Bool {
        guard isReceiptReference(reference) else { return false }
        guard case .done(let amount, let currency, let fee, _) = answer else { return true }
        return amount >= 1 && amount <= largestAmount && fee >= 0 && fee <= largestAmount
            && currency.utf8.count == 3 && currency.utf8.allSatisfy { (65...90).contains($0) }
    }
}

/// Whether a receipt can carry the text as its `ref`: at most 200 printable ASCII characters, no quotes and
/// no backslashes.
public func isReceiptReference(_ text: String) -> Bool {
    text.utf8.count <= 200
        && text.utf8.allSatisfy {
            $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
}

/// What can be wrong with a row of our own CSV; samples with bad rows take the kinds in turn.
enum BadRow: Int, CaseIterable {
    case wrongPrice, unknownTier, badEmail, badDate, wrongCurrency, nulInName, invalidUTF8, quantityZero
    case unknownAddOn, afterClosing, duplicateReference, cardNumber, notANumber, unknownPromotion

    /// The kind of the row, or `nil` for a good one: `badRows` of `count` rows, spread evenly.
    static func kind(of row: Int, badRows: Int, count: Int) -> BadRow? {
        guard badRows > 0, count > 0, row >= 1 else { return nil }
        let bad = Int128(min(badRows, count))
        // The n-th bad row is the last of the n-th of as many equal parts.
        let before = Int128(row - 1) * bad / Int128(count)
        let through = Int128(row) * bad / Int128(count)
        guard through > before else { return nil }
        return BadRow(rawValue: Int(before % Int128(BadRow.allCases.count)))
    }
}

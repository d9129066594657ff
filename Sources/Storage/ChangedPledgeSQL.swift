/// How a pledge that is no longer as it was placed is written down: in full, beside the row that says what
/// was placed.
enum ChangedPledgeSQL {
    /// What was agreed, in the order of the columns.
    private static let terms = "tier, promotion, quantity, destination, goods, shipping, tax, bonus"

    /// Takes the state, the campaign's number and the pledge's.
    static let setState = write("\(terms), method, ?")

    /// Takes the method, the campaign's number and the pledge's.
    static let setMethod = write("\(terms), ?, state")

    /// Takes terms, method and state, then the campaign's number and the pledge's.
    static let writeAll = write(Array(repeating: "?", count: 10).joined(separator: ", "))

    /// Takes the values' arguments, then the campaign's number and the pledge's.
    ///
    /// - Parameter values: Terms, method and state; they may name columns of the pledge as it stands.
    private static func write(_ values: String) -> String {
        """
        INSERT INTO changed_pledge (campaign, number, \(terms), method, state)
        SELECT campaign, number, \(values) FROM pledge WHERE campaign = ? AND number = ?
        ON CONFLICT (campaign, number) DO UPDATE SET tier = excluded.tier, promotion = excluded.promotion,
          quantity = excluded.quantity, destination = excluded.destination, goods = excluded.goods,
          shipping = excluded.shipping, tax = excluded.tax, bonus = excluded.bonus,
          method = excluded.method, state = excluded.state
        """
    }
}

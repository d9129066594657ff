/// How a pledge that is no longer as it was placed is written down: in full, beside the row that says what
/// was placed.
enum ChangedPledgeSQL {
    /// What was agreed, in the order of the columns.
    private static let terms = "tier, promotion, quantity, destination, goods, shipping, tax, bonus"

    /// Whether the placing `p` is how its pledge stands.
    ///
    /// Asked after all else, it costs a look for few; the view `pledge` looks for every one before it knows
    /// anything of it.
    static let isUnchanged = """
        NOT EXISTS (SELECT 1 FROM changed_pledge c WHERE c.campaign = p.campaign AND c.number = p.number)
        """

    /// Moves the pledge `$3` of the campaign `$2` to the state `$1`.
    static let setState = write("\(terms), method, $1", campaign: 2)

    /// Gives the pledge `$3` of the campaign `$2` the method `$1`.
    static let setMethod = write("\(terms), $1, state", campaign: 2)

    /// Gives the pledge `$12` of the campaign `$11` all terms, method and state.
    static let writeAll = write("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10", campaign: 11)

    /// - Parameters:
    ///   - values: Terms, method and state; they may name columns of the pledge as it stands.
    ///   - campaign: The place of the campaign's number; that of the pledge comes next.
    /// - Returns: A statement that writes one pledge.
    private static func write(_ values: String, campaign: Int) -> String {
        """
        INSERT INTO changed_pledge (campaign, number, \(terms), method, state)
        SELECT campaign, number, \(values) FROM pledge
        WHERE campaign = $\(campaign) AND number = $\(campaign + 1)
        ON CONFLICT (campaign, number) DO UPDATE SET tier = excluded.tier, promotion = excluded.promotion,
          quantity = excluded.quantity, destination = excluded.destination, goods = excluded.goods,
          shipping = excluded.shipping, tax = excluded.tax, bonus = excluded.bonus,
          method = excluded.method, state = excluded.state
        """
    }
}

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
    static let setState = write("\(terms), method, $1", campaign: 2, changing: ["state"])

    /// Gives the pledge `$3` of the campaign `$2` the method `$1`.
    static let setMethod = write("\(terms), $1, state", campaign: 2, changing: ["method"])

    /// Gives the pledge `$12` of the campaign `$11` all terms, method and state.
    static let writeAll = write(
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10", campaign: 11,
        changing: [
            "tier", "promotion", "quantity", "destination", "goods", "shipping", "tax", "bonus", "method",
            "state",
        ])

    /// - Parameters:
    ///   - values: Terms, method and state of a pledge that was as it was placed; they may name columns of
    ///     its placing.
    ///   - campaign: The place of the campaign's number; that of the pledge comes next.
    ///   - columns: Those that are written where the pledge had changed before.
    /// - Returns: A statement that writes one pledge.
    private static func write(_ values: String, campaign: Int, changing columns: [String]) -> String {
        """
        INSERT INTO changed_pledge (campaign, number, \(terms), method, state)
        SELECT campaign, number, \(values) FROM placing
        WHERE campaign = $\(campaign) AND number = $\(campaign + 1)
        ON CONFLICT (campaign, number) DO UPDATE
        SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
        """
    }
}

/// How the journal is read: what stands in `entry`, and what stands in the rows of the pledges that were
/// placed, in the order of the numbers.
///
/// The view `journal` says the same; asked by it, SQLite would sort where these queries merge.
enum JournalSQL {
    /// Reads entries of the campaign `$1`.
    ///
    /// - Parameters:
    ///   - condition: What is to hold, also of placings where those are asked for.
    ///   - more: What is to hold besides of what stands in `entry`; it may name columns that placings lack.
    ///   - isOfPlacings: Whether the entries that placed pledges are meant too.
    ///   - hasSubjects: Whether the references of pledges are read.
    /// - Returns: A query of number, kind, pledge, instalment, run, at, day, goods, shipping, tax, fee,
    ///   other, reverses, reference, detail, tag, and the pledge's reference.
    static func entries(
        _ condition: String, and more: String = "TRUE", isOfPlacings: Bool = false, hasSubjects: Bool = true
    ) -> String {
        let subject = """
            (SELECT p.reference FROM placing p WHERE p.campaign = entry.campaign AND p.number = entry.pledge)
            """
        let stored = """
            SELECT number, kind, pledge, instalment, run, at, day, goods, shipping, tax, fee, other, reverses,
              reference, detail, tag, \(hasSubjects ? subject : "NULL")
            FROM entry WHERE campaign = $1 AND \(condition) AND \(more)
            """
        let placed = """
            UNION ALL
            SELECT number, 1, number, NULL, NULL, at, day, goods + bonus, shipping, tax, 0, 0, NULL, method,
              \(detailOfPlacing), tag, reference
            FROM placing WHERE campaign = $1 AND \(condition) AND tag IS NOT NULL
            """
        return "\(stored) \(isOfPlacings ? placed : "") ORDER BY 1"
    }

    /// The signed detail of the entry that placed a pledge; its end is what other columns say.
    static let detailOfPlacing = "detail || ';via=' || gateway || ';at=' || placed_at"

    /// Columns that both tables have, of the last entry of the campaign `$1`.
    static func last(_ columns: String) -> String {
        """
        SELECT \(columns) FROM entry WHERE campaign = $1
        UNION ALL SELECT \(columns) FROM placing WHERE campaign = $1 AND tag IS NOT NULL
        ORDER BY 1 DESC LIMIT 1
        """
    }
}

import Accounting
import GRDB
import GRDBSQLite

extension Records {
    /// The tax in what was collected and is held, whether or not it is booked as tax yet; minor units.
    ///
    /// Where the tax point is delivery the journal knows a tax only when goods go out: until then it lies in
    /// the goods. One pass over the pledges.
    public func taxInCollected(campaign: Int64) throws -> Int64 {
        var sum: Int64 = 0
        try forEachRawRow(
            """
            SELECT p.tax, p.goods + p.shipping + p.tax + p.bonus,
              SUM(CASE WHEN m.disputed > m.captured - m.refunded - m.committed - m.lost THEN 0
                ELSE m.captured - m.refunded - m.committed - m.disputed - m.lost END)
            FROM pledge p JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
            WHERE p.campaign = $1 AND p.tax > 0
            GROUP BY p.number, p.tax, p.goods, p.shipping, p.bonus
            """, campaign
        ) { row in
            let total = sqlite3_column_int64(row, 1)
            let held = min(sqlite3_column_int64(row, 2), total)
            guard held > 0 else { return }
            sum += allocate(sqlite3_column_int64(row, 0), between: held, and: total - held).0
        }
        return sum
    }
}

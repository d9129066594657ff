/// A numbered, named step from one form of the book to the next.
///
/// Never edited after a release.
struct Migration: Sendable {
    let name: String
    let sql: String

    /// In the order in which they are applied.
    static let all = [
        createBook, createTotals, rememberMissedSales, askAndNotify, addCheckpointsAndLocks,
        rememberImports, addPledgeNotes, keepTheTree, keepPlacings, findUnpaid, keepWindows,
    ]
}

import Accounting
import Crowdfunding
import GRDB

/// What holds for everything that is appended, whichever command appends it: nothing is dated into a locked
/// month, and no account that may not be negative becomes so.
///
/// Asked once a transaction, before it ends; a refusal takes all of it back.
struct AppendGuard {
    let records: Records
    let campaign: Int64

    /// - Throws: `BookError.dayIsLocked`, `BookError.overdrawn`.
    func check(_ rollup: DailyRollup) throws {
        guard !rollup.sums.isEmpty else { return }
        try checkDays(rollup)
        try checkAccounts(rollup)
    }

    private func checkDays(_ rollup: DailyRollup) throws {
        let locked = try Int64.fetchOne(
            records.db, sql: "SELECT locked_day FROM campaign WHERE number = $1", arguments: [campaign])
        guard let locked, let first = rollup.sums.keys.map(\.day).min(), first <= locked else { return }
        throw BookError.dayIsLocked(
            CalendarDay(number: Int(first)), firstOpen: CalendarDay(number: Int(locked)).adding(days: 1))
    }

    private func checkAccounts(_ rollup: DailyRollup) throws {
        var sums: [EntryKind: EntryParts] = [:]
        for (key, sum) in rollup.sums { sums[key.kind, default: .zero] += sum.parts }
        var change = TrialBalance()
        for (kind, parts) in sums { try change.add(parts, by: kind.postings) }
        // Most transactions take from no such account, and need no look at the balances.
        let taken = Account.allCases.filter { !$0.mayBeNegative && $0.held(in: change) < 0 }
        guard !taken.isEmpty else { return }
        var after = TrialBalance()
        for (kind, parts) in try records.kindTotals(campaign: campaign) {
            try after.add(parts, by: kind.postings)
        }
        for account in taken where account.held(in: after) < 0 {
            let held = account.held(in: after) - account.held(in: change)
            throw BookError.overdrawn(
                account, held: try money(held), taken: try money(-account.held(in: change)))
        }
    }

    private func money(_ minorUnits: Int64) throws -> Money {
        let code = try String.fetchOne(
            records.db, sql: "SELECT currency FROM campaign WHERE number = $1", arguments: [campaign])
        guard let currency = code.flatMap({ Currency($0) }) else {
            throw BookError.unreadable("the campaign's row")
        }
        return Money(minorUnits: minorUnits, currency: currency)
    }
}

extension Account {
    /// What it holds on the side on which it grows, minor units.
    fileprivate func held(in books: TrialBalance) -> Int64 {
        normalSide == .debit ? books.balance(of: self) : -books.balance(of: self)
    }
}

extension Records {
    /// What all entries of each kind add up to.
    func kindTotals(campaign: Int64) throws -> [(kind: EntryKind, parts: EntryParts)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT kind, CAST(SUM(goods) AS INTEGER) AS goods, CAST(SUM(shipping) AS INTEGER) AS shipping,
                  CAST(SUM(tax) AS INTEGER) AS tax, CAST(SUM(fee) AS INTEGER) AS fee,
                  CAST(SUM(other) AS INTEGER) AS other
                FROM daily WHERE campaign = $1 GROUP BY kind
                """, arguments: [campaign]
        ).map { row in
            guard let kind = try EntryKind(rawValue: row.value("kind")) else {
                throw BookError.unreadable("the column “kind”")
            }
            return try (
                kind,
                EntryParts(
                    goods: row.value("goods"), shipping: row.value("shipping"), tax: row.value("tax"),
                    fee: row.value("fee"),
                    other: row.value("other"))
            )
        }
    }
}

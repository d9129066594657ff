public import Accounting
public import Crowdfunding
import Foundation
import GRDB
import GRDBSQLite

/// An entry with its signature.
public struct SignedEntry: Hashable, Sendable {
    /// What happened.
    public var entry: JournalEntry
    /// Its HMAC-SHA-256, chained to the entry before.
    public var tag: Tag
}

/// One row for each command that wrote: who ran what with which version.
///
/// Not signed, not in the journal.
public struct SessionRecord: Hashable, Sendable {
    /// Who ran the command, as the system names them.
    public var operatorName: String
    /// Of the program.
    public var version: String
    /// The command's words, without personal data.
    public var command: String
    /// Why, where the command asks for it.
    public var reason: String?
    /// When it ran.
    public var at: Timestamp
    /// The first entry it wrote.
    public var first: Int64
    /// The last entry it wrote; less than `first` when it wrote none.
    public var last: Int64

    /// Puts together what is kept of a command.
    public init(
        operatorName: String, version: String, command: String, reason: String?, at: Timestamp, first: Int64,
        last: Int64
    ) {
        self.operatorName = operatorName
        self.version = version
        self.command = command
        self.reason = reason
        self.at = at
        self.first = first
        self.last = last
    }
}

extension Records {
    private static let entriesInRange = JournalSQL.entries("number BETWEEN $2 AND $3", isOfPlacings: true)
    static let placingsInRange = JournalSQL.entries(
        "number BETWEEN $2 AND $3", and: "kind = 1", isOfPlacings: true)
    private static let laterEntriesOfPledge = JournalSQL.entries("pledge = $2", and: "kind <> 1")
    private static let laterEntriesOfPledges = """
        SELECT e.number, e.kind, e.pledge, e.instalment, e.run, e.at, e.day, e.goods, e.shipping, e.tax,
          e.fee, e.other, e.reverses, e.reference, e.detail, e.tag, NULL
        FROM entry e WHERE e.campaign = $1 AND e.pledge >= $2 AND e.pledge <= $3 AND e.kind <> 1
        ORDER BY e.pledge, e.number
        """
    private static let entriesOfRuns = JournalSQL.entries("run IS NOT NULL")

    /// The entries with numbers from `first` to `last`, in order.
    public func entries(campaign: Int64, from first: Int64, to last: Int64) throws -> [SignedEntry] {
        var entries: [SignedEntry] = []
        try forEachRawRow(Self.entriesInRange, campaign, first, last) { entries.append(try entry(from: $0)) }
        return entries
    }

    /// One entry, or `nil`.
    public func entry(campaign: Int64, number: Int64) throws -> SignedEntry? {
        try entries(campaign: campaign, from: number, to: number).first
    }

    /// Every entry about a pledge, in order, its placing first.
    public func entries(campaign: Int64, pledge: Int64) throws -> [SignedEntry] {
        try entries(campaign: campaign, from: pledge, to: pledge)
            + laterEntries(campaign: campaign, pledge: pledge)
    }

    /// Every entry about a pledge but its placing, in order.
    public func laterEntries(campaign: Int64, pledge: Int64) throws -> [SignedEntry] {
        var entries: [SignedEntry] = []
        try forEachRawRow(Self.laterEntriesOfPledge, campaign, pledge) { entries.append(try entry(from: $0)) }
        return entries
    }

    /// The entries about each of these pledges, which are in order, but its placing.
    ///
    /// Where the pledges lie close together they are read in one go.
    public func laterEntries(campaign: Int64, pledges: [Int64]) throws -> [[JournalEntry]] {
        guard let first = pledges.first, let last = pledges.last else { return [] }
        guard last - first < Int64(pledges.count) * 8 else {
            return try pledges.map { try laterEntries(campaign: campaign, pledge: $0).map(\.entry) }
        }
        var found = [[JournalEntry]](repeating: [], count: pledges.count)
        var next = 0
        try forEachRawRow(Self.laterEntriesOfPledges, campaign, first, last) { row in
            let pledge = sqlite3_column_int64(row, 2)
            while next < pledges.count, pledges[next] < pledge { next += 1 }
            guard next < pledges.count, pledges[next] == pledge else { return }
            found[next].append(try entry(from: row).entry)
        }
        return found
    }

    /// Every entry about a run, in order.
    public func entries(campaign: Int64, run: String) throws -> [SignedEntry] {
        var entries: [SignedEntry] = []
        try forEachRawRow(Self.entriesOfRuns, campaign) { row in
            let signed = try entry(from: row)
            if signed.entry.run == run { entries.append(signed) }
        }
        return entries
    }

    /// Every entry of one of the kinds, in order.
    public func entries(campaign: Int64, kinds: [EntryKind]) throws -> [SignedEntry] {
        let list = kinds.map { String($0.rawValue) }.joined(separator: ",")
        let few = kinds.allSatisfy(\.isOfCampaign) ? " AND pledge IS NULL" : ""
        let query = JournalSQL.entries(
            "TRUE", and: "kind IN (\(list))\(few)", isOfPlacings: kinds.contains(.placed))
        var entries: [SignedEntry] = []
        try forEachRawRow(query, campaign) { entries.append(try entry(from: $0)) }
        return entries
    }

    /// The entry that takes `number` back, or `nil`.
    public func reversal(campaign: Int64, of number: Int64) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT number FROM entry WHERE campaign = $1 AND number > $2 AND reverses = $2",
            arguments: [campaign, number])
    }

    /// The rollup, by day, then kind.
    public func dailyTotals(campaign: Int64) throws -> [DailyTotal] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM daily WHERE campaign = $1 ORDER BY day, kind", arguments: [campaign]
        ).map { row in
            guard let kind = try EntryKind(rawValue: row.value("kind")) else {
                throw BookError.unreadable("the column “kind”")
            }
            return try DailyTotal(
                day: CalendarDay(number: row.value("day")), kind: kind, count: row.value("count"),
                parts: parts(from: row)
            )
        }
    }

    /// Adds the sums to those of the book, and gives them back.
    func merge(_ rollup: inout DailyRollup, campaign: Int64) throws -> DailyRollup {
        rollup.settle()
        for (key, sum) in rollup.sums {
            try db.execute(
                sql: """
                    INSERT INTO daily (campaign, day, kind, count, goods, shipping, tax, fee, other)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                    ON CONFLICT (campaign, day, kind) DO UPDATE SET count = daily.count + excluded.count,
                      goods = daily.goods + excluded.goods, shipping = daily.shipping + excluded.shipping,
                      tax = daily.tax + excluded.tax, fee = daily.fee + excluded.fee,
                      other = daily.other + excluded.other
                    """,
                arguments: [
                    campaign, key.day, key.kind.rawValue, sum.count, sum.parts.goods, sum.parts.shipping,
                    sum.parts.tax, sum.parts.fee, sum.parts.other,
                ])
        }
        defer { rollup = DailyRollup() }
        return rollup
    }

    /// The highest number in the journal; 0 for an empty one.
    public func lastEntryNumber(campaign: Int64) throws -> Int64 {
        try Int64.fetchOne(
            db, sql: JournalSQL.last("number"), arguments: [campaign]) ?? 0
    }

    /// When the journal was last written to; `nil` for an empty one.
    public func lastEntryTime(campaign: Int64) throws -> Timestamp? {
        try Int64.fetchOne(
            db, sql: "SELECT at FROM (\(JournalSQL.last("number, at"))) AS ends", arguments: [campaign]
        ).map(Timestamp.init(seconds:))
    }

    /// Leaves a row that says who wrote these entries; a command of several transactions has one row,
    /// and one more for each reason that it gives.
    public func insert(_ session: SessionRecord, campaign: Int64) throws {
        try db.execute(
            sql: """
                UPDATE session SET last = $1 WHERE campaign = $2 AND last = $3 AND at = $4 AND operator = $5
                  AND version = $6 AND command = $7 AND COALESCE(reason, '') = $8
                """,
            arguments: [
                session.last, campaign, session.first - 1, session.at.seconds, session.operatorName,
                session.version,
                session.command, session.reason ?? "",
            ])
        if db.changesCount > 0 { return }
        try db.execute(
            sql: """
                INSERT INTO session (campaign, number, first, last, at, operator, version, command, reason)
                SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8
                FROM session WHERE campaign = $1
                """,
            arguments: [
                campaign, session.first, session.last, session.at.seconds, session.operatorName,
                session.version,
                session.command, session.reason,
            ])
    }

    /// The sessions of a campaign, in order.
    public func sessions(campaign: Int64) throws -> [SessionRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM session WHERE campaign = $1 ORDER BY number", arguments: [campaign]
        )
        .map {
            try SessionRecord(
                operatorName: $0.value("operator"), version: $0.value("version"),
                command: $0.value("command"),
                reason: $0.value("reason"), at: Timestamp(seconds: $0.value("at")), first: $0.value("first"),
                last: $0.value("last"))
        }
    }

    /// The last session of one of these commands, or `nil`.
    public func lastSession(of commands: [String], campaign: Int64) throws -> SessionRecord? {
        try sessions(campaign: campaign).last { commands.contains($0.command) }
    }

    private func parts(from row: Row) throws -> EntryParts {
        try EntryParts(
            goods: row.value("goods"), shipping: row.value("shipping"), tax: row.value("tax"),
            fee: row.value("fee"),
            other: row.value("other"))
    }

    /// Of a row of `JournalSQL.entries`.
    func entry(from row: OpaquePointer) throws -> SignedEntry {
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }
        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_NULL }
        func text(_ column: Int32) -> String {
            sqlite3_column_text(row, column).map { String(cString: $0) } ?? ""
        }
        guard let kind = EntryKind(rawValue: Int(integer(1))),
            sqlite3_column_bytes(row, 15) == Tag.byteCount, let tag = sqlite3_column_blob(row, 15)
        else { throw BookError.unreadable("an entry's row") }
        let entry = JournalEntry(
            number: integer(0), kind: kind, pledge: isNull(2) ? nil : integer(2), subject: text(16),
            instalment: Int(integer(3)), run: isNull(4) ? nil : text(4), at: Timestamp(seconds: integer(5)),
            day: CalendarDay(number: Int(integer(6))),
            parts: EntryParts(
                goods: integer(7), shipping: integer(8), tax: integer(9), fee: integer(10),
                other: integer(11)),
            reverses: isNull(12) ? nil : integer(12), reference: text(13), detail: text(14))
        return SignedEntry(entry: entry, tag: Tag(at: tag))
    }
}

extension EntryKind {
    /// Whether such an entry is about the campaign as a whole and never names a pledge: there are few of
    /// these.
    fileprivate var isOfCampaign: Bool {
        switch self {
        case .campaignLaunched, .campaignAmended, .campaignCollecting, .campaignReleasing, .campaignFunded,
            .campaignUnfunded, .campaignCanceled, .campaignFulfilling, .campaignFinished, .campaignClosed,
            .runLaunched, .runDelayed, .runReceived, .runClosed, .runCanceled, .keyRotated, .ownMoney,
            .stockAtLaunch, .payoutCreated, .payoutArrived, .payoutReturned, .payoutReceipts, .payoutRefunds,
            .payoutChargebacks, .payoutChargebacksReversed, .payoutProcessorFees, .payoutPlatformFees,
            .payoutUnexplainedIn, .payoutUnexplainedOut, .succeeded, .platformFeeDue, .platformFeeKept,
            .platformFeePaid, .supplierDeposit, .goodsReceived, .depositApplied, .supplierPaid, .taxRemitted,
            .supplierDefaulted, .toolingPaid:
            true
        default: false
        }
    }
}

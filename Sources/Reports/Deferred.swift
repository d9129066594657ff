public import Accounting
import Crowdfunding
public import Storage

/// What moves a contract liability; the raw value is its column.
public enum LiabilityMovement: String, CaseIterable, Sendable {
    /// Backers paid.
    case captures
    /// Refundable deposits became a promise when the campaign succeeded; tax was parted off on delivery.
    case reclassified
    /// Refunds were promised.
    case refunds
    /// Disputes were lost.
    case chargebacks
    /// Backers never answered: kept, or held for them.
    case breakage
    /// Goods went out, and their price was earned.
    case recognized
}

/// How what is owed to backers in goods and shipping came about and went (IFRS 15, ASC 606): a roll-forward.
///
/// It exists only where opening, movements and closing of each account agree; movements come from a table of
/// their own, balances from the posting rules.
public struct Deferred: Report {
    /// One account in one period.
    public struct Row: Hashable, Sendable {
        /// Its days.
        public let period: Period
        /// 2010 or 2015.
        public let account: Account
        /// What was owed before, minor units.
        public let opening: Int64
        /// In the order of `LiabilityMovement.allCases`; what makes less owed is negative.
        public let movements: [Int64]
        /// What is owed afterwards.
        public let closing: Int64
    }

    /// Whose it is.
    public let campaign: ReportCampaign
    /// How long the periods are.
    public let length: PeriodLength
    /// The days it covers, both ends included.
    public let period: Period
    /// By period, then account.
    public let rows: [Row]
    /// What is owed at the end, by when it is expected; `nil`: nobody asked.
    public internal(set) var outlook: DeferredOutlook?
    /// The same by account, where it is a promise.
    var shares: [Account: DeferredOutlook.Share] = [:]
    /// What the last day leaves in refundable deposits (2000), minor units.
    let deposits: Int64

    /// The accounts that it rolls forward.
    static let accounts: [Account] = [.contract, .contractShipping]

    /// Adds up the journal's daily totals.
    ///
    /// - Parameters:
    ///   - campaign: Whose they are.
    ///   - totals: All of the campaign's, in any order, also those before the period.
    ///   - length: How long the periods are; the first and last are cut at the ends of `period`.
    ///   - period: Both ends included; without one, whole periods from the first entry's day to the last's.
    /// - Throws: `ReportError` where opening, movements and closing do not agree.
    public init(
        campaign: ReportCampaign, totals: [DailyTotal], by length: PeriodLength = .month,
        period: Period? = nil,
    ) throws {
        try self.init(
            campaign: campaign, totals: totals, by: length, period: period,
            table: { Self.movements(of: $0) })
    }

    /// As above, by another table: a test breaks it to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], by length: PeriodLength, period: Period?,
        table: (EntryKind) -> [LiabilityPart],
    ) throws {
        let totals = totals.sorted { $0.day < $1.day }
        let covered = try period ?? wholePeriod(of: totals, by: length, today: campaign.today)
        let pieces = covered.split(by: length)
        guard pieces.count <= CashFlow.mostPeriods else {
            throw ReportError.tooManyPeriods(count: pieces.count, limit: CashFlow.mostPeriods)
        }
        var books = AccountSums()
        var rest = totals[...]
        func post(through day: CalendarDay) -> ArraySlice<DailyTotal> {
            let posted = rest.prefix { $0.day <= day }
            rest = rest.dropFirst(posted.count)
            for total in posted { books.add(total.parts, by: PostingLeg.legs(of: total.kind)) }
            return posted
        }
        _ = post(through: covered.first.adding(days: -1))
        var rows: [Row] = []
        for piece in pieces {
            let opening = try Self.accounts.map { try narrow(0 - books[$0]) }
            let days = post(through: piece.last)
            for (account, opening) in zip(Self.accounts, opening) {
                let movements = try Self.sums(of: days, account, table)
                let closing = try narrow(0 - books[account])
                let reckoned = movements.reduce(Int128(opening)) { $0 + Int128($1) }
                guard reckoned == Int128(closing) else {
                    throw ReportError.liabilityDoesNotAgree(
                        account: account, period: piece,
                        reckoned: Money(minorUnits: try narrow(reckoned), currency: campaign.currency),
                        held: Money(minorUnits: closing, currency: campaign.currency))
                }
                rows.append(
                    Row(
                        period: piece, account: account, opening: opening, movements: movements,
                        closing: closing))
            }
        }
        self.rows = rows
        deposits = try narrow(0 - books[.refundableDeposits])
        self.campaign = campaign
        self.length = length
        self.period = covered
    }

    private static func sums(
        of totals: ArraySlice<DailyTotal>, _ account: Account, _ table: (EntryKind) -> [LiabilityPart]
    ) throws -> [Int64] {
        var sums = [Int128](repeating: 0, count: LiabilityMovement.allCases.count)
        for total in totals {
            for part in table(total.kind) where part.account == account {
                guard let index = LiabilityMovement.allCases.firstIndex(of: part.movement) else { continue }
                sums[index] += Int128(total.parts[part.part]) * Int128(part.sign)
            }
        }
        return try sums.map { try narrow($0) }
    }

    /// Written by hand beside the posting rules, so that opening + movements = closing can fail.
    private static func movements(of kind: EntryKind) -> [LiabilityPart] {
        func goods(_ movement: LiabilityMovement, _ sign: Int64) -> LiabilityPart {
            LiabilityPart(account: .contract, part: .goods, movement: movement, sign: sign)
        }
        func shipping(_ movement: LiabilityMovement, _ sign: Int64) -> LiabilityPart {
            LiabilityPart(account: .contractShipping, part: .shipping, movement: movement, sign: sign)
        }
        return switch kind {
        case .captured: [shipping(.captures, 1)]
        case .capturedAfterSuccess: [goods(.captures, 1), shipping(.captures, 1)]
        case .succeeded: [goods(.reclassified, 1)]
        case .refundCommitted: [shipping(.refunds, -1)]
        case .refundCommittedAfterSuccess: [goods(.refunds, -1), shipping(.refunds, -1)]
        case .disputeLost: [shipping(.chargebacks, -1)]
        case .disputeLostAfterSuccess: [goods(.chargebacks, -1), shipping(.chargebacks, -1)]
        case .breakage, .unclaimed: [goods(.breakage, -1)]
        case .delivered:
            [
                goods(.recognized, -1), shipping(.recognized, -1),
                LiabilityPart(account: .contract, part: .tax, movement: .reclassified, sign: -1),
            ]
        default: []
        }
    }

    private var head: ReportHead {
        var notes = ["What is owed to backers in goods and shipping, net of tax: earned when it ships."]
        if let outlook {
            notes.append("Current is what is expected by \(outlook.currentUntil), as things stand today.")
        }
        return ReportHead(
            name: "deferred", title: "Deferred revenue", campaign: campaign, period: period, length: length,
            notes: notes)
    }

    /// Current, later and units open of a row; empty for all periods but the last.
    private func outlookCells(_ row: Row) -> [ReportCell] {
        guard let outlook, row.period == rows.last?.period else { return [.empty, .empty, .empty] }
        let share = shares[row.account]
        return [
            share.map { .amount($0.current) } ?? .empty, share.map { .amount($0.later) } ?? .empty,
            row.account == .contract ? .integer(outlook.unitsOpen) : .empty,
        ]
    }

    /// A row an account and period.
    public var table: ReportTable {
        var columns = [
            ReportColumn("campaign", .text), ReportColumn("period_start", .day),
            ReportColumn("period_end", .day), ReportColumn("currency", .text), ReportColumn("account", .text),
            ReportColumn("account_name", .text),
        ]
        for name in ["opening"] + LiabilityMovement.allCases.map(\.rawValue) + ["closing"] {
            columns.append(ReportColumn(name, .amount, hasMinor: true))
        }
        columns += [
            ReportColumn("current", .amount, hasMinor: true), ReportColumn("later", .amount, hasMinor: true),
            ReportColumn("units_open", .integer), ReportColumn("journal", .text),
        ]
        var table = ReportTable(head: head, columns: columns)
        table.rows = rows.map { row in
            let start: [ReportCell] = [
                .text(campaign.id.rawValue), .day(row.period.first), .day(row.period.last),
                .text(campaign.currency.code), .text(String(row.account.rawValue)), .text(row.account.path),
            ]
            let amounts = ([row.opening] + row.movements + [row.closing]).map { ReportCell.amount($0) }
            return start + amounts + outlookCells(row) + [.text(campaign.journal.text)]
        }
        return table
    }

    /// A column a period, both accounts together; movements that never were are left out.
    ///
    /// More than eight periods are shown in blocks beneath each other.
    public var text: String {
        let pieces = stride(from: 0, to: rows.count, by: Self.accounts.count).map {
            Array(rows[$0..<$0 + Self.accounts.count])
        }
        var lines = [head.line]
        for start in stride(from: 0, to: pieces.count, by: 8) {
            if start > 0 { lines.append("") }
            lines += grid(pieces[start..<min(start + 8, pieces.count)]).lines
        }
        return (lines + outlookLines + [head.foot]).joined(separator: "\n") + "\n"
    }

    /// `at the end: current 400.00 · later 0.00 · 4 units open`.
    private var outlookLines: [String] {
        guard let outlook else { return [] }
        let sums = shares.values.reduce((0, 0)) { ($0.0 &+ $1.current, $0.1 &+ $1.later) }
        func plain(_ amount: Int64) -> String {
            Money(minorUnits: amount, currency: campaign.currency).grouped
        }
        let units = "\(groupedInteger(outlook.unitsOpen)) \(outlook.unitsOpen == 1 ? "unit" : "units") open"
        return [
            "at the end of \(period.last): current \(plain(sums.0)) · later \(plain(sums.1)) · \(units)"
        ]
    }

    private func grid(_ pieces: ArraySlice<[Row]>) -> TextGrid {
        let withYear = period.first.year != period.last.year
        var grid = TextGrid(alignments: [.left] + pieces.map { _ in .right }, firstGap: 3)
        grid.rows.append([""] + pieces.map { $0[0].period.label(length, withYear: withYear) })
        func append(_ label: String, _ amount: (Row) -> Int64) {
            let amounts = pieces.map { $0.reduce(0) { $0 &+ amount($1) } }
            grid.rows.append(
                [label] + amounts.map { Money(minorUnits: $0, currency: campaign.currency).grouped })
        }
        append("opening") { $0.opening }
        for (index, movement) in LiabilityMovement.allCases.enumerated()
        where rows.contains(where: { $0.movements[index] != 0 }) {
            append("  " + movement.rawValue) { $0.movements[index] }
        }
        append("closing") { $0.closing }
        for account in Self.accounts {
            append("  of it \(account.path)") { $0.account == account ? $0.closing : 0 }
        }
        return grid
    }
}

/// Where a part of a kind stands in the roll-forward.
struct LiabilityPart: Sendable {
    let account: Account
    let part: EntryPart
    let movement: LiabilityMovement
    /// 1 where more is owed.
    let sign: Int64
}

public import Accounting
import Crowdfunding
public import Storage

/// A list of single entries of some kinds, written row by row: refunds, or fees.
///
/// Entries stream through it twice: once to see that what they add up to is what the accounts say, and then
/// to
/// be written. Where they do not agree nothing is written.
public struct Register: Sendable {
    /// Gives every entry of the campaign in order, each time it is called; with the pledge's country.
    public typealias Source = (_ body: (LedgerEntry) throws -> Void) throws -> Void

    /// What is listed.
    public enum Subject: String, Sendable {
        /// Promised, paid and returned refunds.
        case refunds
        /// What processors, platforms and disputes cost.
        case fees
    }

    /// What is listed.
    public let subject: Subject
    /// Whose entries they are.
    public let campaign: ReportCampaign
    /// The days, both ends included; `nil`: everything so far.
    public let period: Period?
    private let totals: [DailyTotal]
    private let places: [EntryKind: Place]

    /// Where a kind stands in a register.
    struct Place: Sendable {
        /// What the row says.
        let word: String
        /// The account that the amount moves.
        let account: Account
        /// 1 where a positive amount makes the account grow.
        let sign: Int64
    }

    /// A register of some days.
    ///
    /// - Parameters:
    ///   - subject: What is listed.
    ///   - campaign: Whose entries they are.
    ///   - totals: All of the campaign's daily totals, in any order, to compare the entries with.
    ///   - period: Both ends included; without one, everything so far.
    public init(_ subject: Subject, campaign: ReportCampaign, totals: [DailyTotal], period: Period? = nil) {
        self.init(
            subject, campaign: campaign, totals: totals, period: period, places: Self.places(of: subject))
    }

    /// As above, by another table: a test breaks it to see the report refuse.
    init(
        _ subject: Subject, campaign: ReportCampaign, totals: [DailyTotal], period: Period?,
        places: [EntryKind: Place],
    ) {
        self.subject = subject
        self.campaign = campaign
        self.totals = totals
        self.period = period
        self.places = places
    }

    /// Writes it, a piece at a time, after everything was found to agree.
    ///
    /// - Parameters:
    ///   - format: The text form is held whole, because its columns are as wide as its rows need.
    ///   - entries: Called twice; both times it gives the same entries.
    ///   - sink: Takes the bytes, about 64 KiB at a time.
    /// - Throws: `ReportError` before anything was written, or what `entries` and `sink` throw.
    public func write(
        as format: ReportFormat, entries: Source, to sink: @escaping ([UInt8]) throws -> Void
    ) throws {
        let sums = try check(entries)
        guard var writer = rowWriter(for: format, head, columns) else {
            var table = ReportTable(head: head, columns: columns)
            try entries { line in if let row = row(of: line) { table.rows.append(row) } }
            table.totals = try totalRow(sums)
            return try sink(Array(renderText(table).utf8))
        }
        writer.begin()
        try entries { line in
            guard let row = row(of: line) else { return }
            writer.append(row)
            if writer.bytes.count >= 65_536 {
                try sink(writer.bytes)
                writer.bytes.removeAll(keepingCapacity: true)
            }
        }
        writer.end()
        try sink(writer.bytes)
    }

    /// What goes to standard error beside CSV; ends with a line end.
    public var headText: String { head.lines.joined(separator: "\n") + "\n" }

    /// Written by hand beside the posting rules, so that the comparison with the accounts can fail.
    private static func places(of subject: Subject) -> [EntryKind: Place] {
        func owed(_ word: String, _ sign: Int64) -> Place {
            Place(word: word, account: .refundsPayable, sign: sign)
        }
        func fee(_ word: String, _ account: Account, _ sign: Int64 = 1) -> Place {
            Place(word: word, account: account, sign: sign)
        }
        switch subject {
        case .refunds:
            return [
                .refundCommitted: owed("promised", 1), .refundCommittedAfterSuccess: owed("promised", 1),
                .refundCommittedAfterDelivery: owed("promised", 1), .refunded: owed("paid", -1),
                .refundedFromOwn: owed("paid from own account", -1), .refundReturned: owed("came back", 1),
                .disputeLostCommitted: owed("taken by a dispute", -1),
            ]
        case .fees:
            let processor = fee("processor", .processorFees)
            let platform = fee("platform", .platformFees)
            return [
                .captured: processor, .capturedAfterSuccess: processor, .processorFee: processor,
                .refunded: processor, .refundedFromOwn: processor, .refundReturned: processor,
                .platformFeeDue: platform, .platformFeeKept: platform,
                .disputeOpened: fee("dispute", .chargebackFees),
                .disputeWon: fee("dispute", .chargebackFees, -1),
            ]
        }
    }

    private var head: ReportHead {
        ReportHead(
            name: subject.rawValue, title: subject == .refunds ? "Refunds" : "Fees", campaign: campaign,
            period: period,
            notes: [
                subject == .refunds
                    ? "The total is what is still to be paid back of these days' promises."
                    : "Fees are facts: what a gateway, a payout or a person said."
            ])
    }

    private var columns: [ReportColumn] {
        let isRefunds = subject == .refunds
        let start = [
            ReportColumn("day", .day, heading: "day"), ReportColumn("entry", .integer, heading: "entry"),
            isRefunds
                ? ReportColumn("event", .text, heading: "event")
                : ReportColumn("payee", .text, heading: "to"),
            ReportColumn("text", .text, heading: isRefunds ? nil : "for"),
            ReportColumn("pledge", .text, heading: "pledge"),
            ReportColumn("country", .text, heading: isRefunds ? "country" : nil),
        ]
        let parts = ["goods", "shipping", "tax"].map { ReportColumn($0, .amount, heading: $0) }
        return start + (isRefunds ? parts : []) + [
            ReportColumn("amount", .amount, hasMinor: true, heading: "amount"),
            ReportColumn("currency", .text), ReportColumn("reference", .text),
            ReportColumn("campaign", .text), ReportColumn("journal", .text),
        ]
    }

    private func amount(of parts: EntryParts) -> Int128 {
        subject == .fees
            ? Int128(parts.fee) : Int128(parts.goods) + Int128(parts.shipping) + Int128(parts.tax)
    }

    private func isWanted(_ day: CalendarDay) -> Bool { period?.contains(day) ?? true }

    private func row(of line: LedgerEntry) -> [ReportCell]? {
        let entry = line.entry
        guard isWanted(entry.day), let place = places[entry.kind], amount(of: entry.parts) != 0 else {
            return nil
        }
        func signed(_ part: Int64) -> ReportCell { .amount(place.sign < 0 ? 0 &- part : part) }
        let parts = entry.parts
        let start: [ReportCell] = [
            .day(entry.day), .integer(entry.number), .text(place.word), .text(entry.kind.title),
            .text(entry.subject), .text(line.country),
        ]
        let split = subject == .refunds ? [parts.goods, parts.shipping, parts.tax].map(signed) : []
        return start + split + [
            signed(Int64(clamping: amount(of: parts))), .text(campaign.currency.code), .text(entry.reference),
            .text(campaign.id.rawValue), .text(campaign.journal.text),
        ]
    }

    /// Kind by kind the entries make what the daily totals say, and together what the posting rules make of
    /// the
    /// accounts.
    private func check(_ entries: Source) throws -> Int128 {
        var found: [EntryKind: Int128] = [:]
        try entries { line in
            guard isWanted(line.entry.day), let place = places[line.entry.kind] else { return }
            found[line.entry.kind, default: 0] += amount(of: line.entry.parts) * Int128(place.sign)
        }
        var books = AccountSums()
        var expected: [EntryKind: Int128] = [:]
        for total in totals where isWanted(total.day) {
            books.add(total.parts, by: PostingLeg.legs(of: total.kind))
            guard let place = places[total.kind] else { continue }
            expected[total.kind, default: 0] += amount(of: total.parts) * Int128(place.sign)
        }
        for kind in EntryKind.allCases {
            try compare(found[kind, default: 0], expected[kind, default: 0])
        }
        for account in Set(Self.places(of: subject).values.map(\.account)).sorted(by: { $0.index < $1.index })
        {
            let held = account.normalSide == .debit ? books[account] : 0 - books[account]
            let kinds = places.filter { $0.value.account == account }.keys
            try compare(kinds.reduce(0) { $0 + found[$1, default: 0] }, held)
        }
        return found.values.reduce(0, +)
    }

    private func compare(_ entries: Int128, _ totals: Int128) throws {
        guard entries != totals else { return }
        throw ReportError.registerDoesNotAgree(
            report: subject.rawValue,
            entries: Money(minorUnits: try narrow(entries), currency: campaign.currency),
            totals: Money(minorUnits: try narrow(totals), currency: campaign.currency))
    }

    private func totalRow(_ sum: Int128) throws -> [ReportCell] {
        columns.map { column in
            switch column.name {
            case "day": .text("total")
            case "amount": .amount(Int64(clamping: sum))
            default: .empty
            }
        }
    }
}

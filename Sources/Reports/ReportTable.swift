public import Accounting
public import Crowdfunding

/// What a column of a report holds.
public enum ColumnKind: Sendable {
    /// Any text; guarded where a spreadsheet could take it for a formula.
    case text
    /// Minor units of the report's currency.
    case amount
    /// A whole number.
    case integer
    /// Hundredths of a per cent.
    case percent
    /// A calendar day.
    case day
}

/// A column of a report.
public struct ReportColumn: Hashable, Sendable {
    /// Its name in CSV and JSON: lower case, words joined by `_`.
    public let name: String
    /// What its cells hold.
    public let kind: ColumnKind
    /// Whether a column `<name>_minor` with whole minor units follows it in CSV and JSON; only for amounts.
    public let hasMinor: Bool
    /// What stands above it for people; `nil` leaves it out of the text, because the head says it.
    public let heading: String?

    /// Puts a column together.
    public init(_ name: String, _ kind: ColumnKind, hasMinor: Bool = false, heading: String? = nil) {
        self.name = name
        self.kind = kind
        self.hasMinor = hasMinor
        self.heading = heading
    }
}

/// A cell of a report; it goes with the kind of its column, or is empty.
public enum ReportCell: Hashable, Sendable {
    /// Text as it is; renderers guard and escape it.
    case text(String)
    /// Minor units of the report's currency.
    case amount(Int64)
    /// A whole number.
    case integer(Int64)
    /// Hundredths of a per cent: 16,796 is 167.96 %.
    case percent(Int64)
    /// A calendar day.
    case day(CalendarDay)
    /// Nothing.
    case empty
}

/// What stands above a report: whose it is and what its figures stand on.
public struct ReportHead: Hashable, Sendable {
    /// The report's name in commands, for example `cash-flow`.
    public var name: String
    /// The report's name for people, for example `Cash flow`.
    public var title: String
    /// Whose it is.
    public var campaign: ReportCampaign
    /// What counts as cash, where that matters.
    public var basis: CashBasis?
    /// The days it is about, both ends included; `nil`: everything so far.
    public var period: Period?
    /// How long its periods are, where it has any.
    public var length: PeriodLength?
    /// Sentences that a reader should know, beside the figures.
    public var notes: [String] = []

    /// The first line of the text form.
    public var line: String {
        var words = [title, campaign.id.rawValue]
        if campaign.isRehearsal { words.append("rehearsal, no real money") }
        words.append(campaign.currency.code)
        if let basis { words.append("\(basis.rawValue) basis") }
        if let period { words.append(period.phrase) }
        words.append("journal \(campaign.journal.forPeople)")
        if let checkpoint = campaign.checkpoint { words.append("checkpoint \(checkpoint.forPeople)") }
        return words.joined(separator: " · ")
    }

    /// The lines for standard error beside CSV and JSON, which hold nothing but rows.
    public var lines: [String] { [line, foot] }

    /// The last line of the text form: the notes and the zone.
    public var foot: String { (notes + ["Days are those of \(campaign.zone)."]).joined(separator: " ") }
}

/// A report as rows: what CSV, JSON and plain tables are written from.
public struct ReportTable: Sendable {
    /// What stands above it.
    public var head: ReportHead
    /// Its columns, in order.
    public var columns: [ReportColumn]
    /// Its rows; each has a cell for each column.
    public var rows: [[ReportCell]]
    /// What stands beneath the columns in the text form, or `nil`.
    public var totals: [ReportCell]?

    /// Puts a table together.
    public init(
        head: ReportHead, columns: [ReportColumn], rows: [[ReportCell]] = [], totals: [ReportCell]? = nil,
    ) {
        self.head = head
        self.columns = columns
        self.rows = rows
        self.totals = totals
    }

    /// The report's name for people.
    public var title: String { head.title }
    /// What all amounts are in.
    public var currency: Currency { head.campaign.currency }
    /// The last entry that the figures stand on.
    public var journal: JournalHead { head.campaign.journal }
}

/// How a report is written.
public enum ReportFormat: Hashable, Sendable {
    /// For people, in a terminal.
    case text
    /// RFC 4180, one header line; with `decimalComma` semicolons, decimal commas and a byte order mark.
    case csv(decimalComma: Bool)
    /// One object with a head and rows; amounts are strings.
    case json
}

/// A report whose figures have been found to agree, ready to be written.
///
/// The same head and the same arguments give the same bytes.
public protocol Report: Sendable {
    /// Its rows.
    var table: ReportTable { get }
    /// Its form for people.
    var text: String { get }
}

extension Report {
    /// A plain table with head and foot.
    public var text: String { renderText(table) }

    /// What goes to standard error beside CSV, which holds nothing but rows; ends with a line end.
    public var headText: String { table.head.lines.joined(separator: "\n") + "\n" }

    /// The whole report in a format.
    public func bytes(as format: ReportFormat) -> [UInt8] {
        guard var writer = rowWriter(for: format, table.head, table.columns) else { return Array(text.utf8) }
        writer.begin()
        for row in table.rows { writer.append(row) }
        writer.end()
        return writer.bytes
    }
}

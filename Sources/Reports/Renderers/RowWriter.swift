import Accounting
import Crowdfunding
import Parsing

/// Writes a report row by row, so that a long one need not be held.
protocol RowWriter {
    /// What was written; may be emptied between two rows.
    var bytes: [UInt8] { get set }
    /// Writes what comes before the rows.
    mutating func begin()
    /// Writes a row; a cell for each column.
    mutating func append(_ row: [ReportCell])
    /// Writes what comes after the rows.
    mutating func end()
}

/// The writer of a format; `nil` for text, whose columns are as wide as its rows need.
func rowWriter(for format: ReportFormat, _ head: ReportHead, _ columns: [ReportColumn]) -> (any RowWriter)? {
    switch format {
    case .text: nil
    case .csv(let decimalComma):
        CSVReportWriter(columns, head.campaign.currency, decimalComma: decimalComma)
    case .json: JSONReportWriter(head, columns)
    }
}

/// Minor units as a decimal with exactly `exponent` digits.
func amountText(
    _ amount: Int64, _ exponent: Int, group: UInt8 = 0, point: UInt8 = UInt8(ascii: "."),
) -> String {
    var bytes: [UInt8] = []
    appendAmount(amount, exponent: exponent, group: group, point: point, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// One header line and rows, nothing else.
struct CSVReportWriter: RowWriter {
    private let columns: [ReportColumn]
    private let exponent: Int
    private let point: UInt8
    private var csv: CSVWriter

    init(_ columns: [ReportColumn], _ currency: Currency, decimalComma: Bool) {
        self.columns = columns
        exponent = currency.exponent
        point = UInt8(ascii: decimalComma ? "," : ".")
        csv = CSVWriter(delimiter: UInt8(ascii: decimalComma ? ";" : ","), byteOrderMark: decimalComma)
    }

    var bytes: [UInt8] {
        get { csv.bytes }
        set { csv.bytes = newValue }
    }

    mutating func begin() {
        csv.row(columns.flatMap { $0.hasMinor ? [$0.name, $0.name + "_minor"] : [$0.name] })
    }

    mutating func append(_ row: [ReportCell]) {
        for (column, cell) in zip(columns, row) {
            switch cell {
            case .text(let text): csv.text(text)
            case .amount(let amount): csv.number(amountText(amount, exponent, point: point))
            case .integer(let number): csv.number(number)
            case .percent(let hundredths): csv.number(amountText(hundredths, 2, point: point))
            case .day(let day): csv.verbatim(day.description)
            case .empty: csv.empty()
            }
            guard column.hasMinor else { continue }
            if case .amount(let amount) = cell { csv.number(amount) } else { csv.empty() }
        }
        csv.endRow()
    }

    mutating func end() {}
}

/// An object with the head as an object and a list of rows, one a line; amounts and days are strings.
struct JSONReportWriter: RowWriter {
    private let head: ReportHead
    private let keys: [String]
    private let minorKeys: [String?]
    private var isFirst = true
    var bytes: [UInt8] = []

    init(_ head: ReportHead, _ columns: [ReportColumn]) {
        self.head = head
        keys = columns.map { jsonText($0.name) + ": " }
        minorKeys = columns.map { $0.hasMinor ? ", " + jsonText($0.name + "_minor") + ": " : nil }
    }

    mutating func begin() {
        var json = JSONWriter()
        json.object { json in
            json.member("report", head.name)
            json.member("campaign", head.campaign.id.rawValue)
            json.member("title", head.campaign.title)
            json.member("currency", head.campaign.currency.code)
            json.member("rehearsal", head.campaign.isRehearsal)
            json.member("zone", head.campaign.zone)
            if let basis = head.basis { json.member("basis", basis.rawValue) }
            if let period = head.period {
                json.member("from", period.first.description)
                json.member("to", period.last.description)
            }
            if let length = head.length { json.member("by", length.rawValue) }
            json.member("journal") { json in
                json.object { json in
                    json.member("entry", head.campaign.journal.number)
                    json.member("tag", head.campaign.journal.tag)
                }
            }
            json.member("checkpoint") { json in
                guard let checkpoint = head.campaign.checkpoint else { return json.null() }
                json.object { json in
                    json.member("entry", checkpoint.number)
                    json.member("root", checkpoint.root)
                }
            }
            json.member("notes") { json in
                json.array { json in for note in head.notes { json.string(note) } }
            }
        }
        // The head stands one level down.
        let lines = json.text.split(separator: "\n", omittingEmptySubsequences: false)
        put("{\n  \"head\": " + lines.joined(separator: "\n  ") + ",\n  \"rows\": [")
    }

    mutating func append(_ row: [ReportCell]) {
        put(isFirst ? "\n    {" : ",\n    {")
        isFirst = false
        for (index, cell) in row.enumerated() where index < keys.count {
            if index > 0 { put(", ") }
            put(keys[index])
            put(value(cell))
            guard let key = minorKeys[index] else { continue }
            put(key)
            if case .amount(let amount) = cell { put(String(amount)) } else { put("null") }
        }
        put("}")
    }

    mutating func end() { put(isFirst ? "]\n}\n" : "\n  ]\n}\n") }

    private func value(_ cell: ReportCell) -> String {
        switch cell {
        case .text(let text): jsonText(text)
        case .amount(let amount): "\"" + amountText(amount, head.campaign.currency.exponent) + "\""
        case .integer(let number): String(number)
        case .percent(let hundredths): "\"" + amountText(hundredths, 2) + "\""
        case .day(let day): "\"" + day.description + "\""
        case .empty: "null"
        }
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

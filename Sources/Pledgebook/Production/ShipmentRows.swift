import Accounting
import Crowdfunding
import Imports
import Parsing

/// A row of a shipment file: units of one SKU that left in one parcel.
struct ShipmentRow {
    /// The columns of the file, in the order in which we write them.
    enum Column: String, CaseIterable {
        case pledge_id, shipped_on, sku, quantity, carrier, tracking

        /// Whether a file may do without it.
        var isOptional: Bool { self == .carrier || self == .tracking }
    }

    var line: Int
    /// Where each column's cell begins.
    var columns: [Column: Int]
    var pledge: String
    var shippedOn: CalendarDay
    var sku: String
    var quantity: Int64
    /// As the signed detail can say it; may be empty.
    var carrier: String
    /// Printable ASCII; may be empty.
    var tracking: String
}

/// A shipment file, read: its rows, and what is wrong with the others.
struct ShipmentFile {
    let name: String
    private(set) var rows: [ShipmentRow] = []
    private(set) var problems: [Diagnostic]

    /// - Throws: `FileProblem` when the header is not that of a shipment file.
    init(_ bytes: [UInt8], name: String) throws {
        self.name = name
        let reader = CSVReader(bytes, file: name)
        problems = reader.problems
        try checkHeader(reader.header)
        for row in reader.rows { read(row) }
    }

    private func checkHeader(_ header: [String]) throws {
        let known = ShipmentRow.Column.allCases
        var wrong = problems.isEmpty || !header.isEmpty ? [] : problems
        for name in header where ShipmentRow.Column(rawValue: name) == nil {
            wrong.append(
                Diagnostic(
                    file: self.name, line: 1, column: 1,
                    message: "“\(name)” is not a column of a shipment file",
                    remedy: "remove it; the columns are \(known.map(\.rawValue).joined(separator: ", "))"))
        }
        for column in known where !column.isOptional && !header.contains(column.rawValue) && !header.isEmpty {
            wrong.append(
                Diagnostic(
                    file: self.name, line: 1, column: 1, message: "the column \(column.rawValue) is missing",
                    remedy: "add it; carrier and tracking may be left out, the others may not"))
        }
        guard wrong.isEmpty else { throw FileProblem(wrong) }
    }

    private mutating func read(_ row: CSVReader.Row) {
        let known = Dictionary(
            ShipmentRow.Column.allCases.compactMap { column in
                row.place(of: column.rawValue).map { (column, $0) }
            }, uniquingKeysWith: { first, _ in first })
        func cell(_ column: ShipmentRow.Column) -> String { row[column.rawValue] ?? "" }
        func refuse(_ column: ShipmentRow.Column, _ message: String, fix: String) {
            problems.append(
                Diagnostic(
                    file: name, line: row.line, column: known[column] ?? 1, message: message, remedy: fix))
        }
        let before = problems.count
        let reference = cell(.pledge_id)
        if PledgeReference(reference) == nil {
            refuse(.pledge_id, "pledge_id is not a reference", fix: "write it as `pledge list` does")
        }
        let day = CalendarDay(cell(.shipped_on))
        if day == nil { refuse(.shipped_on, "shipped_on is not a day", fix: "write it as 2026-09-18") }
        let quantity = Int64(cell(.quantity)).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        if quantity == nil {
            refuse(.quantity, "the quantity is not a whole number above 0", fix: "write 1, 2, 3 …")
        }
        let tracking = cell(.tracking)
        if !isReceiptReference(tracking) {
            refuse(
                .tracking, "the tracking number has characters that a receipt cannot carry",
                fix: "use up to 200 ASCII characters without quotes and backslashes")
        }
        guard problems.count == before, let day, let quantity else { return }
        rows.append(
            ShipmentRow(
                line: row.line, columns: known, pledge: reference, shippedOn: day, sku: cell(.sku),
                quantity: quantity, carrier: Self.carrier(cell(.carrier)), tracking: tracking))
    }

    /// A carrier's name as a signed detail can say it: what it cannot becomes a hyphen.
    private static func carrier(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(64).map { scalar -> Character in
                switch scalar {
                case "A"..."Z", "a"..."z", "0"..."9", ".", "_", "+", "-": Character(scalar)
                default: "-"
                }
            })
    }

    /// A fault of a row that the book finds.
    func diagnostic(_ row: ShipmentRow, _ column: ShipmentRow.Column, _ message: String, fix: String)
        -> Diagnostic
    {
        Diagnostic(
            file: name, line: row.line, column: row.columns[column] ?? 1, message: message, remedy: fix)
    }
}

import ArgumentParser
import Parsing
import Reports

/// How lists are written.
enum ListFormat: String, CaseIterable, ExpressibleByArgument {
    case text, csv, json
}

/// The option `--format` of lists.
struct FormatOption: ParsableArguments {
    @Option(help: ArgumentHelp("How it is written: text, csv or json", valueName: "format"))
    var format: ListFormat = .text
}

/// A list in columns: text for people, CSV and JSON for programs.
struct Table {
    struct Column {
        /// Its name in CSV and JSON, and for people with spaces.
        let name: String
        /// What its cells hold: amounts are strings in JSON, as receipts write them, and counts are numbers.
        let kind: Kind
        var isNumber: Bool { kind != .text }

        enum Kind { case text, amount, number }

        static func text(_ name: String) -> Column { Column(name: name, kind: .text) }
        static func amount(_ name: String) -> Column { Column(name: name, kind: .amount) }
        static func number(_ name: String) -> Column { Column(name: name, kind: .number) }
    }

    let columns: [Column]
    var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Writes the table to stdout; an empty one as its header, in JSON as `[]`.
    func write(_ format: ListFormat) {
        switch format {
        case .text: Output.write(lines(header: true).map { $0 + "\n" }.joined())
        case .csv: Output.write(csv)
        case .json: Output.line(json)
        }
    }

    /// Columns that line up, two spaces between them.
    func lines(header: Bool) -> [String] {
        let names = columns.map { $0.name.split(separator: "_").joined(separator: " ") }
        let shown = (header ? [names] : []) + rows.map { $0.map { visible($0) } }
        var widths = Array(repeating: 0, count: columns.count)
        for row in shown {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], displayWidth(cell)) }
        }
        return shown.enumerated().map { number, row in
            let line = row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: max(0, widths[index] - displayWidth(cell)))
                return columns[index].isNumber ? space + cell : cell + space
            }.joined(separator: "  ")
            let trimmed = line.reversed().drop { $0 == " " }.reversed()
            return header && number == 0 ? Output.bold(String(trimmed)) : String(trimmed)
        }
    }

    private var csv: String {
        var writer = CSVWriter()
        writer.row(columns.map(\.name))
        for row in rows {
            for (column, cell) in zip(columns, row) {
                if column.isNumber { writer.number(plain(cell)) } else { writer.text(cell) }
            }
            writer.endRow()
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private var json: String {
        var writer = JSONWriter()
        writer.array { writer in
            for row in rows {
                writer.object { writer in
                    for (column, cell) in zip(columns, row) {
                        if column.kind == .number, let count = Int64(plain(cell)) {
                            writer.member(column.name, count)
                        } else {
                            writer.member(column.name, column.isNumber ? plain(cell) : cell)
                        }
                    }
                }
            }
        }
        return writer.text
    }

    /// A number without thousands separators.
    private func plain(_ cell: String) -> String { String(cell.filter { $0 != "," }) }
}

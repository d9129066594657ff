import Accounting
import Crowdfunding

/// Cells in columns that line up by what a terminal shows, two spaces between them.
struct TextGrid {
    enum Alignment { case left, right }

    /// One a column.
    let alignments: [Alignment]
    /// The spaces after the first column.
    let firstGap: Int
    /// Each with at most as many cells as there are alignments.
    var rows: [[String]] = []

    init(alignments: [Alignment], firstGap: Int = 2) {
        self.alignments = alignments
        self.firstGap = firstGap
    }

    /// The rows as lines, without spaces at their ends.
    var lines: [String] {
        let shown = rows.map { $0.map(printable) }
        var widths = alignments.map { _ in 0 }
        for row in shown {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], displayWidth(cell)) }
        }
        return shown.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                if index > 0 { line += spaces(index == 1 ? firstGap : 2) }
                let padding = spaces(widths[index] - displayWidth(cell))
                line += alignments[index] == .left ? cell + padding : padding + cell
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// The text without what would move the cursor or turn the line around.
private func printable(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: shown.append("\u{FFFD}")
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return shown
}

/// A table for people: head, columns that the head does not say, totals, foot.
func renderText(_ table: ReportTable) -> String {
    let shown = table.columns.indices.filter { table.columns[$0].heading != nil }
    var grid = TextGrid(
        alignments: shown.map {
            switch table.columns[$0].kind {
            case .text, .day: .left
            case .amount, .integer, .percent: .right
            }
        })
    grid.rows.append(shown.map { table.columns[$0].heading ?? "" })
    for row in table.rows + (table.totals.map { [$0] } ?? []) {
        grid.rows.append(shown.map { $0 < row.count ? textCell(row[$0], in: table) : "" })
    }
    return ([table.head.line] + grid.lines + [table.head.foot]).joined(separator: "\n") + "\n"
}

private func textCell(_ cell: ReportCell, in table: ReportTable) -> String {
    switch cell {
    case .text(let text): text
    case .amount(let amount): amountText(amount, table.currency.exponent, group: UInt8(ascii: ","))
    case .integer(let number): groupedInteger(number)
    case .percent(let hundredths): amountText(hundredths, 2) + " %"
    case .day(let day): day.description
    case .empty: ""
    }
}

import Accounting
import Crowdfunding

extension CashFlow {
    private static let dataColumns = [
        ReportColumn("campaign", .text), ReportColumn("period_start", .day), ReportColumn("period_end", .day),
        ReportColumn("currency", .text), ReportColumn("section", .text), ReportColumn("line_code", .text),
        ReportColumn("line", .text), ReportColumn("amount", .amount, hasMinor: true),
        ReportColumn("entries", .integer), ReportColumn("journal", .text),
    ]

    private static let owedBackTitle = "of which owed back to backers"

    /// Tidy rows: every line of every period, also where nothing moved.
    public var table: ReportTable {
        var table = ReportTable(head: head, columns: Self.dataColumns)
        for column in columns {
            func append(_ section: String, _ code: String, _ line: String, _ amount: Int64, _ entries: Int64)
            {
                table.rows.append([
                    .text(campaign.id.rawValue), .day(column.period.first), .day(column.period.last),
                    .text(campaign.currency.code), .text(section), .text(code), .text(line), .amount(amount),
                    .integer(entries), .text(campaign.journal.text),
                ])
            }
            append("opening", "CF90", "opening cash", column.opening, 0)
            for (line, movement) in zip(CashLine.allCases, column.movements) {
                append(
                    line.section.rawValue, line.rawValue, line.title, movement.amount, movement.entries)
            }
            let entries = column.movements.reduce(0) { $0 + $1.entries }
            append("change", "CF91", "net change", column.sum(), entries)
            append("closing", "CF92", "closing cash", column.closing, 0)
            append("memo", "CF93", Self.owedBackTitle, column.owedBack, 0)
        }
        return table
    }

    /// A column a period and a total; lines on which nothing ever moved are left out.
    ///
    /// More than twelve periods are shown in blocks beneath each other, the total in the last.
    public var text: String {
        let blocks = stride(from: 0, to: columns.count, by: 12).map {
            columns[$0..<min($0 + 12, columns.count)]
        }
        var lines = [head.line]
        for (number, block) in blocks.enumerated() {
            if number > 0 { lines.append("") }
            let hasTotal = number == blocks.count - 1 && columns.count > 1
            lines += grid(block, hasTotal: hasTotal).lines
        }
        lines.append(head.foot)
        return lines.joined(separator: "\n") + "\n"
    }

    private func grid(_ block: ArraySlice<Column>, hasTotal: Bool) -> TextGrid {
        let withYear = period.first.year != period.last.year
        var grid = TextGrid(
            alignments: [.left] + block.map { _ in .right } + (hasTotal ? [.right] : []), firstGap: 3)
        grid.rows.append([""] + block.map { $0.period.label(length, withYear: withYear) })
        if hasTotal { grid.rows[0].append("total") }
        func append(_ label: String, total: Int64, _ amount: (Column) -> Int64) {
            let amounts = block.map(amount) + (hasTotal ? [total] : [])
            grid.rows.append([label] + amounts.map { grouped($0) })
        }
        append("opening", total: columns[0].opening) { $0.opening }
        for section in CashSection.allCases {
            var isShown = false
            for (index, line) in CashLine.allCases.enumerated() where line.section == section {
                guard columns.contains(where: { $0.movements[index] != Movement() }) else { continue }
                isShown = true
                append("  \(line.rawValue) \(line.title)", total: total { $0.movements[index].amount }) {
                    $0.movements[index].amount
                }
            }
            guard isShown else { continue }
            append(section.rawValue, total: total { $0.sum(of: section) }) { $0.sum(of: section) }
        }
        append("change", total: total { $0.sum() }) { $0.sum() }
        let end = columns[columns.count - 1]
        append("closing", total: end.closing) { $0.closing }
        if columns.contains(where: { $0.owedBack != 0 }) {
            append("  CF93 \(Self.owedBackTitle)", total: end.owedBack) { $0.owedBack }
        }
        return grid
    }

    private func total(_ amount: (Column) -> Int64) -> Int64 { columns.reduce(0) { $0 &+ amount($1) } }

    private func grouped(_ amount: Int64) -> String {
        Money(minorUnits: amount, currency: campaign.currency).grouped
    }
}

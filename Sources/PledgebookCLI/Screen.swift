import Pledgebook
import Reports

/// The pieces that screens are made of.
enum Screen {
    /// How many columns a screen is made for.
    static let width = 100
    /// What every screen of a rehearsal begins with.
    static let rehearsal = "REHEARSAL: no real money moves."

    /// A share as a bar of 32 cells, full at the whole or beyond.
    static func bar(_ part: Int64, of whole: Int64) -> String {
        let cells: Int64 = 32
        let full = whole > 0 ? min(cells, max(0, Int64(Int128(part) * Int128(cells) / Int128(whole)))) : cells
        return String(repeating: "█", count: Int(full)) + String(repeating: "░", count: Int(cells - full))
    }

    /// `168 %`, rounded down, so that 100 % is never said of less.
    static func percent(_ part: Int64, of whole: Int64) -> String {
        whole > 0 ? "\(grouped(Int64(Int128(part) * 100 / Int128(whole)))) %" : "–"
    }

    /// Two texts at both ends of a line.
    static func line(_ left: String, _ right: String) -> String {
        let gap = max(2, width - displayWidth(left) - displayWidth(right))
        return left + String(repeating: " ", count: gap) + right
    }

    /// The text behind spaces to that width.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - displayWidth(text))) + text
    }

    /// The text with spaces behind it to that width.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - displayWidth(text)))
    }

    /// Words joined by a separator, on as many lines as they need; the first begins with the label.
    static func wrapped(_ words: [String], label: String, indent: Int, by separator: String = " · ")
        -> [String]
    {
        let comma = separator.first == "," ? "," : ""
        var lines: [String] = []
        var line = left("  " + label, indent)
        var isFirst = true
        for word in words {
            if !isFirst, displayWidth(line) + displayWidth(separator + word) > width {
                lines.append(line + comma)
                line = left("", indent)
                isFirst = true
            }
            line += isFirst ? word : separator + word
            isFirst = false
        }
        return lines + [line]
    }

    /// Rows in columns that line up, indented by two; the columns of `numbers` to the right.
    static func grid(_ rows: [[String]], numbers: Set<Int>) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        var table = Table((0..<columns).map { numbers.contains($0) ? .amount("") : .text("") })
        table.rows = rows.map { row in
            let filled = row + Array(repeating: "", count: columns - row.count)
            return ["  " + filled[0]] + filled.dropFirst()
        }
        return table.lines(header: false)
    }
}

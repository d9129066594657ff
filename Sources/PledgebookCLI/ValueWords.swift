import Accounting
import Crowdfunding

/// What is wrong with a value on the command line, and how to write it.
enum ValueWords {
    /// What the parser of arguments said, with what it leaves out; `nil` where it said all.
    ///
    /// - Parameters:
    ///   - text: For example `The value '2026-02-30' is invalid for '--on <date>'`, and more lines.
    ///   - arguments: What was typed.
    /// - Returns: What to say instead.
    static func explain(_ text: String, _ arguments: [String]) -> String? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first else { return nil }
        let rest = lines.dropFirst().map { "\n" + $0 }.joined()
        if let said = invalid(String(first)) { return said + rest }
        guard let negative = arguments.first(where: isNegative) else { return nil }
        return "“\(visible(negative))” begins with a minus, as options do. Amounts, counts and numbers are "
            + "written without a sign: \(visible(negative.dropFirst()))." + rest
    }

    /// `-5`, `-5.00`.
    private static func isNegative(_ argument: String) -> Bool {
        let letters = Array(argument.utf8.prefix(2))
        return letters.count == 2 && letters[0] == UInt8(ascii: "-") && (0x30...0x39).contains(letters[1])
    }

    /// The parser's sentence with the form of the value behind it, where it does not list the values.
    private static func invalid(_ line: String) -> String? {
        let parts = line.split(separator: "'", omittingEmptySubsequences: false)
        guard line.hasPrefix("The value '"), parts.count == 5, parts[2] == " is invalid for ",
            parts[4].isEmpty, let open = parts[3].lastIndex(of: "<")
        else { return nil }
        let kind = parts[3][open...].dropFirst().prefix { $0 != ">" }
        guard let form = form(of: String(kind), String(parts[1])) else { return nil }
        return line + ": " + form
    }

    private static func form(of kind: String, _ value: String) -> String? {
        switch kind {
        case "date", "day":
            return (calendarFault(in: value).map { "\($0); " } ?? "") + "write a day as 2026-03-31."
        case "time":
            return (calendarFault(in: value).map { "\($0); " } ?? "")
                + "write a time with its offset, as 2026-03-31T20:00:00+02:00."
        case "id" where value.contains(":"): return "write a tier or add-on and how many of it, as bulb:2."
        case "id": return "ids have small letters, digits, hyphens and underscores, as aurora-lamp."
        case "n", "number", "numbers", "count": return "write a whole number, as 7."
        default: return nil
        }
    }
}

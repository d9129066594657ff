/// One fault of a file that a person wrote or exported: its place, what is wrong, and how to mend it.
///
/// It is printed as `lamp.json:14:16: error: …` with a second line `  fix: …`, so that editors can jump to
/// it.
public struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    /// The line, counted from 1 as editors do.
    public let line: Int
    /// The column within the line, counted from 1 in bytes.
    public let column: Int
    /// What is wrong, without a final full stop.
    public let message: String
    /// What to do about it, as an order to the reader.
    public let remedy: String

    /// Names a fault; `line` and `column` are counted from 1, the column in bytes.
    public init(file: String, line: Int, column: Int, message: String, remedy: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.remedy = remedy
    }

    /// The line that compilers and editors understand: `pledges.csv:17:42: error: …`.
    public var headline: String { "\(file):\(line):\(column): error: \(message)" }

    /// The headline and, on a line of its own, the remedy.
    public var text: String { headline + "\n  fix: " + remedy }

    /// The same as `text`.
    public var description: String { text }
}

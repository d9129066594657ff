public import Accounting
public import Crowdfunding
public import Parsing

/// The numbers and names under which accounts are written: ours, or those of an adviser.
///
/// Several of our accounts may go to one of theirs.
public struct AccountChart: Hashable, Sendable {
    /// How an account is written.
    public struct Entry: Hashable, Sendable {
        /// The number, for example `1000`.
        public let number: String
        /// The name, for example `Assets:Bank`; two spaces never stand together in it.
        public let name: String
    }

    private let entries: [Entry?]

    /// Our own numbers and names.
    public static let standard = AccountChart(
        Account.allCases.map { Entry(number: String($0.rawValue), name: $0.path) })

    private init(_ entries: [Entry?]) { self.entries = entries }

    /// Reads a chart: a CSV file with the columns `account` (our number), `number` and `name` (theirs).
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - file: Its name, for messages.
    /// - Throws: `ChartProblems` with every fault of the file.
    public init(csv bytes: [UInt8], file: String) throws {
        let reader = CSVReader(bytes, file: file)
        var problems = reader.problems
        func refuse(_ line: Int, _ column: Int, _ message: String, _ remedy: String) {
            problems.append(
                Diagnostic(file: file, line: line, column: column, message: message, remedy: remedy))
        }
        if problems.isEmpty {
            for name in Self.columns where !reader.header.contains(name) {
                refuse(
                    1, 1, "the column \(name) is missing",
                    "begin the file with the line \(Self.columns.joined(separator: ","))")
            }
        }
        guard problems.isEmpty else { throw ChartProblems(diagnostics: problems) }
        var entries = [Entry?](repeating: nil, count: Account.allCases.count)
        for row in reader.rows {
            let own = row["account"] ?? ""
            let column = row.place(of: "account") ?? 1
            guard let account = Int(own).flatMap(Account.init(rawValue:)) else {
                refuse(
                    row.line, column, "“\(own)” is no account of the book",
                    "write one of its numbers, as `pledgebook report trial-balance` shows them")
                continue
            }
            guard entries[account.index] == nil else {
                refuse(row.line, column, "account \(own) stands here a second time", "remove one of the rows")
                continue
            }
            let entry = Entry(number: row["number"] ?? "", name: row["name"] ?? "")
            if let fault = Self.fault(of: entry.number) ?? Self.fault(of: entry.name) {
                refuse(
                    row.line, column, fault, "write a number and a name as your accounting program has them")
            }
            entries[account.index] = entry
        }
        guard problems.isEmpty else { throw ChartProblems(diagnostics: problems) }
        self.init(entries)
    }

    private static let columns = ["account", "number", "name"]

    /// How the account is written; `nil` where the chart leaves it out.
    public subscript(account: Account) -> Entry? { entries[account.index] }

    /// What cannot be read again from a journal: two spaces end a name there, and `;` begins a comment.
    private static func fault(of text: String) -> String? {
        if text.isEmpty { return "the number or the name is empty" }
        let scalars = Array(text.unicodeScalars)
        let isPlain = scalars.allSatisfy {
            $0.value > 0x1F && $0.value != 0x7F && !"\"|;".unicodeScalars.contains($0)
        }
        guard isPlain else { return "the number or the name has a control character or one of \" | ;" }
        let hasGap = zip(scalars, scalars.dropFirst()).contains { $0 == " " && $1 == " " }
        if hasGap || scalars.first == " " || scalars.last == " " {
            return "the number or the name begins or ends with a space, or has two together"
        }
        return "([*!".unicodeScalars.contains(scalars[0])
            ? "the number or the name begins with one of ( [ * !" : nil
    }
}

extension AccountChart.Entry {
    /// Whether beancount takes the name: one of its five roots, and words that begin with a capital or a
    /// digit.
    var isBeancountName: Bool {
        let words = name.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count > 1, let root = words.first else { return false }
        guard ["Assets", "Liabilities", "Equity", "Income", "Expenses"].contains(root) else { return false }
        return words.dropFirst().allSatisfy { word in
            guard let first = word.unicodeScalars.first else { return false }
            let begins = ("A"..."Z").contains(first) || ("0"..."9").contains(first) || first.value > 0x7F
            return begins
                && word.unicodeScalars.allSatisfy {
                    ("A"..."Z").contains($0) || ("a"..."z").contains($0) || ("0"..."9").contains($0)
                        || $0 == "-" || $0.value > 0x7F
                }
        }
    }
}

/// The faults of a chart of accounts, each with its place and its remedy.
public struct ChartProblems: UserFacingError, Equatable {
    /// In the order of the file.
    public let diagnostics: [Diagnostic]

    /// A line and a remedy for each.
    public var message: String { diagnostics.map(\.text).joined(separator: "\n") }

    /// Bad input: nothing was written.
    public var exitCode: ExitStatus { .badInput }
}

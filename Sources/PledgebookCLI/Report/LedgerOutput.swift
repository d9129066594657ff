import ArgumentParser
import Reports

/// How a ledger is written: as a table, or as a journal that other programs read.
enum LedgerFormat: String, CaseIterable, ExpressibleByArgument {
    case text, csv, json, hledger, ledger, beancount

    /// The journal's language; `nil` for a table.
    var journal: JournalFormat? { JournalFormat(rawValue: rawValue) }
    /// The table's form; `nil` for a journal.
    var table: ListFormat? { ListFormat(rawValue: rawValue) }
}

/// How a ledger is written, and where.
struct LedgerOutput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How it is written: text, csv or json, or a journal for hledger, ledger or beancount",
            valueName: "format"))
    var format: LedgerFormat = .text
    @OptionGroup var target: ReportTarget

    func validate() throws { try target.check(isCSV: format == .csv) }

    /// Writes a report piece by piece; text and journals have the head in them.
    func write(head: String, _ body: (_ sink: @escaping ([UInt8]) throws -> Void) throws -> Void) throws {
        try target.write(head: format == .csv || format == .json ? head : nil, body)
    }
}

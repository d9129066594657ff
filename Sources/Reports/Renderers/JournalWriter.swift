import Accounting
import Crowdfunding

/// A journal of plain-text accounting, which other programs read.
public enum JournalFormat: String, CaseIterable, Sendable {
    /// For hledger, with `check --strict` passing.
    case hledger
    /// For ledger, with `--pedantic` passing.
    case ledger
    /// For beancount, with `bean-check` passing.
    case beancount
}

/// Writes entries as transactions: numbers, days, kinds and pledges' references, no free text.
///
/// Two spaces stand before an amount, and every leg has its amount with all digits of the currency, so that
/// nothing is left for the reading program to fill in.
struct JournalTextWriter {
    private let format: JournalFormat
    private let currency: String
    private let exponent: Int
    private let campaign: String
    private let names: [String]
    private let mark: String
    private let indent: String
    var bytes: [UInt8] = []

    /// - Parameters:
    ///   - format: Whose language it is.
    ///   - campaign: Whose journal it is.
    ///   - names: The accounts' names, by their place in `Account.allCases`.
    init(_ format: JournalFormat, _ campaign: ReportCampaign, names: [String]) {
        self.format = format
        self.names = names
        currency = campaign.currency.code
        exponent = campaign.currency.exponent
        self.campaign = campaign.id.rawValue
        mark = format == .beancount ? ";; " : "; "
        indent = format == .beancount ? "  " : "    "
    }

    /// What comes before the first transaction.
    ///
    /// - Parameters:
    ///   - head: The report's head, as comments.
    ///   - accounts: Every account that a transaction may name, with its number.
    ///   - day: No transaction is before it.
    mutating func begin(_ head: ReportHead, accounts: [AccountChart.Entry], from day: CalendarDay) {
        for line in head.lines { put("\(mark)\(line)\n") }
        put("\n")
        switch format {
        case .hledger:
            // The point says which sign is the decimal one, also where no digit follows it.
            put("commodity \(sample)\(exponent == 0 ? "." : "") \(currency)\n")
        case .ledger:
            put("commodity \(currency)\n    format \(sample) \(currency)\n")
            for name in Self.properties { put("tag \(name)\n") }
        case .beancount:
            put("option \"title\" \"\(campaign)\"\noption \"operating_currency\" \"\(currency)\"\n\n")
        }
        for account in accounts {
            if format == .beancount {
                put("\(day) open \(account.name) \(currency)\n  number: \"\(account.number)\"\n")
            } else {
                put("account \(account.name)\n    ; number: \(account.number)\n")
            }
        }
    }

    /// A transaction for an entry that posts something.
    mutating func append(_ line: LedgerEntry, _ legs: [(account: Account, amount: Int64)]) {
        let entry = line.entry
        let title = (entry.kind.code.map { $0 + " " } ?? "") + entry.kind.title
        if format == .beancount {
            put("\n\(entry.day) * \"\(title)\"\n\(indent)entry: \"\(campaign):\(entry.number)\"\n")
        } else {
            put("\n\(entry.day) (\(campaign):\(entry.number)) \(title)\n")
        }
        let values = [
            entry.subject, entry.run ?? "", line.country, line.taxRate,
            entry.reverses.map { "\(campaign):\($0)" } ?? "",
        ]
        for (name, value) in zip(Self.properties, values) where !value.isEmpty {
            put(
                format == .beancount
                    ? "\(indent)\(name): \"\(value)\"\n" : "\(indent)\(mark)\(name): \(value)\n")
        }
        for (account, amount) in legs {
            put("\(indent)\(names[account.index])  ")
            appendAmount(amount, exponent: exponent, to: &bytes)
            put(" \(currency)\n")
        }
    }

    private static let properties = ["pledge", "run", "country", "tax-rate", "reverses"]

    private var sample: String {
        amountText(1000 * (0..<exponent).reduce(1) { product, _ in product * 10 }, exponent)
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CashRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record money that moved at the bank",
        discussion: """
            What can be typed in can be taken back with `pledgebook entry reverse`.

            Example:
              pledgebook cash record own 500.00 --on 2026-03-02
            """,
        subcommands: [
            CashRecordPayoutCommand.self, CashRecordSupplierCommand.self, CashRecordFreightCommand.self,
            CashRecordPlatformCommand.self, CashRecordToolingCommand.self, CashRecordTaxCommand.self,
            CashRecordOwnCommand.self,
        ])
}

/// What every movement at the bank is told with.
struct CashOptions: ParsableArguments {
    @Argument(help: "What moved, for example 5600.00")
    var amount: String

    @Option(help: ArgumentHelp("The day on which it moved (today)", valueName: "date"))
    var on: CalendarDay?

    @Option(help: ArgumentHelp("The bank's or platform's own reference; never a name", valueName: "text"))
    var reference: String?

    @Flag(help: "It happened twice: record it although the same was recorded before")
    var again = false

    @Flag(help: "Show what would be booked and change nothing")
    var dryRun = false

    func fact(_ currency: Currency, run: String? = nil) throws -> CashFact {
        CashFact(
            amount: try minorUnits(amount, currency, "AMOUNT"), day: on, run: run, reference: reference ?? "",
            again: again)
    }
}

/// An amount of the command line in minor units.
///
/// - Throws: `CommandProblem` that names the argument.
func minorUnits(_ text: String, _ currency: Currency, _ name: String) throws -> Int64 {
    let amount: Int64
    do throws(AmountProblem) {
        amount = try parseAmount(text, exponent: currency.exponent)
    } catch {
        let example = Money(minorUnits: 123_450, currency: currency).plain
        throw CommandProblem(
            "\(name) “\(visible(text))” is not an amount in \(currency.code); write it like \(example).")
    }
    guard amount >= 0 else {
        throw CommandProblem("\(name) “\(visible(text))” is less than nothing; write it without a minus.")
    }
    return amount
}

extension RecordedFact {
    /// The entries, one a line, and what the bank holds by the journal.
    func show(isPlan: Bool) {
        for entry in entries { Output.line(entry.line(currency)) }
        let verb = isPlan ? "would hold" : "holds"
        let bank = Money(minorUnits: bank, currency: currency)
        let clearing = Money(minorUnits: clearing, currency: currency)
        Output.line("The bank \(verb) \(bank) of \(campaign)'s money, and \(clearing) lies at the processor.")
        if isPlan { Output.line("This was the plan (--dry-run): nothing was changed.") }
    }
}

extension JournalEntry {
    /// Number, day, code, title, amount and units, as lists show them; a memo has no amount.
    func line(_ currency: Currency) -> String {
        let amount = parts.amount == 0 ? parts.fee : parts.amount
        let money = Money(minorUnits: amount, currency: currency).description
        let what = [kind.isMemo && amount == 0 ? nil : money, units, run].compactMap(\.self)
        return "  \(number)  \(day)  \(kind.code ?? "–")  \(kind.title)"
            + (what.isEmpty ? "" : "  " + what.joined(separator: " · "))
    }
}

/// Records one purpose.
private func record(
    _ purpose: CashPurpose, _ options: CashOptions, _ shared: SharedOptions, run: String? = nil
) throws {
    let environment = try Environment(shared, for: .writing, "cash record \(purpose.rawValue)")
    let campaign = try environment.campaign()
    let fact = try options.fact(campaign.currency, run: run)
    try environment.session.recordCash(purpose, fact, in: campaign.id, dryRun: options.dryRun)
        .show(isPlan: options.dryRun)
}

struct CashRecordSupplierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supplier",
        abstract: "Money paid to a factory: what is owed for goods received, then towards those to come",
        discussion: """
            Example:
              pledgebook cash record supplier 5600.00 --on 2026-04-20 --run run-1
            """)

    @OptionGroup var options: CashOptions
    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The run it is for, where more than one was launched", valueName: "id"))
    var forRun: String?
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.supplier, options, shared, run: forRun) }
}

struct CashRecordFreightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freight",
        abstract: "Money paid to a carrier",
        discussion: """
            Example:
              pledgebook cash record freight 412.50 --on 2026-09-30
            """)

    @OptionGroup var options: CashOptions
    @Option(name: .customLong("run"), help: ArgumentHelp("The run it is for", valueName: "id"))
    var forRun: String?
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.freight, options, shared, run: forRun) }
}

struct CashRecordPlatformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "A platform's fee paid from the bank",
        discussion: """
            Example:
              pledgebook cash record platform 240.00 --on 2026-04-15
            """)

    @OptionGroup var options: CashOptions
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.platform, options, shared) }
}

struct CashRecordToolingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tooling",
        abstract: "Molds and tools paid",
        discussion: """
            Example:
              pledgebook cash record tooling 8400.00 --on 2026-04-08 --run run-1
            """)

    @OptionGroup var options: CashOptions
    @Option(name: .customLong("run"), help: ArgumentHelp("The run it is for", valueName: "id"))
    var forRun: String?
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.tooling, options, shared, run: forRun) }
}

struct CashRecordTaxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tax",
        abstract: "Tax paid to an authority",
        discussion: """
            Example:
              pledgebook cash record tax 8900.12 --on 2026-07-10
            """)

    @OptionGroup var options: CashOptions
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.tax, options, shared) }
}

struct CashRecordOwnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own",
        abstract: "Your own money, put into the campaign",
        discussion: """
            Example:
              pledgebook cash record own 500.00 --on 2026-03-02
            """)

    @OptionGroup var options: CashOptions
    @OptionGroup var shared: SharedOptions

    func run() throws { try record(.own, options, shared) }
}

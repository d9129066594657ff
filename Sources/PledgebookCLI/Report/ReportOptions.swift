import Accounting
public import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

extension PeriodLength: ExpressibleByArgument {}
extension CashBasis: ExpressibleByArgument {}

/// Where a report is written, and with which decimal sign.
struct ReportTarget: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The decimal sign of CSV; a comma also writes semicolons, as Excel expects",
            valueName: "sign"))
    var decimal = "."
    @Option(help: ArgumentHelp("Write it to this file; - is stdout", valueName: "file")) var output: String?
    @Flag(help: "Replace the file") var force = false

    /// Whether CSV has decimal commas.
    var hasDecimalComma: Bool { decimal == "," }

    func check(isCSV: Bool) throws {
        guard decimal == "." || decimal == "," else { throw ValidationError("--decimal is . or ,") }
        guard decimal == "." || isCSV else { throw ValidationError("--decimal , goes with --format csv") }
        guard !force || OutputFile.named(output) != nil else {
            throw ValidationError("--force goes with --output FILE")
        }
    }

    /// Writes a report piece by piece; its head goes to stderr, where there is one.
    func write(head: String?, _ body: (_ sink: @escaping ([UInt8]) throws -> Void) throws -> Void) throws {
        let output = OutputFile.named(output)
        if let output {
            try AtomicFile.write(to: output, force: force, body)
        } else {
            try body { try Output.write($0.span) }
        }
        if let head { Output.prompt(head) }
        if let output { Output.note("wrote \(visible(output))") }
    }
}

extension ListFormat {
    /// The form of a report.
    func report(decimalComma: Bool) -> ReportFormat {
        switch self {
        case .text: .text
        case .csv: .csv(decimalComma: decimalComma)
        case .json: .json
        }
    }
}

/// How a report is written, and where.
struct ReportOutput: ParsableArguments {
    @Option(help: ArgumentHelp("How it is written: text, csv or json", valueName: "format"))
    var format: ListFormat = .text
    @OptionGroup var target: ReportTarget

    func validate() throws { try target.check(isCSV: format == .csv) }

    /// Writes a report; beside CSV and JSON its head goes to stderr.
    func write(_ report: some Report) throws {
        let form = format.report(decimalComma: target.hasDecimalComma)
        try target.write(head: format == .text ? nil : report.headText) { sink in
            try sink(report.bytes(as: form))
        }
    }
}

/// Which days a report is about.
struct ReportDays: ParsableArguments {
    @Option(help: ArgumentHelp("For example 2026, 2026-Q2, 2026-04 or 2026-04-03", valueName: "period"))
    var period: String?
    @Option(help: ArgumentHelp("The first day, or the period it begins with", valueName: "date")) var from:
        String?
    @Option(help: ArgumentHelp("The last day, or the period it ends with", valueName: "date")) var to: String?

    func validate() throws {
        guard period == nil || (from == nil && to == nil) else {
            throw ValidationError("Say --period, or --from and --to, not both.")
        }
        for text in [period, from, to].compactMap({ $0 }) { _ = try parse(text) }
        if let from, let to { _ = try days(parse(from).first, parse(to).last) }
    }

    /// The days that were asked for; `nil`: everything so far.
    ///
    /// A missing end is the first or the last day on which anything happened.
    func days(of source: ReportSource) throws -> Period? {
        if let period { return try parse(period) }
        if from == nil && to == nil { return nil }
        let first = try from.map { try parse($0).first }
        let last = try to.map { try parse($0).last }
        return try days(
            first ?? min(source.firstDay, last ?? source.firstDay),
            last ?? max(source.lastDay, first ?? source.lastDay))
    }

    private func parse(_ text: String) throws -> Period {
        guard let period = Period(text) else {
            throw ValidationError(
                "“\(visible(text))” is no period: write 2026, 2026-Q2, 2026-04 or 2026-04-03.")
        }
        return period
    }

    private func days(_ first: CalendarDay, _ last: CalendarDay) throws -> Period {
        guard let days = Period(first: first, last: last) else {
            throw ValidationError("--to \(last) is before --from \(first).")
        }
        return days
    }
}

extension ReportSource {
    /// What a report's head says.
    var reportCampaign: ReportCampaign {
        ReportCampaign(
            id: campaign.definition.id, title: campaign.definition.title,
            currency: campaign.definition.currency,
            zone: zone, isRehearsal: isRehearsal, journal: JournalHead(number: head, tag: tag),
            checkpoint: checkpoint.map { CheckpointHead(number: $0.number, root: $0.root, text: $0.text) },
            today: today)
    }
}

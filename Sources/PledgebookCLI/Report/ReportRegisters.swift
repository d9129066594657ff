import ArgumentParser
import Crowdfunding
import Pledgebook
import Reports

struct ReportRefunds: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refunds",
        abstract: "Every refund that was promised, paid or came back",
        discussion: """
            Example:
              pledgebook report refunds --period 2026-04 --format csv
            """)

    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws { try write(.refunds, days, output, options) }
}

struct ReportFees: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fees",
        abstract: "Every fee of processors, platforms and disputes",
        discussion: """
            Example:
              pledgebook report fees --period 2026-04 --format csv
            """)

    @OptionGroup var days: ReportDays
    @OptionGroup var output: ReportOutput
    @OptionGroup var options: SharedOptions

    func run() throws { try write(.fees, days, output, options) }
}

private func write(
    _ subject: Register.Subject, _ days: ReportDays, _ output: ReportOutput, _ options: SharedOptions
) throws {
    let here = try Environment(options, for: .reading, "report \(subject.rawValue)")
    try here.session.withPostedEntries(here.campaign().definition.id) { source, entries in
        let register = Register(
            subject, campaign: source.reportCampaign, totals: source.totals, period: try days.days(of: source)
        )
        let form = output.format.report(decimalComma: output.target.hasDecimalComma)
        try output.target.write(head: output.format == .text ? nil : register.headText) { sink in
            try register.write(
                as: form,
                entries: { body in
                    try entries { try body(LedgerEntry($0.entry, country: $0.country)) }
                }, to: sink)
        }
    }
}

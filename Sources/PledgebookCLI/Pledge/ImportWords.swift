import Accounting
import Crowdfunding
import Parsing
import Pledgebook

/// What an import did, or would do, in the words of a maker.
struct ImportWords {
    private let campaign: LoadedCampaign
    private let file: String
    private let rejects: String?
    private let diff: String?

    init(_ campaign: LoadedCampaign, file: String, rejects: String?, diff: String? = nil) {
        self.campaign = campaign
        self.file = file
        self.rejects = rejects
        self.diff = diff
    }

    static func progress(rows: Int64, bytes: Int64, of total: Int64) -> String {
        let percent = total > 0 ? min(100, bytes * 100 / total) : 0
        return "  \(grouped(rows)) rows, \(percent) %"
    }

    /// Writes problems to stderr and the summary to stdout.
    func write(_ summary: ImportSummary, isPlan: Bool) {
        let shown = summary.problems.prefix(RefusalWords.shown)
        for line in RefusalWords(summary).overview { Output.talk(visible(line)) }
        for problem in shown { Output.talk(visible(problem.text, keeping: "\n")) }
        let more = summary.refused - Int64(shown.count)
        if more > 0 {
            Output.talk("… and \(counted(more, "more bad row")): --rejects FILE writes each with its reason")
        }
        if isStopped(summary) { return }
        let verb = isPlan ? "would be" : "are"
        Output.line(
            "\(isPlan ? "Import" : "Imported") \(visible(file)) into \(campaign.definition.id): "
                + "\(counted(summary.rows, "row")), \(sourceName(summary.source))")
        var table = Table([.text("what"), .number("count"), .text("amount")])
        table.rows = rows(summary)
        for line in table.lines(header: false) { Output.line(line) }
        writeChanges(summary)
        let hidden = summary.changed - Int64(Self.shownChanges)
        if hidden > 0 { Output.line("    … and \(counted(hidden, "more change"))\(whereAll)") }
        writeVanished(summary)
        for remark in summary.remarks + remarks(summary, verb) {
            Output.line("  " + visible(remark, keeping: "\n").replacing("\n", with: "\n  "))
        }
        if !summary.changes.isEmpty, !summary.changesAreBooked, !isPlan {
            Output.line("  The changes are not booked: say --update to book them.")
        }
    }

    /// Of a folder or an archive the file is named where it changes.
    private func writeChanges(_ summary: ImportSummary) {
        var name = file
        for change in summary.changes.prefix(Self.shownChanges) {
            if change.file != name { Output.line("    " + visible(change.file)) }
            name = change.file
            Output.line("    line \(change.line): \(visible(change.reference)): \(visible(change.text))")
        }
    }

    /// Where the differences are that are not shown.
    private var whereAll: String { diff.map { ", all in \(visible($0))" } ?? ": --diff FILE writes all" }

    private func writeVanished(_ summary: ImportSummary) {
        guard summary.vanished > 0 else { return }
        let isOne = summary.vanished == 1
        Output.line(
            "  \(counted(summary.vanished, "pledge")) of the book \(isOne ? "is" : "are") not in the file; "
                + "nothing was done about \(isOne ? "it" : "them"):")
        let shown = summary.firstVanished.prefix(Self.shownChanges)
        Output.line("    " + shown.map { visible($0) }.joined(separator: " "))
        let hidden = summary.vanished - Int64(shown.count)
        if hidden > 0 { Output.line("    … and \(grouped(hidden)) more\(whereAll)") }
    }

    /// Ends with 2 where bad rows keep the whole file out.
    func check(_ summary: ImportSummary) throws {
        guard isStopped(summary) else { return }
        let kinds = summary.refusedByKind.map { "\(grouped($0.count)) \($0.kind)" }.joined(separator: ", ")
        throw CommandProblem(
            "\(counted(summary.refused, "bad row")) of \(grouped(summary.rows)) (\(kinds)): nothing was "
                + "imported. Mend the file, or say --rejects FILE to take the good rows.", .badInput)
    }

    /// What is due after it.
    func next(_ summary: ImportSummary) {
        var commands: [String] = []
        let id = campaign.definition.id
        if summary.refused > 0, let rejects {
            commands.append("pledgebook pledge import \(shellQuoted(rejects)) -c \(id)   # after mending it")
        }
        commands.append("pledgebook campaign show \(id)")
        Output.next(commands)
    }

    private static let shownChanges = 20

    private func isStopped(_ summary: ImportSummary) -> Bool { summary.refused > 0 && rejects == nil }

    private func rows(_ summary: ImportSummary) -> [[String]] {
        func money(_ amount: Int64) -> String { campaign.money(amount).description }
        var rows = [["  new pledges", grouped(summary.placed), money(summary.amount)]]
        if summary.collectedCount > 0 {
            rows.append(["  collected", grouped(summary.collectedCount), money(summary.collected)])
        }
        if summary.refundedCount > 0 {
            rows.append(["  paid back", grouped(summary.refundedCount), money(summary.refunded)])
        }
        if summary.same > 0 { rows.append(["  in the book already", grouped(summary.same), ""]) }
        if !summary.changes.isEmpty {
            rows.append(["  changed", grouped(summary.changed), summary.changesAreBooked ? "booked" : ""])
        }
        if summary.pricedByEngine > 0 {
            rows.append(["  priced by the campaign file", grouped(summary.pricedByEngine), ""])
        }
        for (kind, count) in summary.differences {
            rows.append([
                "  other \(kind) than the campaign file", grouped(count), "booked as the platform says",
            ])
        }
        if summary.refused > 0 {
            rows.append(["  bad rows", grouped(summary.refused), rejects.map { "in \(visible($0))" } ?? ""])
            for kind in summary.refusedByKind { rows.append(["    \(kind.kind)", grouped(kind.count), ""]) }
        }
        return rows
    }

    private func remarks(_ summary: ImportSummary, _ verb: String) -> [String] {
        var remarks: [String] = []
        if let number = summary.sameFile, summary.isEmpty {
            remarks.append("This very file was imported before, as import \(number): nothing is new.")
        }
        if let line = summary.firstOutOfTimeOrder {
            remarks.append(
                "Limited places went by the order of the rows, which is not that of time (first in line "
                    + "\(line))."
            )
        }
        if summary.chargeable > 0, summary.charged.isEmpty {
            remarks.append("\(counted(summary.chargeable, "pledge")) \(verb) to be charged at once.")
        }
        let charged = summary.charged
        if charged.captured > 0 {
            remarks.append(
                "\(counted(charged.captured, "pledge")) charged at once: "
                    + "\(campaign.money(charged.capturedAmount))."
            )
        }
        let failed = charged.failedSoft + charged.failedHard + charged.needBacker
        if failed > 0 { remarks.append("\(counted(failed, "charge")) failed.") }
        if charged.unknown > 0 {
            remarks.append(
                "\(counted(charged.unknown, "charge")) not answered yet: import the file again to ask.")
        }
        if summary.contradictions > 0 {
            remarks.append("\(counted(summary.contradictions, "change")) contradict the book: look at them.")
        }
        return remarks
    }

    private func sourceName(_ source: String) -> String {
        importSourceTitle(source)
    }
}

/// `visible`, but line feeds stay.
private func visible(_ text: String, keeping separator: Character) -> String {
    text.split(separator: separator, omittingEmptySubsequences: false).map { visible($0) }
        .joined(separator: String(separator))
}

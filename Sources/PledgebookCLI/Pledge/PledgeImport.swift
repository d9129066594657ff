import Accounting
import ArgumentParser
import Crowdfunding
import Glibc
import Pledgebook

struct PledgeImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take pledges from a file: our own CSV, or a platform's export",
        discussion: """
            A file with bad rows imports nothing (exit 2). With --rejects the good rows are taken and the \
            bad ones written there, each with its reason, to be mended and imported again (exit 3). \
            Importing a file again changes nothing.

            --explain shows how a file would be read and imports nothing; for a file of a source that is not \
            known, --write-map writes a mapping file to start from, and --map takes it.

            Example:
              pledgebook pledge import campaigns/aurora-lamp/pledges.csv --yes
              pledgebook pledge import report.zip --dry-run --format json
            """)

    @Argument(help: "A CSV file, a folder of them, or a ZIP archive") var file: String
    @Option(
        help: ArgumentHelp(
            "What kind of file it is, where its header does not say: own, kickstarter, shopify …"))
    var source: String?
    @Option(help: ArgumentHelp("How a file of another source is to be read", valueName: "file"))
    var map: String?
    @Flag(help: "Show how the file would be read, and import nothing")
    var explain = false
    @Option(help: ArgumentHelp("With --explain: write a mapping file to start from", valueName: "file"))
    var writeMap: String?
    @Option(
        help: ArgumentHelp(
            "What its bytes are where no mark says it: utf-8, or windows-1252", valueName: "encoding"))
    var encoding: FileEncoding = .utf8
    @Option(help: ArgumentHelp("Take the good rows and write the bad ones here", valueName: "file"))
    var rejects: String?
    @Option(
        help: ArgumentHelp(
            "Write what the file tells otherwise than the book here, as CSV", valueName: "file"))
    var diff: String?
    @Flag(help: "Book what the file tells of pledges that are in the book already")
    var update = false
    @Option(help: ArgumentHelp("The day on which what is new happened; else today", valueName: "date"))
    var on: CalendarDay?
    @Option(
        help: ArgumentHelp("How the result is written: text, or json for programs", valueName: "format"))
    var format: ResultFormat = .text
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    /// How the result is written.
    enum ResultFormat: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    func validate() throws {
        guard writeMap == nil || explain else {
            throw ValidationError("--write-map goes with --explain.")
        }
        guard format == .text || confirmation.yes || confirmation.dryRun else {
            throw ValidationError("--format json asks nothing: say --yes, or --dry-run, with it.")
        }
    }

    func run() throws {
        let here = try Environment(options, for: explain ? .reading : .writing, "pledge import")
        let campaign = try here.campaign()
        let map = try map.map { try readSourceMap(InputFile.read($0), file: $0) }
        if explain {
            return try ExplainWords(writeMap: writeMap, encoding: encoding).write(
                explainImport(of: file, as: encoding, source: source, map: map, into: campaign))
        }
        var told = ImportOptions()
        told.source = source
        told.map = map
        told.encoding = encoding
        told.update = update
        told.day = on
        told.takesGoodRows = rejects != nil
        guard format == .text else { return try runForPrograms(told, campaign, here) }
        let words = ImportWords(campaign, file: file, rejects: rejects, diff: diff)
        if !confirmation.yes {
            told.dryRun = true
            told.update = true
            let plan = try importing(told, into: campaign, here, rejects: nil, diff: diff)
            words.write(plan, isPlan: true)
            try words.check(plan)
            guard !plan.isEmpty else { return words.next(plan) }
            guard try confirmation.proceeds("Import?") else { return }
            told.dryRun = false
            // The question covers the changes that the plan showed.
            told.update = true
        }
        // The differences were written with the plan, to be looked at before the answer.
        let done = try importing(
            told, into: campaign, here, rejects: rejects, diff: confirmation.yes ? diff : nil)
        words.write(done, isPlan: told.dryRun)
        try words.check(done)
        words.next(done)
        if done.refused > 0 { throw ExitCode(ExitStatus.partly.rawValue) }
    }

    /// One document on stdout, whatever comes; the exit code says as much as in words.
    private func runForPrograms(
        _ options: ImportOptions, _ campaign: LoadedCampaign, _ here: Environment
    ) throws {
        let json = ImportJSON(campaign, file: file, rejects: rejects)
        var told = options
        told.dryRun = confirmation.dryRun
        told.update = update || told.dryRun
        let done: ImportSummary
        do {
            done = try importing(
                told, into: campaign, here, rejects: told.dryRun ? nil : rejects, diff: diff)
        } catch {
            guard let text = json.text(error, isPlan: told.dryRun) else { throw error }
            Output.line(text)
            throw ExitCode(ExitStatus.badInput.rawValue)
        }
        Output.line(json.text(done, isPlan: told.dryRun))
        guard done.refused > 0 else { return }
        throw ExitCode((rejects == nil ? ExitStatus.badInput : .partly).rawValue)
    }

    /// Imports once; what is asked for as files is written beside it, each whole or not at all.
    private func importing(
        _ told: ImportOptions, into campaign: LoadedCampaign, _ here: Environment, rejects: String?,
        diff: String?
    ) throws -> ImportSummary {
        let progress = Progress()
        defer { progress.finish() }
        let show: @Sendable (Int64, Int64, Int64) -> Void = { rows, bytes, total in
            progress.show { ImportWords.progress(rows: rows, bytes: bytes, of: total) }
        }
        var summary: ImportSummary?
        try writing(diff) { differences in
            try writing(rejects) { sink in
                let rows = sink.map { RejectedRows(to: $0) }
                let changes = differences.map { DifferenceFile(to: $0) }
                var observer = rows?.observer(progress: show) ?? ImportObserver(progress: show)
                if let changes { observer.difference = { try changes.write($0) } }
                summary = try here.session.importPledges(
                    at: file, into: campaign.definition.id, options: told, observer: observer)
                try rows?.finish()
                try changes?.finish()
                // Without bad rows there is no file of them.
                return rows?.count != 0
            }
            return true
        }
        guard let summary else { throw CommandProblem("The import did not run.", .fault) }
        return summary
    }

    /// Opens the file, if one is named, around what is written to it; `body` says whether it is kept.
    private func writing(
        _ path: String?, _ body: ((([UInt8]) throws -> Void)?) throws -> Bool
    ) throws {
        guard let path else {
            _ = try body(nil)
            return
        }
        do {
            try OutputFile.write(to: path) { sink in
                guard try body(sink) else { throw NothingWritten() }
            }
        } catch is NothingWritten {}
    }

    private struct NothingWritten: Error {}
}

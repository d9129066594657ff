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
    @Option(help: ArgumentHelp("Take the good rows and write the bad ones here", valueName: "file"))
    var rejects: String?
    @Flag(help: "Book what the file tells of pledges that are in the book already")
    var update = false
    @Option(help: ArgumentHelp("The day on which what is new happened; else today", valueName: "date"))
    var on: CalendarDay?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard writeMap == nil || explain else {
            throw ValidationError("--write-map goes with --explain.")
        }
    }

    func run() throws {
        let here = try Environment(options, for: explain ? .reading : .writing, "pledge import")
        let campaign = try here.campaign()
        let map = try map.map { try readSourceMap(InputFile.read($0), file: $0) }
        if explain {
            return try ExplainWords(writeMap: writeMap).write(
                explainImport(of: file, source: source, map: map, into: campaign))
        }
        var told = ImportOptions()
        told.source = source
        told.map = map
        told.update = update
        told.day = on
        told.takesGoodRows = rejects != nil
        let words = ImportWords(campaign, file: file, rejects: rejects)
        if !confirmation.yes {
            told.dryRun = true
            told.update = true
            let plan = try importing(told, into: campaign, here, rejects: nil)
            words.write(plan, isPlan: true)
            try words.check(plan)
            guard !plan.isEmpty else { return words.next(plan) }
            guard try confirmation.proceeds("Import?") else { return }
            told.dryRun = false
            // The question covers the changes that the plan showed.
            told.update = true
        }
        let done = try importing(told, into: campaign, here, rejects: confirmation.dryRun ? nil : rejects)
        words.write(done, isPlan: told.dryRun)
        try words.check(done)
        words.next(done)
        if done.refused > 0 { throw ExitCode(ExitStatus.partly.rawValue) }
    }

    private func importing(
        _ told: ImportOptions, into campaign: LoadedCampaign, _ here: Environment, rejects: String?
    ) throws -> ImportSummary {
        let progress = Progress()
        defer { progress.finish() }
        let show: @Sendable (Int64, Int64, Int64) -> Void = { rows, bytes, total in
            progress.show { ImportWords.progress(rows: rows, bytes: bytes, of: total) }
        }
        guard let rejects else {
            return try here.session.importPledges(
                at: file, into: campaign.definition.id, options: told,
                observer: ImportObserver(progress: show))
        }
        var summary: ImportSummary?
        do {
            try OutputFile.write(to: rejects) { sink in
                let rows = RejectedRows(to: sink)
                let done = try here.session.importPledges(
                    at: file, into: campaign.definition.id, options: told,
                    observer: rows.observer(progress: show))
                summary = done
                try rows.finish()
                // Without bad rows there is no file.
                guard rows.count > 0 else { throw NoRejects() }
            }
        } catch is NoRejects {}
        guard let summary else { throw CommandProblem("The import did not run.", .fault) }
        return summary
    }

    private struct NoRejects: Error {}
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct NoticeSent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sent",
        abstract: "Say that notices were sent: by their numbers, or all",
        discussion: """
            A notice is sent once: said again, it keeps its first day.

            Example:
              pledgebook notice sent --all --on 2026-04-02
              pledgebook notice sent 12 13
            """)

    @Argument(help: "Their numbers, as `notice list` shows them") var numbers: [Int64] = []
    @Flag(help: "All that are to be sent") var all = false
    @Option(help: ArgumentHelp("The day on which they went (today)", valueName: "date")) var on: CalendarDay?
    @Flag(help: "Show how many and change nothing") var dryRun = false
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard all == numbers.isEmpty else { throw ValidationError("Name the notices, or say --all.") }
    }

    func run() throws {
        let here = try Environment(options, for: .writing, "notice sent")
        let id = try here.campaign().id
        let count = try here.session.markSent(all ? nil : numbers, on: on, in: id, dryRun: dryRun)
        Output.line("\(counted(Int64(count), "notice")) \(count == 1 ? "was" : "were") sent.")
        if dryRun { Output.line("This was the plan (--dry-run): nothing was changed.") }
    }
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct BookLock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Lock a month: nothing is dated into it any more",
        discussion: """
            For every campaign of the book, or the one that is named; all days before the month are locked \
            with \
            it, and stay so. What is recorded later is dated on the first open day or after it. Writes a \
            signed \
            entry and a checkpoint for each campaign.

            Example:
              pledgebook book lock 2026-03
            """)

    @Argument(help: ArgumentHelp("The month, for example 2026-03", valueName: "month")) var month: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    private func days() throws -> Period {
        guard month.count == 7, let period = Period(month), period.split(by: .month).count == 1 else {
            throw ValidationError("“\(visible(month))” is no month: write it like 2026-03.")
        }
        return period
    }

    func validate() throws { _ = try days() }

    func run() throws {
        let here = try Environment(options, for: .writing, "book lock")
        let days = try days()
        let only = here.named
        let plan = try here.session.lockMonth(days, in: only, dryRun: true)
        for lock in plan { Output.line(line(lock)) }
        if !confirmation.dryRun {
            // A lock that was stopped may have left its checkpoint in the book alone.
            for lock in plan where lock.entry == nil { try here.keepCheckpoints(of: lock.campaign) }
        }
        guard plan.contains(where: { $0.entry != nil }) else { return }
        guard try confirmation.proceeds("Lock it? It cannot be unlocked.") else { return }
        for lock in try here.session.lockMonth(days, in: only) where lock.entry != nil {
            try here.announceCheckpoint(of: lock.campaign)
        }
        Output.line("\(month) is locked.")
    }

    private func line(_ lock: MonthLock) -> String {
        guard lock.entry != nil else { return "\(lock.campaign): locked through \(lock.through) already." }
        let entries = counted(lock.entries, "entry", "entries")
        return
            "\(lock.campaign): \(entries) through \(lock.through) will stand as they are; the first open "
            + "day is "
            + "\(lock.firstOpen)."
    }
}

import ArgumentParser
import Crowdfunding
import Pledgebook

struct KeyRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Begin a new key: one campaign's, or after the key file was lost",
        discussion: """
            The journal says so: an entry under the old key, then one under the new. Both come from the \
            same key \
            file, and receipts of both verify. Do it after an auditor had the old key.

            --lost is for a key file that is gone, or that others may have read (move it away first). It \
            makes a \
            new key file and begins a new key of every campaign that the old one signed. The receipts \
            until then \
            can be verified with the old file only; the first entry of the new key says what they were.

            Example:
              pledgebook key rotate --campaign aurora-lamp
            """)

    @Flag(help: "The key file is gone: make a new one") var lost = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard !lost || options.campaign == nil else {
            throw ValidationError("--lost is about every campaign of the book; leave --campaign out.")
        }
    }

    func run() throws {
        if lost { return try replace() }
        let here = try Environment(options, for: .writing, "key rotate")
        let campaign = try here.campaign()
        let plan = try here.session.rotateKey(of: campaign.id, dryRun: true)
        Output.line("\(plan.old) signs entry \(grouped(plan.lastOfOld)) as its last, saying so.")
        Output.line(
            "\(plan.new) signs from entry \(grouped(plan.firstOfNew)) on. The key file stays the same.")
        guard try confirmation.proceeds("Begin the new key?") else { return }
        let done = try here.session.rotateKey(of: campaign.id)
        try here.announceCheckpoint(of: campaign.id)
        Output.line("\(done.new) signs since entry \(grouped(done.firstOfNew)).")
    }

    private func replace() throws {
        let here = try Environment(options, for: .checking, "key rotate --lost")
        let campaigns = try here.session.campaignsWithoutKey()
        guard !campaigns.isEmpty else {
            throw CommandProblem(
                "The key file \(visible(here.keyPath)) signs every campaign of this book: nothing is lost. "
                    + "To "
                    + "begin a new key all the same, leave --lost out; if others may have read the file, "
                    + "move it "
                    + "away first.", .refused)
        }
        let isNew = here.session.master == nil
        Output.line(
            isNew
                ? "A new key file is made: \(visible(here.keyPath))."
                : "The key file \(visible(here.keyPath)) has another key; it is taken as the new one.")
        for id in campaigns {
            Output.line("  \(id): a new key begins. Its receipts until now verify with the lost file only.")
        }
        guard try confirmation.proceeds("Go on without the old key?") else { return }
        let there = try isNew ? here.withNewKey() : here
        for done in try there.session.replaceLostKey() {
            Output.line("\(done.new) signs since entry \(grouped(done.firstOfNew)).")
            try there.announceCheckpoint(of: done.campaign)
        }
        Output.line("Keep a copy of \(visible(here.keyPath)), apart from the book.")
    }
}

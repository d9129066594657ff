import ArgumentParser
import Crowdfunding
import Glibc

/// The question that comes after a plan; the answer is no unless it is yes.
struct Confirmation: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do it without asking")
    var yes = false

    @Flag(help: "Show the plan and change nothing")
    var dryRun = false

    /// Asks whether to carry out the plan that stands above.
    ///
    /// - Returns: `false` only for `--dry-run`.
    /// - Throws: `CommandProblem` when the answer was no (1), or when there is nobody to ask (64).
    func proceeds(_ question: String) throws -> Bool {
        if dryRun {
            Output.line("\nThis was the plan (--dry-run): nothing was changed.")
            return false
        }
        if yes { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandProblem(
                "This asks before it changes anything, and there is no terminal to answer at. Nothing was"
                    + " changed: say --yes, or --dry-run to see the plan only.", .usage)
        }
        Output.prompt("\n\(question) [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard ["y", "yes"].contains(answer) else { throw CommandProblem("Nothing was changed.", .refused) }
        return true
    }
}

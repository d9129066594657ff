import ArgumentParser
import Crowdfunding

/// Says what went wrong and gives the exit code; never usage text for a run-time error.
enum Failure {
    /// For errors of the command line itself, and for `--help` and `--version`.
    ///
    /// What was typed helps to say what is wrong with a value.
    static func reportParsing(_ error: any Error, _ arguments: [String] = []) -> Int32 {
        let code = PledgebookCommand.exitCode(for: error).rawValue
        let text = PledgebookCommand.fullMessage(for: error)
        if code == 0 {
            Output.line(text)
        } else if text.hasPrefix("Error: ") {
            let said = String(text.dropFirst("Error: ".count))
            Output.note(ValueWords.explain(said, arguments) ?? said)
        } else {
            Output.talk(text)
        }
        return code
    }

    /// For errors of a command that was understood.
    static func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case is OutputClosed: return 0
        case let problem as any UserFacingError:
            // Diagnostics begin with their place, as compilers write them.
            Output.advise(problem.message, isDiagnostic: isDiagnostic(problem))
            return problem.exitCode.rawValue
        case let problem as ValidationError:
            Output.note(problem.message)
            return ExitStatus.usage.rawValue
        case _ where PledgebookCommand.exitCode(for: error).isSuccess:
            // A noun without a verb asks for its help.
            return reportParsing(error)
        default:
            Output.note(
                "Something went wrong inside the program (\(type(of: error))). Nothing was changed;"
                    + " please report it with the command you gave.")
            return ExitStatus.fault.rawValue
        }
    }

    private static func isDiagnostic(_ problem: any UserFacingError) -> Bool {
        problem is CampaignProblems || problem is AmendmentRefused || problem.message.contains(": error: ")
    }
}

/// A sentence with its exit code, for what only the command line can refuse.
struct CommandProblem: UserFacingError {
    let message: String
    let exitCode: ExitStatus

    init(_ message: String, _ exitCode: ExitStatus = .badInput) {
        self.message = message
        self.exitCode = exitCode
    }
}

/// An error with a sentence for people and an exit code for programs.
///
/// `message` says what happened and how to mend it. It names no backer.
public protocol UserFacingError: Error, Sendable {
    /// What happened and what to do, in one or two sentences.
    var message: String { get }
    /// The command's exit status.
    var exitCode: ExitStatus { get }
}

/// The exit statuses of the command; they are stable.
public enum ExitStatus: Int32, Sendable {
    /// Done, also when nothing was left to do.
    case done = 0
    /// Refused by a rule, a check found something, or the answer was no.
    case refused = 1
    /// Bad input; nothing changed.
    case badInput = 2
    /// Done in part; the rest is in the rejects file.
    case partly = 3
    /// The command was not called rightly.
    case usage = 64
    /// A fault of the program or the machine.
    case fault = 70
    /// Interrupted; the same command carries on.
    case interrupted = 130
}

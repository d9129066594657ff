public import Crowdfunding

/// What keeps a rehearsal from going on.
public enum RehearsalError: UserFacingError, Equatable {
    /// The file of the truth cannot be opened; `reason` is the system's.
    case cannotOpen(path: String, reason: String)
    /// The file cannot be read; `reason` is the system's.
    case cannotRead(path: String, reason: String)
    /// The file cannot be written to the end; nothing may be assumed of the requests that were under way.
    case cannotWrite(path: String, reason: String)
    /// A line, counted from 1, is not one that a rehearsal wrote.
    case damaged(path: String, line: Int)
    /// A key was used before with other figures.
    case keyReused(key: String)
    /// Not an amount that can be moved (minor units).
    case amountOutOfRange(Int64)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "The rehearsal's own record \(path) cannot be opened: \(reason)."
        case .cannotRead(let path, let reason):
            "The rehearsal's own record \(path) cannot be read: \(reason)."
        case .cannotWrite(let path, let reason):
            "The rehearsal's own record \(path) cannot be written: \(reason). "
                + "Make room and run the same command again."
        case .damaged(let path, let line):
            "Line \(line) of \(path) was not written by a rehearsal. Restore the file beside its book."
        case .keyReused(let key):
            "The rehearsal was asked for \(key) before with other figures, and refuses it."
        case .amountOutOfRange(let amount):
            "\(amount) minor units is not an amount that can be moved."
        }
    }

    /// A refusal for figures that differ, a fault otherwise.
    public var exitCode: ExitStatus {
        switch self {
        case .keyReused, .amountOutOfRange: .refused
        default: .fault
        }
    }
}

public import Accounting
public import Crowdfunding

/// Why a book could not be opened, read or written.
public enum BookError: UserFacingError, Equatable {
    case notFound(path: String)
    case isDirectory(path: String)
    case alreadyExists(path: String)
    case isLink(path: String)
    case notABook(path: String)
    case newer(path: String)
    case otherRules(path: String)
    case cannotCreate(path: String, reason: String)
    case locked(path: String)
    case full(path: String)
    /// A new book or copy found no room.
    case noRoom(path: String)
    /// The system refuses to write, for example beyond a limit on the size of files.
    case unwritten(path: String)
    /// What was written is there, and the system does not say whether it stays.
    case unconfirmed(path: String)
    case readOnly(path: String)
    case damaged(path: String, reason: String)
    /// A column or row, as it is named here, holds what its table forbids.
    case unreadable(String)
    case headMoved(campaign: String)
    case hashCollision
    case dayIsLocked(CalendarDay, firstOpen: CalendarDay)
    case overdrawn(Account, held: Money, taken: Money)
    case storage(reason: String)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .notFound(let path):
            "There is no book at \(path). Create one with `pledgebook init`, or name another with --book "
                + "PATH."
        case .isDirectory(let path): "\(path) is a folder, not a book. Name a file with --book PATH."
        case .alreadyExists(let path):
            "\(path) exists already and was left as it is. Name another with --book PATH."
        case .isLink(let path):
            "\(path) is a symbolic link; a book is never made through a link. Name the file itself."
        case .notABook(let path): "\(path) is not a book of this program. Name another with --book PATH."
        case .newer(let path):
            "\(path) was written by a newer version of this program. Install that version or a later one."
        case .otherRules(let path):
            "\(path) posts by other rules than this program. Use the version that wrote it."
        case .cannotCreate(let path, let reason):
            "\(path) cannot be created: \(reason). Choose a folder that you may write to."
        case .locked(let path):
            "\(path) is being written by another command. Nothing was changed; say it again when that has "
                + "ended."
        case .full(let path):
            "The disk is full. \(path) is unchanged; free some space and say it again."
        case .noRoom(let path):
            "The disk is full, and \(path) was not written. Free some space and say it again."
        case .unwritten(let path):
            "The system refuses to write to \(path). It is unchanged; see to the disk, or to the session's "
                + "limit on the size of files (ulimit -f), and say it again."
        case .unconfirmed(let path):
            "\(path) was written, but the system does not confirm that it will last. See to the disk, then "
                + "say it again: what is there is not done twice."
        case .readOnly(let path):
            "\(path) may not be read or written here. Check the rights of the file and its folder."
        case .damaged(let path, let reason):
            "\(path) is damaged (\(reason)). Restore the last backup (`pledgebook book backup` made it)."
        case .unreadable(let place):
            "The book is damaged: \(place) holds what does not belong there. `pledgebook book check` says "
                + "where."
        case .headMoved(let campaign):
            "Another command wrote to \(campaign) in between. Nothing was changed; say it again."
        case .hashCollision:
            "Two different keys have the same hash. Nothing was changed. Please report this: it should not "
                + "be seen."
        case .dayIsLocked(let day, let firstOpen):
            "\(day) lies in a locked month; the first open day is \(firstOpen). Nothing was changed."
        case .overdrawn(let account, let held, let taken):
            "\(account.path) holds \(held), and \(taken) would be taken from it. Nothing was changed."
        case .storage(let reason): "The book answered: \(reason). Nothing was changed."
        }
    }

    /// A fault of the machine is 70; everything else is bad input or a refusal.
    public var exitCode: ExitStatus {
        switch self {
        case .locked, .headMoved, .alreadyExists, .dayIsLocked, .overdrawn: .refused
        case .notFound, .isDirectory, .isLink, .notABook, .newer, .otherRules, .cannotCreate: .badInput
        case .full, .noRoom, .unwritten, .unconfirmed, .readOnly, .damaged, .unreadable, .hashCollision,
            .storage:
            .fault
        }
    }
}

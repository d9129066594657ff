import Crowdfunding
import Glibc

/// Makes a folder for several files.
enum OutputFolder {
    /// Makes the folder; one that is there already is refused, so that nothing is mixed.
    static func make(_ path: String) throws {
        guard mkdir(path, 0o777) != 0 else { return }
        let reason = errno
        throw CommandProblem(
            reason == EEXIST
                ? "\(visible(path)) exists already and was left as it is. Name another folder."
                : "The folder \(visible(path)) cannot be made: \(String(cString: strerror(reason))).",
            reason == EEXIST ? .refused : .badInput)
    }
}

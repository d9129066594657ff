import Crowdfunding
import Reports

/// Writes files that are named on the command line: whole or not at all, and never in the place of another.
enum OutputFile {
    /// The file that was named; `nil`: none was, or `-`, which stands for stdout.
    static func named(_ path: String?) -> String? { path == "-" ? nil : path }

    /// Writes bytes under a name that nothing has.
    static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { sink in try sink(bytes) }
    }

    /// Writes a file piece by piece; an error of `body` leaves nothing behind.
    static func write(
        to path: String, _ body: (_ sink: @escaping ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        do {
            try AtomicFile.write(to: path, force: false, body)
        } catch FileWriteError.exists {
            throw CommandProblem(
                "\(visible(path)) exists already and was left as it is. Name another file.", .refused)
        }
    }
}

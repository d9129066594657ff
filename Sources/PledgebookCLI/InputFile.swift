import Crowdfunding
import Glibc

/// Reads files that are named on the command line.
enum InputFile {
    /// The whole file, for files that people write.
    ///
    /// - Throws: `CommandProblem` when it is not there, is a folder, cannot be read, or is larger than
    ///   `limit`.
    static func read(_ path: String, limit: Int = 16 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try forEachPiece(of: path) { piece in
            guard bytes.count + piece.count <= limit else {
                throw CommandProblem(
                    "\(visible(path)) is larger than \(limit >> 20) MiB: that is no such file.")
            }
            for index in piece.indices { bytes.append(piece[index]) }
        }
        return bytes
    }

    /// Gives the file's bytes piece by piece; `-` is standard input.
    static func forEachPiece(of path: String, _ body: (Span<UInt8>) throws -> Void) throws {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(path, errno) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem(path, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw CommandProblem("\(visible(path)) is a folder, not a file. Name the file in it.")
        }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw problem(path, errno) }
            if count == 0 { return }
            try body(buffer.span.extracting(first: count))
        }
    }

    private static func problem(_ path: String, _ reason: Int32) -> CommandProblem {
        switch reason {
        case ENOENT: CommandProblem("There is no file \(visible(path)). Check its name and folder.")
        default: CommandProblem("\(visible(path)) cannot be read: \(String(cString: strerror(reason))).")
        }
    }
}

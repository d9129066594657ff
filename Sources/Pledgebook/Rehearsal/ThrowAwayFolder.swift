import Crowdfunding
import Glibc

/// A temporary folder that is removed with everything in it.
final class ThrowAwayFolder {
    let path: String

    /// Makes the folder in another, without one where temporary files are made.
    init(in parent: String? = nil) throws {
        let base = parent ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pledgebook-rehearsal-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else {
            throw SessionError.rule(
                "No temporary folder can be made in \(base): \(String(cString: strerror(errno))). Name "
                    + "another with TMPDIR.", exit: .fault)
        }
        path = made
    }

    /// Writes a file in the folder.
    ///
    /// - Returns: Its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem(file) }
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    throw problem(file)
                }
            }
        }
        return file
    }

    private func problem(_ file: String) -> SessionError {
        .rule(
            "\(file) cannot be written: \(String(cString: strerror(errno))). Name another folder with "
                + "TMPDIR.",
            exit: .fault)
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(folder)
        }
        rmdir(path)
    }
}

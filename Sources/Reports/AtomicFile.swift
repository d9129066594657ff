public import Crowdfunding
import Glibc

/// Why a file was not written.
public enum FileWriteError: UserFacingError, Hashable {
    /// Something is there and may not be replaced.
    case exists(path: String)
    /// A symbolic link is there.
    case isLink(path: String)
    /// A folder is there.
    case isFolder(path: String)
    /// A device, pipe or socket is there.
    case isNotPlain(path: String)
    /// The folder that it would be in is not there.
    case noFolder(path: String)
    /// The path is empty, ends in a slash, or holds a NUL.
    case badPath(path: String)
    /// There is no room.
    case full(path: String)
    /// The system said no.
    case refused(path: String, reason: String)
    /// It was written, but may be gone after a power cut.
    case notDurable(path: String, reason: String)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .exists(let path):
            "\(path) exists already and was left as it is. Name another file, or say --force to replace it."
        case .isLink(let path):
            "\(path) is a symbolic link; nothing is written through a link. Name the file itself."
        case .isFolder(let path): "\(path) is a folder. Name a file in it."
        case .isNotPlain(let path): "\(path) is not a plain file. Name another, or write to standard output."
        case .noFolder(let path): "The folder of \(path) is not there. Make it first, or name another."
        case .badPath(let path): "“\(path)” is not the name of a file. Name one, for example report.csv."
        case .full(let path):
            "The disk is full, and \(path) was not written. Free some space and say it again."
        case .refused(let path, let reason):
            "\(path) was not written: \(reason). Check the rights of its folder, or name another."
        case .notDurable(let path, let reason):
            "\(path) was written, but the disk did not confirm it (\(reason)). Write it again elsewhere."
        }
    }

    /// 1 where something is in the way, 2 for a name that cannot be, 70 for the machine.
    public var exitCode: ExitStatus {
        switch self {
        case .exists: .refused
        case .isLink, .isFolder, .isNotPlain, .noFolder, .badPath: .badInput
        case .full, .refused, .notDurable: .fault
        }
    }
}

/// A file that appears under its name whole or not at all.
///
/// The bytes go to a temporary file in the same folder, which is synced, then takes the name, and then the
/// folder is synced. What stops in between leaves what was there before, and at most a hidden
/// `.pledgebook-….part`.
public enum AtomicFile {
    /// Writes bytes under a name.
    ///
    /// - Parameters:
    ///   - bytes: All of them.
    ///   - path: In a folder that exists. A link, folder or device is refused, with `force` too.
    ///   - force: Whether a file of that name is replaced; its rights are kept.
    /// - Throws: `FileWriteError`; then what was there before is as it was, but for `notDurable`.
    public static func write(_ bytes: [UInt8], to path: String, force: Bool) throws {
        try write(to: path, force: force) { sink in try sink(bytes) }
    }

    /// Writes a file piece by piece; an error of `body` leaves nothing behind.
    ///
    /// - Parameters:
    ///   - path: As above.
    ///   - force: As above.
    ///   - body: Gives the bytes to the function it is called with.
    /// - Throws: `FileWriteError`, or what `body` throws.
    public static func write(
        to path: String, force: Bool, _ body: (_ sink: @escaping ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let mode = try checkTarget(path, force: force)
        let folder = folder(of: path)
        let temporary = "\(folder)/.pledgebook-\(randomName()).part"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode ?? 0o666)
        guard descriptor >= 0 else { throw failure(errno, path) }
        do {
            defer { close(descriptor) }
            if let mode, fchmod(descriptor, mode) != 0 { throw failure(errno, path) }
            try body { bytes in try append(bytes, to: descriptor, path) }
            guard fsync(descriptor) == 0 else { throw failure(errno, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try putInPlace(temporary, path, force: force)
        try syncFolder(folder, path)
    }

    /// Refuses what may not be replaced.
    ///
    /// - Returns: The rights of the file that will be replaced, if there is one.
    private static func checkTarget(_ path: String, force: Bool) throws -> mode_t? {
        guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw FileWriteError.badPath(path: path)
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure(errno, path) }
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFLNK: throw FileWriteError.isLink(path: path)
        case S_IFDIR: throw FileWriteError.isFolder(path: path)
        case S_IFREG: break
        default: throw FileWriteError.isNotPlain(path: path)
        }
        guard force else { throw FileWriteError.exists(path: path) }
        return status.st_mode & 0o777
    }

    private static func append(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    throw failure(errno, path)
                }
            }
        }
    }

    /// Gives the file its name.
    ///
    /// Without `force` a name that was taken meanwhile is refused by the system itself.
    private static func putInPlace(_ temporary: String, _ path: String, force: Bool) throws {
        if !force {
            if link(temporary, path) == 0 {
                unlink(temporary)
                return
            }
            let error = errno
            // Some file systems have no hard links; there the look at the start has to do.
            guard error == EPERM || error == EOPNOTSUPP || error == ENOSYS else {
                unlink(temporary)
                throw failure(error, path)
            }
        }
        guard rename(temporary, path) == 0 else {
            let error = errno
            unlink(temporary)
            throw failure(error, path)
        }
    }

    private static func syncFolder(_ folder: String, _ path: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileWriteError.notDurable(path: path, reason: reason(errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw FileWriteError.notDurable(path: path, reason: reason(errno))
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func randomName() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }

    private static func failure(_ error: Int32, _ path: String) -> FileWriteError {
        switch error {
        case EEXIST: .exists(path: path)
        case ELOOP: .isLink(path: path)
        case ENOENT, ENOTDIR: .noFolder(path: path)
        case ENOSPC, EDQUOT: .full(path: path)
        default: .refused(path: path, reason: reason(error))
        }
    }

    private static func reason(_ error: Int32) -> String { String(cString: strerror(error)) }
}

import COpenSSL
import Glibc

/// The file that holds the master key: 64 hex digits and a line feed, readable by its owner alone.
public enum KeyFile {
    /// Makes a new key and the file that holds it, and the file's folder (0700) where it is missing.
    ///
    /// The file is there whole and on the disk (file and folder are synced) or not at all; an existing one is
    /// never touched.
    ///
    /// - Returns: The new key.
    /// - Throws: `KeyFileError`.
    @discardableResult
    public static func create(at path: String) throws(KeyFileError) -> MasterKey {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotCreate(path: path, reason: "that is not a path")
        }
        if let found = kindOfFile(at: path) {
            throw found == S_IFDIR ? .isFolder(path: path) : .exists(path: path)
        }
        let folder = parent(of: path)
        if let problem = makeFolders(folder) { throw .cannotCreate(path: path, reason: problem) }
        let key = MasterKey.random()
        // Written beside its place and linked into it, which fails where a file is: no half key is ever in place.
        let draft = "\(path).new-\(hexText(randomBytes(6)))"
        if let problem = write(key.fileText, to: draft) { throw .cannotCreate(path: path, reason: problem) }
        let status = link(draft, path)
        let reason = errno
        unlink(draft)
        guard status == 0 else {
            throw reason == EEXIST ? .exists(path: path) : .cannotCreate(path: path, reason: sentence(reason))
        }
        if let problem = syncFolder(folder) { throw .cannotCreate(path: path, reason: problem) }
        return key
    }

    /// Reads the key.
    ///
    /// The file is opened without following a link at the path; owner, mode and size are those of the opened file.
    ///
    /// - Throws: `KeyFileError`, where the file is missing, is no plain file, is another's, can be used by group or
    ///   others, or does not hold a key.
    public static func load(path: String) throws(KeyFileError) -> MasterKey {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotRead(path: path, reason: "that is not a path")
        }
        // Non-blocking, so that a pipe without a writer does not stop the program.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw openingProblem(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: sentence(errno)) }
        try check(status, path)
        var content = [UInt8](repeating: 0, count: textLength)
        defer { content.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        var filled = 0
        while filled < textLength {
            let count = content.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + filled }, textLength - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(path: path, reason: sentence(errno)) }
            if count == 0 { break }
            filled += count
        }
        guard filled == textLength, let bytes = keyBytes(in: content), let key = MasterKey(bytes) else {
            throw .wrongContent(path: path, size: Int64(status.st_size))
        }
        return key
    }

    private static let textLength = 65

    private static func openingProblem(_ path: String, _ reason: Int32) -> KeyFileError {
        switch reason {
        case ENOENT, ENOTDIR: .missing(path: path)
        case ELOOP: .isLink(path: path)
        case ENXIO: .isNoFile(path: path)
        default: .cannotRead(path: path, reason: sentence(reason))
        }
    }

    private static func check(_ status: stat, _ path: String) throws(KeyFileError) {
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else { throw .isFolder(path: path) }
        guard kind == S_IFREG else { throw .isNoFile(path: path) }
        guard status.st_uid == geteuid() else { throw .belongsToAnother(path: path, owner: status.st_uid) }
        let mode = status.st_mode & 0o7777
        guard mode & 0o077 == 0 else { throw .openToOthers(path: path, mode: mode) }
        guard status.st_size == textLength else {
            throw .wrongContent(path: path, size: Int64(status.st_size))
        }
    }

    private static func keyBytes(in content: [UInt8]) -> [UInt8]? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(MasterKey.byteCount)
        for index in stride(from: 0, to: textLength - 1, by: 2) {
            guard let high = hexDigit(content[index]), let low = hexDigit(content[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What is at the path itself (a link is not followed), or nil where there is nothing that can be seen.
    private static func kindOfFile(at path: String) -> mode_t? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder and those above it that are missing; says what went wrong.
    private static func makeFolders(_ folder: String) -> String? {
        if access(folder, F_OK) == 0 { return nil }
        let above = parent(of: folder)
        if above != folder, folder != ".", let problem = makeFolders(above) { return problem }
        if mkdir(folder, 0o700) == 0 { return syncFolder(above) }
        return errno == EEXIST ? nil : "its folder “\(folder)” cannot be made (\(sentence(errno)))"
    }

    /// Writes a new file that only its owner can use and waits for the disk; says what went wrong.
    private static func write(_ content: [UInt8], to path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return sentence(errno) }
        var problem: String?
        var written = 0
        while written < content.count, problem == nil {
            let count = content.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, content.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { problem = sentence(errno) }
        }
        // The mode again, because a umask may have taken the owner's own rights.
        if problem == nil, fchmod(descriptor, 0o600) != 0 || fsync(descriptor) != 0 {
            problem = sentence(errno)
        }
        if close(descriptor) != 0, problem == nil { problem = sentence(errno) }
        if problem != nil { unlink(path) }
        return problem
    }

    private static func syncFolder(_ folder: String) -> String? {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return sentence(errno) }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? nil : sentence(errno)
    }

    private static func sentence(_ reason: Int32) -> String { String(cString: strerror(reason)) }
}

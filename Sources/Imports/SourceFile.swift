public import Crowdfunding
import Glibc
public import Parsing

/// A file of pledges: by itself, in a folder, or in a ZIP archive.
///
/// Nothing is held open between listing and reading, so that a list of a thousand costs no descriptor.
public struct SourceFile: Sendable {
    private enum Place: Sendable {
        case file(String)
        case entry(ZipEntry, archive: String)
    }

    /// What messages call it: the path, or `archive.zip/entry.csv`.
    public let name: String
    /// In bytes, unpacked.
    public let size: Int64
    private let place: Place

    init(name: String, size: Int64, path: String) {
        self.name = name
        self.size = size
        place = .file(path)
    }

    init(_ entry: ZipEntry, archive: String) {
        name = "\(archive)/\(entry.shownName)"
        size = entry.size
        place = .entry(entry, archive: archive)
    }

    /// Opens the file for one reading from its first byte on; it is closed when the source is let go of.
    ///
    /// - Parameters:
    ///   - encoding: What the file's bytes are where no byte order mark says it.
    ///   - tap: Called with the file's own bytes, before they become UTF-8.
    /// - Returns: A source of UTF-8 for `CSVScanner`; it throws `SourceProblem` when the disk or the archive
    ///   fails, and `FileProblem` for bytes that are no text.
    /// - Throws: `SourceProblem` when the file cannot be opened anymore.
    public func read(
        as encoding: SourceEncoding = .utf8, tap: @escaping (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws -> CSVScanner.Source {
        let bytes = try readBytes()
        let decoder = SourceDecoder(
            { buffer in
                let count = try bytes(buffer)
                tap(UnsafeRawBufferPointer(rebasing: buffer[0..<max(0, count)]))
                return count
            }, as: encoding, name: name)
        return { buffer in try decoder.read(into: buffer) }
    }

    private func readBytes() throws -> CSVScanner.Source {
        switch place {
        case .file(let path):
            let file = try OpenFile(path)
            let name = name
            return { buffer in try file.read(into: buffer, name: name) }
        case .entry(let entry, let archive):
            return try ZipFile(OpenFile(archive), path: archive).source(of: entry, name: name)
        }
    }
}

/// A file, folder or archive that cannot be read.
public struct SourceProblem: UserFacingError, Equatable {
    /// What is wrong and what to do, in a sentence or two.
    public let message: String
    /// Bad input.
    public var exitCode: ExitStatus { .badInput }

    init(_ message: String) { self.message = message }
}

/// The most files of one import.
let largestFileCount = 1_000

/// The files of pledges that a path means: a CSV file, every `*.csv` directly in a folder, or every CSV of
/// a ZIP.
///
/// A ZIP is told by how it begins, not by its name. Files are sorted by name; dot files and macOS'
/// `__MACOSX` are left out. An archive is refused that holds more than 1,000 entries, unpacks to more than
/// 4 GiB or to more than 200 times its own size (1 MiB is always allowed), names a place outside itself, or
/// is encrypted.
///
/// - Returns: At least one file.
/// - Throws: `SourceProblem`.
public func sourceFiles(at path: String) throws -> [SourceFile] {
    let file = try OpenFile(path)
    switch file.kind {
    case .folder: return try filesOfFolder(path)
    case .other:
        throw SourceProblem("“\(path)” is a device or a pipe. Give a CSV file, a ZIP or a folder.")
    case .regular: break
    }
    let isZIP = try file.beginsLikeZIP(name: path)
    guard isZIP || hasEnding(".zip", path) else {
        return [SourceFile(name: path, size: file.size, path: path)]
    }
    guard isZIP else {
        throw SourceProblem(
            "“\(path)” is called a ZIP but is none. Download it again, or give the CSV files.")
    }
    let entries = try ZipFile(file, path: path).csvEntries()
    guard !entries.isEmpty else {
        throw SourceProblem(
            "“\(path)” holds no CSV file. Give the ZIP that the platform made, or the CSV itself.")
    }
    return entries.map { SourceFile($0, archive: path) }
}

private func filesOfFolder(_ path: String) throws -> [SourceFile] {
    let folder = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
    let names = try namesInFolder(path).filter(isCSVName).sorted()
    var files: [SourceFile] = []
    for name in names {
        let file = try OpenFile(folder + name)
        switch file.kind {
        case .folder: continue
        case .other:
            throw SourceProblem("“\(folder)\(name)” is a device or a pipe. Take it out of the folder.")
        case .regular: files.append(SourceFile(name: folder + name, size: file.size, path: folder + name))
        }
    }
    guard !files.isEmpty else {
        throw SourceProblem("The folder “\(path)” holds no CSV file. Give the folder in which the files are.")
    }
    return files
}

private func namesInFolder(_ path: String) throws -> [String] {
    guard let folder = opendir(path) else { throw SourceProblem(opening: path, errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(folder) else { break }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if isCSVName(name) { names.append(name) }
        guard names.count <= largestFileCount else {
            throw SourceProblem("The folder “\(path)” holds more than 1,000 CSV files. Import it in parts.")
        }
    }
    guard errno == 0 else { throw SourceProblem(opening: path, errno) }
    return names
}

/// Whether a name, without folders, is that of a CSV file which somebody meant.
func isCSVName(_ name: String) -> Bool { hasEnding(".csv", name) && name.utf8.first != UInt8(ascii: ".") }

private func hasEnding(_ ending: String, _ name: String) -> Bool {
    name.utf8.count >= ending.utf8.count && name.suffix(ending.count).lowercased() == ending
}

extension SourceProblem {
    fileprivate init(opening path: String, _ code: Int32) {
        switch code {
        case ENOENT, ENOTDIR: self.init("There is no “\(path)”. Check the path.")
        case EACCES, EPERM: self.init("“\(path)” may not be read by you. Change its permissions, or copy it.")
        default: self.init("“\(path)” cannot be opened: \(String(cString: strerror(code))).")
        }
    }
}

/// A file that is open for reading and closes exactly once.
final class OpenFile {
    enum Kind { case regular, folder, other }

    let kind: Kind
    let size: Int64
    private let descriptor: Int32

    /// - Throws: `SourceProblem` when there is no such file, or it may not be read.
    init(_ path: String) throws {
        guard !path.utf8.contains(0) else {
            throw SourceProblem("The path holds a NUL byte. Check the path.")
        }
        // Not to wait for somebody to write into a pipe.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            // A socket and a device without a driver cannot be opened at all.
            if errno == ENXIO || errno == ENODEV {
                throw SourceProblem("“\(path)” is a device or a pipe. Give a CSV file, a ZIP or a folder.")
            }
            throw SourceProblem(opening: path, errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw SourceProblem(opening: path, code)
        }
        size = Int64(status.st_size)
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            default: .other
            }
    }

    deinit { close(descriptor) }

    /// A second descriptor of the same file, for a library that closes its own.
    func duplicate() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }

    /// Reads on; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, name: String) throws -> Int {
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        while true {
            let count = Glibc.read(descriptor, start, buffer.count)
            if count >= 0 { return count }
            let code = errno
            if code == EINTR { continue }
            throw SourceProblem("“\(name)” cannot be read: \(String(cString: strerror(code))).")
        }
    }

    /// Whether the file begins as a ZIP archive does, also an empty or a split one; reads nothing away.
    func beginsLikeZIP(name: String) throws -> Bool {
        var head: [UInt8] = [0, 0, 0, 0]
        let count = head.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else {
            throw SourceProblem("“\(name)” cannot be read: \(String(cString: strerror(errno))).")
        }
        return head[0] == UInt8(ascii: "P") && head[1] == UInt8(ascii: "K")
            && [[3, 4], [5, 6], [7, 8]].contains([head[2], head[3]])
    }
}

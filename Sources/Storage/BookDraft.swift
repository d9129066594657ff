import Crowdfunding
import GRDB
import Glibc

/// A book that is made beside its place and takes its name when it is whole.
///
/// A crash leaves what was there before, and at most hidden `.pledgebook-….part` files.
public final class BookDraft {
    /// The book as far as it is made; not to be used after `publish`.
    public let book: Book
    private let path: String
    private let temporary: String

    /// Makes an empty book that will be at `path`; nothing may be there, not even a link.
    ///
    /// - Parameters:
    ///   - path: Where the book will be.
    ///   - id: Random text.
    ///   - keySecret: 16 random bytes.
    /// - Throws: `BookError`.
    init(at path: String, id: String, keySecret: [UInt8]) throws {
        try Self.checkIsFree(path)
        let temporary = "\(Self.folder(of: path))/.pledgebook-\(Self.randomName()).part"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, path) }
        close(descriptor)
        self.path = path
        self.temporary = temporary
        do {
            book = try Book.filled(at: temporary, id: id, keySecret: keySecret)
        } catch {
            Self.remove(temporary)
            throw Self.explained(error, path)
        }
    }

    /// Makes an empty book of the same id and the same secret as another: receipts and hashes stay as they
    /// are.
    ///
    /// - Parameters:
    ///   - book: Whose id and secret.
    ///   - path: Where the new book will be; nothing may be there.
    /// - Throws: `BookError`.
    public convenience init(of book: Book, at path: String) throws {
        try self.init(at: path, id: book.id, keySecret: book.keySecret)
    }

    /// Gives the book its name, durably; what is there by now is not replaced.
    ///
    /// - Throws: `BookError`; nothing is left behind then.
    public func publish() throws {
        do {
            try book.queue.inDatabase { db in
                // The log belongs to the name that goes away, so all of it has to be in the file.
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard try row?.value(at: 0) == 0 else { throw BookError.locked(path: path) }
            }
            try book.queue.close()
            try sync(temporary)
            try putInPlace()
        } catch {
            discard()
            throw explained(error)
        }
        // Named and whole, but perhaps gone after a power cut: said, and not undone.
        try sync(Self.folder(of: path))
    }

    /// An error of the work on the draft, as one of the book that it was to become.
    public func explained(_ error: any Error) -> any Error { Self.explained(error, path) }

    private static func explained(_ error: any Error, _ path: String) -> any Error {
        let told = bookError(error, path: path)
        switch told as? BookError {
        case .full: return BookError.noRoom(path: path)
        case .readOnly:
            return BookError.cannotCreate(path: path, reason: "the system lets nobody write there")
        default: return told
        }
    }

    /// Removes what was made.
    public func discard() {
        try? book.queue.close()
        Self.remove(temporary)
    }

    private func putInPlace() throws {
        try Self.checkIsFree(path)
        // A log of a book that is gone would be taken for this one's.
        for suffix in Self.companions where unlink(path + suffix) != 0 && errno != ENOENT {
            throw Self.failure(errno, path)
        }
        if link(temporary, path) == 0 {
            unlink(temporary)
            return
        }
        let error = errno
        // Some file systems have no hard links; there the look before has to do.
        guard error == EPERM || error == EOPNOTSUPP || error == ENOSYS, rename(temporary, path) == 0 else {
            throw Self.failure(error, path)
        }
    }

    private func sync(_ file: String) throws {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(errno, path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure(errno, path) }
    }

    /// What SQLite keeps beside a book while it is in use.
    private static let companions = ["-wal", "-shm", "-journal"]

    private static func remove(_ file: String) {
        for suffix in [""] + companions { unlink(file + suffix) }
    }

    private static func checkIsFree(_ path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw BookError.cannotCreate(path: path, reason: "that is not a path")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        throw status.st_mode & S_IFMT == S_IFLNK
            ? BookError.isLink(path: path) : BookError.alreadyExists(path: path)
    }

    private static func failure(_ error: Int32, _ path: String) -> BookError {
        switch error {
        case EEXIST: .alreadyExists(path: path)
        case ENOSPC, EDQUOT: .noRoom(path: path)
        default: .cannotCreate(path: path, reason: String(cString: strerror(error)))
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func randomName() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }
}

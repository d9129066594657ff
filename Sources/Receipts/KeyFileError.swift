public import Crowdfunding

/// Why a key file cannot be made or used.
///
/// Messages name the path and the way out, never the key.
public enum KeyFileError: UserFacingError, Equatable {
    /// There is nothing at the path.
    case missing(path: String)
    /// The path is a folder.
    case isFolder(path: String)
    /// The path is a symbolic link, which could point anywhere.
    case isLink(path: String)
    /// The path is a device, a pipe or a socket.
    case isNoFile(path: String)
    /// Group or others have some permission; `mode` is the permission bits.
    case openToOthers(path: String, mode: UInt32)
    /// The file is another user's.
    case belongsToAnother(path: String, owner: UInt32)
    /// The file does not hold 64 hex digits and a line feed.
    case wrongContent(path: String, size: Int64)
    /// A file is there already; it is never overwritten.
    case exists(path: String)
    /// The system refused to read it.
    case cannotRead(path: String, reason: String)
    /// The system refused to make it, or its folder.
    case cannotCreate(path: String, reason: String)

    /// What is wrong with which file, and the command that mends it.
    public var message: String {
        switch self {
        case .missing(let path):
            "There is no key file at “\(path)”: put back your copy of it,"
                + " or name another with PLEDGEBOOK_KEY_FILE."
        case .isFolder(let path):
            "“\(path)” is a folder, not a key file: name the file in it, for example “\(path)/master.key”."
        case .isLink(let path):
            "The key file “\(path)” is a symbolic link and is not followed: name the file it points to"
                + " (`readlink -f \(shellQuoted(path))` shows it)."
        case .isNoFile(let path):
            "“\(path)” is a device, a pipe or a socket, not a key file: name a plain file."
        case .openToOthers(let path, let mode):
            "The key file “\(path)” can be used by others (mode \(String(mode, radix: 8))):"
                + " `chmod 600 \(shellQuoted(path))`; if others may have read it, move it"
                + " away instead and say `pledgebook key rotate --lost`."
        case .belongsToAnother(let path, let owner):
            "The key file “\(path)” belongs to another user (id \(owner)): run as that user,"
                + " or `chown \"$(id -u)\" \(shellQuoted(path))`."
        case .wrongContent(let path, let size):
            "The key file “\(path)” (\(size) bytes) does not hold a key,"
                + " which is 64 hex digits and a line feed: put back your copy of it."
        case .exists(let path):
            "There is a key file at “\(path)” already and it is not overwritten: use it, or move it away"
                + " (`mv \(shellQuoted(path)) \(shellQuoted(path + ".old"))`)."
        case .cannotRead(let path, let reason):
            "The key file “\(path)” cannot be read: \(reason)."
        case .cannotCreate(let path, let reason):
            "The key file “\(path)” cannot be made: \(reason). Make its folder writable for you,"
                + " or name another file with PLEDGEBOOK_KEY_FILE."
        }
    }

    /// Bad input: nothing has changed.
    public var exitCode: ExitStatus { .badInput }

    private func shellQuoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if isPlain && !path.isEmpty && !path.hasPrefix("-") { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}

import Glibc
import Testing

/// A folder of its own for one test, gone afterwards.
struct TemporaryFolder {
    let path: String

    static func with(_ body: (TemporaryFolder) throws -> Void) throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pledgebook-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let folder = TemporaryFolder(path: try #require(made))
        defer { _ = try? run(["/bin/rm", "-rf", folder.path]) }
        try body(folder)
    }

    func write(_ name: String, _ content: String, mode: UInt32) throws {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(content.utf8)
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        try #require(fchmod(descriptor, mode) == 0)
    }

    func read(_ name: String) throws -> [UInt8] { try readFile("\(path)/\(name)") }

    func names(_ name: String) throws -> [String] {
        let directory = try #require(opendir("\(path)/\(name)"))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// All bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0, "\(path)")
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while case let count = Glibc.read(descriptor, &chunk, chunk.count), count > 0 {
        content += chunk[..<count]
    }
    return content
}

/// Runs a program and returns its exit status and what it wrote to stdout and stderr.
func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    var template = Array("/tmp/pledgebook-output-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, descriptor, 2)
    let pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    let spawned = posix_spawnp(&child, arguments[0], &actions, nil, pointers, environ)
    try #require(spawned == 0, "\(arguments[0]): \(String(cString: strerror(spawned)))")
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let length = lseek(descriptor, 0, SEEK_END)
    var output = [UInt8](repeating: 0, count: max(0, length))
    let count = pread(descriptor, &output, output.count, 0)
    let exit = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    return (exit, String(decoding: output.prefix(max(0, count)), as: UTF8.self))
}

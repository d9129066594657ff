import Glibc
import Reports
import Testing

@Suite("Files that appear whole or not at all") struct AtomicFileTests {
    /// Calls `body` with a folder of its own that is gone afterwards.
    static func inFolder(_ body: (String) throws -> Void) throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pledgebook-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let folder = try #require(made)
        defer {
            for name in (try? names(in: folder)) ?? [] where remove("\(folder)/\(name)") != 0 {
                Issue.record("\(name) is left")
            }
            rmdir(folder)
        }
        try body(folder)
    }

    static func names(in folder: String) throws -> [String] {
        let directory = try #require(opendir(folder))
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

    static func content(of path: String) throws -> String {
        let descriptor = open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test("a new file is there with its bytes and nothing beside it")
    func new() throws {
        try Self.inFolder { folder in
            try AtomicFile.write(Array("one\n".utf8), to: "\(folder)/a.csv", force: false)
            #expect(try Self.content(of: "\(folder)/a.csv") == "one\n")
            #expect(try Self.names(in: folder) == ["a.csv"])
        }
    }

    @Test("an existing file is kept without force and replaced with it, with its rights")
    func existing() throws {
        try Self.inFolder { folder in
            let path = "\(folder)/a.csv"
            try AtomicFile.write(Array("one\n".utf8), to: path, force: true)
            #expect(chmod(path, 0o600) == 0)
            #expect(throws: FileWriteError.exists(path: path)) {
                try AtomicFile.write(Array("two\n".utf8), to: path, force: false)
            }
            #expect(try Self.content(of: path) == "one\n")
            try AtomicFile.write(Array("two\n".utf8), to: path, force: true)
            #expect(try Self.content(of: path) == "two\n")
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            #expect(try Self.names(in: folder) == ["a.csv"])
        }
    }

    @Test("links, folders and pipes are refused, with force too", arguments: [false, true])
    func notPlain(force: Bool) throws {
        try Self.inFolder { folder in
            try AtomicFile.write(Array("one\n".utf8), to: "\(folder)/a.csv", force: false)
            #expect(symlink("\(folder)/a.csv", "\(folder)/link") == 0)
            #expect(symlink("\(folder)/nowhere", "\(folder)/dangling") == 0)
            #expect(mkdir("\(folder)/folder", 0o700) == 0)
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            let cases: [(String, FileWriteError)] = [
                ("\(folder)/link", .isLink(path: "\(folder)/link")),
                ("\(folder)/dangling", .isLink(path: "\(folder)/dangling")),
                ("\(folder)/folder", .isFolder(path: "\(folder)/folder")),
                ("\(folder)/pipe", .isNotPlain(path: "\(folder)/pipe")),
                ("\(folder)/none/a.csv", .noFolder(path: "\(folder)/none/a.csv")),
                ("\(folder)/a.csv/b", .noFolder(path: "\(folder)/a.csv/b")),
                ("\(folder)/", .badPath(path: "\(folder)/")), ("", .badPath(path: "")),
            ]
            for (path, error) in cases {
                #expect(throws: error) { try AtomicFile.write([1], to: path, force: force) }
            }
            #expect(try Self.content(of: "\(folder)/a.csv") == "one\n")
            #expect(try Self.names(in: folder) == ["a.csv", "dangling", "folder", "link", "pipe"])
        }
    }

    struct Stopped: Error {}

    @Test("what stops half-way leaves nothing behind")
    func stopped() throws {
        try Self.inFolder { folder in
            #expect(throws: Stopped.self) {
                try AtomicFile.write(to: "\(folder)/a.csv", force: false) { sink in
                    try sink(Array("half".utf8))
                    throw Stopped()
                }
            }
            let names = try Self.names(in: folder)
            #expect(names == [])
        }
    }

    @Test("a name that is taken meanwhile is not overwritten")
    func race() throws {
        try Self.inFolder { folder in
            let path = "\(folder)/a.csv"
            #expect(throws: FileWriteError.exists(path: path)) {
                try AtomicFile.write(to: path, force: false) { sink in
                    try sink(Array("mine".utf8))
                    try AtomicFile.write(Array("theirs".utf8), to: path, force: false)
                }
            }
            let (content, names) = (try Self.content(of: path), try Self.names(in: folder))
            #expect(content == "theirs")
            #expect(names == ["a.csv"])
        }
    }
}

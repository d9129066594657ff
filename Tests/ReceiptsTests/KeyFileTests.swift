import Crowdfunding
import Glibc
import Receipts
import Testing

@Suite("Key file") struct KeyFileTests {
    private static let text = String(repeating: "0123456789abcdef", count: 4) + "\n"

    @Test("a new key file is its owner's alone and gives the key back")
    func createAndLoad() throws {
        try TemporaryFolder.with { folder in
            let path = "\(folder.path)/config/pledgebook/master.key"
            let key = try KeyFile.create(at: path)
            #expect(
                key.derivedKey(salt: "s", info: "i")
                    == (try KeyFile.load(path: path)).derivedKey(salt: "s", info: "i"))
            #expect(try mode(path) == 0o600)
            #expect(try mode("\(folder.path)/config/pledgebook") == 0o700)
            #expect(try mode("\(folder.path)/config") == 0o700)
            let content = try folder.read("config/pledgebook/master.key")
            #expect(content.count == 65)
            #expect(content.last == UInt8(ascii: "\n"))
            #expect(try folder.names("config/pledgebook") == ["master.key"], "no draft is left behind")
            let other = try KeyFile.create(at: "\(folder.path)/other.key")
            #expect(other.derivedKey(salt: "s", info: "i") != key.derivedKey(salt: "s", info: "i"))
        }
    }

    @Test("the key is read from its hex digits")
    func content() throws {
        try TemporaryFolder.with { folder in
            try folder.write("master.key", Self.text, mode: 0o600)
            let bytes = Array(
                repeating: [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef] as [UInt8], count: 4)
            let key = try #require(MasterKey(bytes.flatMap(\.self)))
            let loaded = try KeyFile.load(path: "\(folder.path)/master.key")
            #expect(loaded.derivedKey(salt: "", info: "") == key.derivedKey(salt: "", info: ""))
        }
    }

    @Test("an existing file is never touched")
    func exists() throws {
        try TemporaryFolder.with { folder in
            let path = "\(folder.path)/master.key"
            try folder.write("master.key", "precious", mode: 0o600)
            #expect(throws: KeyFileError.exists(path: path)) { try KeyFile.create(at: path) }
            #expect(try folder.read("master.key") == Array("precious".utf8))
            #expect(try folder.names(".") == ["master.key"])
            let link = "\(folder.path)/dangling"
            #expect(symlink("\(folder.path)/nowhere", link) == 0)
            #expect(throws: KeyFileError.exists(path: link)) { try KeyFile.create(at: link) }
            #expect(access("\(folder.path)/nowhere", F_OK) != 0)
            #expect(throws: KeyFileError.isFolder(path: folder.path)) { try KeyFile.create(at: folder.path) }
        }
    }

    @Test("a place where no file can be is refused with the reason")
    func cannotCreate() throws {
        try TemporaryFolder.with { folder in
            try folder.write("plain", "", mode: 0o600)
            for path in ["", "\(folder.path)/plain/master.key", "a\u{0}b"] {
                let error = try #require(throws: KeyFileError.self) { try KeyFile.create(at: path) }
                guard case .cannotCreate(path, _) = error else {
                    Issue.record("“\(path)” gave \(error)")
                    continue
                }
            }
        }
    }

    @Test(
        "every mode that lets others in is refused",
        arguments: [0o640, 0o604, 0o660, 0o644, 0o610, 0o601, 0o777])
    func modes(mode: UInt32) throws {
        try TemporaryFolder.with { folder in
            try folder.write("master.key", Self.text, mode: mode)
            let path = "\(folder.path)/master.key"
            let error = try #require(throws: KeyFileError.self) { try KeyFile.load(path: path) }
            #expect(error == .openToOthers(path: path, mode: mode))
            #expect(error.message.contains("`chmod 600 \(path)`"))
            #expect(error.exitCode == .badInput)
        }
    }

    @Test("a key that its owner may only read is fine")
    func readOnly() throws {
        try TemporaryFolder.with { folder in
            try folder.write("master.key", Self.text, mode: 0o400)
            _ = try KeyFile.load(path: "\(folder.path)/master.key")
        }
    }

    @Test("missing, folder, link, pipe: each is named as what it is")
    func kinds() throws {
        try TemporaryFolder.with { folder in
            let path = folder.path
            try folder.write("master.key", Self.text, mode: 0o600)
            #expect(symlink("\(path)/master.key", "\(path)/link") == 0)
            #expect(mkfifo("\(path)/pipe", 0o600) == 0)
            let cases: [(String, KeyFileError)] = [
                ("\(path)/none", .missing(path: "\(path)/none")),
                ("\(path)/none/master.key", .missing(path: "\(path)/none/master.key")),
                ("\(path)/master.key/below", .missing(path: "\(path)/master.key/below")),
                (path, .isFolder(path: path)), ("\(path)/link", .isLink(path: "\(path)/link")),
                ("\(path)/pipe", .isNoFile(path: "\(path)/pipe")),
                ("/dev/null", .isNoFile(path: "/dev/null")),
                ("", .cannotRead(path: "", reason: "that is not a path")),
            ]
            for (path, wanted) in cases {
                #expect(throws: wanted) { try KeyFile.load(path: path) }
            }
        }
    }

    @Test("another user's file is refused", .enabled(if: geteuid() == 0, "only root can give a file away"))
    func owner() throws {
        try TemporaryFolder.with { folder in
            try folder.write("master.key", Self.text, mode: 0o600)
            let path = "\(folder.path)/master.key"
            #expect(chown(path, 12345, 12345) == 0)
            #expect(throws: KeyFileError.belongsToAnother(path: path, owner: 12345)) {
                try KeyFile.load(path: path)
            }
        }
    }

    static let contents: [String] = [
        "", "\n", String(text.dropLast()), text + "\n", String(text.dropLast()) + " ", "g" + text.dropFirst(),
        " " + text.dropFirst(), String(repeating: "\0", count: 65), String(repeating: "0", count: 100_000),
    ]

    @Test("anything but 64 hex digits and a line feed is refused, and not shown", arguments: contents)
    func wrongContent(content: String) throws {
        try TemporaryFolder.with { folder in
            try folder.write("master.key", content, mode: 0o600)
            let path = "\(folder.path)/master.key"
            let error = try #require(throws: KeyFileError.self) { try KeyFile.load(path: path) }
            #expect(error == .wrongContent(path: path, size: Int64(content.utf8.count)))
            #expect(!error.message.contains("0123456789abcdef"))
        }
    }

    @Test("commands in messages can be pasted, whatever the path")
    func quoting() {
        let odd = KeyFileError.openToOthers(path: "/home/a b/it's.key", mode: 0o644)
        #expect(odd.message.contains(#"`chmod 600 '/home/a b/it'\''s.key'`"#))
        #expect(odd.message.contains("mode 644"))
    }

    static let problems: [(KeyFileError, String)] = [
        (.missing(path: "/k"), "no key file at “/k”: put back your copy"),
        (.isFolder(path: "/k"), "name the file in it, for example “/k/master.key”"),
        (.isLink(path: "/k"), "`readlink -f /k`"), (.isNoFile(path: "/k"), "name a plain file"),
        (.belongsToAnother(path: "/k", owner: 12), "belongs to another user (id 12)"),
        (.exists(path: "/k"), "`mv /k /k.old`"),
        (.cannotRead(path: "/k", reason: "no luck"), "cannot be read: no luck"),
        (.cannotCreate(path: "/k", reason: "no luck"), "cannot be made: no luck"),
    ]

    @Test("each problem names the file and the way out", arguments: problems)
    func problem(_ problem: KeyFileError, says: String) {
        #expect(problem.message.contains("“/k”") && problem.message.contains(says))
        #expect(problem.exitCode == .badInput)
    }

    private func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        try #require(lstat(path, &status) == 0, "\(path)")
        return status.st_mode & 0o7777
    }
}

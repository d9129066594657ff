import Crowdfunding
import Glibc
import Imports
import Parsing
import Testing

@Suite("Files of an import")
struct SourceFileTests {
    static let fake = #filePath.replacing(
        "ImportsTests/SourceFileTests.swift", with: "Fixtures/kickstarter-fake")

    @Test("one CSV file")
    func oneFile() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("a.csv", "a,b\n1,2\n")
        let files = try sourceFiles(at: path)
        #expect(files.map(\.name) == [path])
        #expect(files.map(\.size) == [8])
        #expect(try drain(files[0].read(), step: 3) == Array("a,b\n1,2\n".utf8))
    }

    @Test("a folder: its CSV files, sorted, nothing deeper")
    func folder() throws {
        let folder = try ScratchFolder()
        for name in ["b.csv", "a.CSV", ".hidden.csv", "._a.csv", "notes.txt"] { try folder.write(name, name) }
        for name in ["deep.csv", "__MACOSX"] { #expect(mkdir("\(folder.path)/\(name)", 0o700) == 0) }
        try folder.write("__MACOSX/c.csv", "c")
        let expected = ["\(folder.path)/a.CSV", "\(folder.path)/b.csv"]
        #expect(try sourceFiles(at: folder.path).map(\.name) == expected)
        #expect(try sourceFiles(at: folder.path + "/").map(\.name) == expected)
    }

    @Test("a ZIP: its CSV files, sorted, by its magic and not its name")
    func zip() throws {
        let folder = try ScratchFolder()
        var archive = HandMadeZIP()
        archive.store("r/b.csv", "b")
        archive.store("r/", "")
        archive.store("a.csv", "aa")
        archive.store("__MACOSX/._a.csv", "x")
        archive.store("__MACOSX/a.csv", "x")
        archive.store("readme.txt", "x")
        let path = try folder.write("report", archive.bytes)
        let files = try sourceFiles(at: path)
        #expect(files.map(\.name) == ["\(path)/a.csv", "\(path)/r/b.csv"])
        #expect(files.map(\.size) == [2, 1])
        #expect(try files.map { try drain($0.read()) } == [Array("aa".utf8), Array("b".utf8)])
        #expect(try drain(files[0].read()) == Array("aa".utf8), "a file can be read twice")
    }

    @Test("Kickstarter's own ZIP")
    func kickstarter() throws {
        let path = Self.fake + "/backer-report.zip"
        let files = try sourceFiles(at: path)
        #expect(
            files.map(\.name) == [
                path + "/Kickstarter Backer Report - $59 - Aug 18 07am.csv",
                path + "/Kickstarter Backer Report - No reward - Aug 18 07am.csv",
            ])
        #expect(files.map(\.size) == [17_654, 7_602])
        #expect(try drain(files[0].read()).count == 17_654)
    }

    static let bad: [(String, String)] = [
        (fake + "/broken.zip", "is called a ZIP but is none"), (fake + "/no-csv.zip", "holds no CSV file"),
        ("/dev/null", "is a device or a pipe"), (fake + "/missing.csv", "There is no"),
        (fake + "/LICENCE/x", "There is no"), ("a\0b", "NUL byte"),
        (#filePath.replacing("/SourceFileTests.swift", with: ""), "holds no CSV file"),
    ]

    @Test("says what is wrong", arguments: bad)
    func problem(path: String, words: String) throws { try expectProblem(path, words) }

    @Test("a pipe, a loop, a file that may not be read")
    func oddFiles() throws {
        let folder = try ScratchFolder()
        let pipe = folder.path + "/pipe.csv"
        #expect(mkfifo(pipe, 0o600) == 0)
        try expectProblem(pipe, "is a device or a pipe")
        try expectProblem(folder.path, "is a device or a pipe")
        #expect(symlink("loop", folder.path + "/loop") == 0)
        try expectProblem(folder.path + "/loop", "cannot be opened")
        let path = try folder.write("mine.csv", "a")
        chmod(path, 0)
        if geteuid() != 0 { try expectProblem(path, "may not be read") }
    }
}

@Suite("Hostile archives")
struct ZipFileTests {
    private func refuses(_ archive: HandMadeZIP, _ words: String) throws {
        let folder = try ScratchFolder()
        try expectProblem(try folder.write("a.zip", archive.bytes), words)
    }

    @Test("an empty one") func empty() throws { try refuses(HandMadeZIP(), "holds no CSV file") }

    @Test(
        "one that names a place outside itself",
        arguments: [
            "../a.csv", "a/../../b.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv", "\\a.csv", "../x.txt",
        ])
    func outside(name: String) throws {
        var archive = HandMadeZIP()
        archive.store("good.csv", "a")
        archive.store(name, "a")
        try refuses(archive, "names a file outside of itself")
    }

    @Test("one with a thousand entries is taken, with one more it is not")
    func entries() throws {
        var archive = HandMadeZIP()
        for index in 0..<1_000 { archive.store("\(index).csv", "a") }
        let folder = try ScratchFolder()
        #expect(try sourceFiles(at: folder.write("a.zip", archive.bytes)).count == 1_000)
        archive.store("x.csv", "a")
        try refuses(archive, "more than 1,000 files")
    }

    @Test("one that unpacks to more than 200 times its size")
    func ratio() throws {
        var archive = HandMadeZIP()
        archive.deflateZeros("a.csv", count: 8_000, saying: 4 << 20)
        try refuses(archive, "more than 200 times")
    }

    @Test("small files may shrink as they like")
    func smallRatio() throws {
        var archive = HandMadeZIP()
        archive.deflateZeros("a.csv", count: 1 << 20)
        let folder = try ScratchFolder()
        let files = try sourceFiles(at: folder.write("a.zip", archive.bytes))
        #expect(try drain(files[0].read()) == Array(repeating: 0, count: 1 << 20))
    }

    @Test("one whose entries share their bytes")
    func overlap() throws {
        var archive = HandMadeZIP()
        archive.deflateZeros("a.csv", count: 100_000)
        for index in 0..<900 { archive.repeatLast("\(index).csv") }
        try refuses(archive, "more than 200 times")
    }

    @Test("one that says less than it holds gives no byte more")
    func lies() throws {
        var archive = HandMadeZIP()
        archive.deflateZeros("a.csv", count: 1 << 20, saying: 100)
        let folder = try ScratchFolder()
        let files = try sourceFiles(at: folder.write("a.zip", archive.bytes))
        let source = try files[0].read()
        var piece = [UInt8](repeating: 0, count: 64)
        var given = 0
        #expect(throws: SourceProblem.self) {
            while case let count = try piece.withUnsafeMutableBytes(source), count > 0 { given += count }
        }
        #expect(given <= 100)
    }

    @Test("one that unpacks to more than 4 GiB")
    func large() throws {
        var archive = HandMadeZIP()
        archive.store("a.csv", "a", saying: 0xFFFF_FFF0)
        archive.store("b.csv", "a", saying: 0xFFFF_FFF0)
        try refuses(archive, "unpacks to more than 4 GiB")
    }

    @Test("one that is encrypted, and one that is packed in an unknown way")
    func unreadable() throws {
        var archive = HandMadeZIP()
        archive.store("a.csv", "a", flags: 1)
        try refuses(archive, "is encrypted")
        var strange = HandMadeZIP()
        strange.store("a.csv", "a", method: 98)
        try refuses(strange, "packed in a way")
    }

    @Test("a wrong checksum is told while it is read")
    func checksum() throws {
        var archive = HandMadeZIP()
        archive.store("a.csv", "abc", checksum: 1)
        let folder = try ScratchFolder()
        let files = try sourceFiles(at: folder.write("a.zip", archive.bytes))
        #expect(throws: SourceProblem.self) { try drain(files[0].read()) }
    }

    @Test("cut off anywhere: a problem, never a crash")
    func cutOff() throws {
        var archive = HandMadeZIP()
        archive.store("a.csv", "a,b\n1,2\n")
        archive.deflateZeros("b.csv", count: 5_000)
        let whole = archive.bytes
        for count in 4..<whole.count {
            let folder = try ScratchFolder()
            try expectProblem(try folder.write("a.zip", Array(whole[..<count])), "broken ZIP")
        }
    }

    @Test("control characters of a name reach no terminal")
    func names() throws {
        var archive = HandMadeZIP()
        archive.store("a\u{9B}31m.csv", "a")
        let folder = try ScratchFolder()
        let path = try folder.write("a.zip", archive.bytes)
        #expect(try sourceFiles(at: path).map(\.name) == [path + "/a?31m.csv"])
    }
}

private func expectProblem(_ path: String, _ words: String) throws {
    let error = #expect(throws: SourceProblem.self) { try sourceFiles(at: path) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.exitCode == .badInput)
}

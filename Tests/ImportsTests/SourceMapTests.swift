import Foundation
import Imports
import Parsing
import Testing

@Suite("Mapping files") struct SourceMapTests {
    private static let folder = PlatformFormatTests.folder.deletingLastPathComponent()
        .appending(path: "mappings")

    static func files(_ kind: String) -> [URL] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path)
        return (names ?? []).sorted().map { folder.appending(path: "\(kind)/\($0)") }
    }

    private static func read(_ file: URL) throws -> SourceMap {
        try SourceMap.read(
            Array(Data(contentsOf: file)), file: file.lastPathComponent,
            isKnownZone: { $0 == "Europe/Berlin" })
    }

    @Test("takes what the schema takes", arguments: Self.files("good"))
    func good(_ file: URL) throws { #expect(try Self.read(file).source == "my-shop") }

    @Test(
        "refuses what the schema refuses, and what it cannot know",
        arguments: Self.files("bad") + Self.files("bad-rules"))
    func bad(_ file: URL) throws {
        let problem = #expect(throws: FileProblem.self) { try Self.read(file) }
        #expect(problem?.diagnostics.allSatisfy { $0.line >= 1 && !$0.remedy.isEmpty } == true)
    }

    @Test("there are files of each kind")
    func thereAreFiles() {
        #expect(Self.files("good").count == 5 && Self.files("bad").count > 10)
        #expect(Self.files("bad-rules").count == 1)
    }
}

import Foundation
import Testing

/// What editors are told of campaign files is what the program takes.
@Suite("Schema of campaign files") struct SchemaAgreementTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".build/venv/bin/python")

    @Test(
        "the schema accepts and refuses what the program does",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python.path),
            "scripts/setup makes .build/venv with jsonschema; without it the schema cannot be read"))
    func agreement() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.python
        process.arguments = [Self.root.appendingPathComponent("Tests/schema_agreement.py").path]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}

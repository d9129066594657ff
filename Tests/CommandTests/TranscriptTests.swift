import Foundation
import Testing

/// Runs all files in Transcripts.
///
/// UPDATE_TRANSCRIPTS=1 writes what the commands say now into the files; read the
/// difference.
@Suite("Commands and what they say") struct TranscriptTests {
    static let folder = TranscriptRunner.repository.appending(path: "Tests/CommandTests/Transcripts")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".txt") }.sorted()

    @Test("transcript", arguments: names)
    func transcript(name: String) throws {
        let file = Self.folder.appending(path: name)
        let path = "Tests/CommandTests/Transcripts/\(name)"
        let expected: Transcript
        do {
            expected = try Transcript(String(decoding: try Data(contentsOf: file), as: UTF8.self))
        } catch let problem as Transcript.Problem {
            Issue.record("\(path):\(problem.line): error: \(problem.message)")
            return
        }
        let runner = try TranscriptRunner()
        defer { runner.cleanUp() }
        let actual = try runner.run(expected)
        if ProcessInfo.processInfo.environment["UPDATE_TRANSCRIPTS"] == "1" {
            let updated = expected.updated(to: actual, folder: runner.folder.path)
            if updated != expected { try Data(updated.text.utf8).write(to: file) }
            return
        }
        for difference in expected.differences(from: actual, path: path) {
            Issue.record("\(difference)")
        }
    }

    @Test("there are transcripts")
    func thereAreTranscripts() {
        #expect(!Self.names.isEmpty)
    }
}

extension Transcript {
    /// `path:line: error: …` with the lines that differ, for each step that says other things in `actual`.
    func differences(from actual: Transcript, path: String) -> [String] {
        zip(steps, actual.steps).compactMap { expected, told in
            let isSame = Placeholders.lines(expected.output, match: told.output) && expected.exit == told.exit
            if isSame { return nil }
            var lines = ["\(path):\(expected.line): error: other than expected: $ \(expected.command)"]
            lines += Self.changedLines(expected.output, told.output)
            if expected.exit != told.exit { lines += ["- > exit \(expected.exit)", "+ > exit \(told.exit)"] }
            return lines.joined(separator: "\n")
        }
    }

    /// This transcript with the outputs of `actual`, keeping lines that still match.
    func updated(to actual: Transcript, folder: String) -> Transcript {
        var updated = self
        for (index, told) in actual.steps.enumerated() {
            let known = steps[index].output
            updated.steps[index].exit = told.exit
            updated.steps[index].output = told.output.map { line in
                known.first { Placeholders.line($0, matches: line) }
                    ?? Placeholders.replacing(in: line, folder: folder)
            }
        }
        return updated
    }

    /// Both outputs without the lines that they begin and end with alike.
    private static func changedLines(_ expected: [String], _ told: [String]) -> [String] {
        let start = zip(expected, told).prefix { Placeholders.line($0, matches: $1) }.count
        let rest = zip(expected.dropFirst(start).reversed(), told.dropFirst(start).reversed())
        let end = rest.prefix { Placeholders.line($0, matches: $1) }.count
        return expected.dropFirst(start).dropLast(end).map { "- " + $0 }
            + told.dropFirst(start).dropLast(end).map { "+ " + $0 }
    }
}

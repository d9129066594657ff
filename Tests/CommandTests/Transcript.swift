/// Commands and what they say, as a text that people read and the tests run.
///
///     # A comment, kept where it stands.
///     $ pledgebook campaign check campaigns/bad.json
///     campaigns/bad.json:3:5: error: …
///     > exit 2
///
/// A blank line before a command or a comment parts it from the output above. An output line that would be
/// read as one of these marks has a `\` before it; output that does not end its last line
/// is followed by `\ no newline`.
struct Transcript: Equatable {
    struct Step: Equatable {
        /// Comments and blank lines above the command.
        var comments: [String] = []
        var command: String
        var output: [String] = []
        /// The exit code; only others than 0 are written.
        var exit: Int32 = 0
        /// The command's line, 1-based.
        var line: Int
    }

    struct Problem: Error, Equatable {
        let line: Int
        let message: String
    }

    static let noNewline = "\\ no newline"
    var steps: [Step] = []
    /// What stands below the last step.
    var ending: [String] = []

    init(_ text: String) throws(Problem) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if lines.last == "" { lines.removeLast() }
        var isOutput = false
        for (index, line) in lines.enumerated() {
            let isComment = line == "#" || line.hasPrefix("# ")
            if line.hasPrefix("$ ") || isComment {
                if isOutput { dropSeparator() }
                isOutput = !isComment
                if isComment {
                    ending.append(line)
                } else {
                    steps.append(Step(comments: ending, command: String(line.dropFirst(2)), line: index + 1))
                    ending = []
                }
            } else if isOutput, let code = Self.exitCode(line) {
                steps[steps.count - 1].exit = code
                isOutput = false
            } else if isOutput {
                steps[steps.count - 1].output.append(line)
            } else if line.isEmpty {
                ending.append(line)
            } else {
                throw Problem(
                    line: index + 1, message: "“\(line)” stands below no command; write `$ ` or `# `")
            }
        }
    }

    /// The transcript as a file, with one blank line before each command or comment that follows output.
    var text: String {
        var lines: [String] = []
        for (index, step) in steps.enumerated() {
            // An exit code ends the output by itself, and the blank line below it belongs to the comments.
            if index > 0, steps[index - 1].exit == 0 { lines.append("") }
            lines += step.comments + ["$ " + step.command] + step.output
            if step.exit != 0 { lines.append("> exit \(step.exit)") }
        }
        if !ending.isEmpty, let last = steps.last, last.exit == 0 { lines.append("") }
        return (lines + ending).map { $0 + "\n" }.joined()
    }

    /// What a program said, as lines of a transcript.
    static func lines(saying said: String) -> [String] {
        if said.isEmpty { return [] }
        var lines = said.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
        if lines.last == "" {
            lines.removeLast()
        } else {
            lines.append(noNewline)
        }
        return lines
    }

    private mutating func dropSeparator() {
        if steps[steps.count - 1].output.last == "" { steps[steps.count - 1].output.removeLast() }
    }

    private static func exitCode(_ line: String) -> Int32? {
        line.hasPrefix("> exit ") ? Int32(line.dropFirst("> exit ".count)) : nil
    }

    private static func escaped(_ line: String) -> String {
        let isMark = line == "#" || line.hasPrefix("$ ") || line.hasPrefix("# ") || exitCode(line) != nil
        return isMark || line.hasPrefix("\\") ? "\\" + line : line
    }
}

import Crowdfunding
import Glibc

/// What the command says: data to stdout, talk to stderr.
enum Output {
    /// Whether stdout is a terminal.
    static let isTerminal = isatty(STDOUT_FILENO) == 1
    /// Whether talk and data may be colored.
    static let hasColor = isTerminal && getenv("NO_COLOR") == nil

    /// Why something could not be written to stdout; said when the command has ended.
    ///
    /// Main thread only.
    nonisolated(unsafe) private(set) static var failure: OutputProblem?

    /// Writes data and a line feed to stdout.
    static func line(_ text: String) { write(text + "\n") }

    /// Writes data to stdout as it is.
    static func write(_ text: String) {
        let reason = writeAll(Array(text.utf8).span, to: STDOUT_FILENO)
        if reason != 0 && reason != EPIPE {
            failure = OutputProblem(reason: String(cString: strerror(reason)))
        }
    }

    /// Writes bytes to stdout.
    ///
    /// - Throws: `OutputClosed` when nobody reads anymore, `OutputProblem` when the disk is full.
    static func write(_ bytes: Span<UInt8>) throws {
        switch writeAll(bytes, to: STDOUT_FILENO) {
        case 0: return
        case EPIPE: throw OutputClosed()
        case let reason: throw OutputProblem(reason: String(cString: strerror(reason)))
        }
    }

    /// Says a sentence to the person, as `pledgebook: …` on stderr.
    static func note(_ sentence: String) { talk("pledgebook: " + sentence) }

    /// Says a sentence, and what the capital words of the commands in it stand for.
    static func advise(_ sentence: String, isDiagnostic: Bool = false) {
        isDiagnostic ? talk(sentence) : note(sentence)
        for meaning in Placeholders.legend(of: sentence) { talk("  " + meaning) }
    }

    /// Writes a line to stderr as it is.
    static func talk(_ text: String) {
        _ = writeAll(Array((text + "\n").utf8).span, to: STDERR_FILENO)
    }

    /// Writes to stderr without a line feed.
    static func prompt(_ text: String) {
        _ = writeAll(Array(text.utf8).span, to: STDERR_FILENO)
    }

    /// The text in bold on a terminal.
    static func bold(_ text: String) -> String { hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// The block of commands that are due, ready to paste.
    static func next(_ commands: [String]) {
        guard !commands.isEmpty else { return }
        line("\nNext:\n" + commands.map { "  " + $0 }.joined(separator: "\n"))
        for meaning in Placeholders.legend(of: commands.joined(separator: "\n")) { line("    " + meaning) }
    }

    /// Returns 0 or the system's error number.
    private static func writeAll(_ bytes: Span<UInt8>, to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                if count < 0 { return errno }
                done += count
            }
            return 0
        }
    }
}

/// Nobody reads the output anymore, for example because `head` has enough.
struct OutputClosed: Error {}

/// Standard output could not be written.
struct OutputProblem: UserFacingError {
    let reason: String
    var message: String { "The output cannot be written: \(reason)." }
    var exitCode: ExitStatus { .fault }
}

/// Text with nothing in it that a terminal would take as a command.
func visible(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return String(text) }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { clean.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
    return String(clean)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
}

import Glibc
import Synchronization

/// How far a long command is: one line on stderr, ten times a second at most, on a terminal only.
final class Progress: Sendable {
    private let last: Mutex<ContinuousClock.Instant?>
    private let isShown: Bool

    init() {
        isShown = isatty(STDERR_FILENO) == 1
        last = Mutex(nil)
    }

    /// Shows the text in place of the one before, if a tenth of a second has passed.
    func show(_ text: () -> String) {
        guard isShown else { return }
        let now = ContinuousClock.now
        let isDue = last.withLock { last in
            if let last, now - last < .milliseconds(100) { return false }
            last = now
            return true
        }
        if isDue { Output.prompt("\r\(text())\u{1B}[K") }
    }

    /// Takes the line away.
    func finish() {
        if isShown, last.withLock({ $0 != nil }) { Output.prompt("\r\u{1B}[K") }
    }
}

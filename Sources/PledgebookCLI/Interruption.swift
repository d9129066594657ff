import Glibc

/// What Ctrl-C and a closed pipe do to a command.
///
/// Interrupted, it ends with 130: the book's transactions are whole or not there, and a file that is being
/// written is removed. A closed pipe ends the writing, not the work: a reader such as `head` must not stop an
/// import.
enum Interruption {
    /// The draft to remove, a C string or nothing: a signal handler may read this word and call `unlink`.
    nonisolated(unsafe) private static var draft: UnsafeMutablePointer<CChar>?

    /// Sets the handlers.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // A limit of the session on the size of files is an error like a full disk, and no reason to die.
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if let draft = Interruption.draft { unlink(draft) }
                let text: StaticString =
                    "\npledgebook: interrupted; nothing is half done. Say it again to carry on.\n"
                _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                _exit(number == SIGINT ? 130 : 143)
            }
        }
    }

    /// Names the file that an interruption removes; `nil` when it is in its place.
    static func setDraft(_ path: String?) {
        let old = draft
        draft = path.flatMap { strdup($0) }
        free(old)
    }
}

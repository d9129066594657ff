import Foundation

/// Runs the commands of a transcript one after the other in a fresh folder of their own.
///
/// Each command is a line for /bin/sh, so that `cat`, `printf`, pipes and quotes work; `pledgebook` is the
/// program that was built beside the test bundle. The folder holds copies of the repository's `campaigns`
/// and of the platforms' exports in Tests/Fixtures, `platforms`.
/// Nothing of the machine or the person is seen: HOME, key and book lie in the folder, the zone is UTC, the
/// language C, colors are off. Standard output and error go to one file, so lines stand in the order in
/// which they were written.
struct TranscriptRunner {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The temporary folder; commands run in `work` in it.
    let folder: URL
    private var work: URL { folder.appending(path: "work") }

    /// Makes the folder.
    init() throws {
        let files = FileManager.default
        folder = files.temporaryDirectory.appending(path: "pledgebook-\(UUID().uuidString)")
        for name in ["bin", "home", "work"] {
            try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        if let program = try Self.program() {
            try files.createSymbolicLink(
                at: folder.appending(path: "bin/pledgebook"), withDestinationURL: program)
        }
        let campaigns = Self.repository.appending(path: "campaigns")
        if files.fileExists(atPath: campaigns.path) {
            try files.copyItem(at: campaigns, to: work.appending(path: "campaigns"))
        }
        try files.copyItem(
            at: Self.repository.appending(path: "Tests/Fixtures/platforms"),
            to: work.appending(path: "platforms"))
    }

    /// Removes the folder and all that the commands wrote.
    func cleanUp() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The transcript with what the commands say now in place of its outputs and exit codes.
    func run(_ transcript: Transcript) throws -> Transcript {
        var told = transcript
        for index in told.steps.indices {
            let (said, code) = try run(told.steps[index].command)
            told.steps[index].output = Transcript.lines(saying: said)
            told.steps[index].exit = code
        }
        return told
    }

    /// What one line for /bin/sh says, and its exit code.
    func run(_ command: String) throws -> (said: String, exit: Int32) {
        if command.hasPrefix("pledgebook"),
            !FileManager.default.isExecutableFile(atPath: folder.appending(path: "bin/pledgebook").path)
        {
            throw Failure(description: "there is no program beside the tests: swift build --build-tests")
        }
        let output = folder.appending(path: "output")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = work
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        // A file and not a pipe: two transcripts run at once, and a pipe would be inherited by both children.
        let handle = try FileHandle(forUpdating: output)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        return (String(decoding: try Data(contentsOf: output), as: UTF8.self), process.terminationStatus)
    }

    private var environment: [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        var environment = inherited.filter {
            ["LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "TMPDIR"].contains($0.key)
        }
        let home = folder.appending(path: "home").path
        environment["PATH"] =
            folder.appending(path: "bin").path + ":" + (inherited["PATH"] ?? "/usr/bin:/bin")
        environment["HOME"] = home
        environment["XDG_CONFIG_HOME"] = home + "/.config"
        environment["USER"] = "maker"
        environment["LOGNAME"] = "maker"
        environment["TZ"] = "UTC"
        environment["LC_ALL"] = "C"
        environment["NO_COLOR"] = "1"
        // What crashes says so at once, without a walk over its stack.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        return environment
    }

    /// The built program: PLEDGEBOOK_BINARY, else the one beside the test bundle; nil when nothing is there.
    private static func program() throws -> URL? {
        let files = FileManager.default
        if let named = ProcessInfo.processInfo.environment["PLEDGEBOOK_BINARY"] {
            guard files.isExecutableFile(atPath: named) else {
                throw Failure(description: "PLEDGEBOOK_BINARY names \(named), which cannot be run")
            }
            return URL(filePath: named)
        }
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = bundle.deletingLastPathComponent().appending(path: "pledgebook")
        return files.isExecutableFile(atPath: program.path) ? program : nil
    }
}

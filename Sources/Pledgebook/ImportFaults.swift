import Imports
public import Parsing

/// What the bytes of imported files are where no byte order mark says it.
public enum FileEncoding: String, CaseIterable, Sendable {
    /// The rule; what is no UTF-8 is an error of its row.
    case utf8 = "utf-8"
    /// What Windows programs of western countries write; read so only when somebody says it.
    case windows1252 = "windows-1252"

    var source: SourceEncoding {
        switch self {
        case .utf8: .utf8
        case .windows1252: .windows1252
        }
    }
}

/// Why a file, folder or archive could not be read as a whole.
///
/// - Parameters:
///   - error: What the import threw.
///   - path: What was to be imported.
/// - Returns: At least one diagnostic, with line and column 0 where there is no place; `nil` for other
///   errors.
public func importFaults(_ error: any Error, of path: String) -> [Diagnostic]? {
    switch error {
    case let problem as FileProblem: return problem.diagnostics
    case let problem as SourceProblem:
        // What is wrong in a sentence, and what to do in another.
        let end = problem.message.firstRange(of: ". ")
        let message = end.map { String(problem.message[..<$0.lowerBound]) } ?? problem.message
        let remedy = end.map { String(problem.message[$0.upperBound...]) } ?? ""
        return [Diagnostic(file: path, line: 0, column: 0, message: message, remedy: remedy)]
    default: return nil
    }
}

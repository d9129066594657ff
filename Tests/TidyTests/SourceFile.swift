import Foundation

/// A Swift file of the repository.
struct SourceFile {
    /// From the top of the repository, with `/`.
    let path: String
    let text: SwiftText
    let functions: [FunctionExtent]

    init(path: String, source: String) {
        self.path = path
        text = SwiftText(source)
        functions = FunctionFinder(code: text.code).functions()
    }

    /// The module of a file under Sources; nil for tests.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// The imported modules with their lines.
    var imports: [(line: Int, module: String)] {
        text.code.enumerated().compactMap { number, line in
            guard let match = line.prefixMatch(of: Self.importLine) else { return nil }
            return (number + 1, String(match.output.1))
        }
    }

    // The lock-free value is never changed; Regex is only not marked Sendable.
    nonisolated(unsafe) private static let importLine =
        #/
          \s* (?: @\w+ (?:\([^)]*\))? \s+ )*
          (?: (?:public|package|internal|fileprivate|private) \s+ )?
          import \s+ (?: (?:struct|class|enum|protocol|typealias|func|let|var) \s+ )? (\w+)
        /#
}

/// All sources of the repository that this file lies in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files under Sources and Tests, sorted by path.
    static let files: [SourceFile] = ["Sources", "Tests"].flatMap { folder in
        swiftFiles(in: folder).map { path in
            // A file that cannot be read counts as one with a broken rule: it has no lines to hold.
            let bytes = (try? Data(contentsOf: root.appending(path: path))) ?? Data()
            return SourceFile(path: path, source: String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func swiftFiles(in folder: String) -> [String] {
        let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        return (walk?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".swift") }
            .map { folder + "/" + $0 }
            .sorted()
    }
}

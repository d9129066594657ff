import Foundation
import Testing

/// Queries are shared with PostgreSQL, so they keep to what it and SQLite both say.
@Suite("SQL that both engines understand") struct PortableSQLTests {
    /// These speak to SQLite alone: bulk append, file checks, opening.
    private static let ofSQLiteOnly: Set<String> = ["BulkFeed.swift", "Book.swift", "RowReader.swift"]

    /// What only one of the engines says, or says differently.
    private static let forbidden = [
        #"\bOR\s+REPLACE\b"#, #"\bREPLACE\s+INTO\b"#, #"\bOR\s+IGNORE\b"#, #"\bLIKE\b"#, #"\bGLOB\b"#,
        #"\bstrftime\b"#,
        #"\bdate\s*\("#, #"\bdatetime\s*\("#, #"\bjulianday\b"#, #"\bjson\w*\s*\("#, #"\bprintf\s*\("#,
        #"\bifnull\s*\("#,
        #"\browid\b"#, #"\btotal\s*\("#, #"\bgroup_concat\b"#, #"\binstr\s*\("#, #"\bPRAGMA\b"#,
        #"\bzeroblob\b"#,
        #"\b(MAX|MIN)\s*\([^()]*,"#, #"\?"#, #"[^:]:[a-z]"#, #"@[a-z]"#, #"==(?!=)"#, #"\bIS\s+NOT\s+\$"#,
        #"\bCOLLATE\b"#, "\\bIN \\(\\)", #"`"#,
    ]

    private struct Statement: CustomStringConvertible {
        var file: String
        var text: String
        var description: String { "\(file): \(text)" }
    }

    /// The texts of one file that are SQL or a part of it, interpolations taken out.
    private static func statements(of source: String, file: String) -> [Statement] {
        literals(of: source).filter { $0.contains(/\$\d|\b(SELECT|INSERT|UPDATE|DELETE)\b\s/) }
            .map { Statement(file: file, text: $0) }
    }

    /// The string literals of Swift source, without comments.
    private static func literals(of source: String) -> [String] {
        var found: [String] = []
        var rest = Substring(source)
        while let next = rest.firstMatch(of: /\/\/[^\n]*|"""|"/) {
            rest = rest[next.range.upperBound...]
            let mark = next.output
            if mark.hasPrefix("//") { continue }
            var text = ""
            while !rest.isEmpty, !rest.hasPrefix(mark) {
                if rest.hasPrefix("\\(") {
                    rest = afterInterpolation(rest)
                    text += "…"
                } else if rest.hasPrefix("\\") {
                    text += rest.prefix(2)
                    rest = rest.dropFirst(2)
                } else {
                    text.append(rest.removeFirst())
                }
            }
            rest = rest.dropFirst(mark.count)
            found.append(text)
        }
        return found
    }

    private static func afterInterpolation(_ text: Substring) -> Substring {
        var rest = text.dropFirst()
        var depth = 0
        repeat {
            switch rest.popFirst() {
            case "(": depth += 1
            case ")": depth -= 1
            case nil: return rest
            default: break
            }
        } while depth > 0
        return rest
    }

    /// What is wrong with the order of `$n`; SQLite binds by first appearance, PostgreSQL by number.
    private static func disorder(_ text: String) -> String? {
        var seen: [Int] = []
        for match in text.matches(of: /\$(\d+)/) {
            guard let number = Int(match.1) else { continue }
            if !seen.contains(number) { seen.append(number) }
        }
        let isWhole = text.contains(/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/)
        let first = isWhole ? 1 : seen.first ?? 1
        return seen == Array(first..<first + seen.count) ? nil : "$n first appear as \(seen)"
    }

    private static func problems(_ statement: Statement) -> [String] {
        forbidden.compactMap { pattern in
            guard let regex = try? Regex(pattern).ignoresCase() else { return "\(pattern) is no expression" }
            return statement.text.contains(regex) ? "\(pattern) in \(statement)" : nil
        } + (disorder(statement.text).map { ["\($0) in \(statement)"] } ?? [])
    }

    private static func sources() throws -> [(name: String, text: String)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Storage")
        return try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "swift" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    @Test("every query of Storage keeps to it")
    func sourcesArePortable() throws {
        var count = 0
        for (name, text) in try Self.sources() where !Self.ofSQLiteOnly.contains(name) {
            for statement in Self.statements(of: text, file: name) {
                count += 1
                for problem in Self.problems(statement) { Issue.record("\(problem)") }
            }
        }
        #expect(count > 60, "\(count) texts were found")
    }

    @Test(
        "the scan finds what it is there to find",
        arguments: [
            "SELECT a FROM t WHERE x = $2 AND y = $1", "SELECT a FROM t WHERE x = $2",
            "UPDATE t SET x = $1, y = $3",
            "INSERT OR REPLACE INTO t VALUES ($1)", "SELECT a FROM t WHERE x LIKE $1",
            "SELECT date(at) FROM t",
            "SELECT rowid FROM t", "SELECT MAX(x - $1, 0) FROM t", "SELECT json_extract(a, b) FROM t",
            "UPDATE t SET x = :name", "SELECT a FROM t WHERE x = ?", "UPDATE t SET x = printf(a)",
            "SELECT a FROM t WHERE x IN ()",
            " AND x = $5 AND y = $4 -- SELECT ",
        ])
    func planted(sql: String) {
        for literal in ["let sql = \"\(sql)\"", "let sql = \"\"\"\n    \(sql)\n    \"\"\" // fine"] {
            let statements = Self.statements(of: literal, file: "planted")
            #expect(statements.count == 1)
            #expect(statements.flatMap(Self.problems).count >= 1)
        }
    }

    @Test(
        "the scan leaves alone what is fine",
        arguments: [
            "SELECT COALESCE(MAX(number), 0) + 1, $1 FROM t WHERE a = $1 AND b BETWEEN $2 AND $3",
            " AND number = $4", "UPDATE t SET x = \\(name(a, b)) WHERE y = $1 AND replaced = 1",
            "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
        ])
    func fine(sql: String) {
        let statements = Self.statements(of: "// \"SELECT rowid\"\nlet sql = \"\(sql)\"", file: "fine")
        #expect(statements.count == 1)
        #expect(statements.flatMap(Self.problems) == [])
    }
}

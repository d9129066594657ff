import Testing

/// A rule that all sources keep.
///
/// It looks at one file and says each place where the rule is broken.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    /// `path:line: error: sentence` for every broken place.
    let violations: @Sendable (SourceFile) -> [String]

    var testDescription: String { name }

    static let all: [Rule] = [
        arrows, fileLength, functionLength, lineLength, fileName, wholeMoney, noLeftovers, typeNames,
        sqlAtHome, checkedRows,
    ]

    static let arrows = Rule(name: "imports follow the arrows") { file in
        file.imports.filter { !Arrows.allow($0.module, in: file) }.map {
            "\(file.path):\($0.line): error: \(file.module ?? "this") must not import \($0.module)"
        }
    }

    static let fileLength = Rule(name: "a file has at most 500 lines") { file in
        let count = file.text.lines.count
        return count > 500 ? ["\(file.path):501: error: \(count) lines; a file has at most 500"] : []
    }

    static let functionLength = Rule(name: "a function has at most 50 lines") { file in
        file.functions.filter { $0.lineCount > 50 }.map {
            "\(file.path):\($0.first): error: \($0.name) has \($0.lineCount) lines; a function has at most 50"
        }
    }

    static let lineLength = Rule(name: "a line has at most 110 columns") { file in
        places(in: file.text.lines, of: file) { line in
            line.utf8.count > 110 && line.count > 110 ? "\(line.count) columns; a line has at most 110" : nil
        }
    }

    static let fileName = Rule(name: "a file is named after what is in it") { file in
        let vague = [
            "Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Manager", "Service", "Misc",
        ]
        let parts = file.path.dropLast(".swift".count).split { $0 == "/" || $0 == "+" }
        return parts.filter { part in vague.contains { part.hasSuffix($0) } }.map {
            "\(file.path):1: error: \($0) says nothing of what is in it"
        }
    }

    static let wholeMoney = Rule(name: "money is whole numbers") { file in
        guard ["Accounting", "Crowdfunding", "Storage"].contains(file.module ?? "") else { return [] }
        return places(in: file.text.code, of: file) { line in
            if let match = line.firstMatch(of: /\b(?:Double|Float(?:16|32|64|80)?|CGFloat)\b/) {
                return "\(match.output) where money is; use whole minor units"
            }
            if let match = line.firstMatch(of: /(?:^|[^\w.$])([0-9][0-9_]*\.[0-9][0-9_]*)/) {
                return "\(match.output.1) is a Double; use whole minor units"
            }
            return nil
        }
    }

    static let noLeftovers = Rule(name: "nothing is left for later") { file in
        places(in: file.text.lines, of: file) { line in
            // Written in two parts, so that this line is no leftover itself.
            ["TO" + "DO", "FIX" + "ME"].first { line.contains($0) }.map { "\($0): finish it or take it out" }
        }
    }

    static let typeNames = Rule(name: "no type has the name of a module") { file in
        guard file.module != nil else { return [] }
        return places(in: file.text.code, of: file) { line in
            let pattern = /\b(?:struct|class|enum|actor|protocol|typealias|macro)\s+(\w+)/
            return line.matches(of: pattern).map { String($0.output.1) }
                .first { Arrows.allowed[$0] != nil || Arrows.systemLibraries.contains($0) }
                .map { "\($0) is the name of a module; the module's names could not be reached any more" }
        }
    }

    static let sqlAtHome = Rule(name: "SQL is in Storage only") { file in
        guard let module = file.module, module != "Storage" else { return [] }
        return file.text.literals.filter { isSQL($0.text) }.map {
            "\(file.path):\($0.line): error: SQL in \(module); queries live in Storage"
        }
    }

    static let checkedRows = Rule(name: "rows of the book are read by what throws") { file in
        guard file.module == "Storage" else { return [] }
        return places(in: file.text.code, of: file) { line in
            // A text is blank in code.
            line.firstMatch(of: /(?:\brow\??\[|[\w)]\??\[(?:[0-9]+|\x20+)\])/).map {
                "\($0.output) ends the program where a file is damaged; read it with value(_:) or value(at:)"
            }
        }
    }

    /// Upper-case SQL anywhere in a text, or a text that begins as a lower-case statement.
    private static func isSQL(_ text: String) -> Bool {
        let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        let upper =
            #/
              \b(?: SELECT\ .*\bFROM | INSERT\ (?:OR\ \w+\ )?INTO | UPDATE\ \w+\ SET | DELETE\ FROM
              | (?:CREATE|DROP|ALTER)\ (?:TEMP\ |UNIQUE\ |VIRTUAL\ )?(?:TABLE|INDEX|VIEW|TRIGGER)
              | PRAGMA\ \w+ | BEGIN\ IMMEDIATE )\b
            /#
        let lower =
            #/
              ^(?: select\ .+\ from\ \w+ | insert\ into\ \w+ | update\ \w+\ set\ \w+\ ?=
              | delete\ from\ \w+ | create\ (?:table|index|view|trigger)\ \w+ | pragma\ \w+ )
            /#
        return words.contains(upper) || words.contains(lower)
    }

    private static func places(
        in lines: [String], of file: SourceFile, _ problem: (String) -> String?
    ) -> [String] {
        lines.enumerated().compactMap { number, line in
            problem(line).map { "\(file.path):\(number + 1): error: \($0)" }
        }
    }
}

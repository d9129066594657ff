import Testing

/// Each rule finds what it is there for, in a source that breaks it on purpose, and leaves a good source
/// alone.
@Suite("Tidy rules find what is planted") struct PlantedViolationTests {
    struct Plant: Sendable, CustomTestStringConvertible {
        let rule: Rule
        let path: String
        let source: String
        /// `line: part of the message`, or nil where the rule has nothing to say.
        let finds: String?

        var testDescription: String { "\(rule.name): \(path), \(finds ?? "nothing")" }
    }

    private static func plant(
        _ rule: Rule, _ path: String, _ source: String, finds: String?
    ) -> Plant {
        Plant(rule: rule, path: path, source: source, finds: finds)
    }

    private static let money = "Sources/Accounting/Money.swift"
    private static let environment = "Sources/PledgebookCLI/Environment.swift"

    static let arrows: [Plant] = [
        plant(.arrows, money, "import Parsing\n", finds: "1: error: Accounting must not import Parsing"),
        plant(
            .arrows, money, "\n\nimport Foundation\n",
            finds: "3: error: Accounting must not import Foundation"),
        plant(.arrows, money, "import Glibc\n", finds: "1: error: Accounting must not import Glibc"),
        plant(.arrows, money, "// import Parsing\nlet a = \"\"\"\nimport Parsing\n\"\"\"\n", finds: nil),
        plant(.arrows, "Sources/Gateways/A.swift", "public import Storage", finds: "must not import Storage"),
        plant(.arrows, "Sources/Gateways/A.swift", "@preconcurrency import GRDB", finds: "not import GRDB"),
        plant(
            .arrows, "Sources/Gateways/A.swift", "@_spi(A) public import struct Storage.Book",
            finds: "Storage"),
        plant(.arrows, "Sources/Gateways/A.swift", "public import Crowdfunding\nimport Glibc\n", finds: nil),
        plant(.arrows, "Sources/Storage/Book.swift", "import GRDB\n", finds: nil),
        plant(.arrows, "Sources/Reports/A.swift", "import GRDB\n", finds: "Reports must not import GRDB"),
        plant(.arrows, environment, "import Storage\nimport Receipts\nimport Gateways\n", finds: nil),
        plant(.arrows, "Sources/PledgebookCLI/A.swift", "import Storage\n", finds: "not import Storage"),
        plant(.arrows, "Sources/Pledgebook/TimeZones.swift", "import Foundation\n", finds: nil),
        plant(.arrows, "Sources/Pledgebook/A.swift", "import Foundation\n", finds: "not import Foundation"),
        plant(.arrows, "Tests/ATests/A.swift", "import Foundation\n", finds: nil),
    ]

    static let sizes: [Plant] = [
        plant(.fileLength, money, String(repeating: "\n", count: 500), finds: nil),
        plant(.fileLength, money, String(repeating: "\n", count: 501), finds: "501: error: 501 lines"),
        plant(.functionLength, money, "func a() {\n" + lines(48) + "}\n", finds: nil),
        plant(
            .functionLength, money, "\nfunc a() {\n" + lines(49) + "}\n", finds: "2: error: a has 51 lines"),
        plant(.functionLength, money, "init(a: Int) {\n" + lines(49) + "}\n", finds: "1: error: init has 51"),
        plant(
            .functionLength, money, "var a: Int {\n" + lines(49) + "}\n", finds: "1: error: a has 51 lines"),
        plant(
            .functionLength, money, "let a = [\n" + lines(90) + "]\nvar b = [\n" + lines(60) + "]", finds: nil
        ),
        plant(.functionLength, money, "struct A {\n" + lines(90) + "}\n", finds: nil),
        plant(.functionLength, money, "func a() {\n// {\nlet s = \"{\"\n}\n" + lines(60), finds: nil),
        plant(.lineLength, money, "//" + String(repeating: "é", count: 108), finds: nil),
        plant(
            .lineLength, money, "\n//" + String(repeating: "é", count: 109), finds: "2: error: 111 columns"),
    ]

    static let words: [Plant] = [
        plant(.fileName, "Sources/Storage/SQLHelpers.swift", "", finds: "1: error: SQLHelpers says nothing"),
        plant(.fileName, "Sources/Storage/String+Utils.swift", "", finds: "1: error: Utils says nothing"),
        plant(.fileName, "Sources/Storage/Common/Book.swift", "", finds: "1: error: Common says nothing"),
        plant(.fileName, "Sources/Storage/Book.swift", "", finds: nil),
        plant(.wholeMoney, money, "let a: Double = b", finds: "1: error: Double where money is"),
        plant(.wholeMoney, money, "\nlet a = Float32(b)", finds: "2: error: Float32 where money is"),
        plant(.wholeMoney, money, "let a = 1_0.5 * b", finds: "1_0.5 is a Double"),
        plant(.wholeMoney, money, "let a = b.0.1 + $0.1 + c[0..<2] // 1.5 Double\n// Double", finds: nil),
        plant(.wholeMoney, "Sources/Reports/Chart.swift", "let a: Double = b", finds: nil),
        plant(.noLeftovers, money, "// TO" + "DO: later", finds: "1: error: TO" + "DO"),
        plant(.noLeftovers, money, "\n/* FIX" + "ME */", finds: "2: error: FIX" + "ME"),
        plant(
            .typeNames, "Sources/Receipts/A.swift", "public struct Receipts {}",
            finds: "1: error: Receipts is"),
        plant(
            .typeNames, "Sources/PledgebookCLI/A.swift", "enum Pledgebook {}", finds: "Pledgebook is the name"
        ),
        plant(
            .typeNames, "Sources/Receipts/A.swift", "struct Receipt { let s = \"enum Receipts\" }", finds: nil
        ),
        plant(
            .sqlAtHome, "Sources/Reports/A.swift", "\nlet q = \"SELECT a FROM b\"",
            finds: "2: error: SQL in Rep"),
        plant(
            .sqlAtHome, "Sources/Reports/A.swift", "let q = \"\"\"\n  insert into b\n  \"\"\"",
            finds: "1: error"),
        plant(
            .sqlAtHome, "Sources/Reports/A.swift", "let q = \"PRAGMA synchronous\"", finds: "1: error: SQL in"
        ),
        plant(.sqlAtHome, "Sources/Storage/A.swift", "let q = \"SELECT a FROM b\"", finds: nil),
        plant(.sqlAtHome, "Sources/Reports/A.swift", "let q = \"Select a tier from the list\"", finds: nil),
        plant(
            .checkedRows, "Sources/Storage/A.swift", "let a: Int = row[\"b\"]", finds: "1: error: row["),
        plant(.checkedRows, "Sources/Storage/A.swift", "\na.map { $0[1] }", finds: "2: error: 0[1] ends"),
        plant(.checkedRows, "Sources/Storage/A.swift", "a?[\"b\"]", finds: "1: error: a?["),
        plant(
            .checkedRows, "Sources/Storage/A.swift", "row.value(\"b\"); a[b, default: [1]]; c = [1]",
            finds: nil
        ),
        plant(.checkedRows, "Sources/Imports/A.swift", "row[\"b\"]", finds: nil),
    ]

    private static func lines(_ count: Int) -> String { String(repeating: "a\n", count: count) }

    @Test("plant", arguments: arrows + sizes + words)
    func plants(_ plant: Plant) {
        let found = plant.rule.violations(SourceFile(path: plant.path, source: plant.source))
        if let finds = plant.finds {
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix(plant.path + ":") == true)
            #expect(found.first?.contains(finds) == true, "\(found)")
        } else {
            #expect(found == [])
        }
    }

    @Test("every rule has a plant that it finds")
    func everyRuleIsPlanted() {
        let found = Set((Self.arrows + Self.sizes + Self.words).filter { $0.finds != nil }.map(\.rule.name))
        #expect(found == Set(Rule.all.map(\.name)))
    }
}

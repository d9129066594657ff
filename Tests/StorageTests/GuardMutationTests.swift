import Foundation
import GRDB
import Testing

@testable import Storage

/// Takes each guard out of the schema by itself and shows that a row comes through then which a test refuses:
/// no guard can be lost without a test failing.
@Suite("The schema's guards, one by one") struct GuardMutationTests {
    /// One CHECK or trigger of the schema.
    struct Guard: CustomTestStringConvertible, Sendable {
        /// For example `pledge: quantity > 0`.
        let name: String
        /// The whole schema without it.
        let schema: String
        var testDescription: String { name }
    }

    private static let whole = Migration.all.map(\.sql).joined(separator: "\n")

    /// Every CHECK and every trigger, in the order of the schema.
    static let guards: [Guard] = {
        var found: [Guard] = []
        for match in whole.matches(of: /CHECK \(/) {
            let end = closing(whole, from: match.range.upperBound)
            let rule = whole[match.range.upperBound..<end]
            let schema = whole.replacingCharacters(in: match.range.upperBound..<end, with: "1")
            let text = rule.split { $0.isWhitespace }.joined(separator: " ")
            found.append(Guard(name: "\(table(before: match.range.lowerBound)): \(text)", schema: schema))
        }
        for match in whole.matches(of: /CREATE TRIGGER (\w+)[\s\S]*?END;/) {
            found.append(
                Guard(
                    name: "trigger \(match.output.1)",
                    schema: whole.replacingCharacters(in: match.range, with: "")))
        }
        return found
    }()

    /// The parenthesis that closes what begins here.
    private static func closing(_ text: String, from start: String.Index) -> String.Index {
        var depth = 1
        var index = start
        while index < text.endIndex {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return index }
            index = text.index(after: index)
        }
        return index
    }

    private static func table(before place: String.Index) -> String {
        whole[..<place].matches(of: /(?:CREATE|ALTER) TABLE (\w+)/).last.map { String($0.output.1) } ?? "?"
    }

    /// A book's database in memory with one good row in every table.
    private static func filled(_ schema: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON")
        }
        let queue = try DatabaseQueue(configuration: configuration)
        try queue.inDatabase { db in
            try db.execute(sql: schema)
            try db.execute(
                sql: """
                    INSERT INTO book (id, key_secret) VALUES ('0123456789abcdef', zeroblob(16));
                    INSERT INTO definition (digest, text) VALUES (randomblob(32), '{}');
                    INSERT INTO campaign (number, id, definition, state, seed, currency, offsets, launched_at,
                      tag) SELECT 1, 'lamp', digest, 'live', 1, 'EUR', '', 1, zeroblob(32) FROM definition;
                    INSERT INTO posting_rule (kind, part, account, sign) VALUES (130, 1, 1100, 1);
                    \(RefusedRowsTests.good)
                    """)
        }
        return queue
    }

    /// What tests refuse, and nothing else is wrong with.
    private static let probes =
        RefusedRowsTests.bad + RefusedRowsTests.changedEntries + RefusedRowsTests.changedCheckpoints
        + [
            "INSERT INTO entry (campaign, number, kind, at, day, goods, tag) "
                + "VALUES (1, 3, 1, 1, 1, -1, zeroblob(32))"
        ]

    /// The probes that a schema lets through; each is undone.
    private static func accepted(_ schema: String) throws -> [String] {
        let queue = try filled(schema)
        return try queue.inDatabase { db in
            try probes.filter { probe in
                try db.execute(sql: "SAVEPOINT probe")
                let isAccepted = (try? db.execute(sql: probe)) != nil
                try db.execute(sql: "ROLLBACK TO probe; RELEASE probe")
                return isAccepted
            }
        }
    }

    @Test("with every guard in place nothing comes through") func whole() throws {
        #expect(try Self.accepted(Self.whole) == [])
        #expect(Self.guards.count > 40)
    }

    @Test("without it something comes through that a test refuses", arguments: guards)
    func without(_ guarded: Guard) throws {
        let accepted = try Self.accepted(guarded.schema)
        let isImplied = Self.implied.contains(guarded.name)
        #expect(accepted.isEmpty == isImplied, "nothing would notice that \(guarded.name) is gone")
    }

    /// These follow from others: what was captured covers refunds, promises and losses, none of which is
    /// negative, and what was authorized covers what was captured and let go.
    private static let implied = ["payment: authorized >= 0", "payment: captured >= 0"]

    @Test("the page on reliability lists them") func listed() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/reliability.md"), encoding: .utf8)
        let listed = page.matches(of: /\n- `([^`\n]+)`/).map { String($0.output.1) }
        let names = Self.guards.map(\.name)
        #expect(listed == names, "write:\n\(names.map { "- `\($0)`" }.joined(separator: "\n"))")
    }
}

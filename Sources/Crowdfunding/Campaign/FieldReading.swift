import Accounting
import Parsing

/// A value of the file with the path that messages name it by, for example `tiers[2].price`.
struct Located {
    let path: String
    let node: JSONNode
}

/// The members of one object of the file, after unknown keys have been reported.
struct Fields {
    /// Empty for the file itself.
    let path: String
    let node: JSONNode
    let members: [String: JSONMember]
    /// Keys that an unknown key was taken for; they are not reported as missing on top.
    let suggested: Set<String>

    /// The value under `key`, where somebody wrote one.
    subscript(key: String) -> Located? {
        members[key].map { Located(path: path(to: key), node: $0.value) }
    }

    /// How messages name the value under `key`.
    func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

/// The largest count of anything in a campaign file: units in a tier, limits, stock, capacity.
public let largestQuantity: Int64 = 1_000_000

/// The largest number of tiers, items, variants of an item, add-ons and the like in a campaign file.
public let largestListCount = 1_000

/// The largest text in a campaign file, in bytes of UTF-8.
public let largestTextSize = 1_000

/// Reads values of a campaign file and keeps every problem and every default on the way.
///
/// A reader that finds a problem reports it and gives `nil`; reading goes on, so that all are reported at once.
struct FieldReading {
    private struct Problem {
        let offset: Int
        let message: String
        let remedy: String
    }

    /// More problems than anybody mends at once; the rest is counted.
    private static let largestProblemCount = 1_000

    let document: JSONDocument
    let isKnownZone: (String) -> Bool
    /// `nil` until it is read and where it could not be; then decimals are not compared.
    var currency: Currency?
    /// What the file names elsewhere, for values that refer to it.
    var known = KnownNames()
    private(set) var defaults: [DefaultInUse] = []
    private var problems: [Problem] = []
    private var problemsLeftOut = 0

    init(_ document: JSONDocument, isKnownZone: @escaping (String) -> Bool) {
        self.document = document
        self.isKnownZone = isKnownZone
    }

    /// Every problem in the order of the file.
    var diagnostics: [Diagnostic] {
        var sorted = problems.enumerated()
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element)
        if problemsLeftOut > 0 {
            let last = sorted.last?.offset ?? 0
            let message = "\(problemsLeftOut) more problems are not listed"
            sorted.append(Problem(offset: last, message: message, remedy: "mend those above first"))
        }
        return sorted.map { document.diagnostic(at: $0.offset, $0.message, fix: $0.remedy) }
    }

    // MARK: Reporting

    mutating func report(at offset: Int, _ path: String, _ message: String, fix: String) {
        guard problems.count < Self.largestProblemCount else {
            problemsLeftOut += 1
            return
        }
        let message = path.isEmpty ? message : "\(path): \(message)"
        problems.append(Problem(offset: offset, message: message, remedy: fix))
    }

    mutating func report(_ value: Located, _ message: String, fix: String) {
        report(at: value.node.start, value.path, message, fix: fix)
    }

    /// Keeps that nobody wrote `key` and what counts instead.
    mutating func useDefault(_ fields: Fields, _ key: String, _ value: String) {
        defaults.append(DefaultInUse(path: fields.path(to: key), value: value))
    }

    // MARK: Members of objects

    /// The members of an object of a known kind; unknown keys are reported.
    mutating func fields(of value: Located, _ kind: ObjectKind) -> Fields? {
        guard case .object(let members) = value.node.value else {
            wrongType(value, "an object in braces", example: "{ … }")
            return nil
        }
        var known: [String: JSONMember] = [:]
        var suggested: Set<String> = []
        for member in members {
            if member.key == "note" || kind.keys.contains(member.key) {
                known[member.key] = member
                continue
            }
            let advice = kind.advice(for: member.key)
            if let meant = advice.meant { suggested.insert(meant) }
            let path = value.path.isEmpty ? "" : "\(value.path): "
            report(at: member.keyStart, "", "\(path)unknown key \(quoted(member.key))", fix: advice.remedy)
        }
        return Fields(path: value.path, node: value.node, members: known, suggested: suggested)
    }

    /// The members of an object whose keys the maker chooses; `note` is no such key.
    mutating func entries(of value: Located) -> [(key: String, keyStart: Int, value: Located)] {
        guard case .object(let members) = value.node.value else {
            wrongType(value, "an object in braces", example: "{ … }")
            return []
        }
        guard members.count <= largestListCount else {
            report(value, "has \(members.count) entries", fix: "at most \(largestListCount) fit here")
            return []
        }
        return members.filter { $0.key != "note" }.map { member in
            let path = "\(value.path).\(shown(member.key))"
            return (member.key, member.keyStart, Located(path: path, node: member.value))
        }
    }

    /// The elements of an array; none where nobody wrote it.
    mutating func elements(of value: Located?) -> [Located] {
        guard let value else { return [] }
        guard case .array(let nodes) = value.node.value else {
            wrongType(value, "a list in square brackets", example: "[ … ]")
            return []
        }
        guard nodes.count <= largestListCount else {
            report(value, "has \(nodes.count) entries", fix: "at most \(largestListCount) fit here")
            return []
        }
        return nodes.enumerated().map { Located(path: "\(value.path)[\($0.offset)]", node: $0.element) }
    }

    /// The value of a key that has no default.
    mutating func required(_ fields: Fields, _ key: String, example: String) -> Located? {
        if let value = fields[key] { return value }
        if !fields.suggested.contains(key) {
            report(at: fields.node.start, fields.path, "\(quoted(key)) is missing", fix: "add \"\(key)\": \(example)")
        }
        return nil
    }

    /// Reads a key that has a default; gives `nil` where nobody wrote it or what is there is no good.
    mutating func optional<Value>(
        _ fields: Fields, _ key: String, else value: String, _ read: (inout FieldReading, Located) -> Value?,
    ) -> Value? {
        guard let located = fields[key] else {
            useDefault(fields, key, value)
            return nil
        }
        return read(&self, located)
    }

    /// Reads a key that may be left out without any effect.
    mutating func ifPresent<Value>(
        _ fields: Fields, _ key: String, _ read: (inout FieldReading, Located) -> Value?,
    ) -> Value? {
        fields[key].flatMap { read(&self, $0) }
    }

    // MARK: Wrong types

    /// Reports a value of another type than asked, with the commonest mistakes named.
    mutating func wrongType(_ value: Located, _ wanted: String, example: String) {
        switch value.node.value {
        case .null:
            report(value, "null is not \(wanted)", fix: "leave the key out, or write \(example)")
        case .bool(let flag):
            report(value, "\(flag) is not \(wanted)", fix: "write \(wanted), for example \(example)")
        case .number(let written):
            report(value, "the number \(shown(written)) is not \(wanted)", fix: "write \(wanted), for example \(example)")
        case .string(let text):
            report(value, "the string \(quoted(text)) is not \(wanted)", fix: "write \(wanted), for example \(example)")
        case .array:
            report(value, "a list is not \(wanted)", fix: "write \(wanted), for example \(example)")
        case .object:
            report(value, "an object is not \(wanted)", fix: "write \(wanted), for example \(example)")
        }
    }

    /// The text of a string; a number or a word without quotes says how to quote it.
    mutating func string(_ value: Located, _ wanted: String, example: String) -> String? {
        switch value.node.value {
        case .string(let text): return text
        case .number(let written):
            report(
                value, "\(shown(written)) is a number, a string belongs here",
                fix: "put it in quotes: \"\(shown(written))\"")
        default: wrongType(value, wanted, example: example)
        }
        return nil
    }
}

/// The text as a JSON string for a message, cut where it is long.
func quoted(_ text: String) -> String { jsonText(shown(text)) }

/// The text for a message, cut where it is long.
func shown(_ text: String) -> String {
    text.utf8.count <= 80 ? text : "\(text.prefix(60))…"
}

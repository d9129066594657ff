import Foundation

/// What is random in an output: a name in braces stands for it and matches a run without blanks.
///
/// These names are the only ones; any other text in braces stands for itself.
enum Placeholders {
    /// Name, what it matches.
    private static let patterns = [
        "tag": "[A-Za-z0-9_-]+",  // of an entry, whole or its first characters
        "digest": "[0-9a-f]+",
        "receipt": "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+",
        "base64": "[A-Za-z0-9+/]+=*",
        "path": "\\S+",  // in the temporary folder
        "time": "\\S+",
        "size": "\\S+",
        "version": "\\S+",
    ]

    /// How random things are recognized when a transcript is written anew: pattern, what takes its place.
    private static let recognized = [
        ("\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+", "{receipt}"),
        ("\\b(?:[0-9a-f]{64}|[0-9a-f]{32})\\b", "{digest}"),
        // Keys and their check values, roots and signatures of checkpoints.
        ("\\+[0-9a-f]{8}\\+[A-Za-z0-9+/]{44}", "+{digest}+{base64}"),
        ("check=[0-9a-f]{8}\\b", "check={digest}"),
        ("(\\.\\d+(?:  |,))[0-9a-f]{8}\\b", "$1{digest}"),
        ("(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{91})=", "{base64}"),
        ("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "{tag}"),
        ("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{5}(?=…)", "{tag}"),
        // The beginning of an entry's tag: `tag  05f2ae69a9c0…`.
        ("(?<=tag {10})[0-9a-f]{12}(?=…)", "{digest}"),
        // The journal's head in a report: `2114:Zk3vQ`.
        ("(^|[(,;\" ])(\\d+):[A-Za-z0-9_-]{5}(?=[),;\" ]|$)", "$1$2:{tag}"),
    ]

    /// Whether what was said is what the transcript's line stands for.
    static func line(_ expected: String, matches actual: String) -> Bool {
        if expected == actual { return true }
        guard expected.contains("{") else { return false }
        let names = patterns.keys.sorted().joined(separator: "|")
        guard let marks = try? NSRegularExpression(pattern: "\\{(\(names))\\}") else { return false }
        let text = expected as NSString
        var pattern = "^"
        var end = 0
        for match in marks.matches(in: expected, range: NSRange(location: 0, length: text.length)) {
            let before = NSRange(location: end, length: match.range.location - end)
            pattern += NSRegularExpression.escapedPattern(for: text.substring(with: before))
            pattern += "(?:" + (patterns[text.substring(with: match.range(at: 1))] ?? "") + ")"
            end = NSMaxRange(match.range)
        }
        if end == 0 { return false }
        pattern += NSRegularExpression.escapedPattern(for: text.substring(from: end)) + "$"
        return actual.range(of: pattern, options: .regularExpression) == actual.startIndex..<actual.endIndex
    }

    /// Whether all lines match, one by one.
    static func lines(_ expected: [String], match actual: [String]) -> Bool {
        expected.count == actual.count && zip(expected, actual).allSatisfy { line($0, matches: $1) }
    }

    /// The line with names for what is random in it; `folder` is the temporary one.
    static func replacing(in line: String, folder: String) -> String {
        let path = NSRegularExpression.escapedPattern(for: folder) + "[^\\s\"'”:;,)]*"
        return ([(path, "{path}")] + recognized).reduce(line) { text, rule in
            text.replacingOccurrences(of: rule.0, with: rule.1, options: .regularExpression)
        }
    }
}

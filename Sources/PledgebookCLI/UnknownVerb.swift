import ArgumentParser

/// A noun or verb that is none, with the nearest that is.
struct UnknownVerb {
    let message: String

    /// Follows the arguments down to the first that is no command; `nil` where all are, or an option comes
    /// first.
    init?(in arguments: [String], below root: any ParsableCommand.Type) {
        var command: any ParsableCommand.Type = root
        var path = "pledgebook"
        for argument in arguments {
            let verbs = command.configuration.subcommands
            guard !verbs.isEmpty, !argument.hasPrefix("-") else { return nil }
            if argument == "help", path == "pledgebook" { return nil }
            if let next = verbs.first(where: { $0.allNames.contains(argument) }) {
                command = next
                path += " " + argument
                continue
            }
            message = Self.message(for: argument, at: path, verbs, root)
            return
        }
        return nil
    }

    private static func message(
        for word: String, at path: String, _ verbs: [any ParsableCommand.Type],
        _ root: any ParsableCommand.Type
    ) -> String {
        let names = verbs.map { $0.name }
        var near = nearest(to: word, among: names).map { ["\(path) \($0)"] } ?? []
        if near.isEmpty {
            near = root.configuration.subcommands.flatMap { noun in
                noun.configuration.subcommands.filter { $0.name == word }
                    .map { "pledgebook \(noun.name) \($0.name)" }
            }
        }
        let shown = word.unicodeScalars.count > 40 ? word.prefix(40) + "…" : word
        let start = "“\(visible(shown))” is not a command of `\(path)`."
        if path == "pledgebook import", near.isEmpty {
            return "\(start) It has: \(names.joined(separator: ", ")). A file is imported with "
                + "`pledgebook pledge import FILE`."
        }
        if near.isEmpty { return "\(start) It has: \(names.joined(separator: ", "))." }
        return "\(start) Did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?"
    }

    /// The name that takes the fewest changes, when they are few, or that the word begins.
    private static func nearest(to word: String, among names: [String]) -> String? {
        let ranked = names.map {
            (name: $0, distance: editDistance(Array(word.utf8.prefix(40)), Array($0.utf8)))
        }
        if let best = ranked.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.name.count / 3)
        {
            return best.name
        }
        let begun = names.filter { $0.hasPrefix(word) }
        return begun.count == 1 ? begun[0] : nil
    }
}

extension ParsableCommand {
    fileprivate static var name: String { configuration.commandName ?? "" }
    fileprivate static var allNames: [String] { [name] + configuration.aliases }
}

/// How many letters are to be put in, left out, changed or swapped with their neighbor.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var least = min(last[column + 1], current[column]) + 1
            least = min(least, last[column] + (letter == other ? 0 : 1))
            if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                least = min(least, beforeLast[column - 1] + 1)
            }
            current.append(least)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}

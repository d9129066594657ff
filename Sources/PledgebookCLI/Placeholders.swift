/// What the capital words stand for in commands that the program suggests.
enum Placeholders {
    /// By the word; `FILE` is another file to each command.
    private static let meanings = [
        ("AMOUNT", "how much, for example 25.00"),
        ("DATE", "the day, for example 2026-04-03"),
        ("WHO", "a pledge's reference, or its backer's e-mail address or name"),
        ("RUN", "the run's id, as `pledgebook run list` shows it"),
        ("UNITS", "how many came, or SKU=N for each kind"),
        ("NUMBER", "the entry's number, as receipts show it"),
        ("CHOICE", "returned, kept, refunded, claimed or given-up; see `pledgebook payment settle --help`"),
        ("REFERENCE", "the bank's or platform's own name for it"),
        ("TOKEN", "the processor's token of the new card"),
        ("TEXT", "your reason, in quotes; it is kept"),
    ]

    private static let files = [
        ("pledge import", "a CSV of pledges: yours, or a platform's export"),
        ("pledge ship", "a CSV of parcels; see `pledgebook pledge ship --help`"),
        ("campaign launch", "the campaign file, which `pledgebook campaign new` writes"),
        ("campaign amend", "the campaign file, as it shall be"),
        ("book rebuild", "a name for the new book"),
        ("receipt checkpoint", "a name for the file to write"),
    ]

    /// A line for each capital word in the text's commands, in the order of the list.
    static func legend(of text: String) -> [String] {
        let commands = commands(in: text)
        let words = Set(commands.flatMap { $0.filter(isPlaceholder) })
        var lines = meanings.filter { words.contains($0.0) }.map { "\($0.0): \($0.1)" }
        for command in commands where command.contains("FILE") {
            let name = command.dropFirst().prefix(2).joined(separator: " ")
            guard let file = files.first(where: { $0.0 == name }) else { continue }
            let line = "FILE: \(file.1)"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    /// The words of each command: `pledgebook …` up to a back quote, the end of a line or a wide gap.
    private static func commands(in text: String) -> [[String]] {
        var commands: [[String]] = []
        for line in text.split(separator: "\n") {
            var rest = line[...]
            while let start = rest.firstRange(of: "pledgebook ") {
                let tail = rest[start.lowerBound...]
                let end = tail.firstIndex(of: "`") ?? tail.firstRange(of: "   ")?.lowerBound ?? tail.endIndex
                commands.append(tail[..<end].split(separator: " ").map(String.init))
                rest = tail[end...]
            }
        }
        return commands
    }

    private static func isPlaceholder(_ word: String) -> Bool {
        word.utf8.count > 2 && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }
}

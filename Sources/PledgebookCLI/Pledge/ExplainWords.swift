import Parsing
import Pledgebook

/// How files would be read, column by column, for a maker.
struct ExplainWords {
    let writeMap: String?
    let encoding: FileEncoding

    func write(_ files: [ExplainedImport]) throws {
        for file in files {
            Output.line("\(visible(file.file)): \(file.title ?? "no format that is known")")
            var table = Table([.text("column"), .text("taken as"), .text("first value"), .text("becomes")])
            table.rows = file.columns.map {
                ["  " + visible($0.name), visible($0.use), visible($0.value), visible($0.becomes)]
            }
            for line in table.lines(header: true) { Output.line(line) }
            if !file.orders.isEmpty { Output.line("First rows:") }
            for order in file.orders { Output.line("  " + visible(order)) }
            for problem in file.problems {
                Output.talk(visible(problem.headline) + "\n  fix: " + visible(problem.remedy))
            }
        }
        guard let writeMap, let first = files.first else { return }
        try OutputFile.write(Array(first.startingMap.utf8), to: writeMap)
        Output.line("\(visible(writeMap)) is written: guesses, check every line.")
        Output.next([
            "pledgebook pledge import \(shellQuoted(first.file)) --explain --map \(shellQuoted(writeMap))"
                + encodingOption(encoding)
        ])
    }
}

import ArgumentParser
import Crowdfunding
import Parsing
import Pledgebook

struct ImportShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One imported file: what it did, its entries, its first differences",
        discussion: """
            Example:
              pledgebook import show 2
            """)

    /// How it is written.
    enum ShowFormat: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Argument(help: "The import's number, from `import list`") var number: Int
    @Option(help: ArgumentHelp("How it is written: text or json", valueName: "format"))
    var format: ShowFormat = .text
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .reading, "import show")
        let campaign = try environment.campaign()
        let file = try environment.session.importedFile(number, in: campaign.id)
        format == .text ? write(file) : Output.line(json(file, of: campaign))
    }

    private func write(_ file: ImportedFile) {
        Output.line("import \(file.number) · \(visible(file.name)) · \(file.source)")
        var rows = [
            ("imported", "\(file.at)" + (file.operatorName.map { " by \(visible($0))" } ?? "")),
            ("sha256", hexDigest(file.digest)), ("rows", grouped(file.rows)),
            ("placed", grouped(file.placed)), ("changed", grouped(file.changed)),
            ("same", grouped(file.same)), ("refused", grouped(file.refused)),
        ]
        if file.vanished > 0 { rows.append(("vanished", grouped(file.vanished))) }
        if let entries = file.entries {
            rows.append(("entries", "\(entries.lowerBound) to \(entries.upperBound)"))
        }
        if let at = file.undoneAt {
            let who = file.undoneBy.map { " by \(visible($0))" } ?? ""
            let entry = file.undoneFrom.map { ", from entry \($0) on" } ?? ""
            rows.append(("undone", "\(at)\(who)\(entry)"))
            if let reason = file.undoneBecause { rows.append(("because", visible(reason))) }
        }
        for (name, value) in rows {
            Output.line("  \(name)\(String(repeating: " ", count: max(1, 11 - name.count)))\(value)")
        }
        guard !file.differences.isEmpty else { return }
        Output.line("  first differences")
        for change in file.differences { Output.line("    \(visible(change))") }
    }

    private func json(_ file: ImportedFile, of campaign: LoadedCampaign) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("import", file.number)
            json.member("campaign", campaign.id.rawValue)
            json.member("at", "\(file.at)")
            json.member("by", file.operatorName)
            json.member("source", file.source)
            json.member("file", file.name)
            json.member("sha256", hexDigest(file.digest))
            json.member("rows", file.rows)
            json.member("placed", file.placed)
            json.member("changed", file.changed)
            json.member("same", file.same)
            json.member("refused", file.refused)
            json.member("vanished", file.vanished)
            json.member("first_entry") { json in
                if let entries = file.entries { json.number(entries.lowerBound) } else { json.null() }
            }
            json.member("last_entry") { json in
                if let entries = file.entries { json.number(entries.upperBound) } else { json.null() }
            }
            json.member("differences") { json in
                json.array { json in for change in file.differences { json.string(change) } }
            }
            json.member("undone_at", file.undoneAt.map { "\($0)" })
            json.member("undone_by", file.undoneBy)
            json.member("undone_because", file.undoneBecause)
        }
        return json.text
    }
}

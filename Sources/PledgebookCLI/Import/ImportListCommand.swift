import ArgumentParser
import Crowdfunding
import Pledgebook

struct ImportListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The files that were imported, with what each did",
        discussion: """
            Example:
              pledgebook import list
            """)

    @OptionGroup var format: FormatOption
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .reading, "import list")
        let campaign = try environment.campaign()
        let files = try environment.session.importedFiles(campaign.id)
        if files.isEmpty {
            Output.note("Nothing was imported into \(campaign.id) yet: `pledgebook pledge import FILE`.")
            if format.format == .text { return }
        }
        var table = Table([
            .number("import"), .text("on"), .text("source"), .text("file"), .text("sha256"), .number("rows"),
            .number("placed"), .number("changed"), .number("same"), .number("refused"), .text("by"),
            .text("undone_on"),
        ])
        table.rows = files.map { file in
            [
                "\(file.number)", "\(campaign.day(of: file.at))", file.source, file.name,
                shortDigest(file.digest), grouped(file.rows), grouped(file.placed), grouped(file.changed),
                grouped(file.same), grouped(file.refused), file.operatorName ?? "",
                file.undoneAt.map { "\(campaign.day(of: $0))" } ?? "",
            ]
        }
        table.write(format.format)
    }
}

/// The first twelve digits of a SHA-256.
func shortDigest(_ digest: [UInt8]) -> String { String(hexDigest(digest).prefix(12)) }

/// A SHA-256 in hexadecimal digits.
func hexDigest(_ digest: [UInt8]) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

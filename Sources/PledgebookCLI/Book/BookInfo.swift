import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct BookInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Say where the book is and what is in it",
        discussion: """
            Example:
              pledgebook book info
            """)

    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, for: .reading, "book info")
        let overview = try here.session.overview()
        var facts = Table([.text("what"), .text("value")])
        facts.rows = [
            ["book", here.bookPath], ["key", here.keyPath], ["id", overview.id],
            ["campaigns", grouped(overview.campaigns.count)],
        ]
        for line in facts.lines(header: false) { Output.line(line) }
        guard !overview.campaigns.isEmpty else { return }
        var table = Table([
            .text("campaign"), .text("state"), .text("launched"), .number("pledges"), .number("entries"),
            .text("locked through"),
        ])
        table.rows = overview.campaigns.map {
            [
                $0.id.rawValue, $0.state.rawValue, $0.launchedOn.description, grouped($0.pledges),
                grouped($0.entries), $0.lockedThrough?.description ?? "–",
            ]
        }
        Output.line("")
        table.write(.text)
    }
}

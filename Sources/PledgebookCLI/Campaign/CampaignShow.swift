import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

/// Text for people, or JSON for programs.
enum ScreenFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

struct CampaignShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show how a campaign stands, and what is due",
        discussion: """
            Example:
              pledgebook campaign show
              pledgebook campaign show aurora-lamp --format json
            """)

    @Argument(help: "The campaign; else the only unfinished one") var id: CampaignID?
    @Option(help: ArgumentHelp("How it is written: text or json", valueName: "format"))
    var format: ScreenFormat = .text
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, campaign: id, for: .reading, "campaign show")
        let standing = try here.session.standing(
            of: here.campaign().definition.id, asksWhenSoldOut: true)
        switch format {
        case .json: Output.line(StandingJSON(standing).text)
        case .text:
            for line in StandingWords(standing).lines { Output.line(line) }
            Output.next(DueWords(standing).lines(standing.due))
        }
    }
}

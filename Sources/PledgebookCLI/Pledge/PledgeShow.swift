import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PledgeShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one pledge: what it gets, what it paid, what happened",
        discussion: """
            WHO is a pledge's reference, or its backer's e-mail address or name.

            Example:
              pledgebook pledge show P-1042
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "pledge show")
        let details = try here.session.pledgeDetails(who, of: here.campaign().definition.id)
        for line in PledgeWords(details).lines { Output.line(line) }
    }
}

import ArgumentParser
import Crowdfunding
import Pledgebook

struct CampaignFinish: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Finish a campaign of which everything is shipped and settled",
        discussion: """
            Refused while anything is unshipped, owed, open or disputed, which it names.

            Example:
              pledgebook campaign finish aurora-lamp
            """)

    @Argument(help: "The campaign; else the only unfinished one") var id: CampaignID?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var place: BookOptions

    func run() throws {
        let here = try Environment(place, campaign: id, for: .writing, "campaign finish")
        let id = try here.campaign().definition.id
        try here.session.checkMayFinish(id)
        guard try confirmation.proceeds("Finish \(id)?") else { return }
        let done = try here.session.finishCampaign(id)
        Output.line("\(done.definition.id) is \(done.state.rawValue).")
    }
}

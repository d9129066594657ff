import ArgumentParser

struct CampaignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign",
        abstract: "Campaigns: from the file to the last parcel",
        discussion: """
            Example:
              pledgebook campaign list
            """,
        subcommands: [
            CampaignNew.self,
            CampaignCheck.self,
            CampaignLaunch.self,
            CampaignAmend.self,
            CampaignList.self,
            CampaignShow.self,
            CampaignHold.self,
            CampaignClose.self,
            CampaignCancel.self,
            CampaignFinish.self,
        ])
}

import ArgumentParser

struct PledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pledge",
        abstract: "Pledges: what backers promised and get",
        discussion: """
            Example:
              pledgebook pledge import pledges.csv
            """,
        subcommands: [
            PledgeImport.self,
            PledgeList.self,
            PledgeShow.self,
            PledgeChoose.self,
            PledgeNoteCommand.self,
            PledgeExport.self,
            PledgeShip.self,
            PledgeCancel.self,
        ])
}

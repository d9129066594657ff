import ArgumentParser

struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "Notices: what backers are to be told, once each",
        discussion: """
            Closing a campaign queues a reminder for every payment that failed or waits for its backer, once
            in each period of the retry window, while there is time left. This program sends nothing: export
            them, send them with your own mail program, and say so.

            Example:
              pledgebook notice list
            """,
        subcommands: [NoticeList.self, NoticeExport.self, NoticeSent.self])
}

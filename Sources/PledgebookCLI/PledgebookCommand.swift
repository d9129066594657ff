import ArgumentParser
import Glibc

/// The command `pledgebook`: nouns, and under each its verbs.
@main
struct PledgebookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pledgebook",
        abstract: "Runs a crowdfunding campaign's books: pledges, payments, production runs and cash flow.",
        discussion: """
            The book is one file (--book, PLEDGEBOOK_BOOK, else ./pledgebook.sqlite); the key that signs its \
            entries is another (--key-file, PLEDGEBOOK_KEY_FILE, else pledgebook/key in your settings folder).

            Example:
              pledgebook init
              pledgebook campaign new my-lamp.json --title "My lamp"
              pledgebook campaign check my-lamp.json
            """,
        version: programVersion,
        subcommands: [
            InitCommand.self,
            CampaignCommand.self,
            PledgeCommand.self,
            ImportCommand.self,
            BackerCommand.self,
            PaymentCommand.self,
            NoticeCommand.self,
            RunCommand.self,
            CashCommand.self,
            EntryCommand.self,
            ReportCommand.self,
            ReceiptCommand.self,
            KeyCommand.self,
            BookCommand.self,
            RehearseCommand.self,
            SampleCommand.self,
            VersionCommand.self,
        ])

    static func main() {
        Interruption.prepare()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let unknown = UnknownVerb(in: arguments, below: Self.self) {
            Output.note(unknown.message)
            Glibc.exit(ExitCode.validationFailure.rawValue)
        }
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            Glibc.exit(Failure.reportParsing(error, arguments))
        }
        do {
            try command.run()
        } catch {
            Glibc.exit(Failure.report(error))
        }
        Glibc.exit(Output.failure.map { Failure.report($0) } ?? 0)
    }
}

/// The program's version; kept with what it writes.
let programVersion = "0.1.0"

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Say the program's version",
        discussion: """
            Example:
              pledgebook version
            """)

    func run() throws {
        Output.line("pledgebook \(programVersion)")
    }
}

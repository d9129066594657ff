public import Accounting
public import ArgumentParser
public import Crowdfunding
import Glibc
public import Pledgebook

/// Which book, which key, which clock.
struct BookOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The book (PLEDGEBOOK_BOOK, else ./pledgebook.sqlite)", valueName: "path"))
    var book: String?

    @Option(
        help: ArgumentHelp(
            "The key file (PLEDGEBOOK_KEY_FILE, else pledgebook/key in your settings)", valueName: "path"))
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "Set the clock, for rehearsals, for example 2026-03-31T20:00:00+02:00", valueName: "time"))
    var at: Timestamp?

    /// Where the book is.
    var bookPath: String { book ?? variable("PLEDGEBOOK_BOOK") ?? "pledgebook.sqlite" }

    /// Where the key is.
    var keyPath: String {
        if let named = keyFile ?? variable("PLEDGEBOOK_KEY_FILE") { return named }
        let settings = variable("XDG_CONFIG_HOME") ?? (variable("HOME") ?? ".") + "/.config"
        return settings + "/pledgebook/key"
    }
}

/// Which book and which of its campaigns.
struct SharedOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The campaign (PLEDGEBOOK_CAMPAIGN, else the only unfinished one)", valueName: "id"))
    var campaign: CampaignID?

    @OptionGroup var place: BookOptions
}

/// A variable of the environment; an empty one is as good as none.
func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

extension Timestamp: ExpressibleByArgument {
    /// RFC 3339 with an offset.
    public init?(argument: String) { self.init(rfc3339: argument) }
}

extension CalendarDay: ExpressibleByArgument {
    /// `2026-03-31`.
    public init?(argument: String) { self.init(argument) }
}

extension CampaignID: ExpressibleByArgument {
    /// The id as written.
    public init?(argument: String) { self.init(argument) }
}

extension FileEncoding: ExpressibleByArgument {}

/// The option, with a space before it, as a further command needs it; nothing for the rule.
func encodingOption(_ encoding: FileEncoding) -> String {
    encoding == .utf8 ? "" : " --encoding \(encoding.rawValue)"
}

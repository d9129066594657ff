import Accounting
import ArgumentParser
import Crowdfunding
import Glibc
import Parsing
import Pledgebook

struct CampaignNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a campaign file to start from",
        discussion: """
            What is not said is a guess that you can change in the file. An existing file is never touched. \
            With --from the tiers, add-ons, choices and their mapping come from a platform's export.

            Example:
              pledgebook campaign new my-lamp.json --title "My lamp" --currency EUR --time-zone Europe/Berlin
              pledgebook campaign new my-lamp.json --from backer-report.zip --time-zone America/New_York
            """)

    @Argument(help: "The file to write") var file: String
    @Option(help: ArgumentHelp("The campaign's id; else from the file's name")) var id: CampaignID?
    @Option(help: "What people read") var title: String?
    @Option(
        help: ArgumentHelp("ISO 4217, for example EUR; else EUR, or as the export says", valueName: "code"))
    var currency: String?
    @Option(help: ArgumentHelp("A platform's export: CSV, folder or ZIP", valueName: "report")) var from:
        String?
    @Option(
        help: ArgumentHelp(
            "With --from: what its bytes are where no mark says it: utf-8, or windows-1252",
            valueName: "encoding"))
    var encoding: FileEncoding = .utf8
    @Option(help: ArgumentHelp("For example Europe/Berlin; else this machine's", valueName: "zone"))
    var timeZone: String?
    @Option(help: ArgumentHelp("When it closes, with an offset; else in 30 days", valueName: "time"))
    var closesAt: String?
    @Option(help: ArgumentHelp("Set the clock", valueName: "time")) var at: Timestamp?

    func run() throws {
        guard let currency = Currency(currency ?? "EUR") else {
            throw CommandProblem(
                "“\(visible(self.currency ?? ""))” is not a currency: write three capital letters of "
                    + "ISO 4217, for example EUR.",
                .usage)
        }
        let zone = try zone()
        let id = id ?? CampaignID(idFromName) ?? CampaignID("my-campaign")
        guard let id else { return }
        if let from { return try write(from: from, id, self.currency == nil ? nil : currency, zone) }
        let template = CampaignTemplate(
            id: id, title: title ?? words(id), currency: currency, timeZone: zone.name,
            closesAt: closesAt ?? closing(in: zone))
        // What was said may not fit, for example a closing time without an offset.
        _ = try checkCampaign(Array(template.text.utf8), file: file)
        try OutputFile.write(Array(template.text.utf8), to: file)
        Output.line(
            "\(visible(file)) is written: a campaign that can be launched as it is. Change it to be yours.")
        let named = shellQuoted(file)
        Output.next(["pledgebook campaign check \(named)", "pledgebook campaign launch \(named)"])
    }

    /// From a platform's export.
    private func write(from report: String, _ id: CampaignID, _ currency: Currency?, _ zone: ZoneOffsets)
        throws
    {
        let made = try CampaignFromReport(
            at: report, as: encoding, id: id, title: title ?? words(id), currency: currency, zone: zone)
        _ = try checkCampaign(Array(made.text.utf8), file: file)
        try OutputFile.write(Array(made.text.utf8), to: file)
        Output.line("\(visible(file)) is written from \(visible(report)): \(made.source).")
        Output.line("  " + made.counts.map { counted($0.count, $0.noun) }.joined(separator: ", "))
        for problem in made.problems { Output.talk(visible(problem.headline)) }
        Output.line("Look at these, an export does not say them:")
        for line in made.toLookAt { Output.line("  - " + visible(line)) }
        let named = shellQuoted(file)
        Output.next([
            "pledgebook campaign check \(named)", "pledgebook campaign launch \(named)",
            "pledgebook pledge import \(shellQuoted(report)) -c \(id)\(encodingOption(encoding))",
        ])
    }

    private func zone() throws -> ZoneOffsets {
        let name = timeZone ?? machineZone
        guard let zone = zoneOffsets(named: name) else {
            throw CommandProblem(
                "This machine does not know the time zone “\(visible(name))”. Write one like Europe/Berlin.",
                .usage)
        }
        return zone
    }

    /// What /etc/localtime points to.
    private var machineZone: String {
        guard let resolved = realpath("/etc/localtime", nil) else { return "UTC" }
        defer { free(resolved) }
        let parts = String(cString: resolved).split(separator: "/")
        guard let start = parts.lastIndex(of: "zoneinfo"), parts.count > start + 2 else { return "UTC" }
        return parts[(start + 1)...].joined(separator: "/")
    }

    private var idFromName: String {
        let name = file.split(separator: "/").last.map(String.init) ?? ""
        let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
        return String(stem.lowercased().map { $0 == " " || $0 == "." ? "-" : $0 })
    }

    private func words(_ id: CampaignID) -> String {
        let text = id.rawValue.split(whereSeparator: { $0 == "-" || $0 == "_" }).joined(separator: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// Eight in the evening, thirty days from now, in the campaign's own time.
    private func closing(in zone: ZoneOffsets) -> String {
        let now = at ?? Timestamp(seconds: Int64(time(nil)))
        let day = zone.day(of: now).adding(days: 30)
        let offset = zone.offset(at: zone.start(of: day).adding(seconds: 20 * 3_600))
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(day)T20:00:00\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

/// The word as a shell takes it back.
func shellQuoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x2D...0x39).contains(byte)
            || byte == UInt8(ascii: "_")
    }
    if isPlain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct BackerShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one backer: address, answers, pledges, choices, notes",
        discussion: """
            WHO is an e-mail address, a name, or the reference of a pledge.

            Example:
              pledgebook backer show ana@example.org
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "backer show")
        let details = try here.session.backerDetails(who, of: here.campaign().definition.id)
        for line in BackerWords(details).lines { Output.line(line) }
    }
}

/// One backer as lines for people.
struct BackerWords {
    private let backer: BackerDetails

    init(_ backer: BackerDetails) { self.backer = backer }

    var lines: [String] {
        var lines = backer.campaign.isRehearsal ? [Output.bold(Screen.rehearsal)] : []
        lines.append(Screen.line(head, "\(backer.campaign.definition.id), \(backer.campaign.state.rawValue)"))
        lines += address + answers
        for pledge in backer.pledges { lines += [""] + self.lines(of: pledge) }
        return lines
    }

    private var head: String {
        let mail = backer.email.isEmpty ? "" : "<\(visible(backer.email))>"
        let who = [visible(backer.name), mail].filter { !$0.isEmpty }.joined(separator: " ")
        return [who, backer.country].filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private var address: [String] {
        let names: [(PostalAddress.Field, String)] = [
            (.recipient, "to"), (.company, "company"), (.line1, "street"), (.line2, ""), (.line3, ""),
            (.postalCode, "postal code"), (.city, "city"), (.state, "state"), (.countryName, "country"),
            (.countryCode, "country"), (.phone, "phone"), (.deliveryNotes, "delivery"),
        ]
        let rows = names.compactMap { field, name -> [String]? in
            let text = backer.address[field].split(whereSeparator: \.isNewline).joined(separator: ", ")
            return text.isEmpty ? nil : [name, visible(text)]
        }
        return rows.isEmpty ? ["  no address"] : Screen.grid(rows, numbers: [])
    }

    private var answers: [String] {
        guard !backer.answers.isEmpty else { return [] }
        let rows = backer.answers.map { [visible($0.question), visible($0.answer)] }
        return ["", "  answers"] + Screen.grid(rows, numbers: []).map { "  " + $0 }
    }

    private func lines(of pledge: BackerPledge) -> [String] {
        let tier = pledge.tier.map { pledge.quantity == 1 ? $0 : "\(grouped(pledge.quantity)) × \($0)" }
        var parts = [
            visible(pledge.reference), tier ?? "no reward", pledge.total.description,
            pledge.standing.rawValue,
        ]
        if let destination = pledge.destination { parts.append("ships to \(destination)") }
        var lines = ["  " + parts.joined(separator: " · ")]
        var chosen = pledge.chosen.map { "\(grouped($0.units)) \(visible($0.title))" }
        if pledge.open > 0 { chosen.append("\(grouped(pledge.open)) open") }
        if !chosen.isEmpty { lines.append("    chosen   \(chosen.joined(separator: " · "))") }
        for note in pledge.notes {
            let day = DateWords.brief(backer.campaign.day(of: note.at))
            lines.append("    note \(note.number)   \(day): \(visible(note.text))")
        }
        return lines
    }
}

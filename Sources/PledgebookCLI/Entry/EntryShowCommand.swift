import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct EntryShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One entry with what it posts",
        discussion: """
            Example:
              pledgebook entry show 12
            """)

    @Argument(help: "The entry's number")
    var number: Int64
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .reading, "entry show")
        let campaign = try environment.campaign()
        let view = try environment.session.entry(number, in: campaign.id)
        let entry = view.entry
        Output.line("entry \(entry.number) · \(entry.kind.code.map { $0 + " " } ?? "")\(entry.kind.title)")
        var rows = [("day", "\(entry.day)"), ("written", "\(entry.at)")]
        if !entry.subject.isEmpty { rows.append(("pledge", visible(entry.subject))) }
        if let run = entry.run { rows.append(("run", run)) }
        if !entry.reference.isEmpty { rows.append(("reference", visible(entry.reference))) }
        for (account, amount) in view.postings {
            rows.append(
                (amount < 0 ? "credit" : "debit", "\(account.path)  \(campaign.money(abs(amount)).grouped)"))
        }
        if !entry.detail.isEmpty { rows.append(("detail", visible(entry.detail))) }
        if view.fact.count > 1 {
            rows.append(("told with", view.fact.map(String.init).joined(separator: ", ")))
        }
        if let first = entry.reverses { rows.append(("takes back", "entry \(first)")) }
        if let by = view.reversedBy { rows.append(("reversed by", "entry \(by)")) }
        if let writer = view.writer { rows.append(("by", visible(writer))) }
        if let reason = view.reason { rows.append(("because", visible(reason))) }
        rows.append(("tag", view.tag.bytes.prefix(6).map { hexByte($0) }.joined() + "…"))
        for (name, value) in rows {
            Output.line("  \(name)\(String(repeating: " ", count: max(1, 13 - name.count)))\(value)")
        }
    }

    private func hexByte(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

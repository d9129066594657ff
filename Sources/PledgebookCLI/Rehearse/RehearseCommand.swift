import Accounting
import ArgumentParser
import Crowdfunding
import Parsing
import Pledgebook

struct RehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Rehearse a whole campaign, and see what would be collected, dropped and paid back",
        discussion: """
            Launches the campaign in a throw-away book with invented pledges, closes it, tries failed cards \
            again, drops or pays back, as often as --runs says, each time with another seed. The profile \
            says how many backers cancel, how many cards fail, and what goes wrong at the card processor; \
            its keys are in campaigns/rehearsal.schema.json. Without one it is a good day. Your own book is \
            neither read nor written.

            Exits with 1 when a book differs from what the processor did or from its own journal: that would \
            be a mistake of this program.

            Example:
              pledgebook rehearse campaigns/aurora-lamp/campaign.json --seed 7 --runs 5
              pledgebook rehearse campaigns/hinoki-box/campaign.json --seed 7 \
            --profile campaigns/rehearsals/rough.json
            """)

    @Argument(help: "The campaign's file") var campaign: String
    @Option(help: ArgumentHelp("How backers and card processor behave", valueName: "file")) var profile:
        String?
    @Option(help: ArgumentHelp("Another number gives other pledges and other faults", valueName: "n"))
    var seed: UInt64
    @Option(help: ArgumentHelp("How often it is rehearsed", valueName: "n")) var runs = 1
    @Option(help: ArgumentHelp("How many pledges are invented", valueName: "n")) var pledges = 500
    @OptionGroup var format: FormatOption

    func validate() throws {
        guard (1...10_000).contains(runs), (1...1_000_000).contains(pledges) else {
            throw ValidationError("--runs is 1 to 10000, and --pledges 1 to 1000000.")
        }
    }

    func run() throws {
        let checked = try checkCampaign(InputFile.read(campaign), file: campaign)
        let plan = RehearsalPlan(
            campaign: checked, behavior: try behavior(), pledges: pledges, seed: seed, runs: runs)
        let progress = Progress()
        let results = try rehearse(plan) { done in progress.show { "rehearsed \(done) of \(runs) times" } }
        progress.finish()
        write(RehearsalSpread(results, of: checked.definition, isForPeople: format.format == .text))
        let faults = results.filter { !$0.faults.isEmpty }
        for result in faults {
            for fault in result.faults { Output.line("seed \(result.seed): \(visible(fault))") }
        }
        guard faults.isEmpty else {
            Output.note(
                "In \(counted(faults.count, "run")) the book and the card processor's own record differ. "
                    + "Please report it with the command you gave and both files.")
            throw ExitCode(ExitStatus.refused.rawValue)
        }
    }

    private func behavior() throws -> RehearsalBehavior {
        guard let profile else { return .realistic }
        switch JSONDocument.parse(try InputFile.read(profile), file: profile) {
        case .failure(let problems): throw CampaignProblems(diagnostics: problems.diagnostics)
        case .success(let document): return try RehearsalReader.read(document)
        }
    }

    private func write(_ spread: RehearsalSpread) {
        guard format.format == .text else { return spread.table.write(format.format) }
        Output.line("REHEARSAL: no real money moves.")
        Output.line(
            "\(spread.campaign) rehearsed \(counted(runs, "time")) with "
                + "\(counted(pledges, "invented pledge")), amounts in \(spread.currency)")
        Output.line("")
        for line in spread.table.lines(header: true) { Output.line("  \(line)") }
        Output.line("")
        Output.line(spread.outcomes)
        if spread.isSound {
            Output.line("Book and card processor agree to the cent in \(runs == 1 ? "it" : "every run").")
        }
    }
}

/// The lowest, the middle and the highest of every figure.
struct RehearsalSpread {
    let campaign: CampaignID
    let currency: Currency
    private(set) var table: Table
    /// For example `funded in 4 of 5 runs, unfunded in 1`.
    let outcomes: String
    let isSound: Bool

    /// - Parameters:
    ///   - results: One or more.
    ///   - definition: The campaign's.
    ///   - isForPeople: Digits are grouped and words stand apart; programs get texts as they are.
    init(_ results: [RehearsalResult], of definition: CampaignDefinition, isForPeople: Bool) {
        let column = isForPeople ? Table.Column.number : Table.Column.text
        table = Table([.text("figure"), column("lowest"), column("middle"), column("highest")])
        campaign = definition.id
        currency = definition.currency
        isSound = results.allSatisfy(\.faults.isEmpty)
        outcomes = Self.outcomes(results)
        let money: [(String, KeyPath<RehearsalResult, Int64>)] = [
            ("pledged", \.pledged), ("collected", \.collected), ("processor_fees", \.fees),
            ("dropped", \.dropped), ("paid_back", \.refunded),
        ]
        let currency = definition.currency
        for (name, key) in money {
            add(name, results.map { $0[keyPath: key] }) {
                let money = Money(minorUnits: $0, currency: currency)
                return isForPeople ? money.grouped : money.plain
            }
        }
        let counts: [(String, KeyPath<RehearsalResult, Int64>)] = [
            ("dropped_pledges", \.droppedCount), ("canceled_pledges", \.canceledCount),
            ("for_a_person", \.conflictedCount), ("runs_launched", \.runsLaunched),
        ]
        for (name, key) in counts {
            add(name, results.map { $0[keyPath: key] }) { isForPeople ? grouped($0) : "\($0)" }
        }
        let days: [(String, KeyPath<RehearsalResult, CalendarDay?>)] = [
            ("decided_on", \.decidedOn), ("last_collected_on", \.lastCollectedOn),
            ("last_paid_back_on", \.lastRefundedOn),
        ]
        for (name, key) in days {
            add(name, results.compactMap { $0[keyPath: key] }) { $0.description }
        }
    }

    private mutating func add<Value: Comparable>(
        _ name: String, _ values: [Value], _ text: (Value) -> String
    ) {
        let sorted = values.sorted()
        let places = [0, (sorted.count - 1) / 2, sorted.count - 1]
        let cells = places.map { sorted.isEmpty ? "–" : text(sorted[$0]) }
        let isForPeople = table.columns[1].isNumber
        table.rows.append([isForPeople ? name.split(separator: "_").joined(separator: " ") : name] + cells)
    }

    private static func outcomes(_ results: [RehearsalResult]) -> String {
        var counts: [(state: CampaignState, count: Int)] = []
        for result in results {
            if let index = counts.firstIndex(where: { $0.state == result.state }) {
                counts[index].count += 1
            } else {
                counts.append((result.state, 1))
            }
        }
        let words = counts.sorted { $0.count > $1.count }.map {
            "\($0.state.rawValue) in \($0.count) of \(counted(results.count, "run"))"
        }
        return words.joined(separator: ", ")
    }
}

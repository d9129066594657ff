import Accounting
public import ArgumentParser
import Crowdfunding
public import Pledgebook

struct SamplePledgesCommand: ParsableCommand {
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case own
        case from2014 = "kickstarter-2014"
        case from2018 = "kickstarter-2018"
        case from2023 = "kickstarter-2023"
    }

    static let configuration = CommandConfiguration(
        commandName: "pledges",
        abstract: "Invent pledges for a campaign, the same for the same seed",
        discussion: """
            Nobody in them exists. They are our own CSV on stdout, or in --output; Kickstarter's forms are a \
            folder, which --output names.

            Example:
              pledgebook sample pledges --campaign campaigns/aurora-lamp/campaign.json --count 100 --seed 1
            """)

    @Option(help: ArgumentHelp("The campaign's file", valueName: "file")) var campaign: String
    @Option(help: ArgumentHelp("How many pledges", valueName: "n")) var count: Int
    @Option(help: ArgumentHelp("Another number gives other pledges", valueName: "n")) var seed: UInt64
    @Option(help: ArgumentHelp("How many rows of our own CSV have a mistake", valueName: "n")) var bad = 0
    @Option(
        help: ArgumentHelp("Of 10,000 rows after a tier is sold out, how many ask for it", valueName: "n"))
    var missed = 0
    @Option(help: "own, kickstarter-2014, kickstarter-2018 or kickstarter-2023") var form: Form = .own
    @Option(help: "For Kickstarter's forms, when the report is asked for: live, charging or settled")
    var stage: KickstarterReport.Stage = .charging
    @Option(help: ArgumentHelp("Where to write; nothing is replaced", valueName: "path")) var output: String?

    func validate() throws {
        guard bad >= 0, (0...10_000).contains(missed) else {
            throw ValidationError("--bad is 0 or more, and --missed 0 to 10000.")
        }
        guard form == .own || OutputFile.named(output) != nil else {
            throw ValidationError("Kickstarter's forms are a folder of files: name it with --output.")
        }
    }

    func run() throws {
        let checked = try checkCampaign(InputFile.read(campaign), file: campaign)
        guard form == .own else { return try writeFolder(checked) }
        let pledges = SamplePledges(
            definition: checked.definition, seed: seed, badRows: bad, missedPerTenThousand: missed)
        guard let output = OutputFile.named(output) else {
            return try pledges.write(count: count) { try Output.write($0) }
        }
        try OutputFile.write(to: output) { sink in
            try pledges.write(count: count) { piece in
                try sink(piece.withUnsafeBufferPointer { Array($0) })
            }
        }
        Output.note("\(visible(output)) is written: \(counted(count, "invented pledge")).")
    }

    private func writeFolder(_ checked: CheckedCampaign) throws {
        guard let output, let form = KickstarterReport.Form(rawValue: form.rawValue) else { return }
        let report = KickstarterReport(
            definition: checked.definition, seed: seed, form: form, stage: stage, zone: checked.offsets)
        let files = try report.files(count: count)
        try OutputFolder.make(output)
        for file in files { try OutputFile.write(file.bytes, to: "\(output)/\(file.name)") }
        Output.note("\(visible(output)) is written: \(counted(files.count, "file")).")
    }
}

extension KickstarterReport.Stage: ExpressibleByArgument {}

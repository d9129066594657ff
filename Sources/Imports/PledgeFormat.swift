public import Accounting
public import Crowdfunding
public import Parsing

/// What every format needs to know of the campaign whose pledges it reads.
public struct ImportContext: Sendable {
    /// The definition in force; orders name tiers, add-ons and SKUs by their index in it.
    public var definition: CampaignDefinition
    /// The zone in which times without an offset are meant.
    public var zone: ZoneOffsets
    /// By platform, the zone that `imports.<platform>.time_zone` names; the platform's files are in it.
    public var platformZones: [String: ZoneOffsets]
    /// Counts the local times that come twice, in all files of the import.
    public let twice = TwiceTimes()
    /// The hash by which rows without a number of their own are known; the book's, so that references tell
    /// nothing of what is in a row.
    public var rowHash: @Sendable ([UInt8]) -> Int64 = { _ in 0 }
    /// How files of another source are to be read; `nil`: by the formats that are known.
    public var map: SourceMap?

    /// - Parameters:
    ///   - definition: The definition in force.
    ///   - zone: The campaign's zone.
    ///   - platformZones: Those of `imports.<platform>.time_zone`; a platform without one is read in `zone`.
    ///   - map: A mapping file that was read; `nil` for none.
    public init(
        definition: CampaignDefinition, zone: ZoneOffsets, platformZones: [String: ZoneOffsets] = [:],
        map: SourceMap? = nil
    ) {
        self.map = map
        self.definition = definition
        self.zone = zone
        self.platformZones = platformZones
    }
}

/// How many local times fell into an hour that comes twice, when the clocks go back.
///
/// Used by the thread that reads, and by others when that has ended.
public final class TwiceTimes: @unchecked Sendable {
    /// Each was read as the earlier of the two.
    public private(set) var count = 0
    /// The row that is read.
    var place = (file: "", line: 0)
    private var first = ""

    init() {}

    func find() {
        if count == 0 { first = "\(place.file):\(place.line)" }
        count += 1
    }

    /// What was assumed, and how to say it outright; nothing where no time came twice.
    public var remarks: [String] {
        guard count > 0 else { return [] }
        return [
            "\(count == 1 ? "1 time (\(first)) falls" : "\(count) times (the first: \(first)) fall") into "
                + "an hour that comes twice, when the clocks go back: the earlier one was "
                + "taken.\n  fix: write such times with their offset, for example 2026-10-25T02:30:00+01:00"
        ]
    }
}

/// A row that cannot be taken, with its place and how to mend it.
public struct RejectedRow: Sendable {
    /// Where it is wrong, how, and how to mend it.
    public var diagnostic: Diagnostic
    /// A short, stable word for the kind of fault, for summaries.
    public var kind: String
    /// The whole row in the batch's bytes.
    public var row: ByteRange

    /// Puts a rejected row together.
    public init(_ diagnostic: Diagnostic, kind: String, row: ByteRange) {
        self.diagnostic = diagnostic
        self.kind = kind
        self.row = row
    }
}

/// The orders of a batch of records, and the rows that were none.
public struct ReadOrders: Sendable {
    /// The rows that are orders.
    public var batch = PledgeOrderBatch()
    /// The others, in the order of the file.
    public var rejected: [RejectedRow] = []

    /// Neither.
    public init() {}
}

/// A kind of file that pledges come in.
///
/// One value reads one file, whose header it was made from.
public protocol PledgeFormat {
    /// Stored with the import, for example `own` or `kickstarter`.
    var source: String { get }
    /// Whether rows ask for a pledge or tell of one.
    var mode: PlacementMode { get }
    /// Turns records into orders; takes over the batch's bytes.
    mutating func read(_ records: inout CSVBatch, from first: Int, file: String) -> ReadOrders
    /// What is left when the file has ended; `nil` for nothing.
    mutating func finish(file: String) -> ReadOrders?
    /// What is worth saying after the last row, for example rewards that could not be mapped.
    var remarks: [String] { get }
}

extension PledgeFormat {
    /// Nothing is held back.
    public mutating func finish(file: String) -> ReadOrders? { nil }
}

/// A header that no format takes, or a file that cannot be read as a whole.
public struct FileProblem: UserFacingError {
    /// What is wrong and how to mend it, with places.
    public var diagnostics: [Diagnostic]

    /// Takes over what was found; at least one.
    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// One headline and one remedy for each problem.
    public var message: String { diagnostics.map(\.text).joined(separator: "\n") }
    /// Bad input.
    public var exitCode: ExitStatus { .badInput }
}

/// A fault of one cell.
struct CellProblem: Error {
    var kind: String
    var message: String
    var fix: String

    init(_ kind: String, _ message: String, fix: String) {
        self.kind = kind
        self.message = message
        self.fix = fix
    }
}

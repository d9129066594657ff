import Accounting
import Crowdfunding
public import Imports
public import Parsing
import Storage

/// Reads a mapping file.
///
/// - Parameters:
///   - bytes: The file.
///   - file: Its name for messages.
/// - Returns: How files of its source are read.
/// - Throws: `FileProblem` with everything that is wrong with it.
public func readSourceMap(_ bytes: [UInt8], file: String) throws -> SourceMap {
    try SourceMap.read(bytes, file: file) { zoneOffsets(named: $0) != nil }
}

/// How people call the files of a source, for example `Kickstarter's backer report`.
public func importSourceTitle(_ source: String) -> String { sourceTitle(source) }

/// How a file would be read: which format it is, and what becomes of its first rows.
public struct ExplainedImport: Sendable {
    /// A column of the file.
    public struct Column: Sendable {
        /// As the header has it.
        public let name: String
        /// What it is taken as, in words.
        public let use: String
        /// The first value in it; never a card number.
        public let value: String
        /// What the value becomes; empty where it stays as it is.
        public let becomes: String
    }

    /// The file's name.
    public let file: String
    /// For example `Kickstarter's backer report`; `nil`: no format takes it.
    public let title: String?
    /// In the order of the file.
    public let columns: [Column]
    /// The first rows as they would be taken, a line each.
    public let orders: [String]
    /// What is wrong with the header or the first rows.
    public let problems: [Diagnostic]
    /// A mapping file to start from.
    public let startingMap: String

    init(_ explained: ExplainedFile) {
        file = explained.file
        title = explained.title
        columns = explained.columns.map {
            Column(name: $0.name, use: $0.use, value: $0.value, becomes: $0.becomes)
        }
        orders = explained.orders
        problems = explained.problems
        startingMap = explained.startingMap
    }
}

/// Explains how the files at a path would be read into a campaign; nothing is imported.
///
/// - Parameters:
///   - path: A CSV file, a folder of them, or a ZIP archive.
///   - encoding: What the files' bytes are where no byte order mark says it.
///   - source: Overrides what the header says.
///   - map: A mapping file.
///   - campaign: The campaign.
/// - Returns: An explanation for each file.
/// - Throws: What reading the files throws.
public func explainImport(
    of path: String, as encoding: FileEncoding = .utf8, source: String?, map: SourceMap?,
    into campaign: LoadedCampaign
) throws -> [ExplainedImport] {
    let context = campaign.importContext(map)
    return try sourceFiles(at: path).map {
        ExplainedImport(try explain($0, as: encoding.source, source: source, context: context))
    }
}

extension LoadedCampaign {
    /// The campaign's definition with the zones that platforms' times are meant in.
    func importContext(_ map: SourceMap?) -> ImportContext {
        var zones: [String: ZoneOffsets] = [:]
        for (platform, settings) in definition.imports {
            if let name = settings.timeZone, let zone = zoneOffsets(named: name) { zones[platform] = zone }
        }
        if let map, let name = map.timeZone, let zone = zoneOffsets(named: name) { zones[map.source] = zone }
        return ImportContext(
            definition: definition, zone: record.offsets, platformZones: zones, map: map)
    }
}

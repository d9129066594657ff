import Accounting
import Crowdfunding
public import Imports
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

/// Explains how the files at a path would be read into a campaign; nothing is imported.
///
/// - Parameters:
///   - path: A CSV file, a folder of them, or a ZIP archive.
///   - source: Overrides what the header says.
///   - map: A mapping file.
///   - campaign: The campaign.
/// - Returns: An explanation for each file.
/// - Throws: What reading the files throws.
public func explainImport(
    of path: String, source: String?, map: SourceMap?, into campaign: LoadedCampaign
) throws -> [ExplainedFile] {
    let context = campaign.importContext(map)
    return try sourceFiles(at: path).map { try explain($0, source: source, context: context) }
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

public import Crowdfunding
import Parsing

/// The name of a source that no format has.
public struct UnknownSource: UserFacingError, Equatable {
    /// What was asked for and what there is.
    public let message: String
    /// The command was not called rightly.
    public var exitCode: ExitStatus { .usage }
}

/// The names that `--source` takes.
public let sourceNames = ["own", "kickstarter"]

/// The reader for a file with this header: the format is told by the set of its columns' names.
///
/// - Parameters:
///   - header: The names of the columns, as they stand.
///   - places: Where each of them stands, counted from 1.
///   - file: The file's name for messages.
///   - delimiter: The byte between cells.
///   - override: One of `sourceNames`, whatever the header looks like; `nil` to tell it by the header.
///   - context: The campaign whose pledges the file holds.
///   - previous: The reader of the file before in the same import. What it could not map goes over to the new
///     one, whose remarks then stand for both; where the two are of different sources, the remarks of both
///     count.
/// - Returns: A reader for this one file, which has read nothing yet.
/// - Throws: `FileProblem` for a header that no format takes, with the nearest format and what is missing;
///   `UnknownSource` for an override that is none.
public func format(
    for header: [String], places: [(line: Int, column: Int)], file: String, delimiter: UInt8,
    source override: String?, context: ImportContext, after previous: (any PledgeFormat)? = nil
) throws -> any PledgeFormat {
    let source: String
    if let override {
        guard sourceNames.contains(override) else {
            let near = nearest(override, in: sourceNames).map { "Did you mean \($0)?" }
            throw UnknownSource(
                message: "There is no source “\(override)”. "
                    + (near ?? "Known are \(sourceNames.joined(separator: " and "))."))
        }
        source = override
    } else if KickstarterFormat.takes(header) {
        source = "kickstarter"
    } else if OwnFormat.takes(header) {
        source = "own"
    } else {
        throw unknownHeader(header, line: places.first?.line ?? 1, file: file)
    }
    guard source == "kickstarter" else {
        return try OwnFormat(
            header: header, places: places, file: file, delimiter: delimiter, context: context)
    }
    var format = try KickstarterFormat(
        header: header, places: places, file: file, delimiter: delimiter, context: context,
        platform: context.definition.imports[source])
    if let previous = previous as? KickstarterFormat { format.carryOn(from: previous) }
    return format
}

/// Names the format that shares most of its columns with the header, and those that it lacks.
private func unknownHeader(_ header: [String], line: Int, file: String) -> FileProblem {
    let own = header.count { OwnFormat.Column(rawValue: $0) != nil }
    let kickstarter = KickstarterColumns.knownCount(in: header)
    let message: String
    let remedy: String
    if own == 0, kickstarter == 0 {
        message = "none of the columns is known: this is neither our own CSV nor Kickstarter's backer report"
        remedy =
            "check that the first line names the columns; our own are pledge_id, email, pledged_at and others"
    } else if kickstarter >= own {
        let missing = KickstarterColumns.missing(in: header).joined(separator: ", ")
        message =
            "this is no format that is known; the nearest is Kickstarter's backer report, which also has "
            + "\(missing)"
        remedy = "ask Kickstarter for the report again, with all of its columns"
    } else {
        let missing = ["pledge_id", "email", "pledged_at"].filter { !header.contains($0) }
        message =
            "this is no format that is known; the nearest is our own CSV, which also has "
            + missing.joined(separator: ", ")
        remedy = "add what is missing and rename the other columns to ours"
    }
    return FileProblem([Diagnostic(file: file, line: line, column: 1, message: message, remedy: remedy)])
}

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
public let sourceNames = ["own"] + Platforms.sources

/// How people call the files of a source, for example `Kickstarter's backer report`.
public func sourceTitle(_ source: String) -> String {
    if source == "own" { return "our own CSV" }
    return Platforms.all.first { $0.source == source }?.title ?? source
}

/// The reader for a file with this header: the format is told by the set of its columns' names.
///
/// - Parameters:
///   - header: The names of the columns, as they stand.
///   - places: Where each of them stands, counted from 1.
///   - file: The file's name for messages.
///   - delimiter: The byte between cells.
///   - override: One of `sourceNames`, whatever the header looks like; `nil` to tell it by the header.
///   - context: The campaign whose pledges the file holds; its `map`, where it has one, says how to read it.
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
    if let problems = context.map?.problems(with: context.definition), !problems.isEmpty {
        throw FileProblem(problems)
    }
    let found = try context.map.map(\.format) ?? platform(of: header, places, file: file, source: override)
    guard let found else {
        return try OwnFormat(
            header: header, places: places, file: file, delimiter: delimiter, context: context)
    }
    var reader = try PlatformReader(
        header: header, places: places, file: file, delimiter: delimiter, context: context, format: found)
    if let previous = previous as? PlatformReader { reader.carryOn(from: previous) }
    return reader
}

/// The platform's table for a header; `nil` for our own CSV.
func platform(
    of header: [String], _ places: [(line: Int, column: Int)], file: String, source override: String?
) throws -> PlatformFormat? {
    if let override {
        guard sourceNames.contains(override) else {
            let near = nearest(override, in: sourceNames).map { "Did you mean \($0)?" }
            throw UnknownSource(
                message: "There is no source “\(override)”. "
                    + (near ?? "Known are \(sourceNames.joined(separator: ", "))."))
        }
        return Platforms.all.filter { $0.source == override }.max(by: isWorse(for: header))
    }
    let fitting = Platforms.all.filter { $0.missing(in: header).isEmpty }
    if let best = fitting.max(by: isWorse(for: header)) { return best }
    if OwnFormat.takes(header) { return nil }
    throw unknownHeader(header, line: places.first?.line ?? 1, file: file)
}

/// Whether the first table fits a header less well than the second; of equal ones the first stands.
private func isWorse(for header: [String]) -> (PlatformFormat, PlatformFormat) -> Bool {
    { left, right in
        let missing = (left.missing(in: header).count, right.missing(in: header).count)
        if (missing.0 == 0) != (missing.1 == 0) { return missing.0 > 0 }
        return left.knownCount(in: header) < right.knownCount(in: header)
    }
}

/// Names the format that shares most of its columns with the header, and those that it lacks.
private func unknownHeader(_ header: [String], line: Int, file: String) -> FileProblem {
    let own = header.count { OwnFormat.Column(rawValue: $0) != nil }
    let counts = Platforms.all.map { $0.knownCount(in: header) }
    let best = counts.max() ?? 0
    let message: String
    let remedy: String
    // One name that happens to be known makes no format near.
    if max(own, best) < 2 {
        message =
            (max(own, best) == 0 ? "none" : "hardly any")
            + " of the columns is known: this is neither our own CSV nor an export that is known"
        remedy =
            "check that the first line names the columns; for another source write a mapping file: "
            + "pledge import FILE --explain --write-map MAP"
    } else if best >= own, let nearest = zip(Platforms.all, counts).first(where: { $1 == best })?.0 {
        message =
            "this is no format that is known; the nearest is \(nearest.title), which also has "
            + nearest.missing(in: header).joined(separator: ", ")
        remedy =
            "ask \(nearest.platform) for the file again, with all of its columns; for another source write a "
            + "mapping file: pledge import FILE --explain --write-map MAP"
    } else {
        let missing = ["pledge_id", "email", "pledged_at"].filter { !header.contains($0) }
        message =
            "this is no format that is known; the nearest is our own CSV, which also has "
            + missing.joined(separator: ", ")
        remedy = "add what is missing and rename the other columns to ours"
    }
    return FileProblem([Diagnostic(file: file, line: line, column: 1, message: message, remedy: remedy)])
}

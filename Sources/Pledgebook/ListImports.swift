public import Accounting
public import Crowdfunding
import Storage

/// An imported file, as the book has it.
public struct ImportedFile: Sendable {
    /// From 1 within a campaign.
    public let number: Int
    /// When it was imported.
    public let at: Timestamp
    /// The format: `own` or `kickstarter`.
    public let source: String
    /// The file's own name, without its folder.
    public let name: String
    /// SHA-256 of the file.
    public let digest: [UInt8]
    /// Rows of the file, without its header.
    public let rows: Int64
    /// Rows that placed a pledge.
    public let placed: Int64
    /// Rows that changed one.
    public let changed: Int64
    /// Rows that were in the book as they are.
    public let same: Int64
    /// Rows that were not taken.
    public let refused: Int64
    /// Pledges of the same platform that it did not name any more.
    public let vanished: Int64
    /// The first differences to the book, in words, without personal data.
    public let differences: [String]
    /// The entries that it wrote; `nil` for none, and for an import of an earlier version.
    public let entries: ClosedRange<Int64>?
    /// Who ran it; `nil` for an import of an earlier version.
    public let operatorName: String?
    /// When it was undone; `nil` while it stands.
    public let undoneAt: Timestamp?
    /// The first entry that took it back.
    public let undoneFrom: Int64?
    /// Who undid it.
    public let undoneBy: String?
    /// Why it was undone.
    public let undoneBecause: String?

    init(_ record: ImportRecord, undoing: SessionRecord? = nil) {
        number = record.number
        at = record.at
        source = record.source
        name = record.file
        digest = record.digest
        rows = record.rows
        placed = record.placed
        changed = record.changed
        same = record.same
        refused = record.refused
        vanished = record.vanished
        differences = record.changes
        entries = record.entries
        operatorName = record.operatorName
        undoneAt = record.undone?.at
        undoneFrom = record.undone?.entries.lowerBound
        undoneBy = undoing?.operatorName
        undoneBecause = undoing?.reason
    }
}

extension Session {
    /// The imported files of a campaign, in order; who undid them is told by `importedFile(_:in:)`.
    ///
    /// - Throws: `SessionError` for a campaign that is not there.
    public func importedFiles(_ id: CampaignID?) throws -> [ImportedFile] {
        try book.read { records in
            try records.imports(campaign: campaign(id, in: records).record.number).map { ImportedFile($0) }
        }
    }

    /// One imported file, in full.
    ///
    /// - Throws: `SessionError` where there is no import of that number.
    public func importedFile(_ number: Int, in id: CampaignID?) throws -> ImportedFile {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let record = try importRecord(number, campaign, in: records)
            let undoing = try record.undone.flatMap { undone in
                try records.sessions(campaign: campaign.record.number).last {
                    $0.first <= undone.entries.lowerBound && undone.entries.lowerBound <= $0.last
                }
            }
            return ImportedFile(record, undoing: undoing)
        }
    }

    func importRecord(
        _ number: Int, _ campaign: LoadedCampaign, in records: Records
    ) throws -> ImportRecord {
        let imports = try records.imports(campaign: campaign.record.number)
        guard let record = imports.first(where: { $0.number == number }) else {
            throw SessionError.rule(
                imports.isEmpty
                    ? "Nothing was imported into \(campaign.record.id) yet."
                    : "There is no import \(number). See `pledgebook import list`.", exit: .badInput)
        }
        return record
    }
}

public import Accounting
public import Crowdfunding
import Parsing
import Receipts
import Storage

/// A campaign file that was read and found right.
public struct CheckedCampaign: Sendable {
    /// The definition with its defaults.
    public let definition: CampaignDefinition
    /// The file as it is.
    public let text: String
    /// The zone's offsets, written out.
    public let offsets: ZoneOffsets
}

/// Reads and checks a campaign file.
///
/// - Parameters:
///   - bytes: The file's content.
///   - file: How messages name it.
/// - Returns: The definition with its digest.
/// - Throws: `CampaignProblems` with every problem of the file.
public func checkCampaign(_ bytes: [UInt8], file: String) throws -> CheckedCampaign {
    let document: JSONDocument
    switch JSONDocument.parse(bytes, file: file) {
    case .success(let parsed): document = parsed
    case .failure(let problems): throw CampaignProblems(diagnostics: problems.diagnostics)
    }
    let definition = try CampaignReader.read(document, isKnownZone: { zoneOffsets(named: $0) != nil })
    guard let offsets = zoneOffsets(named: definition.timeZone) else {
        throw SessionError.refused("This machine does not know the time zone \(definition.timeZone).")
    }
    return CheckedCampaign(
        definition: definition, text: String(decoding: bytes, as: UTF8.self), offsets: offsets)
}

/// A campaign that has been launched.
public struct CampaignLaunch: Sendable {
    /// The definition that is in force from now on.
    public let definition: CampaignDefinition
    /// The campaign's number in this book.
    public let number: Int64
    /// Hexadecimal SHA-256 of the definition.
    public let digest: String
}

extension Session {
    /// Refuses what `launch` would refuse, so that a plan is shown only for what can be done.
    public func checkLaunch(_ definition: CampaignDefinition) throws {
        if try book.read({ try $0.campaign(definition.id) }) != nil {
            throw SessionError.campaignExists(definition.id.rawValue)
        }
    }

    /// Enters a campaign into the book: its first entry names the definition's digest.
    ///
    /// - Parameters:
    ///   - checked: The definition, read and checked.
    ///   - seed: What the rehearsal gateway draws its declines from.
    /// - Returns: The campaign as it was entered.
    /// - Throws: `SessionError.campaignExists`.
    public func launch(_ checked: CheckedCampaign, seed: UInt64) throws -> CampaignLaunch {
        let definition = checked.definition
        let digest = SHA256Digest.of(Array(checked.text.utf8))
        return try book.write { records in
            guard try records.campaign(definition.id) == nil else {
                throw SessionError.campaignExists(definition.id.rawValue)
            }
            var record = CampaignRecord(
                launching: definition.id, definition: digest, seed: seed, currency: definition.currency,
                offsets: checked.offsets, at: now)
            record.number = try records.insert(record, text: checked.text)
            let key = try signingKey(record, in: records)
            try records.insertEpoch(campaign: record.number, number: 1, firstEntry: 1, keyCheck: key.keyCheck)
            let journal = try JournalWriter(self, record: record, in: records)
            let entry = journal.write(
                .campaignLaunched, detail: EntryDetail().adding("def", hexText(digest)).adding("seed", seed))
            try writeStock(definition, to: journal)
            try records.setDefinition(
                definition, digest: digest, from: entry, at: now, campaign: record.number)
            try journal.finish()
            return CampaignLaunch(definition: definition, number: record.number, digest: hexText(digest))
        }
    }

    /// E00s: what is in stock at launch, at cost; one entry an item, so that each count can be taken back.
    private func writeStock(_ definition: CampaignDefinition, to journal: JournalWriter) throws {
        for item in definition.items where item.inStock > 0 && item.unitCost > 0 {
            let (value, overflow) = item.inStock.multipliedReportingOverflow(by: item.unitCost)
            guard !overflow, value <= largestAmount else {
                throw SessionError.refused("The stock of \(item.sku) is worth more than can be booked.")
            }
            journal.write(
                .stockAtLaunch, parts: EntryParts(other: value),
                detail: EntryDetail().adding("units", "\(item.sku):\(item.inStock)"))
        }
    }
}

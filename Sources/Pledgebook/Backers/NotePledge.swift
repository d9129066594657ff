public import Accounting
public import Crowdfunding
import Storage

/// What a person wrote down about a pledge.
///
/// The text may be personal: it is in the book, and in no entry, receipt or report.
public struct PledgeNote: Hashable, Sendable {
    /// By which it is taken away.
    public let number: Int64
    /// When it was written down.
    public let at: Timestamp
    /// By whom.
    public let operatorName: String
    /// What it says.
    public let text: String
}

extension Session {
    /// The most characters of a note.
    public static let longestNote = 2_000

    /// Writes a note down.
    ///
    /// - Parameters:
    ///   - who: A reference, an e-mail address or a name.
    ///   - text: 1 to 2,000 characters that are not all blank.
    ///   - id: The campaign's; without one, the only one that is not over.
    /// - Returns: The pledge's reference and the note.
    /// - Throws: `SessionError`, `BookError`.
    public func note(
        _ who: String, _ text: String, in id: CampaignID?
    ) throws -> (reference: String, note: PledgeNote) {
        guard !text.allSatisfy(\.isWhitespace), text.unicodeScalars.count <= Self.longestNote else {
            throw SessionError.rule(
                "A note has 1 to \(Self.longestNote) characters. Nothing was changed.", exit: .badInput)
        }
        return try book.write { records in
            let campaign = try campaign(id, in: records).record.number
            let pledge = try pledge(who, campaign: campaign, in: records)
            var note = NoteRecord(pledge: pledge.number, at: now, operatorName: operatorName, text: text)
            note.number = try records.insert(note, campaign: campaign)
            return (pledge.reference, PledgeNote(note))
        }
    }

    /// Takes a note away; nothing of it is kept.
    ///
    /// - Returns: The pledge's reference.
    /// - Throws: `SessionError` where the pledge has no such note; `BookError`.
    public func removeNote(_ number: Int64, of who: String, in id: CampaignID?) throws -> String {
        try book.write { records in
            let campaign = try campaign(id, in: records).record.number
            let pledge = try pledge(who, campaign: campaign, in: records)
            guard try records.removeNote(number, of: pledge.number, campaign: campaign) else {
                let known = try records.notes(campaign: campaign, pledge: pledge.number).map {
                    "\($0.number)"
                }
                throw SessionError.rule(
                    "\(pledge.reference) has no note \(number). "
                        + (known.isEmpty ? "It has none." : "It has: \(known.joined(separator: ", "))."),
                    exit: .badInput)
            }
            return pledge.reference
        }
    }
}

extension PledgeNote {
    init(_ record: NoteRecord) {
        self.init(
            number: record.number, at: record.at, operatorName: record.operatorName, text: record.text)
    }
}

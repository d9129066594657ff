import Crowdfunding
import Receipts
import Storage

/// A book that was made anew from the journal of another.
public struct BookRebuild: Sendable {
    /// In the order of launch.
    public let campaigns: [CampaignCheck]
    /// Whether every signature was computed again; without the key the entries are taken as they are.
    public let isProven: Bool
    /// Whether one of them is a rehearsal, whose card processor has a record beside the old book.
    public let hasRehearsal: Bool
}

extension Session {
    /// Makes a new book from this one's journal: what people, files and gateways told is copied, everything
    /// else is made anew, and the new book is checked before it takes its name.
    ///
    /// The id and the secret stay, so receipts and keys do too. This book is not changed.
    ///
    /// - Parameter path: Where the new book will be; nothing may be there.
    /// - Returns: What is in it.
    /// - Throws: `SessionError.rule` where the journal itself is broken, a row is gone that entries speak of,
    ///   or the new book does not pass its check; `BookError`.
    public func rebuildBook(to path: String) throws -> BookRebuild {
        let draft = try BookDraft(of: book, at: path)
        do {
            let hasRehearsal = try fill(draft.book)
            var other = Session(
                book: draft.book, master: master, now: now, operatorName: operatorName, version: version,
                command: command)
            other.interposed = interposed
            let check = try other.checkBook(campaign: nil)
            guard check.isSound else { throw Self.notSound(check) }
            try draft.publish()
            return BookRebuild(
                campaigns: check.campaigns, isProven: check.campaigns.allSatisfy { $0.chain == .whole },
                hasRehearsal: hasRehearsal)
        } catch {
            draft.discard()
            throw draft.explained(error)
        }
    }

    /// - Returns: Whether any campaign is a rehearsal.
    private func fill(_ new: Book) throws -> Bool {
        try book.read { old in
            try new.inBulk {
                try new.write { records in
                    for table in BookTable.toldOfBook {
                        try RowCopier(table, from: old, to: records, campaign: nil).copyAll()
                    }
                    let campaigns = try old.campaigns()
                    for record in campaigns {
                        try CampaignRebuild(self, record, from: old, to: records).run()
                    }
                    return campaigns.contains { $0.isRehearsal == true }
                }
            }
        }
    }

    private static func notSound(_ check: BookCheck) -> SessionError {
        let what = check.differences.first?.description ?? check.fileFaults.first ?? "another key signed it"
        return .rule(
            "The book cannot be rebuilt from its journal: \(what). Nothing was written; go back to a backup "
                + "that passes `pledgebook book check`.", exit: .refused)
    }
}

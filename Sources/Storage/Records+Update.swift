import Crowdfunding
import GRDB

extension Records {
    /// Rewrites the add-ons and choices of a pledge.
    public func replaceLines(of pledge: Int64, with lines: [LineRow], campaign: Int64) throws {
        let remove = try db.cachedStatement(sql: "DELETE FROM line WHERE campaign = $1 AND pledge = $2")
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO line (campaign, pledge, kind, id, quantity) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (campaign, pledge, kind, id)
                  DO UPDATE SET quantity = line.quantity + excluded.quantity
                """)
        try recounting([pledge], campaign: campaign) {
            try remove.execute(arguments: [campaign, pledge])
            for line in lines {
                try insert.execute(arguments: [campaign, pledge, line.kind, line.id, line.quantity])
            }
        }
    }

    /// Gives a backer another e-mail address (lower case), unless somebody else has it or the backer has
    /// several pledges: then they might be two people.
    ///
    /// - Returns: Whether it was done.
    public func setEmail(of backer: Int64, to email: String, campaign: Int64) throws -> Bool {
        let key = hash(Array(email.utf8).span)
        let others = try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM backer_key WHERE campaign = $1 AND hash = $2",
            arguments: [campaign, key])
        let pledges = try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM pledge WHERE campaign = $1 AND backer = $2",
            arguments: [campaign, backer])
        guard others == 0, pledges == 1 else { return false }
        guard let known = try self.backer(campaign: campaign, number: backer)?.email else { return false }
        try db.execute(
            sql: "UPDATE backer SET email = $1 WHERE campaign = $2 AND number = $3",
            arguments: [email, campaign, backer])
        try db.execute(
            sql: "UPDATE backer_key SET hash = $1 WHERE campaign = $2 AND hash = $3 AND number = $4",
            arguments: [key, campaign, hash(Array(known.utf8).span), backer])
        return true
    }

    /// The last entry that canceled or dropped a pledge and was not taken back, or `nil`.
    public func lastRelease(of pledge: Int64, campaign: Int64) throws -> SignedEntry? {
        let all = try entries(campaign: campaign, pledge: pledge)
        return all.last { signed in
            [.canceled, .dropped].contains(signed.entry.kind) && signed.entry.reverses == nil
                && !all.contains { $0.entry.reverses == signed.entry.number }
        }
    }
}

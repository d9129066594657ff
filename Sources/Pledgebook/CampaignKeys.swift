public import Crowdfunding
import Receipts
import Storage

/// A campaign's signing keys, by name; never their bytes.
public struct CampaignKeys: Sendable {
    /// One epoch's key.
    public struct Epoch: Sendable {
        /// `<campaign>.<epoch>`.
        public let kid: String
        /// 8 hex digits that the book holds.
        public let keyCheck: String
        /// The first entry that it signed.
        public let firstEntry: Int64
        /// Whether the key file gives this key; `nil` without a key file.
        public let isAtHand: Bool?
    }

    /// The campaign's id.
    public let campaign: CampaignID
    /// In order.
    public let epochs: [Epoch]
}

extension Session {
    /// The names of a campaign's keys, and whether the key file gives them.
    public func keys(of campaign: LoadedCampaign) throws -> CampaignKeys {
        try book.read { records in
            let epochs = try records.epochs(campaign: campaign.record.number).map { epoch in
                let key = master.map {
                    SigningKey(master: $0, book: book.id, campaign: campaign.record.id, epoch: epoch.number)
                }
                return CampaignKeys.Epoch(
                    kid: "\(campaign.record.id).\(epoch.number)", keyCheck: epoch.keyCheck,
                    firstEntry: epoch.firstEntry, isAtHand: key.map { $0.keyCheck == epoch.keyCheck })
            }
            return CampaignKeys(campaign: campaign.record.id, epochs: epochs)
        }
    }

    /// The key that signs a campaign now, in hexadecimal, for somebody who shall verify with tools of their
    /// own.
    ///
    /// Who holds it can forge this campaign's receipts too.
    public func exportedKey(of campaign: LoadedCampaign) throws -> (kid: String, hex: String) {
        let key = try book.read { try signingKey(campaign.record, in: $0) }
        return (key.kid, hexText(key.bytes))
    }
}

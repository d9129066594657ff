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

    /// A key that signs a campaign's receipts, in hexadecimal, for somebody who shall verify with tools of
    /// their own.
    ///
    /// Who holds it can forge this campaign's receipts of the key's epoch too.
    ///
    /// - Parameters:
    ///   - campaign: Whose receipts.
    ///   - number: The epoch, from 1; `nil` for the one that signs now.
    /// - Returns: The key's name and its 64 digits.
    /// - Throws: `SessionError` where there is no such epoch, or the key file does not give its key.
    public func exportedKey(
        of campaign: LoadedCampaign, epoch number: Int? = nil
    ) throws -> (kid: String, hex: String) {
        guard let master else { throw SessionError.keyMissing }
        let epochs = try book.read { try $0.epochs(campaign: campaign.record.number) }
        guard let epoch = number.map({ number in epochs.first { $0.number == number } }) ?? epochs.last else {
            throw SessionError.rule(
                "\(campaign.id) has no epoch \(number ?? 0); see `pledgebook key show`.", exit: .badInput)
        }
        let key = SigningKey(master: master, book: book.id, campaign: campaign.id, epoch: epoch.number)
        guard key.keyCheck == epoch.keyCheck else {
            throw SessionError.wrongKey(campaign: campaign.id.rawValue)
        }
        return (key.kid, hexText(key.bytes))
    }
}

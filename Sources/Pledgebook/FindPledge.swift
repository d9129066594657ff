import Crowdfunding
import Storage

extension Session {
    /// The pledges that a person means: by reference, else by the backer's e-mail address or name.
    ///
    /// - Throws: `SessionError.unknownPledge` when there are none.
    func pledges(_ who: String, of campaign: LoadedCampaign, in records: Records) throws -> [PledgeRecord] {
        let number = campaign.record.number
        if let pledge = try records.pledge(campaign: number, reference: who) { return [pledge] }
        let pledges = try records.backers(campaign: number, who: who).flatMap {
            try records.pledges(campaign: number, backer: $0.number)
        }
        guard !pledges.isEmpty else { throw SessionError.unknownPledge(who) }
        return pledges
    }
}

public import Storage

extension Session {
    /// The pledge that a person means by a reference, an e-mail address or a name: one match is taken.
    ///
    /// - Parameters:
    ///   - who: A pledge's reference as written, else an e-mail address or a name in any case.
    ///   - campaign: The campaign's number in this book.
    ///   - records: The transaction to read in.
    /// - Returns: The pledge as the book holds it.
    /// - Throws: `SessionError.unknownPledge`, or `severalPledges` with the references of all that match.
    public func pledge(_ who: String, campaign: Int64, in records: Records) throws -> PledgeRecord {
        let matches = try pledges(who, campaign: campaign, in: records)
        guard matches.count == 1 else {
            throw SessionError.severalPledges(trimmed(who), matches.map(\.reference))
        }
        return matches[0]
    }

    /// The pledges that a person means: by reference, else by the backer's e-mail address or name.
    ///
    /// - Throws: `SessionError.unknownPledge` when there are none.
    func pledges(_ who: String, of campaign: LoadedCampaign, in records: Records) throws -> [PledgeRecord] {
        try pledges(who, campaign: campaign.record.number, in: records)
    }

    private func pledges(_ who: String, campaign: Int64, in records: Records) throws -> [PledgeRecord] {
        let who = trimmed(who)
        guard !who.isEmpty else { throw SessionError.unknownPledge(who) }
        if let pledge = try records.pledge(campaign: campaign, reference: who) { return [pledge] }
        let pledges = try records.backers(campaign: campaign, who: who).flatMap {
            try records.pledges(campaign: campaign, backer: $0.number)
        }
        guard !pledges.isEmpty else { throw SessionError.unknownPledge(who) }
        return pledges
    }

    private func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}

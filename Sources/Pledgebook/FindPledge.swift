import Crowdfunding
public import Storage

extension Session {
    /// The pledge that a person means by a reference, an e-mail address or a name: one match is taken.
    ///
    /// - Parameters:
    ///   - who: A pledge's reference as written, else an e-mail address or a name in any case.
    ///   - campaign: The campaign's number in this book.
    /// - Throws: `SessionError.unknownPledge`, or `severalPledges` with the references of all that match.
    public func pledge(_ who: String, campaign: Int64, in records: Records) throws -> PledgeRecord {
        let who = trimmed(who)
        guard !who.isEmpty else { throw SessionError.unknownPledge(who) }
        if let found = try records.pledge(campaign: campaign, reference: who) { return found }
        let matches = try records.backers(campaign: campaign, who: who).flatMap {
            try records.pledges(campaign: campaign, backer: $0.number)
        }
        switch matches.count {
        case 0: throw SessionError.unknownPledge(who)
        case 1: return matches[0]
        default: throw SessionError.severalPledges(who, matches.map(\.reference))
        }
    }

    private func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}

public import Accounting
public import Crowdfunding
import Parsing
import Storage

/// A backer with all that the book knows of the person; all of it is personal.
public struct BackerDetails: Sendable {
    /// Whose backer it is.
    public let campaign: LoadedCampaign
    /// Empty where nobody said.
    public let name: String
    /// Lower case; empty where nobody said.
    public let email: String
    /// Two capital letters; empty where nobody said.
    public let country: String
    /// Where parcels go.
    public let address: PostalAddress
    /// Survey answers, in the order of the file.
    public let answers: [(question: String, answer: String)]
    /// In the order in which they were booked.
    public let pledges: [BackerPledge]
}

/// A pledge as its backer's page shows it.
public struct BackerPledge: Sendable {
    /// As receipts print it.
    public let reference: String
    /// The tier's id; `nil` for no reward.
    public let tier: String?
    /// How many of the tier.
    public let quantity: Int64
    /// What the backer promised to pay.
    public let total: Money
    /// What became of it so far.
    public let standing: PledgeStanding
    /// Where it ships to; two capital letters.
    public let destination: String?
    /// What was chosen, by the variants' titles.
    public let chosen: [UnitsOf]
    /// Units for which nothing is chosen.
    public let open: Int64
    /// Oldest first.
    public let notes: [PledgeNote]
}

extension Session {
    /// A backer, found by a pledge's reference, an e-mail address or a name.
    ///
    /// - Throws: `SessionError.unknownPledge`; `.severalPledges` where several backers are meant.
    public func backerDetails(_ who: String, of id: CampaignID?) throws -> BackerDetails {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let backer = try onlyBacker(who, of: campaign, in: records)
            let words = try ProductionWords(campaign, in: records)
            return BackerDetails(
                campaign: campaign, name: backer.name ?? "", email: backer.email ?? "",
                country: backer.country ?? "", address: PostalAddress(json: backer.address),
                answers: Self.answers(backer.answers),
                pledges: try records.pledges(campaign: campaign.record.number, backer: backer.number).map {
                    try page($0, campaign, words, records)
                })
        }
    }

    /// The one backer whom a person means.
    func onlyBacker(_ who: String, of campaign: LoadedCampaign, in records: Records) throws -> BackerRecord {
        let found = try pledges(who, of: campaign, in: records)
        guard Set(found.map(\.backer)).count == 1,
            let backer = try records.backer(campaign: campaign.record.number, number: found[0].backer)
        else { throw SessionError.severalPledges(who, found.map(\.reference)) }
        return backer
    }

    private static func answers(_ text: String?) -> [(question: String, answer: String)] {
        guard let text, case .success(let document) = JSONDocument.parse(Array(text.utf8), file: "answers"),
            case .object(let members) = document.root.value
        else { return [] }
        return members.compactMap { member in
            guard case .string(let answer) = member.value.value, !answer.isEmpty else { return nil }
            return (member.key, answer)
        }
    }

    private func page(
        _ pledge: PledgeRecord, _ campaign: LoadedCampaign, _ words: ProductionWords, _ records: Records
    ) throws -> BackerPledge {
        let number = campaign.record.number
        let payments = try records.payments(campaign: number, pledge: pledge.number).map(\.payment)
        let captured = payments.reduce(0) { $0 + $1.captured }
        let state = payments.first { $0.state.saysMost }?.state ?? payments.first?.state
        let choices = try records.queuedPledge(campaign: number, number: pledge.number).map {
            words.choices(of: $0, campaign.definition)
        }
        let tier = words.tier(numbered: pledge.tier)
        return BackerPledge(
            reference: pledge.reference, tier: tier < 0 ? nil : campaign.definition.tiers[tier].id,
            quantity: pledge.quantity, total: campaign.money(pledge.total),
            standing: PledgeStanding(
                pledge.state, state, isPart: captured > 0 && captured < pledge.total),
            destination: pledge.destination, chosen: choices.map { campaign.titles(of: $0) } ?? [],
            open: pledge.state.holdsPlace ? choices?.left ?? 0 : 0,
            notes: try records.notes(campaign: number, pledge: pledge.number).map { PledgeNote($0) })
    }
}

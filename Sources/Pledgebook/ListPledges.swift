public import Accounting
import Crowdfunding
import Storage

/// A pledge as lists show it.
public struct PledgeListing: Sendable {
    /// As receipts print it.
    public let reference: String
    /// The backer's name; personal.
    public let name: String
    /// The backer's e-mail address; personal.
    public let email: String
    /// The tier's id, or `nil` for no reward.
    public let tier: String?
    /// How many of its tier.
    public let quantity: Int64
    /// What the backer promised to pay.
    public let total: Money
    /// In the campaign's zone.
    public let pledgedOn: CalendarDay
    /// What became of it so far.
    public let standing: PledgeStanding
    /// Units whose variant is not chosen yet.
    public let openChoices: Int64
    /// What is missing before it can ship, in words; empty where nobody asked.
    public let missing: [String]
}

/// Where a pledge is, in the words of people.
public enum PledgeStanding: String, CaseIterable, Sendable {
    case pledged, paid, delivered, canceled, dropped, disputed
    /// A part of the price: a deposit.
    case paidInPart = "paid-in-part"
    case cardFailed = "card-failed"
    case paidBack = "paid-back"
    case inDoubt = "in-doubt"

    /// - Parameters:
    ///   - pledge: Where the pledge is.
    ///   - payment: Where its payment is that says most: a disputed one, one in doubt, else the first.
    ///   - isPart: Whether something was taken, and not all of the price.
    init(_ pledge: PledgeState, _ payment: PaymentState?, isPart: Bool) {
        switch (pledge, payment) {
        case (_, .disputed), (_, .disputeLost): self = .disputed
        case (_, .refunded), (_, .refundOwed), (_, .refundPending): self = .paidBack
        case (_, .unknown), (_, .conflicted): self = .inDoubt
        case (.canceled, _): self = .canceled
        case (.dropped, _): self = .dropped
        case (.delivered, _): self = .delivered
        case (.placed, .captured) where isPart: self = .paidInPart
        case (.placed, .captured), (.placed, .partiallyCaptured), (.placed, .partiallyRefunded): self = .paid
        case (.placed, .failed), (.placed, .actionRequired), (.placed, .expired): self = .cardFailed
        case (.placed, _): self = .pledged
        }
    }
}

extension Session {
    /// Gives every pledge of a campaign in the order in which it was booked, a few thousand at a time.
    ///
    /// - Parameters:
    ///   - campaign: Whose pledges.
    ///   - openChoice: Only pledges with units whose variant is not chosen.
    ///   - standing: Only pledges that stand so; `nil`: all.
    ///   - missing: Only pledges that cannot ship yet, because a choice or a part of the address is missing.
    ///   - body: Gets one pledge at a time.
    /// - Throws: What `body` throws, and `BookError`.
    public func forEachPledge(
        of campaign: LoadedCampaign, openChoice: Bool, standing: PledgeStanding?, missing: Bool = false,
        _ body: (PledgeListing) throws -> Void
    ) throws {
        try book.read { records in
            let number = campaign.record.number
            var tierIDs: [Int: String] = [:]
            for (id, offer) in try records.offerNumbers(.tier, campaign: number) { tierIDs[Int(offer)] = id }
            var payments: [Int64: (state: PaymentState, captured: Int64)] = [:]
            try records.forEachPayment(campaign: number) { row in
                let state = row.payment.state
                guard var known = payments[row.pledge] else {
                    payments[row.pledge] = (state, row.payment.captured)
                    return
                }
                if state.saysMost { known.state = state }
                known.captured += row.payment.captured
                payments[row.pledge] = known
            }
            let words = try ProductionWords(campaign, in: records)
            var last: Int64 = 0
            while true {
                let pledges = try records.pledges(campaign: number, after: last, limit: 4_096)
                guard let end = pledges.last else { return }
                for pledge in pledges {
                    let payment = payments[pledge.number]
                    let stands = PledgeStanding(
                        pledge.state, payment?.state,
                        isPart: payment.map { $0.captured > 0 && $0.captured < pledge.total } ?? false)
                    if let standing, standing != stands { continue }
                    let tier = pledge.tier.flatMap { tierIDs[$0] }
                    let open = try openChoices(of: pledge, tier: tier, in: campaign, records)
                    if openChoice && (open == 0 || !pledge.state.holdsPlace) { continue }
                    let backer = try records.backer(campaign: number, number: pledge.backer)
                    let lacks = missing ? try self.missing(pledge, backer, open: open, words, records) : []
                    if missing && lacks.isEmpty { continue }
                    try body(
                        PledgeListing(
                            reference: pledge.reference, name: backer?.name ?? "", email: backer?.email ?? "",
                            tier: tier, quantity: pledge.quantity, total: campaign.money(pledge.total),
                            pledgedOn: campaign.day(of: pledge.placedAt), standing: stands, openChoices: open,
                            missing: lacks))
                }
                last = end.number
            }
        }
    }

    /// What a pledge that holds its place and contains something lacks before it can ship.
    private func missing(
        _ pledge: PledgeRecord, _ backer: BackerRecord?, open: Int64, _ words: ProductionWords,
        _ records: Records
    ) throws -> [String] {
        guard pledge.state == .placed,
            let queued = try records.queuedPledge(campaign: words.campaign, number: pledge.number)
        else { return [] }
        let demand = words.demand(of: queued)
        guard !demand.chosen.isEmpty || !demand.open.isEmpty else { return [] }
        let address = PostalAddress(json: backer?.address)
        return (open > 0 ? ["choice"] : [])
            + address.missing(
                for: backer?.name, to: pledge.destination ?? backer?.country ?? address[.countryCode])
    }

    private func openChoices(
        of pledge: PledgeRecord, tier: String?, in campaign: LoadedCampaign, _ records: Records
    ) throws -> Int64 {
        let definition = campaign.definition
        let choosable = Set(definition.items.filter { !$0.variants.isEmpty }.map(\.sku))
        guard !choosable.isEmpty else { return 0 }
        var open: Int64 = 0
        if let tier = definition.tiers.first(where: { $0.id == tier }) {
            for content in tier.contains where choosable.contains(content.sku) {
                open += content.quantity * pledge.quantity
            }
        }
        for line in try records.lines(campaign: campaign.record.number, pledge: pledge.number) {
            if line.kind == 2 {
                open -= line.quantity
            } else if let addOn = definition.addOns.first(where: { $0.id == line.id }) {
                for content in addOn.contains where choosable.contains(content.sku) {
                    open += content.quantity * line.quantity
                }
            }
        }
        return max(0, open)
    }
}

extension PaymentState {
    /// Whether a pledge stands as this payment of it does, however the others are.
    var saysMost: Bool {
        switch self {
        case .disputed, .unknown, .conflicted, .refundOwed, .refundPending: true
        default: false
        }
    }
}

public import Accounting

/// The field of an order that a refusal points at.
public enum OrderField: Sendable {
    case reference, tier, amount, pledgedAt, email, country
}

/// Why a pledge is not taken: the rule that it breaks, with both figures.
public enum PlacementRefusal: UserFacingError, Hashable {
    case campaignOver(CampaignState)
    case beforeStart(pledgedAt: Timestamp, opensAt: Timestamp)
    /// `lateUntil` is the end of late pledges, where the campaign takes any.
    case afterEnd(pledgedAt: Timestamp, closesAt: Timestamp, lateUntil: Timestamp?)
    case earlyBirdOver(tier: String, pledgedAt: Timestamp, until: Timestamp)
    /// A tier's or an add-on's limit.
    case soldOut(offer: String, asked: Int64, left: Int64, limit: Int64)
    case perBacker(offer: String, asked: Int64, held: Int64, limit: Int64)
    case promotionOver(code: String, pledgedAt: Timestamp, until: Timestamp)
    case promotionUsedUp(code: String, limit: Int64)
    case priceDiffers(asked: Money, price: Money)
    /// Beyond stock and backorder limit.
    case outOfStock(item: String, asked: Int64, left: Int64)
    /// Stock is used up, and no run is planned that could make more.
    case noDatedSupply(item: String, asked: Int64, left: Int64)
    case choiceNotContained(sku: String)
    case tooManyChoices(item: String, chosen: Int64, contained: Int64)
    case addOnWithoutTier
    case nothingPledged
    case amountMissing
    case tooManyLines(limit: Int)
    case tooManyUnits(Int64, limit: Int64)
    case realInRehearsal
    case rehearsalInReal
    case pricing(PricingProblem)

    /// Refused by a rule.
    public var exitCode: ExitStatus { .refused }
}

extension PlacementRefusal {
    /// What happened and what to do.
    public var message: String {
        switch self {
        case .campaignOver(let state):
            "The campaign is \(state.rawValue) and takes no more pledges."
        case .beforeStart(let pledgedAt, let opensAt):
            "Pledged at \(pledgedAt); the campaign opens at \(opensAt). Check pledged_at, or set opens_at."
        case .afterEnd(let pledgedAt, let closesAt, nil):
            "Pledged at \(pledgedAt); the campaign closed at \(closesAt). Set late_pledges_until to take it."
        case .afterEnd(let pledgedAt, _, let lateUntil?):
            "Pledged at \(pledgedAt), and late pledges ended at \(lateUntil)."
        case .earlyBirdOver(let tier, let pledgedAt, let until):
            "Pledged at \(pledgedAt), and “\(tier)” ended at \(until). Take another tier."
        case .soldOut(let offer, let asked, let left, let limit):
            "“\(offer)” is limited to \(limit): \(asked) asked for, \(left) left."
        case .perBacker(let offer, let asked, let held, let limit):
            "“\(offer)” is limited to \(limit) a backer: \(asked) asked for, \(held) held already."
        case .promotionOver(let code, let pledgedAt, let until):
            "Pledged at \(pledgedAt), and the promotion \(code) ended at \(until)."
        case .promotionUsedUp(let code, let limit):
            "The promotion \(code) is used up: all \(limit) are taken."
        case .priceDiffers(let asked, let price):
            "The row says \(asked), and the pledge costs \(price). Mend the amount, or leave it out."
        default: otherMessage
        }
    }

    private var otherMessage: String {
        switch self {
        case .outOfStock(let item, let asked, let left):
            "“\(item)” is out of stock: \(asked) asked for, \(left) left within stock and backorder limit."
        case .noDatedSupply(let item, let asked, let left):
            "“\(item)” is out of stock: \(asked) asked for, \(left) left, and no run is planned for it."
        case .choiceNotContained(let sku):
            "“\(sku)” is no choice that this pledge leaves open. Choose a variant of what its tier contains."
        case .tooManyChoices(let item, let chosen, let contained):
            "\(chosen) of “\(item)” are chosen, and the pledge contains \(contained)."
        case .addOnWithoutTier:
            "An add-on goes with a tier, and the pledge has none."
        case .nothingPledged:
            "The pledge is for nothing: it has no tier, and its amount is zero."
        case .amountMissing:
            "The row does not say how much was pledged."
        case .tooManyLines(let limit):
            "The pledge has more than \(limit) add-ons and choices. Split it."
        case .tooManyUnits(let units, let limit):
            "The pledge is for \(units) units; a pledge is for \(limit) at most."
        case .realInRehearsal:
            "The campaign is a rehearsal by its first pledge; real pledges go into a campaign of their own."
        case .rehearsalInReal:
            "The campaign holds real pledges; rehearse in a campaign of its own."
        case .pricing(let problem): problem.message
        default: ""
        }
    }

    /// A short word for the demand that was missed; stable, for counting by reason.
    public var missedDemandReason: String {
        switch self {
        case .campaignOver: "campaign-over"
        case .beforeStart: "before-start"
        case .afterEnd: "after-end"
        case .earlyBirdOver: "early-bird-over"
        case .soldOut: "sold-out"
        case .perBacker: "per-backer"
        case .promotionOver, .promotionUsedUp: "promotion"
        case .priceDiffers, .nothingPledged, .amountMissing: "price"
        case .outOfStock, .noDatedSupply: "out-of-stock"
        case .choiceNotContained, .tooManyChoices: "choice"
        case .addOnWithoutTier: "not-offered"
        case .tooManyLines, .tooManyUnits: "quantity"
        case .realInRehearsal, .rehearsalInReal: "rehearsal"
        case .pricing(let problem):
            switch problem {
            case .countryMissing, .countryUnknown, .noShippingRate: "country"
            case .quantityOutOfBounds: "quantity"
            case .notOffered: "not-offered"
            case .tooLarge: "price"
            }
        }
    }

    /// Whether a backer wanted something that was not to be had, and not just a row that is wrong.
    public var isMissedDemand: Bool {
        switch self {
        case .campaignOver, .beforeStart, .afterEnd, .earlyBirdOver, .soldOut, .perBacker, .outOfStock,
            .noDatedSupply, .promotionOver, .promotionUsedUp, .pricing(.noShippingRate),
            .pricing(.notOffered):
            true
        default: false
        }
    }

    /// The field that the message should point at.
    public var place: OrderField {
        switch self {
        case .campaignOver, .realInRehearsal, .rehearsalInReal: .reference
        case .beforeStart, .afterEnd, .earlyBirdOver, .promotionOver: .pledgedAt
        case .perBacker: .email
        case .priceDiffers, .nothingPledged, .amountMissing, .pricing(.tooLarge): .amount
        case .pricing(.countryMissing), .pricing(.countryUnknown), .pricing(.noShippingRate): .country
        default: .tier
        }
    }
}

extension OrderPlaces {
    /// Where the field begins in the batch's bytes.
    public func offset(of field: OrderField) -> UInt32 {
        switch field {
        case .reference: reference
        case .tier: tier
        case .amount: amount
        case .pledgedAt: pledgedAt
        case .email: email
        case .country: country
        }
    }
}

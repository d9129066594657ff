/// What a pledge costs, in minor units of the campaign's currency.
///
/// The parts add up to the amount.
public struct Price: Hashable, Sendable {
    /// Tier and add-ons less the promotion, net of tax.
    public var goods: Int64
    /// Net of tax.
    public var shipping: Int64
    /// On goods and shipping, never on the bonus.
    public var tax: Int64
    /// What the backer gives beyond the reward.
    public var bonus: Int64

    /// Puts the parts together.
    public init(goods: Int64, shipping: Int64, tax: Int64, bonus: Int64) {
        self.goods = goods
        self.shipping = shipping
        self.tax = tax
        self.bonus = bonus
    }

    /// What the backer pays.
    public var total: Int64 { goods + shipping + tax + bonus }
}

/// How a platform's row differs from the campaign's own rules; counted in the import's summary, never
/// refused.
public struct PlatformDifferences: OptionSet, Hashable, Sendable {
    /// One bit a difference.
    public let rawValue: UInt8
    /// Its reward, add-ons or shipping cost something else here.
    public static let price = PlatformDifferences(rawValue: 1)
    /// It takes a place beyond a limit, a limit per backer, or the units that may be sold.
    public static let limit = PlatformDifferences(rawValue: 2)
    /// It was pledged outside the campaign's dates or a tier's window.
    public static let date = PlatformDifferences(rawValue: 4)
    /// Its choices do not fit what the reward contains; they are not taken, the units stay open.
    public static let choice = PlatformDifferences(rawValue: 8)

    /// Takes the bits of the differences above.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

/// A platform's row as it is booked, and how it differs from our price.
public struct PlatformPrice: Hashable, Sendable {
    /// The row's amount, split into its parts.
    public var price: Price
    /// `price` or nothing; limits and dates are compared when the pledge is placed.
    public var differences: PlatformDifferences

    /// Puts the price and its differences together.
    public init(price: Price, differences: PlatformDifferences) {
        self.price = price
        self.differences = differences
    }
}

/// Why a pledge has no price.
public enum PricingProblem: UserFacingError, Hashable {
    /// Items ship, and nothing says where to.
    case countryMissing
    /// Not two capital letters.
    case countryUnknown
    /// Items ship, and no shipping rate names the country, its union or `*`.
    case noShippingRate(country: UInt16)
    /// A quantity outside 1…`largestQuantity`.
    case quantityOutOfBounds(Int64)
    /// The tier, add-on or promotion was not in the definition in force.
    case notOffered
    /// Above the largest amount that is booked.
    case tooLarge

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .countryMissing:
            "The pledge contains items, and no country says where they ship to. Fill in the country."
        case .countryUnknown:
            "The country is not an ISO 3166 code of two capital letters, for example DE."
        case .noShippingRate(let country):
            "The campaign ships nothing to \(countryText(country)). Add a shipping rate for it, or for *."
        case .quantityOutOfBounds(let quantity):
            "A quantity of \(quantity) cannot be pledged; it is from 1 to \(Pricing.largestQuantity)."
        case .notOffered:
            "The campaign did not offer this tier, add-on or promotion at the time of the pledge."
        case .tooLarge:
            "The pledge costs more than the largest amount that can be booked. Check quantity and bonus."
        }
    }

    /// Refused by a rule.
    public var exitCode: ExitStatus { .refused }
}

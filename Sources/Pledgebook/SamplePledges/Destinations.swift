import Crowdfunding

/// Where the invented backers of a campaign live: the countries that it ships to, the populous and the
/// maker's own more often.
struct Destinations {
    /// A country that samples know: how many of a thousand backers or so come from it, and what their names
    /// are like.
    struct Place: Sendable {
        let code: String
        let name: String
        let weight: Int
        let culture: NameCulture
    }

    static let known: [Place] = [
        Place(code: "US", name: "United States", weight: 300, culture: .english),
        Place(code: "GB", name: "United Kingdom", weight: 90, culture: .english),
        Place(code: "CA", name: "Canada", weight: 55, culture: .english),
        Place(code: "AU", name: "Australia", weight: 50, culture: .english),
        Place(code: "NZ", name: "New Zealand", weight: 12, culture: .english),
        Place(code: "IE", name: "Ireland", weight: 14, culture: .english),
        Place(code: "DE", name: "Germany", weight: 85, culture: .german),
        Place(code: "AT", name: "Austria", weight: 16, culture: .german),
        Place(code: "CH", name: "Switzerland", weight: 22, culture: .german),
        Place(code: "FR", name: "France", weight: 50, culture: .french),
        Place(code: "BE", name: "Belgium", weight: 16, culture: .french),
        Place(code: "LU", name: "Luxembourg", weight: 3, culture: .french),
        Place(code: "ES", name: "Spain", weight: 28, culture: .spanish),
        Place(code: "MX", name: "Mexico", weight: 10, culture: .spanish),
        Place(code: "CL", name: "Chile", weight: 4, culture: .spanish),
        Place(code: "PT", name: "Portugal", weight: 9, culture: .portuguese),
        Place(code: "BR", name: "Brazil", weight: 9, culture: .portuguese),
        Place(code: "IT", name: "Italy", weight: 28, culture: .italian),
        Place(code: "NL", name: "Netherlands", weight: 30, culture: .dutch),
        Place(code: "SE", name: "Sweden", weight: 20, culture: .nordic),
        Place(code: "DK", name: "Denmark", weight: 13, culture: .nordic),
        Place(code: "FI", name: "Finland", weight: 11, culture: .nordic),
        Place(code: "NO", name: "Norway", weight: 16, culture: .nordic),
        Place(code: "IS", name: "Iceland", weight: 2, culture: .nordic),
        Place(code: "PL", name: "Poland", weight: 16, culture: .polish),
        Place(code: "CZ", name: "Czech Republic", weight: 10, culture: .czech),
        Place(code: "SK", name: "Slovakia", weight: 4, culture: .czech),
        Place(code: "HU", name: "Hungary", weight: 6, culture: .hungarian),
        Place(code: "RO", name: "Romania", weight: 7, culture: .romanian),
        Place(code: "GR", name: "Greece", weight: 7, culture: .greek),
        Place(code: "CY", name: "Cyprus", weight: 2, culture: .greek),
        Place(code: "BG", name: "Bulgaria", weight: 3, culture: .russian),
        Place(code: "UA", name: "Ukraine", weight: 5, culture: .ukrainian),
        Place(code: "TR", name: "Turkey", weight: 5, culture: .turkish),
        Place(code: "IL", name: "Israel", weight: 8, culture: .hebrew),
        Place(code: "AE", name: "United Arab Emirates", weight: 6, culture: .arabic),
        Place(code: "IN", name: "India", weight: 8, culture: .hindi),
        Place(code: "TH", name: "Thailand", weight: 4, culture: .thai),
        Place(code: "VN", name: "Viet Nam", weight: 2, culture: .vietnamese),
        Place(code: "JP", name: "Japan", weight: 30, culture: .japanese),
        Place(code: "TW", name: "Taiwan", weight: 9, culture: .chinese),
        Place(code: "HK", name: "Hong Kong", weight: 10, culture: .chinese),
        Place(code: "SG", name: "Singapore", weight: 16, culture: .chinese),
        Place(code: "KR", name: "South Korea", weight: 9, culture: .korean),
    ]

    let countries: [Place]
    /// The countries as orders hold them, in the same order.
    let codes: [UInt16]
    private let weights: [Int]
    private let sum: Int

    init(_ definition: CampaignDefinition) {
        let named = definition.shipping.flatMap(\.to)
        var found: [Place] = []
        if named.isEmpty || named.contains("*") {
            found = Self.known
        } else {
            found = Self.known.filter { country in
                named.contains(country.code)
                    || named.contains("EU") && Country.memberStates.contains(country.code)
            }
        }
        for code in named where code != "*" && code != "EU" && !found.contains(where: { $0.code == code }) {
            found.append(Place(code: code, name: code, weight: 4, culture: .english))
        }
        let home = definition.maker?.country
        let served = found.filter { countryCode($0.code) != nil }
        countries = served.isEmpty ? Self.known : served
        codes = countries.compactMap { countryCode($0.code) }
        weights = countries.map { $0.code == home ? $0.weight * 4 + 100 : $0.weight }
        sum = weights.reduce(0, +)
    }

    /// An index of `countries`.
    func next(_ random: inout SampleRandom) -> Int {
        random.index(weighted: weights, sum: sum)
    }
}

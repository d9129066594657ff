/// A postal address where nobody lives: streets, towns and telephone numbers are made up.
struct InventedAddress {
    private static let streets = [
        "Lantern Row", "Kieselweg", "Rue du Vent Doux", "Calle de la Nube", "Via della Neve Alta",
        "Mistelgränd",
        "Ulica Żółtej Mgły", "Οδός Ανέμων", "Улица Тихого Снега", "月影通り", "Quarry & Finch Lane",
        "Holdfény utca",
    ]
    private static let towns = [
        "Eastmere", "Nebelbrück", "Sainte-Brume", "Villanube", "Pontalto", "Åkerhamn", "Zorzewo",
        "Αεροπόλη Νέα",
        "Снегогорка", "霧島台", "Little Harrow, North", "Felhővár",
    ]
    private static let states = [
        "US": ["CA", "NY", "TX", "WA", "OR"], "CA": ["ON", "QC", "BC"], "AU": ["NSW", "VIC", "QLD"],
    ]
    private static let notes = [
        "Please leave it with the neighbor, \"number 7\"", "Rings twice, no bell",
        "Moved in spring; asks twice",
        "Wants a color that goes with oak,\nnot with pine",
    ]

    let lines: String
    let second: String
    let city: String
    let state: String
    let postalCode: String
    let phone: String

    init(_ place: Destinations.Place, _ random: inout SampleRandom) {
        let street = "\(1 + random.below(180)) \(Self.streets[random.below(Self.streets.count)])"
        lines = random.chance(1_200) ? "c/o The Workshop\n\(street)" : street
        second = random.chance(1_500) ? "Apt. \(1 + random.below(60))" : ""
        city = Self.towns[random.below(Self.towns.count)]
        state = Self.state(of: place.code, &random)
        postalCode = "\(10_000 + random.below(89_999))"
        // Ten digits at most: more could be taken for a card number.
        phone = "(0\(10 + random.below(89))) 555-01\(10 + random.below(89))"
    }

    /// A state or province where addresses of the country have one.
    static func state(of country: String, _ random: inout SampleRandom) -> String {
        guard let states = states[country] else { return "" }
        return states[random.below(states.count)]
    }

    /// What somebody jotted down.
    static func note(_ random: inout SampleRandom) -> String { notes[random.below(notes.count)] }
}

import Accounting
import Testing

@testable import Crowdfunding

@Suite("Choices of variants") struct PledgeChoicesTests {
    /// Two keyboards and two sets of caps to choose for, and one red cap that the tier names itself.
    static func choices(
        _ lines: [(String, Int32)] = [], shipped: [String: Int64] = [:], quantity: Int64 = 2
    ) -> PledgeChoices {
        let contents = [Content(sku: "HAL", quantity: 1), Content(sku: "CAP-RED", quantity: 1)]
        let definition = Sample.definition(
            items: [
                Sample.item("HAL", variants: ["HAL-FOG", "HAL-RUST"]), Sample.item("REST"),
                Sample.item("CAP", variants: ["CAP-RED", "CAP-BLUE"]),
            ],
            tiers: [
                Sample.tier("one", 900, contains: contents + [Content(sku: "CAP", quantity: 1)]),
                Sample.tier("thanks", 100),
            ])
        let skus = definition.skus
        return PledgeChoices(
            definition, tier: quantity == 0 ? 1 : 0, quantity: max(quantity, 1),
            lines: lines.map { line in
                OrderLine(
                    role: .choice, index: Int32(known(skus.firstIndex(of: line.0))), quantity: line.1)
            }[...], shipped: shipped)
    }

    static let taken: [(before: [(String, Int32)], choice: String, after: [String: Int64], left: Int64)] = [
        ([], "HAL-FOG", ["HAL-FOG": 1], 3), ([], "HAL-FOG:2 CAP-BLUE:2", ["HAL-FOG": 2, "CAP-BLUE": 2], 0),
        ([], "HAL-FOG HAL-FOG", ["HAL-FOG": 2], 2),
        ([("HAL-FOG", 2)], "HAL-RUST", ["HAL-RUST": 1], 3),
        (
            [("HAL-FOG", 2), ("CAP-BLUE", 1)], "HAL-RUST HAL-FOG",
            ["HAL-RUST": 1, "HAL-FOG": 1, "CAP-BLUE": 1], 1
        ),
        ([("HAL-FOG", 1)], "CAP-RED:2", ["HAL-FOG": 1, "CAP-RED": 2], 1),
    ]

    private static func parsed(_ text: String) -> [UnitChoice] {
        text.split(separator: " ").map { known(UnitChoice(String($0))) }
    }

    @Test("a choice takes the place of those of the same item, and leaves others", arguments: taken)
    func takes(before: [(String, Int32)], choice: String, after: [String: Int64], left: Int64) throws {
        var choices = Self.choices(before)
        try choices.choose(Self.parsed(choice))
        #expect(choices.chosen == after && choices.left == left)
        let once = choices
        try choices.choose(Self.parsed(choice))
        #expect(choices == once)
    }

    static let refused: [(choice: String, shipped: [String: Int64], refusal: ChoiceRefusal)] = [
        ("HAL-FOG:3", [:], .tooMany(item: "HAL", chosen: 3, contained: 2)),
        ("HAL-FOG:2 HAL-RUST", [:], .tooMany(item: "HAL", chosen: 3, contained: 2)),
        ("CAP-RED:3", [:], .tooMany(item: "CAP", chosen: 3, contained: 2)),
        ("REST", [:], .notContained(sku: "REST", known: ["HAL-FOG", "HAL-RUST", "CAP-RED", "CAP-BLUE"])),
        ("HAL", [:], .notContained(sku: "HAL", known: ["HAL-FOG", "HAL-RUST", "CAP-RED", "CAP-BLUE"])),
        ("HAL-RUST:2", ["HAL-FOG": 1], .shipped(sku: "HAL-FOG", units: 1)),
    ]

    @Test("what is not there, is too many, or went out is refused and changes nothing", arguments: refused)
    func refuses(choice: String, shipped: [String: Int64], refusal: ChoiceRefusal) {
        var choices = Self.choices([("HAL-FOG", 1)], shipped: shipped)
        let before = choices
        #expect(throws: refusal) { try choices.choose(Self.parsed(choice)) }
        #expect(choices == before)
        #expect(!refusal.message.isEmpty)
        let isNone = if case .notContained = refusal { true } else { false }
        #expect(refusal.exitCode == (isNone ? .badInput : .refused))
    }

    @Test("what went out stays when it is named too, and units that the tier names are no choice")
    func shipped() throws {
        var choices = Self.choices([("HAL-FOG", 2)], shipped: ["HAL-FOG": 1, "CAP-RED": 2])
        try choices.choose(Self.parsed("HAL-FOG HAL-RUST CAP-BLUE"))
        #expect(choices.chosen == ["HAL-FOG": 1, "HAL-RUST": 1, "CAP-BLUE": 1])
    }

    @Test("a pledge without variants has nothing to choose")
    func nothing() {
        var choices = Self.choices(quantity: 0)
        #expect(choices.left == 0)
        let refusal = ChoiceRefusal.notContained(sku: "HAL-FOG", known: [])
        #expect(throws: refusal) { try choices.choose(Self.parsed("HAL-FOG")) }
        #expect(refusal.message.hasPrefix("Nothing of the pledge comes in variants"))
        #expect(ChoiceRefusal.notPlaced(.dropped).message.contains("is dropped"))
        #expect(ChoiceRefusal.campaignOver(.finished).message.contains("is finished"))
    }

    @Test(
        "what is a choice",
        arguments: [
            ("HAL-FOG", 1), ("HAL-FOG:2", 2), ("HAL-FOG:0", nil), ("HAL-FOG:-1", nil), ("HAL-FOG:x", nil),
            ("HAL-FOG:1:2", nil), (":2", nil), ("", nil), ("HAL-FOG:", nil),
            ("HAL-FOG:99999999999999999999", nil), ("HAL-FOG:100001", nil),
        ] as [(String, Int64?)])
    func parsing(text: String, units: Int64?) { #expect(UnitChoice(text)?.units == units) }
}

@Suite("Postal addresses") struct PostalAddressTests {
    static let kept = #"{"address_1":"Weg 1\nHof \"B\"","city":"Ulm","locker":"7","postal_code":"89073"}"#

    @Test("what is read is written as it was, unknown names too", arguments: [kept, nil, ""])
    func roundTrip(text: String?) {
        let address = PostalAddress(json: text)
        #expect(address.json == (text == Self.kept ? text : nil))
        #expect(address.isEmpty == (text != Self.kept))
    }

    @Test("anything but an object of texts is nothing", arguments: ["[]", "7", "{", #"{"city":7}"#])
    func wrong(text: String) { #expect(PostalAddress(json: text) == PostalAddress()) }

    @Test("fields are set in their place, changed, and taken away")
    func fields() {
        var address = PostalAddress(json: Self.kept)
        #expect(address[.line1] == "Weg 1\nHof \"B\"" && address[.phone] == "")
        address[.company] = "Ost KG"
        address[.phone] = "+49 1"
        address[.city] = "Bonn"
        address[.postalCode] = ""
        address[.state] = ""
        #expect(
            address.json
                == #"{"company":"Ost KG","address_1":"Weg 1\nHof \"B\"","city":"Bonn","locker":"7","#
                + #""phone":"+49 1"}"#)
    }

    static let gaps: [(json: String?, name: String?, country: String, missing: [String])] = [
        (kept, "Ida", "DE", []), (kept, nil, "DE", ["name"]), (kept, " ", "", ["name", "country"]),
        (nil, "Ida", "DE", ["street", "city"]),
        (#"{"name":"Ida","address_1":" ","city":"Ulm"}"#, nil, "DE", ["street"]),
        (#"{"address_1":"a","city":"b","country_code":"AT"}"#, "Ida", "DE", ["address is in AT"]),
        (#"{"address_1":"a","city":"b","country_code":"AT"}"#, "Ida", "AT", []),
    ]

    @Test("what a label lacks", arguments: gaps)
    func missing(json: String?, name: String?, country: String, missing: [String]) {
        #expect(PostalAddress(json: json).missing(for: name, to: country) == missing)
    }
}

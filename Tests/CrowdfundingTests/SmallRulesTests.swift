import Accounting
import Testing

@testable import Crowdfunding

/// Rules of a line or two, each at its edge.
@Suite("Small rules") struct SmallRulesTests {
    static let closes = Sample.closesAt

    @Test(
        "cards are held in the last four days, and not from the end on",
        arguments: [
            (-4 * 86_400 - 1, false, false), (-4 * 86_400, true, false), (-1, true, false), (0, false, true),
        ] as [(Int64, Bool, Bool)])
    func holdWindow(seconds: Int64, isOpen: Bool, isOver: Bool) {
        let window = HoldWindow(closesAt: Self.closes)
        let now = Self.closes.adding(seconds: seconds)
        #expect(window.isOpen(at: now) == isOpen && window.isOver(at: now) == isOver)
    }

    static let answers: [(GatewayAnswer, String, Bool)] = [
        (.done(amount: 1, currency: "EUR", fee: 0, captureBefore: nil), "ch_1", true),
        (.done(amount: 0, currency: "EUR", fee: 0, captureBefore: nil), "ch_1", false),
        (.done(amount: -1, currency: "EUR", fee: 0, captureBefore: nil), "ch_1", false),
        (.done(amount: largestAmount, currency: "EUR", fee: largestAmount, captureBefore: nil), "", true),
        (.done(amount: largestAmount + 1, currency: "EUR", fee: 0, captureBefore: nil), "", false),
        (.done(amount: 1, currency: "EUR", fee: -1, captureBefore: nil), "", false),
        (.done(amount: 1, currency: "EUR", fee: largestAmount + 1, captureBefore: nil), "", false),
        (.done(amount: 1, currency: "eur", fee: 0, captureBefore: nil), "", false),
        (.done(amount: 1, currency: "EURO", fee: 0, captureBefore: nil), "", false),
        (.actionRequired, "ch_1", true), (.pending, "", true), (.pending, "a\"b", false),
        (.pending, "a\\b", false), (.pending, "\u{1F}", false), (.pending, "é", false),
        (.pending, String(repeating: "a", count: 200), true),
        (.pending, String(repeating: "a", count: 201), false),
    ]

    @Test("an answer that cannot be true is none", arguments: answers)
    func soundness(answer: GatewayAnswer, reference: String, isSound: Bool) {
        #expect(GatewayOutcome(answer, reference: reference).isSound == isSound)
    }

    @Test("a key is made of the intent")
    func key() {
        let operation = Operation(
            pledge: 7, reference: "P-1", instalment: 2, kind: .refund, attempt: 3, amount: 1, method: "m",
            target: "t")
        #expect(operation.key("book/lamp") == "book/lamp/P-1/2/5/3")
    }

    @Test(
        "references have 1 to 64 letters, digits, dots, underscores and hyphens",
        arguments: [
            ("P-1042", true), ("a.B_9-", true), (String(repeating: "x", count: 64), true), ("", false),
            (String(repeating: "x", count: 65), false), ("P 1", false), ("P/2", false), ("Ä", false),
        ])
    func reference(text: String, isOne: Bool) {
        #expect(PledgeReference(text)?.description == (isOne ? text : nil))
    }

    @Test("campaigns are ordered by their ids")
    func order() {
        #expect(known(CampaignID("aurora")) < known(CampaignID("lamp")))
        #expect(!(known(CampaignID("lamp")) < known(CampaignID("lamp"))))
    }

    @Test(
        "how much of a pledge has gone out",
        arguments: [(-1, "none"), (0, "none"), (1, "partly"), (2, "fully"), (3, "fully")]
            as [(Int64, String)])
    func delivery(delivered: Int64, word: String) {
        #expect("\(DeliveryProgress(delivered: delivered, of: 2))" == word)
    }

    @Test("a refused line of a refund names what there is")
    func lines() {
        let none = LineRefusal.noSuchLine("wick", known: [])
        let some = LineRefusal.noSuchLine("wick", known: ["one", "bulb"])
        let many = LineRefusal.unitsOutOfRange("bulb", asked: 3, 2)
        #expect(none.message.hasSuffix("It has none: say --amount."))
        #expect(some.message.hasSuffix("It has: one, bulb."))
        #expect(many.message == "The pledge has 2 of “bulb”, not 3. Say from 1 to 2.")
        #expect([none, some, many].allSatisfy { $0.exitCode == .badInput })
    }

    static let missed: [(PlacementRefusal, Bool)] = [
        (.campaignOver(.finished), true), (.beforeStart(pledgedAt: closes, opensAt: closes), true),
        (.afterEnd(pledgedAt: closes, closesAt: closes, lateUntil: nil), true),
        (.soldOut(offer: "t", asked: 2, left: 1, limit: 1), true),
        (.pricing(.noShippingRate(country: 0)), true),
        (.pricing(.notOffered), true), (.pricing(.tooLarge), false), (.amountMissing, false),
        (.realInRehearsal, false), (.nothingPledged, false), (.tooManyUnits(2, limit: 1), false),
    ]

    @Test("a sale that a rule refused was wanted; a row that makes no sense was not", arguments: missed)
    func missedDemand(refusal: PlacementRefusal, isMissed: Bool) {
        #expect(refusal.isMissedDemand == isMissed)
        #expect(refusal.exitCode == .refused)
        #expect(!refusal.message.isEmpty)
    }

    @Test("a refusal points at its field")
    func places() {
        var places = OrderPlaces()
        (places.reference, places.tier, places.amount) = (1, 2, 3)
        (places.pledgedAt, places.email, places.country) = (4, 5, 6)
        let fields: [OrderField] = [.reference, .tier, .amount, .pledgedAt, .email, .country]
        #expect(fields.map { places.start(of: $0) } == [1, 2, 3, 4, 5, 6])
    }
}

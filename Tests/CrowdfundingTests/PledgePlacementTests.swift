import Accounting
import Testing

@testable import Crowdfunding

/// What the tests place pledges with.
struct PlacementCase: Sendable, CustomTestStringConvertible {
    var name: String
    var order: PledgeOrder
    var lines: [OrderLine] = []
    var held: Int64 = 0
    var state = CampaignState.live
    var isRehearsal: Bool?
    var taken: PlacesTaken?
    var definition = Sample.lamp
    var refusal: PlacementRefusal
    var reason = ""
    var place = OrderField.tier
    var testDescription: String { name }

    func placement() -> PledgePlacement {
        let definitions = [DefinitionInForce(from: Sample.opensAt, definition: definition)]
        return known(
            PledgePlacement(
                definitions: definitions, state: state, isRehearsal: isRehearsal, taken: taken))
    }
}

@Suite("Placing a pledge") struct PledgePlacementTests {
    static func euros(_ amount: Int64) -> Money {
        Money(minorUnits: amount, currency: known(Currency("EUR")))
    }
    static func taken(_ change: (inout PlacesTaken) -> Void) -> PlacesTaken {
        var taken = PlacesTaken(for: Sample.lamp)
        change(&taken)
        return taken
    }
    static let telling = PlacementMode.tells(saysBonus: false, tax: .maker)
    static let late = Sample.time("2026-07-01T00:00:00Z")

    static let dates: [PlacementCase] = [
        PlacementCase(
            name: "a second before it opens",
            order: Sample.order(tier: 1, at: Sample.opensAt.adding(seconds: -1)),
            refusal: .beforeStart(pledgedAt: Sample.opensAt.adding(seconds: -1), opensAt: Sample.opensAt),
            reason: "before-start", place: .pledgedAt),
        PlacementCase(
            name: "when late pledges are over", order: Sample.order(tier: 1, at: Sample.lateUntil),
            state: .funded,
            refusal: .afterEnd(
                pledgedAt: Sample.lateUntil, closesAt: Sample.closesAt, lateUntil: Sample.lateUntil),
            reason: "after-end", place: .pledgedAt),
        PlacementCase(
            name: "early bird at its end", order: Sample.order(tier: 0, at: Sample.earlyBirdEnd),
            refusal: .earlyBirdOver(
                tier: "early-bird", pledgedAt: Sample.earlyBirdEnd, until: Sample.earlyBirdEnd),
            reason: "early-bird-over", place: .pledgedAt),
        PlacementCase(
            name: "promotion at its end", order: Sample.order(tier: 1, promotion: 0, at: Sample.promotionEnd),
            refusal: .promotionOver(
                code: "FRIENDS10", pledgedAt: Sample.promotionEnd, until: Sample.promotionEnd),
            reason: "promotion", place: .pledgedAt),
        PlacementCase(
            name: "campaign gone", order: Sample.order(tier: 1), state: .canceled,
            refusal: .campaignOver(.canceled),
            reason: "campaign-over", place: .reference),
        PlacementCase(
            name: "everything goes back", order: Sample.order(tier: 1), state: .releasing,
            refusal: .campaignOver(.releasing), reason: "campaign-over", place: .reference),
        PlacementCase(
            name: "rehearsal in a real campaign", order: Sample.order(tier: 1, gateway: 2),
            isRehearsal: false,
            refusal: .rehearsalInReal, reason: "rehearsal", place: .reference),
        PlacementCase(
            name: "real pledge in a rehearsal", order: Sample.order(tier: 1, gateway: 1), isRehearsal: true,
            refusal: .realInRehearsal, reason: "rehearsal", place: .reference),
    ]

    static let limits: [PlacementCase] = [
        PlacementCase(
            name: "sold out", order: Sample.order(tier: 0), taken: taken { $0.tiers[0] = 300 },
            refusal: .soldOut(offer: "early-bird", asked: 1, left: 0, limit: 300), reason: "sold-out"),
        PlacementCase(
            name: "add-on sold out", order: Sample.order(tier: 1),
            lines: [Sample.addOn(1, 2), Sample.addOn(1, 2)],
            refusal: .soldOut(offer: "sticker", asked: 4, left: 3, limit: 3), reason: "sold-out"),
        PlacementCase(
            name: "more than one backer may have", order: Sample.order(tier: 0), held: 1,
            refusal: .perBacker(offer: "early-bird", asked: 1, held: 1, limit: 1), reason: "per-backer",
            place: .email),
        PlacementCase(
            name: "more of an add-on than one backer may have", order: Sample.order(tier: 1),
            lines: [Sample.addOn(0, 4), Sample.addOn(0, 2)],
            refusal: .perBacker(offer: "bulb", asked: 6, held: 0, limit: 5), reason: "per-backer",
            place: .email),
        PlacementCase(
            name: "promotion used up", order: Sample.order(tier: 1, promotion: 0),
            taken: taken { $0.promotions[0] = 2 }, refusal: .promotionUsedUp(code: "FRIENDS10", limit: 2),
            reason: "promotion"),
        PlacementCase(
            name: "out of stock, tier and add-on together", order: Sample.order(tier: 1),
            lines: [Sample.addOn(0, 2)],
            taken: taken { $0.items[1] = 498 }, refusal: .outOfStock(item: "BULB", asked: 3, left: 2),
            reason: "out-of-stock"),
        PlacementCase(
            name: "no run will make more", order: Sample.order(tier: 1), state: .funded,
            taken: taken { $0.items[1] = 500 }, refusal: .noDatedSupply(item: "BULB", asked: 1, left: 0),
            reason: "out-of-stock"),
    ]

    static let prices: [PlacementCase] = [
        PlacementCase(
            name: "another amount", order: Sample.order(tier: 1, amount: 10_389),
            refusal: .priceDiffers(asked: euros(10_389), price: euros(10_390)), reason: "price",
            place: .amount),
        PlacementCase(
            name: "no tier and no money", order: Sample.order(tier: -1), refusal: .nothingPledged,
            reason: "price",
            place: .amount),
        PlacementCase(
            name: "bonus and amount that differ", order: Sample.order(tier: -1, amount: 500, bonus: 400),
            refusal: .priceDiffers(asked: euros(500), price: euros(400)), reason: "price", place: .amount),
        PlacementCase(
            name: "add-on alone", order: Sample.order(tier: -1), lines: [Sample.addOn(0, 1)],
            refusal: .addOnWithoutTier, reason: "not-offered"),
        PlacementCase(
            name: "no country", order: Sample.order(tier: 1, country: ""), refusal: .pricing(.countryMissing),
            reason: "country", place: .country),
        PlacementCase(
            name: "quantity zero", order: Sample.order(tier: 1, quantity: 0),
            refusal: .pricing(.quantityOutOfBounds(0)), reason: "quantity"),
        PlacementCase(
            name: "add-on below zero", order: Sample.order(tier: 1), lines: [Sample.addOn(0, -1)],
            refusal: .pricing(.quantityOutOfBounds(-1)), reason: "quantity"),
        PlacementCase(
            name: "unknown tier", order: Sample.order(tier: 7), refusal: .pricing(.notOffered),
            reason: "not-offered"),
        PlacementCase(
            name: "unknown add-on", order: Sample.order(tier: 1), lines: [Sample.addOn(9, 1)],
            refusal: .pricing(.notOffered), reason: "not-offered"),
        PlacementCase(
            name: "too many lines", order: Sample.order(tier: 1),
            lines: (0..<65).map { _ in Sample.addOn(1, 1) },
            refusal: .tooManyLines(limit: 64), reason: "quantity"),
        PlacementCase(
            name: "a choice that is not open", order: Sample.order(tier: 1), lines: [Sample.choice(1, 1)],
            definition: Sample.variants, refusal: .choiceNotContained(sku: "SLATE"), reason: "choice"),
        PlacementCase(
            name: "a choice of what is made one way", order: Sample.order(tier: 0),
            lines: [Sample.choice(0, 1)],
            definition: Sample.variants, refusal: .choiceNotContained(sku: "PEN"), reason: "choice"),
        PlacementCase(
            name: "more choices than units", order: Sample.order(tier: 0),
            lines: [Sample.choice(1, 1), Sample.choice(2, 2)], definition: Sample.variants,
            refusal: .tooManyChoices(item: "HAL", chosen: 3, contained: 2), reason: "choice"),
    ]

    @Test("refuses, with both figures, and takes no place", arguments: dates + limits + prices)
    func refuses(_ row: PlacementCase) {
        var placement = row.placement()
        let before = placement.taken
        let decision = placement.place(row.order, lines: row.lines[...], as: .asks) { _ in row.held }
        #expect(decision == .refused(row.refusal))
        #expect(row.refusal.missedDemandReason == row.reason)
        #expect(row.refusal.place == row.place)
        #expect(row.refusal.message.count > 20)
        #expect(placement.taken == before)
        #expect(placement.isRehearsal == row.isRehearsal)
    }

    @Test(
        "a platform's row is never refused for price, limit, date or choice",
        arguments: dates + limits + prices)
    func tells(_ row: PlacementCase) {
        var order = row.order
        if order.amount < 0 { order.amount = 500 }
        var placement = row.placement()
        let decision = placement.place(order, lines: row.lines[...], as: Self.telling) { _ in row.held }
        let mayRefuse =
            [.campaignOver(.canceled), .realInRehearsal, .rehearsalInReal, .tooManyLines(limit: 64)]
            .contains(row.refusal) || ["quantity"].contains(row.reason)
            || row.refusal == .pricing(.notOffered)
        if mayRefuse {
            #expect(decision == .refused(row.refusal))
        } else if case .accepted(let placed) = decision {
            #expect(placed.price.total == order.amount)
            switch row.reason {
            case "sold-out", "per-backer", "out-of-stock": #expect(placed.differences.contains(.limit))
            case "before-start", "after-end", "early-bird-over": #expect(placed.differences.contains(.date))
            case "choice": #expect(placed.differences.contains(.choice))
            default: break
            }
        } else {
            Issue.record("refused: \(decision)")
        }
    }

    @Test("up to every limit")
    func accepts() {
        let nearly = Self.taken {
            $0.tiers[0] = 299
            $0.promotions[0] = 1
            $0.items = [2_999, 495]
            $0.addOns[1] = 2
        }
        var placement = PledgePlacement(
            definitions: [DefinitionInForce(from: Sample.opensAt, definition: Sample.lamp)], state: .live,
            isRehearsal: nil, taken: nearly)!
        let order = Sample.order(
            tier: 0, promotion: 0, at: Sample.earlyBirdEnd.adding(seconds: -1), gateway: 2)
        let lines = [Sample.addOn(0, 5), Sample.addOn(1, 1)]
        guard
            case .accepted(let placed) = placement.place(
                order, lines: lines[...], as: .asks, held: { _ in 0 })
        else { Issue.record("refused"); return }
        #expect(placed.takesPlace && placed.isPricedByEngine && !placed.isLate && placed.state == .placed)
        #expect(placement.isRehearsal == true)
        #expect(placement.taken.tiers == [300, 0, 0] && placement.taken.promotions == [2])
        #expect(placement.taken.items == [3_000, 500] && placement.taken.addOns == [5, 3])
        placement.release(tier: 0, quantity: 1, lines: lines[...], promotion: 0)
        #expect(placement.taken == nearly)
    }

    static let statuses: [(SourceStatus, PledgeState, Bool)] = [
        (.pledged, .placed, true), (.collected, .placed, true), (.errored, .placed, true),
        (.disputed, .placed, true), (.canceled, .canceled, false), (.dropped, .dropped, false),
    ]

    @Test("who keeps a place; a canceled row may even want one that is sold out", arguments: statuses)
    func keepsPlace(status: SourceStatus, state: PledgeState, takesPlace: Bool) {
        var placement = PlacementCase(
            name: "", order: PledgeOrder(), taken: Self.taken { $0.tiers[0] = takesPlace ? 0 : 300 },
            refusal: .nothingPledged
        ).placement()
        let before = placement.taken.tiers[0]
        let order = Sample.order(tier: 0, status: status)
        guard case .accepted(let placed) = placement.place(order, lines: [], as: .asks, held: { _ in 0 })
        else { Issue.record("refused"); return }
        #expect(placed.state == state && placed.takesPlace == takesPlace)
        #expect(placement.taken.tiers[0] == before + (takesPlace ? 1 : 0))
    }

    @Test("a late pledge is taken until late_pledges_until; without a tier all is bonus")
    func lateAndBonus() {
        var placement = PlacementCase(
            name: "", order: PledgeOrder(), state: .funded, refusal: .nothingPledged
        )
        .placement()
        let order = Sample.order(tier: -1, country: "", amount: 1_500, at: Sample.closesAt)
        guard case .accepted(let placed) = placement.place(order, lines: [], as: .asks, held: { _ in 0 })
        else { Issue.record("refused"); return }
        #expect(placed.isLate && !placed.isPricedByEngine)
        #expect(placed.price == Price(goods: 0, shipping: 0, tax: 0, bonus: 1_500))
    }

    @Test("asks who holds what only where a limit per backer exists")
    func asksHeldOnlyWhereNeeded() {
        var placement = PlacementCase(name: "", order: PledgeOrder(), refusal: .nothingPledged).placement()
        var asked: [Offer] = []
        let lines = [Sample.addOn(1, 1), Sample.addOn(0, 1)]
        _ = placement.place(Sample.order(tier: 1), lines: lines[...], as: .asks) {
            asked.append($0); return 0
        }
        #expect(asked == [.addOn(0)])
    }

    @Test("places in a limited tier out of time order are named")
    func timeOrder() {
        var placement = PlacementCase(name: "", order: PledgeOrder(), refusal: .nothingPledged).placement()
        var found: [Bool] = []
        for seconds: Int64 in [10, 20, 15, 30] {
            let order = Sample.order(tier: 0, at: Sample.during.adding(seconds: seconds))
            if case .accepted(let placed) = placement.place(order, lines: [], as: .asks, held: { _ in 0 }) {
                found.append(placed.isOutOfTimeOrder)
            }
        }
        #expect(found == [false, false, true, false])
    }

    @Test("priced by what was in force, with tiers in the order of the last definition")
    func amended() {
        var amended = Sample.lamp
        amended.tiers.reverse()
        amended.tiers[1].price = 10_900
        amended.tiers.insert(Sample.tier("new", 2_000), at: 0)
        amended.closesAt = Self.late
        let noon = Sample.time("2026-03-10T12:00:00Z")
        var placement = PledgePlacement(
            definitions: [
                DefinitionInForce(from: Sample.opensAt, definition: Sample.lamp),
                DefinitionInForce(from: noon, definition: amended),
            ], state: .live, isRehearsal: false)!
        func total(_ order: PledgeOrder, _ mode: PlacementMode = .asks) -> Int64? {
            let decision = placement.place(order, lines: [], as: mode) { _ in 0 }
            if case .accepted(let placed) = decision { return placed.price.total } else { return nil }
        }
        #expect(total(Sample.order(tier: 2, at: noon.adding(seconds: -1))) == 10_390)
        #expect(total(Sample.order(tier: 2, at: noon)) == 11_390)
        #expect(total(Sample.order(tier: 0, at: noon)) == 2_000)
        #expect(total(Sample.order(tier: 0, at: noon.adding(seconds: -1))) == nil)
        // A platform sold it all the same.
        #expect(
            total(Sample.order(tier: 0, amount: 2_000, at: noon.adding(seconds: -1)), Self.telling) == 2_000)
        #expect(placement.taken.tiers == [2, 0, 2, 0])
    }
}

@Suite("Units of a pledge") struct PledgeUnitsTests {
    struct Waiting: Hashable { var item: Int; var sku: Int; var units: Int64 }

    static let rows: [(tier: Int, quantity: Int64, lines: [OrderLine], Set<Waiting>)] = [
        (0, 1, [], [Waiting(item: 0, sku: 0, units: 1), Waiting(item: 1, sku: -1, units: 2)]),
        (
            0, 2, [Sample.choice(2, 3)],
            [
                Waiting(item: 0, sku: 0, units: 2), Waiting(item: 1, sku: 2, units: 3),
                Waiting(item: 1, sku: -1, units: 1),
            ]
        ),
        (1, 3, [], [Waiting(item: 1, sku: 1, units: 3)]),
        // Choices beyond what is open are not counted.
        (1, 1, [Sample.choice(2, 1)], [Waiting(item: 1, sku: 1, units: 1)]),
        (-1, 1, [], []),
    ]

    @Test("are chosen or open", arguments: rows)
    func demand(tier: Int, quantity: Int64, lines: [OrderLine], wanted: Set<Waiting>) {
        var found: Set<Waiting> = []
        PledgeUnits(Sample.variants).forEachDemand(tier: tier, quantity: quantity, lines: lines[...]) {
            found.insert(Waiting(item: $0, sku: $1, units: $2))
        }
        #expect(found == wanted)
    }
}

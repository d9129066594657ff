import Accounting
import Testing

@testable import Crowdfunding

@Suite("What deliveries earn")
struct UnitValuesTests {
    private static func left(goods: Int64, shipping: Int64, tax: Int64) -> PartsLeft {
        var left = PartsLeft(due: .zero)
        left.undelivered = EntryParts(goods: goods, shipping: shipping, tax: tax)
        return left
    }

    @Test("tax that was booked at receipt goes along, and is all gone with the last delivery")
    func receipt() {
        var left = Self.left(goods: 1_000, shipping: 101, tax: 221)
        let first = left.delivery(before: 3, after: 2)
        #expect(first == EntryParts(goods: 333, shipping: 34))
        left.deliver(first)
        // 221 × 367 ÷ 1,101 = 73.67
        #expect(left.undelivered == EntryParts(goods: 667, shipping: 67, tax: 147))
        let last = left.delivery(before: 2, after: 0)
        #expect(last == EntryParts(goods: 667, shipping: 67))
        left.deliver(last)
        #expect(left.undelivered == .zero)
        #expect(left.delivered == EntryParts(goods: 1_000, shipping: 101, tax: 221))
        left.deliver(-last)
        #expect(left.undelivered == EntryParts(goods: 667, shipping: 67, tax: 147))
    }

    @Test("tax that lies in the goods is parted at delivery, to the cent over three deliveries")
    func delivery() {
        // EUR 10.00, of which 1.67 is tax: net 8.33.
        var left = Self.left(goods: 1_000, shipping: 0, tax: 0)
        var entries: [EntryParts] = []
        for (before, after) in [(3, 2), (2, 1), (1, 0)] as [(Int64, Int64)] {
            let parts = left.delivery(before: before, after: after, taxInGoods: (833, 167))
            left.deliver(parts)
            entries.append(parts)
        }
        // 333, 334 and 333 gross; 55.6, 111.4 and 167 of tax so far.
        #expect(
            entries == [
                EntryParts(goods: 277, tax: 56), EntryParts(goods: 279, tax: 55),
                EntryParts(goods: 277, tax: 56),
            ])
        #expect(left.undelivered == .zero)
    }

    @Test("weighs what is left by value, evenly where nothing has a price, and never to 0 too early")
    func weights() {
        let values = [ItemValue(item: 0, units: 2, value: 20_000), ItemValue(item: 1, units: 1, value: 0)]
        #expect(UnitValues.weight(values, left: [0: 2, 1: 1]) == 20_000_000_001)
        #expect(UnitValues.weight(values, left: [0: 1, 1: 1]) == 10_000_000_001)
        #expect(UnitValues.weight(values, left: [1: 1]) == 1)
        #expect(UnitValues.weight(values, left: [:]) == 0)
        let free = [ItemValue(item: 0, units: 2, value: 0), ItemValue(item: 1, units: 1, value: 0)]
        #expect(UnitValues.weight(free, left: [0: 2, 1: 1]) == 3_000_000)
        #expect(UnitValues.weight(free, left: [0: 1]) == 1_000_000)
    }

    /// Two items for 30.00: costs 3.00 and 1.00 weigh 3 to 1; nothing costs anything: as many as there are.
    @Test(
        "a price is split over what it contains by cost, evenly where no cost is known",
        arguments: [(300, 100, [2_250, 750]), (0, 0, [1_000, 2_000]), (0, 5, [0, 3_000])]
            as [(Int64, Int64, [Int64])])
    func split(first: Int64, second: Int64, values: [Int64]) {
        var lamp = Sample.item("LAMP", variants: ["RED", "BLUE"])
        var bulb = Sample.item("BULB")
        (lamp.unitCost, bulb.unitCost) = (first * 2, second)
        let contents = [Content(sku: "LAMP", quantity: 1), Content(sku: "BULB", quantity: 2)]
        let definition = Sample.definition(
            items: [lamp, bulb], tiers: [Sample.tier("set", 3_000, contains: contents)],
            addOns: [
                AddOn(
                    id: "red", title: "Red", price: 700, contains: [Content(sku: "RED", quantity: 1)],
                    limit: nil, perBacker: nil)
            ])
        let units = UnitValues(definition)
        let found = units.values(tier: 0, quantity: 1, lines: [])
        #expect(found.map(\.item) == [0, 1] && found.map(\.units) == [1, 2])
        #expect(found.map(\.value) == values)
        let more = [
            OrderLine(role: .addOn, index: 0, quantity: 3), OrderLine(role: .choice, index: 0, quantity: 1),
        ]
        let both = units.values(tier: 0, quantity: 2, lines: more[...])
        #expect(both.map(\.units) == [5, 4])
        #expect(both.map(\.value) == [2 * values[0] + 2_100, 2 * values[1]])
        #expect(units.values(tier: -1, quantity: 1, lines: []).isEmpty)
    }
}

import Accounting
import Testing

@testable import Crowdfunding

@Suite("Production runs") struct ProductionRunTests {
    static let euro = known(Currency("EUR"))
    static let day = known(CalendarDay("2026-04-08"))
    static func launched(_ units: [(sku: Int, units: Int64)] = [(0, 400)]) throws -> ProductionRun {
        var run = ProductionRun(Sample.plan("run-1", sku: "LAMP", minimum: 400, capacity: 1_000))
        try run.launch(units, on: day, shortfall: nil, currency: euro)
        return run
    }

    @Test("a launch commits money and dates the goods")
    func launch() throws {
        let run = try Self.launched()
        #expect(run.state == .launched && run.unitsOrdered == 400)
        #expect(run.committed == 1_260_000 && run.deposit == 378_000 && run.balance == 882_000)
        #expect(run.expectedOn == CalendarDay("2026-08-06")!)
    }

    @Test("a planned run is dated by its earliest launch and its lead time")
    func dated() {
        let run = ProductionRun(Sample.plan("run-1", sku: "LAMP"))
        let closing = CalendarDay("2026-03-31")!
        #expect(run.datedDay(today: Self.day, closing: closing) == Self.day.adding(days: 120))
        #expect(run.datedDay(today: closing.adding(days: -9), closing: closing) == closing.adding(days: 120))
    }

    static let thresholds: [(Int64?, Int64, Int64, Int64, String)] = [
        (4_000_000, 400, 4_000_000, 400, ""),
        (nil, 400, 0, 400, ""),
        (4_000_000, 400, 3_999_999, 400, "EUR 39,999.99 of EUR 40,000.00 net collected"),
        (4_000_000, 400, 4_000_000, 399, "399 of 400 units waiting"),
        (4_000_000, 400, 0, 0, "EUR 0.00 of EUR 40,000.00 net collected; 0 of 400 units waiting"),
    ]

    @Test("a threshold names what is missing, with both figures", arguments: thresholds)
    func threshold(needs: Int64?, units: Int64, has: Int64, waiting: Int64, text: String) throws {
        let missing = RunThreshold(collected: needs, units: units)
            .missing(netCollected: has, unitsWaiting: waiting)
        #expect((missing?.text(in: Self.euro) ?? "") == text)
        guard let missing else { return }
        var run = ProductionRun(Sample.plan("run-1", sku: "LAMP"))
        let refusal = RunRefusal.belowThreshold(run: "run-1", missing, Self.euro)
        #expect(throws: refusal) {
            try run.launch(
                [(0, 400)], on: Self.day, shortfall: missing, currency: Self.euro, overrideReason: " ")
        }
        #expect(run.state == .planned && refusal.message.contains(text))
        let overridden = try run.launch(
            [(0, 400)], on: Self.day, shortfall: missing, currency: Self.euro,
            overrideReason: "The price goes up.")
        #expect(overridden == refusal && run.state == .launched)
    }

    @Test("units come in, short and over, and the run closes when nothing is missing and all is paid")
    func receiveAndClose() throws {
        var run = try Self.launched([(0, 300), (1, 100)])
        try run.receive([(0, 310), (1, 60)])
        #expect(run.state == .launched && run.unitsOutstanding == 40)
        #expect(throws: RunRefusal.unitsOutstanding(run: "run-1", units: 40, ordered: 400)) {
            try run.close(owed: 0, currency: Self.euro)
        }
        let owed = Money(minorUnits: 5, currency: Self.euro)
        #expect(throws: RunRefusal.supplierUnpaid(run: "run-1", owed: owed)) {
            try run.close(owed: 5, currency: Self.euro, writesOffShort: true)
        }
        try run.close(owed: 0, currency: Self.euro, writesOffShort: true)
        #expect(run.state == .closed && run.units[1].writtenOff == 40)
        #expect(throws: RunRefusal.notPossible(run: "run-1", from: .closed, to: .canceled)) {
            try run.cancel()
        }
        var whole = try Self.launched()
        try whole.receive([(0, 400)])
        #expect(whole.state == .received)
    }

    @Test("a launch that cannot be")
    func refusesLaunch() throws {
        var run = ProductionRun(Sample.plan("run-1", sku: "LAMP", capacity: 1_000))
        func launch(_ units: [(sku: Int, units: Int64)]) throws {
            try run.launch(units, on: Self.day, shortfall: nil, currency: Self.euro, overrideReason: "why")
        }
        #expect(throws: RunRefusal.nothingOrdered(run: "run-1")) { try launch([(0, 0)]) }
        #expect(throws: RunRefusal.unknownUnits(run: "run-1")) { try launch([(0, -1)]) }
        #expect(throws: RunRefusal.aboveCapacity(run: "run-1", units: Int64.max, capacity: 1_000)) {
            try launch([(0, 5), (1, Int64.max)])
        }
        #expect(run.state == .planned)
    }

    @Test("moves from state to state, and no other", arguments: RunState.allCases, RunState.allCases)
    func moves(from: RunState, to: RunState) {
        let legal: [RunState: Set<RunState>] = [
            .planned: [.launched, .canceled], .launched: [.received, .closed, .canceled],
            .received: [.closed],
        ]
        #expect(from.mayBecome(to) == (legal[from]?.contains(to) ?? false))
    }

    static let sizes: [([Int64], Int64, Int64, [Int64])] = [
        ([30, 10], 0, 0, [30, 10]),
        ([30, 10], 4, 0, [33, 11]),
        ([30, 10], 5, 0, [34, 11]),
        ([30, 10], 0, 100, [75, 25]),
        ([0, 0, 0], 10, 0, [4, 3, 3]),
        ([400], 0, 400, [400]),
    ]

    @Test("open and spare units are spread as the chosen ones", arguments: sizes)
    func size(chosen: [Int64], open: Int64, minimum: Int64, wanted: [Int64]) {
        #expect(RunSize.units(chosen: chosen, open: open, minimum: minimum) == wanted)
        #expect(wanted.reduce(0, +) == max(chosen.reduce(0, +) + open, minimum))
    }

    @Test("variants below their own minimum are named")
    func minimums() {
        let below = RunSize.belowMinimum([100, 40], minimums: [100, 50])
        #expect(below.count == 1 && below[0] == (index: 1, units: 40, minimum: 50))
        #expect(RunSize.units(total: 20, chosen: [30, 10]) == [15, 5])
    }

    static let availability: [(Int64, Int64, Int64?, Int64?, Bool, Availability)] = [
        (1, 1, 0, nil, true, .inStock), (1, 1, 0, nil, false, .inStock), (1, 0, 0, nil, false, .preorder),
        (1, 0, 1, nil, true, .backorder), (2, 0, 1, nil, true, .outOfStock),
        (1, 0, nil, nil, true, .backorder),
        (1, 0, 0, nil, true, .outOfStock), (1, 0, nil, 0, false, .outOfStock), (3, 2, 1, 3, true, .backorder),
    ]

    @Test("availability", arguments: availability)
    func words(
        units: Int64, stock: Int64, order: Int64?, sellable: Int64?, isFunded: Bool, word: Availability
    ) {
        let found = Availability(
            units: units, freeStock: stock, freeOnOrder: order, sellable: sellable, isFunded: isFunded)
        #expect(found == word)
    }
}

@Suite("Who gets which units") struct SupplyAllocationTests {
    static func line(_ pledge: Int64, _ sku: Int32, _ units: Int64) -> DemandLine {
        DemandLine(
            pledge: pledge, pledgedAt: Timestamp(seconds: pledge), item: sku == 2 ? 1 : 0, sku: sku,
            units: units)
    }

    @Test("first come first served, from several sources, in part")
    func order() {
        let demand = [Self.line(1, 0, 2), Self.line(2, 0, 3), Self.line(3, 0, 1), Self.line(4, 2, 1)]
        let sources = [
            SupplySource(sku: 0, units: 3), SupplySource(sku: 2, units: 5), SupplySource(sku: 0, units: 1),
        ]
        let plan = SupplyAllocation(demand: demand, sources: sources, itemOfSKU: [0, 0, 1], itemCount: 2)
        let wanted: [(Int32, Int32, Int64)] = [(0, 0, 2), (1, 0, 1), (1, 2, 1), (3, 1, 1)]
        #expect(plan.allocations == wanted.map { Allocation(line: $0.0, source: $0.1, units: $0.2) })
        #expect(plan.short == [2, 0, 0] && plan.left == [0, 4, 0])
    }

    @Test("an open unit keeps its place: who chose later does not take the last one")
    func open() {
        let demand = [Self.line(1, -1, 1), Self.line(2, 0, 1), Self.line(3, 1, 1)]
        let sources = [SupplySource(sku: 0, units: 1), SupplySource(sku: 1, units: 1)]
        let plan = SupplyAllocation(demand: demand, sources: sources, itemOfSKU: [0, 0, 1], itemCount: 2)
        #expect(
            plan.allocations == [
                Allocation(line: 0, source: -1, units: 1), Allocation(line: 1, source: 0, units: 1),
            ])
        #expect(plan.heldBack == [1, 0] && plan.short == [0, 1, 0] && plan.left == [0, 1])
    }

    @Test("the queue goes by pledge time, then by entry number")
    func queue() {
        var lines = [Self.line(3, 0, 1), Self.line(1, 0, 1), Self.line(2, 0, 1)]
        lines[1].pledgedAt = Timestamp(seconds: 3)
        #expect(lines.sorted(by: DemandLine.isBefore).map(\.pledge) == [2, 1, 3])
    }

    @Test("never out of turn, and no unit is invented (seeded)", arguments: 1...60)
    func fair(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let itemOfSKU = [0, 0, 1]
        let demand = (1...200).map { pledge in
            Self.line(
                Int64(pledge), Int32.random(in: -1...2, using: &random),
                Int64.random(in: 0...4, using: &random))
        }
        let sources = (0..<8).map { _ in
            SupplySource(
                sku: Int32.random(in: 0...2, using: &random), units: Int64.random(in: 0...60, using: &random))
        }
        let plan = SupplyAllocation(demand: demand, sources: sources, itemOfSKU: itemOfSKU, itemCount: 2)
        var covered = [Int64](repeating: 0, count: demand.count)
        var used = [Int64](repeating: 0, count: sources.count)
        for allocation in plan.allocations {
            let line = demand[Int(allocation.line)]
            covered[Int(allocation.line)] += allocation.units
            #expect(allocation.units > 0, "seed \(seed)")
            #expect((allocation.source < 0) == (line.sku < 0), "seed \(seed)")
            guard allocation.source >= 0 else { continue }
            used[Int(allocation.source)] += allocation.units
            #expect(sources[Int(allocation.source)].sku == line.sku, "seed \(seed)")
        }
        for (index, source) in sources.enumerated() {
            #expect(used[index] + plan.left[index] == source.units, "seed \(seed)")
        }
        // Whoever waits has nobody of the same SKU served behind them.
        var waiting: Set<Int32> = []
        for (index, line) in demand.enumerated() {
            #expect(covered[index] <= line.units, "seed \(seed)")
            #expect(covered[index] == 0 || !waiting.contains(line.sku), "seed \(seed), line \(index)")
            if covered[index] < line.units { waiting.insert(line.sku) }
        }
        for item in 0..<2 {
            let kept = sources.indices.filter { itemOfSKU[Int(sources[$0].sku)] == item }
                .reduce(0) { $0 + plan.left[$1] }
            #expect(plan.heldBack[item] <= kept, "seed \(seed)")
        }
        let asked = demand.reduce(0) { $0 + $1.units }
        let short = plan.short.reduce(0, +) + plan.shortOpen.reduce(0, +)
        #expect(covered.reduce(0, +) + short == asked, "seed \(seed)")
    }
}

public import Accounting

/// Units of one SKU in a run.
public struct RunUnits: Hashable, Sendable {
    /// Its index in `definition.skus`.
    public var sku: Int
    /// By the launch.
    public var ordered: Int64
    /// Counted in; may be more than was ordered.
    public var received: Int64
    /// Will not come.
    public var writtenOff: Int64

    /// Puts the counts together.
    public init(sku: Int, ordered: Int64, received: Int64 = 0, writtenOff: Int64 = 0) {
        self.sku = sku
        self.ordered = ordered
        self.received = received
        self.writtenOff = writtenOff
    }

    /// Ordered and neither received nor written off.
    public var outstanding: Int64 { max(ordered - received - writtenOff, 0) }
}

/// One order to the factory.
public struct ProductionRun: Hashable, Sendable {
    /// The campaign file's plan for it.
    public let plan: ProductionPlan
    /// Where it stands.
    public private(set) var state: RunState
    /// By SKU; empty until it is launched.
    public private(set) var units: [RunUnits]
    /// The day of the launch.
    public private(set) var launchedOn: CalendarDay?
    /// The day on which the goods are expected; moved by delays.
    public var expectedOn: CalendarDay?

    /// A run that is planned only.
    public init(_ plan: ProductionPlan) {
        self.init(plan, state: .planned, units: [], launchedOn: nil, expectedOn: nil)
    }

    /// A run as it was stored.
    public init(
        _ plan: ProductionPlan, state: RunState, units: [RunUnits], launchedOn: CalendarDay?,
        expectedOn: CalendarDay?
    ) {
        self.plan = plan
        self.state = state
        self.units = units
        self.launchedOn = launchedOn
        self.expectedOn = expectedOn
    }

    /// Units ordered of all SKUs.
    public var unitsOrdered: Int64 { units.reduce(0) { $0 + $1.ordered } }
    /// Units ordered and neither received nor written off.
    public var unitsOutstanding: Int64 { units.reduce(0) { $0 + $1.outstanding } }
    /// What is committed to the supplier, minor units.
    public var committed: Int64 { unitsOrdered * plan.unitCost }
    /// The part of it that is due at the launch; the balance is due when the goods are received.
    public var deposit: Int64 { plan.depositPercent.of(committed) }
    /// What is due when the goods are received.
    public var balance: Int64 { committed - deposit }

    /// The day on which goods ordered on `day` are expected.
    public func expectedDay(launchedOn day: CalendarDay) -> CalendarDay {
        day.adding(days: plan.leadTimeDays)
    }

    /// The day that was expected by the launch; `nil` while the run is planned.
    public var firstExpected: CalendarDay? { launchedOn.map { expectedDay(launchedOn: $0) } }

    /// How many days after what was expected by the launch the goods are expected now; 0 while it is planned.
    public var slip: Int {
        guard let firstExpected, let expectedOn else { return 0 }
        return expectedOn.number - firstExpected.number
    }

    /// The day that dates a backorder: the expected one, or for a planned run its earliest launch and lead
    /// time.
    ///
    /// - Parameters:
    ///   - today: In the campaign's zone.
    ///   - closing: The day on which the campaign closes: no planned run is launched before.
    /// - Returns: `nil` for a run that was given up.
    public func datedDay(today: CalendarDay, closing: CalendarDay) -> CalendarDay? {
        switch state {
        case .planned: expectedDay(launchedOn: max(today, closing))
        case .launched, .received, .closed: expectedOn
        case .canceled: nil
        }
    }
}

/// Why a run is not launched, received, closed or canceled.
public enum RunRefusal: UserFacingError, Hashable {
    case notPossible(run: String, from: RunState, to: RunState)
    case belowThreshold(run: String, RunShortfall, Currency)
    /// More than the supplier's capacity, or more than can be booked.
    case aboveCapacity(run: String, units: Int64, capacity: Int64)
    case nothingOrdered(run: String)
    case unknownUnits(run: String)
    case unitsOutstanding(run: String, units: Int64, ordered: Int64)
    case supplierUnpaid(run: String, owed: Money)
    /// Everything came, or nothing will.
    case nothingExpected(run: String, RunState)
    case expectedInPast(run: String, CalendarDay, today: CalendarDay)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .notPossible(let run, .planned, let to) where to != .canceled:
            "“\(run)” is not launched yet. Launch it first: `pledgebook run launch \(run)`."
        case .notPossible(let run, .canceled, .launched):
            "“\(run)” is canceled. Order its units in another run: add one to the campaign file and say "
                + "`pledgebook campaign amend FILE`."
        case .notPossible(let run, let from, .launched) where from != .planned:
            "“\(run)” was launched already, with other units, and is \(from.rawValue). Order the rest in "
                + "another run; while nothing stands on the launch it can be taken back with `pledgebook "
                + "entry reverse NUMBER --because TEXT`."
        case .notPossible(let run, let from, let to):
            "“\(run)” is \(from.rawValue) and cannot become \(to.rawValue)."
        case .belowThreshold(let run, let shortfall, let currency):
            "“\(run)” cannot be launched yet: \(shortfall.text(in: currency)). "
                + "A person may override that: --override REASON."
        case .aboveCapacity(let run, let units, let capacity):
            "“\(run)” makes \(capacity) units at most; \(units) are asked for. Order the rest in another run."
        case .nothingOrdered(let run):
            "“\(run)” would make nothing. Say how many with --units."
        case .unknownUnits(let run):
            "“\(run)” does not make that, or the count is below zero. Name a SKU that it makes."
        case .unitsOutstanding(let run, let units, let ordered):
            "“\(run)” waits for \(units) of \(ordered) units. Receive them, or write them off with --short."
        case .supplierUnpaid(let run, let owed):
            "“\(run)” still owes its supplier \(owed). Record the payment first."
        case .nothingExpected(let run, let state):
            "“\(run)” is \(state.rawValue): nothing of it is expected any more, so there is no day to move."
        case .expectedInPast(let run, let day, let today):
            "\(day) is in the past, today is \(today): say when “\(run)” is expected now."
        }
    }

    /// Refused by a rule.
    public var exitCode: ExitStatus { .refused }

    /// Whether a written reason may override it.
    public var mayBeOverridden: Bool {
        switch self {
        case .belowThreshold, .supplierUnpaid: true
        default: false
        }
    }
}

extension ProductionRun {
    /// Orders the units, when the threshold holds.
    ///
    /// - Parameters:
    ///   - ordered: Units by index in `definition.skus`.
    ///   - day: The day of the launch.
    ///   - shortfall: What the threshold lacks, from `RunThreshold.missing`.
    ///   - currency: The campaign's, for the sentence.
    ///   - overrideReason: Why a person launches it all the same; blank counts as none.
    /// - Returns: The rule that was overridden, if any.
    /// - Throws: The rule that refuses it; the run is as it was then.
    @discardableResult
    public mutating func launch(
        _ ordered: [(sku: Int, units: Int64)], on day: CalendarDay, shortfall: RunShortfall?,
        currency: Currency,
        overrideReason: String? = nil
    ) throws(RunRefusal) -> RunRefusal? {
        try check(.launched)
        var total: Int64 = 0
        let capacity = min(plan.capacity ?? RunSize.largest, RunSize.largest)
        for order in ordered {
            guard order.units >= 0 else { throw .unknownUnits(run: plan.id) }
            let (sum, overflow) = total.addingReportingOverflow(order.units)
            total = overflow ? .max : sum
        }
        guard total <= capacity else {
            throw .aboveCapacity(run: plan.id, units: total, capacity: capacity)
        }
        guard total > 0 else { throw .nothingOrdered(run: plan.id) }
        var overridden: RunRefusal?
        if let shortfall {
            overridden = try allow(.belowThreshold(run: plan.id, shortfall, currency), overrideReason)
        }
        units = ordered.filter { $0.units > 0 }.map { RunUnits(sku: $0.sku, ordered: $0.units) }
        state = .launched
        launchedOn = day
        expectedOn = expectedDay(launchedOn: day)
        return overridden
    }

    /// Takes counted units in; short and over are both possible.
    ///
    /// The run is received when nothing is outstanding. What it does not make is refused, and nothing is
    /// counted then.
    public mutating func receive(_ counted: [(sku: Int, units: Int64)]) throws(RunRefusal) {
        guard state == .launched || state == .received else { try check(.received); return }
        var after = units
        for count in counted {
            guard count.units >= 0, count.units <= RunSize.largest,
                let index = after.firstIndex(where: { $0.sku == count.sku }),
                after[index].received <= RunSize.largest
            else { throw .unknownUnits(run: plan.id) }
            after[index].received += count.units
        }
        units = after
        if unitsOutstanding == 0 { state = .received }
    }

    /// Closes the run when nothing is outstanding and the supplier is paid.
    ///
    /// - Parameters:
    ///   - owed: What the books still owe the supplier for it, minor units.
    ///   - currency: The campaign's, for the sentence.
    ///   - writesOffShort: Writes off what is outstanding.
    ///   - overrideReason: Why a person closes it with a debt; blank counts as none.
    /// - Returns: The rule that was overridden, if any.
    /// - Throws: The rule that refuses it; the run is as it was then.
    @discardableResult
    public mutating func close(
        owed: Int64, currency: Currency, writesOffShort: Bool = false, overrideReason: String? = nil
    ) throws(RunRefusal) -> RunRefusal? {
        try check(.closed)
        guard unitsOutstanding == 0 || writesOffShort else {
            throw .unitsOutstanding(run: plan.id, units: unitsOutstanding, ordered: unitsOrdered)
        }
        var overridden: RunRefusal?
        if owed > 0 {
            let money = Money(minorUnits: owed, currency: currency)
            overridden = try allow(.supplierUnpaid(run: plan.id, owed: money), overrideReason)
        }
        for index in units.indices { units[index].writtenOff += units[index].outstanding }
        state = .closed
        return overridden
    }

    /// Moves the day on which the goods are expected.
    ///
    /// - Parameters:
    ///   - day: When they are expected now; earlier than before is possible.
    ///   - today: In the campaign's zone.
    /// - Returns: The day that was expected until now.
    /// - Throws: The rule that refuses it; the run is as it was then.
    public mutating func delay(to day: CalendarDay, today: CalendarDay) throws(RunRefusal) -> CalendarDay {
        guard state == .launched, let before = expectedOn else {
            guard state == .planned else { throw .nothingExpected(run: plan.id, state) }
            throw .notPossible(run: plan.id, from: state, to: .received)
        }
        guard day >= today else { throw .expectedInPast(run: plan.id, day, today: today) }
        expectedOn = day
        return before
    }

    /// Gives the run up.
    public mutating func cancel() throws(RunRefusal) {
        try check(.canceled)
        for index in units.indices { units[index].writtenOff += units[index].outstanding }
        state = .canceled
    }

    /// Takes back a count that was wrong; what it counted is outstanding again.
    ///
    /// - Parameter counted: Units by index in `definition.skus`, none more than was counted in.
    /// - Throws: The rule that refuses it; the run is as it was then.
    public mutating func takeBack(_ counted: [(sku: Int, units: Int64)]) throws(RunRefusal) {
        guard state == .launched || state == .received else {
            throw .notPossible(run: plan.id, from: state, to: .planned)
        }
        var after = units
        for count in counted {
            guard count.units >= 0, let index = after.firstIndex(where: { $0.sku == count.sku }),
                after[index].received >= count.units
            else { throw .unknownUnits(run: plan.id) }
            after[index].received -= count.units
        }
        units = after
        state = unitsOutstanding == 0 ? .received : .launched
    }

    /// Takes back the end of a run that was closed or canceled; what it wrote off may come after all.
    ///
    /// - Parameter writtenOff: Units by index in `definition.skus`, none more than was written off.
    /// - Throws: The rule that refuses it; the run is as it was then.
    public mutating func reopen(_ writtenOff: [(sku: Int, units: Int64)]) throws(RunRefusal) {
        guard state == .closed || state == .canceled else {
            throw .notPossible(run: plan.id, from: state, to: .planned)
        }
        var after = units
        for count in writtenOff {
            guard count.units >= 0, let index = after.firstIndex(where: { $0.sku == count.sku }),
                after[index].writtenOff >= count.units
            else { throw .unknownUnits(run: plan.id) }
            after[index].writtenOff -= count.units
        }
        units = after
        state = unitsOutstanding == 0 ? .received : .launched
    }

    private func check(_ next: RunState) throws(RunRefusal) {
        guard state.mayBecome(next) else { throw .notPossible(run: plan.id, from: state, to: next) }
    }

    private func allow(_ refusal: RunRefusal, _ reason: String?) throws(RunRefusal) -> RunRefusal {
        guard refusal.mayBeOverridden, let reason, !reason.allSatisfy(\.isWhitespace) else { throw refusal }
        return refusal
    }
}
